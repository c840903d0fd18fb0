"""The life of an application: begun, filled in, sent, answered, withdrawn, forgotten."""

import datetime
import ipaddress
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from members import advising, dossier, enclosures, seats, tracking
from members.models import (
    Application,
    ApplicationEvent,
    ApplicationPerson,
    Category,
    Notice,
    Organisation,
    User,
)
from members.models.applications import (
    CLOSED,
    EDITABLE,
    OPEN,
    STEPS,
    ApplicationEventKind,
    ApplicationState,
)
from members.models.questions import QuestionKind
from regions.models import Country, Region

# Drafts that may wait under one mail address, and be begun from one network address in a day.
DRAFTS_OF_ONE_ADDRESS = 3
DRAFTS_OF_ONE_CLIENT = 5


# -- From state to state ---------------------------------------------------------------------------


def move(
    application: Application,
    to: str,
    *,
    kind: str,
    by: User | None = None,
    text: str = "",
    public_from: datetime.datetime | None = None,
) -> ApplicationEvent:
    """Take an application to another state and keep what happened, who did it and who may know.

    Raises ValidationError when there is no such step from where it stands by now: the row is
    locked and read again, since two people may decide at once.
    """
    with transaction.atomic():
        before = lock(application).state
        if to not in STEPS[ApplicationState(before)]:
            raise ValidationError(
                _("An application that is “%(before)s” cannot become “%(after)s”."),
                code="no_such_step",
                params={
                    "before": ApplicationState(before).label,
                    "after": ApplicationState(to).label,
                },
            )
        now = timezone.now()
        application.state = to
        application.submitted_at = application.submitted_at or now
        application.closed_at = now if to in CLOSED else None
        application.touched_at = now
        application.save(update_fields=["state", "submitted_at", "closed_at", "touched_at"])
        # What was decided and not yet told is not told any more once something else happens.
        application.events.filter(public_from__gt=now).update(public_from=None)
        return note(application, kind=kind, by=by, text=text, public_from=public_from)


def note(
    application: Application,
    *,
    kind: str,
    by: User | None = None,
    text: str = "",
    public_from: datetime.datetime | None = None,
) -> ApplicationEvent:
    """Keep an event without a change of state. ``public_from`` None keeps it from the applicant."""
    now = timezone.now()
    return application.events.create(
        kind=ApplicationEventKind(kind),
        state=application.state,
        by=by,
        text=text,
        at=now,
        public_from=None if public_from is None else max(public_from, now),
    )


def lock(application: Application) -> Application:
    """The row as it stands now, kept for us until the transaction ends."""
    return Application.objects.select_for_update(of=("self",)).get(pk=application.pk)


# -- Filling it in ---------------------------------------------------------------------------------


def client_of(address: str) -> str:
    """A fingerprint of a network address, by which drafts are counted and nobody is found.

    Whoever has one IPv6 address has the whole /64.
    """
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        place = address
    else:
        if place.version == 6:
            place = ipaddress.ip_network((place, 64), strict=False)
    return salted_hmac("members.applying", str(place)).hexdigest()


def begin(
    *,
    category: Category,
    country: Country | None,
    regions: Iterable[Region] = (),
    email: str,
    language: str,
    address: str,
) -> Application:
    """Begin a draft and mail the link to it. Raises ValidationError beyond the quota, or as
    ``check_place`` does."""
    email, client = email.lower(), client_of(address)
    regions = list(regions)
    check_place(category=category, country=country, regions=regions)
    check_quota(email=email, client=client)
    with transaction.atomic():
        application = Application.objects.create(
            category=category, country=country, email=email, language=language, client=client
        )
        application.regions.set(regions)
        tracking.write_link(application)
    return application


def check_quota(*, email: str, client: str):
    """Raises ValidationError when too many drafts wait already."""
    if Application.objects.drafts().filter(email=email).count() >= DRAFTS_OF_ONE_ADDRESS:
        raise ValidationError(
            _(
                "Several applications are already being prepared under this address. "
                "Ask for the link and go on with one of them."
            ),
            code="too_many_drafts",
        )
    since = timezone.now() - datetime.timedelta(days=1)
    begun = Application.objects.filter(client=client, begun_at__gte=since)
    if begun.count() >= DRAFTS_OF_ONE_CLIENT:
        raise ValidationError(
            _(
                "Many applications were begun from your network today. Try again tomorrow, "
                "or write to the secretariat."
            ),
            code="too_many_begun",
        )


def check_place(*, category: Category, country: Country | None, regions: list[Region]):
    """Whether an organisation of that place can apply in the category.

    Raises ValidationError without a country or region, or when somebody holds the country's seat
    of whom it may be said. Behind a discreet holder the application goes on in silence.
    """
    if category.needs_country and country is None:
        raise ValidationError({"country": _("Choose the country of the organisation.")})
    if not category.needs_country and not regions:
        raise ValidationError({"regions": _("Choose at least one region.")})
    if holder := seats.holder_to_tell(country, category):
        raise ValidationError(seat_message(category, country, holder), code="seat_taken")


def other_category(category: Category) -> Category | None:
    """In which category an organisation of the same country can apply beside the seat's holder."""
    beside = Category.objects.filter(needs_country=True, unique_per_country=False)
    return beside.exclude(pk=category.pk).first()


