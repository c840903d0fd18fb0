"""Name, category and country: asked for by the organisation, decided by the secretariat.

They say which seat an organisation holds and under which name it is known, so its own people do
not change them alone. The region advises; nobody waits for the advice.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import joining, notices, orphans
from members.models import Category, ChangeRequest, Organisation, User
from members.models.change_requests import ChangedField, ChangeState
from portal.lib.links import absolute_url
from regions.models import Country

DECIDED_LATER = ("advised_by", "advised_at", "decided_by", "decided_at")


def ask(
    organisation: Organisation, *, field: str, after: str, reason: str, by: User
) -> ChangeRequest:
    """Ask for a change and tell the desk.

    Raises ValidationError when nothing would change, the value is unknown, no reason is given,
    or the same field is being decided on already.
    """
    if field not in ChangedField.values:
        raise ValidationError(_("This field is not changed by a request."), code="no_field")
    after = after.strip()
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the decision is made on it.")})
    before = stored(organisation, field)
    if not after or after == before:
        raise ValidationError({"after": _("Write what it should become.")}, code="no_change")
    known(field, after)
    request = ChangeRequest(
        organisation=organisation,
        field=field,
        before=before,
        after=after,
        reason=reason.strip(),
        asked_by=by,
    )
    try:
        with transaction.atomic():
            request.full_clean(exclude=("asked_by", *DECIDED_LATER))
            request.save()
    except IntegrityError as error:
        raise ValidationError(
            _("This change has already been asked for."), code="already_asked"
        ) from error
    tell_desk(request)
    return request


def stored(organisation: Organisation, field: str) -> str:
    """What the field holds now, as a request writes it."""
    if field == ChangedField.CATEGORY:
        return organisation.category.code
    if field == ChangedField.COUNTRY:
        return organisation.country_id or ""
    return organisation.own_text("name", field.removeprefix("name_"))


def known(field: str, value: str):
    """Raises ValidationError when the value is no category or country."""
    exists = True
    if field == ChangedField.CATEGORY:
        exists = Category.objects.filter(code=value).exists()
    elif field == ChangedField.COUNTRY:
        exists = Country.objects.filter(pk=value).exists()
    if not exists:
        raise ValidationError({"after": _("This value is not known. Choose one of the list.")})


def said(field: str, value: str) -> str:
    """A stored value in words: the label of a category, the name of a country."""
    if field == ChangedField.CATEGORY:
        return str(Category.objects.filter(code=value).first() or value)
    if field == ChangedField.COUNTRY:
        return str(Country.objects.filter(pk=value).first() or value)
    return value


def withdraw(request: ChangeRequest):
    """Take a request back that nobody has decided on. Raises ValidationError afterwards."""
    with transaction.atomic():
        locked = waiting(request)
        locked.state = ChangeState.WITHDRAWN
        locked.save(update_fields=["state"])


def advise(request: ChangeRequest, *, text: str, by: User):
    """Write down what the region thinks of it; the last word counts."""
    with transaction.atomic():
        locked = waiting(request)
        locked.advice, locked.advised_by, locked.advised_at = text.strip(), by, timezone.now()
        locked.save(update_fields=["advice", "advised_by", "advised_at"])


def accept(request: ChangeRequest, *, by: User, reason: str = "") -> Organisation:
    """Carry the change out by the verb that keeps the statutes, and tell whoever asked.

    Raises ValidationError when it is decided already, the field has changed since it was asked
    for, or the seat of a country is taken; nothing is changed then.
    """
    with transaction.atomic():
        locked = waiting(request)
        organisation = Organisation.objects.select_for_update(of=("self",)).get(
            pk=locked.organisation_id
        )
        if stored(organisation, locked.field) != locked.before:
            raise ValidationError(
                _(
                    "This field has changed since the request was written. "
                    "Refuse the request, or let it be asked anew."
                ),
                code="changed_since",
            )
        carry_out(organisation, locked.field, locked.after)
        organisation._change_reason = _("Change request accepted")
        organisation._history_user = by
        joining.record(organisation)
        decide(locked, ChangeState.ACCEPTED, by=by, reason=reason)
    return organisation


def carry_out(organisation: Organisation, field: str, value: str):
    if field == ChangedField.CATEGORY:
        organisation.category = Category.objects.get(code=value)
    elif field == ChangedField.COUNTRY:
        organisation.country = Country.objects.get(pk=value)
    else:
        setattr(organisation, field, value)


def refuse(request: ChangeRequest, *, by: User, reason: str):
    """Leave everything as it is, and tell why. Raises ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("A refusal needs its reason.")}, code="no_reason")
    with transaction.atomic():
        decide(waiting(request), ChangeState.REFUSED, by=by, reason=reason)


def waiting(request: ChangeRequest) -> ChangeRequest:
    """The request, locked. Raises ValidationError when it is no longer open."""
    locked = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not locked.is_waiting:
        raise ValidationError(
            _("This request is no longer open: %(state)s."),
            code="decided",
            params={"state": locked.get_state_display()},
        )
    return locked


def decide(request: ChangeRequest, state: str, *, by: User, reason: str):
    request.state, request.decision = state, reason.strip()
    request.decided_by, request.decided_at = by, timezone.now()
    request.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    if request.asked_by is not None and request.asked_by.is_active:
        write(request, request.asked_by, kind="change_decided", page="members:space_changes")


def tell_desk(request: ChangeRequest):
    for person in orphans.who_looks_after(request.organisation):
        write(request, person, kind="change_asked", page="members:desk_change")


def write(request: ChangeRequest, person: User, *, kind: str, page: str):
    arguments = {"pk": request.pk} if page == "members:desk_change" else {}
    with translation.override(person.language):
        subjects = {
            "change_asked": _("A change is asked for"),
            "change_decided": _("Your request has been decided"),
        }
        notices.write(
            kind,
            f"change:{request.pk}",
            template=kind,
            subject=subjects[kind],
            to=person.email,
            language=person.language,
            context={
                "person": person,
                "change": request,
                "before": said(request.field, request.before),
                "after": said(request.field, request.after),
                "is_accepted": request.state == ChangeState.ACCEPTED,
                "url": absolute_url(page, language=person.language, **arguments),
            },
            person=person,
            organisation=request.organisation,
        )