def seat_message(category: Category, country: Country, holder: Organisation) -> str:
    words = {
        "country": country.name,
        "category": category.code,
        "name": holder.text("name").value,
    }
    since = holder.member_since
    if since is None:
        first = _("%(country)s has a member of category %(category)s already: %(name)s.") % words
    else:
        words["year"] = since.year
        first = (
            _("%(country)s has had a member of category %(category)s since %(year)s: %(name)s.")
            % words
        )
    other = other_category(category)
    if other is None:
        return f"{first} {_('Write to the region.')}"
    second = _("Apply in category %(other)s, or write to the region.") % {"other": other.code}
    return f"{first} {second}"


@transaction.atomic
def set_place(
    application: Application,
    *,
    category: Category,
    country: Country | None,
    regions: Iterable[Region] = (),
    language: str,
):
    """Raises ValidationError as ``check_place`` does."""
    regions = list(regions)
    check_place(category=category, country=country, regions=regions)
    change(application, category=category, country=country, language=language)
    application.regions.set(regions)


@transaction.atomic
def set_organisation(application: Application, *, facets: Iterable = (), **values):
    change(application, **values)
    application.facets.set(facets)


@transaction.atomic
def set_people(application: Application, people: Iterable[dict]):
    """Put the head and the contacts, each with its position, in place of those given before."""
    change(application)
    application.people.all().delete()
    ApplicationPerson.objects.bulk_create(
        ApplicationPerson(application=application, **person) for person in people
    )


@transaction.atomic
def set_answers(application: Application, answers: dict):
    """Keep the answers, a question to a text or an option; an empty one is taken away."""
    change(application)
    for question, answer in answers.items():
        if not answer:
            application.answers.filter(question=question).delete()
            continue
        is_option = question.kind == QuestionKind.CHOICE
        application.answers.update_or_create(
            question=question,
            defaults={"option": answer if is_option else None, "text": "" if is_option else answer},
        )


def change(application: Application, **values):
    """Write values of an application that its applicant may still change, or refuse to."""
    if lock(application).state not in EDITABLE:
        raise no_longer_editable()
    for name, value in values.items():
        setattr(application, name, value)
    application.touched_at = timezone.now()
    application.save(update_fields=[*values, "touched_at"])


def no_longer_editable() -> ValidationError:
    return ValidationError(
        _("This application has been sent and can no longer be changed."), code="not_editable"
    )


# -- Sending, answering, withdrawing ---------------------------------------------------------------


@transaction.atomic
def submit(application: Application, *, text: str = "") -> ApplicationEvent:
    """Send a complete draft, or the answer to what was asked, to the network.

    What changed since it was last sent is kept for the reviewers. Raises ValidationError when
    something is lacking, when the seat has been taken meanwhile, or when it was sent already.
    """
    if lock(application).state not in EDITABLE:
        raise no_longer_editable()
    if dossier.lacking(application):
        raise ValidationError(_("Something is still missing. See the list."), code="incomplete")
    check_place(
        category=application.category,
        country=application.country,
        regions=list(application.regions.all()),
    )
    is_answer = application.state == ApplicationState.MORE_ASKED
    before, application.sent_as = application.sent_as, dossier.as_sent(application)
    application.client = ""
    application.save(update_fields=["sent_as", "client"])
    kind = ApplicationEventKind.ANSWERED if is_answer else ApplicationEventKind.SUBMITTED
    event = move(
        application,
        ApplicationState.SUBMITTED,
        kind=kind,
        text=text,
        public_from=timezone.now(),
    )
    if is_answer and (changed := dossier.changes(before, application.sent_as)):
        note(application, kind=ApplicationEventKind.NOTE, text=changed)
    tracking.write_received(application, event)
    advising.ask_regions(application)
    return event


@transaction.atomic
def ask_more(application: Application, *, text: str, by: User) -> ApplicationEvent:
    """Ask the applicant for more, and tell them by mail. Raises ValidationError without a text."""
    if not text.strip():
        raise ValidationError({"text": _("Say what is asked.")}, code="no_text")
    event = move(
        application,
        ApplicationState.MORE_ASKED,
        kind=ApplicationEventKind.MORE_ASKED,
        by=by,
        text=text,
        public_from=timezone.now(),
    )
    tracking.write_more_asked(application, event)
    return event


def withdraw(application: Application, *, text: str = "") -> ApplicationEvent:
    """The applicant takes the application back; a draft is erased with ``erase``.

    Raises ValidationError when it is no longer open, which does not tell what was decided.
    """
    with transaction.atomic():
        if lock(application).state not in OPEN:
            raise ValidationError(
                _("This application can no longer be withdrawn. Write to the secretariat."),
                code="not_open",
            )
        return move(
            application,
            ApplicationState.WITHDRAWN,
            kind=ApplicationEventKind.WITHDRAWN,
            text=text,
            public_from=timezone.now(),
        )


def erase(application: Application):
    """Erase a draft with its files and the mails about it. Raises ValidationError once sent."""
    with transaction.atomic():
        if lock(application).state != ApplicationState.DRAFT:
            raise no_longer_editable()
        # The files go first: should this be interrupted, the next run finds the row again.
        enclosures.erase_files(application)
        Notice.objects.filter(
            kind__startswith="application_", key__startswith=tracking.key_of(application)
        ).delete()
        application.delete()


def forget_drafts(today: datetime.date) -> int:
    """Erase the drafts nobody has touched for thirty days. Returns how many there were."""
    midnight = timezone.make_aware(datetime.datetime.combine(today, datetime.time()))
    forgotten = list(Application.objects.forgotten(midnight))
    for application in forgotten:
        erase(application)
    return len(forgotten)
