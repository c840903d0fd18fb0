"""Who wrote a text, as rows of a form without any script: some are always left to be filled in."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organisation, User
from publications.credits import Credit
from publications.models import Author, Publication

SPARE = 2
MOST = 60
COLUMNS = ("name", "family_name", "affiliation", "orcid")


class OrganisationField(forms.CharField):
    """An organisation by its name or acronym, as it is typed: a list of all of them would be long,
    and tell whom one may not know of."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 300, "required": False, **options})
        self.known = Organisation.objects.none()

    def clean(self, value):
        typed = super().clean(value)
        return one_organisation(self.known, typed) if typed else None


def one_organisation(known, typed: str) -> Organisation:
    """The one that is called so. Raises ValidationError for none, and for several."""
    exact = list(known.filter(slug=typed)[:1])
    if exact:
        return exact[0]
    found = list(known.named(typed).in_order()[:4])
    same = [one for one in found if typed.casefold() in names_of(one)]
    if len(same) == 1:
        return same[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(
            _("No organisation is called “%(name)s”."), code="unknown", params={"name": typed}
        )
    raise ValidationError(
        _("Several organisations are called so: %(names)s. Write the whole name."),
        code="several",
        params={"names": "; ".join(str(one) for one in found)},
    )


def names_of(organisation: Organisation) -> set[str]:
    names = {organisation.own_text("name", code) for code in ("fr", "en", "es")}
    return {name.casefold() for name in (*names, organisation.acronym) if name}


class AuthorForm(forms.ModelForm):
    """One author: a person with a family name, or a body without one."""

    # Longer than what is kept: it may be pasted as an address.
    orcid = forms.CharField(
        label="ORCID",
        max_length=60,
        required=False,
        help_text=Author._meta.get_field("orcid").help_text,
    )
    organisation = OrganisationField(
        label=gettext_lazy("Member organisation"),
        help_text=gettext_lazy("Its name or acronym, if it is one of the network."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place"), required=False, min_value=1, max_value=MOST
    )
    leaves = forms.BooleanField(label=gettext_lazy("Take out"), required=False)

    class Meta:
        model = Author
        fields = COLUMNS

    field_order = ("name", "family_name", "affiliation", "orcid", "organisation", "position")

    def clean_orcid(self) -> str:
        return self.cleaned_data["orcid"].strip().removeprefix("https://orcid.org/").upper()

    def _post_clean(self):
        # The organisation is no column of this form: it comes by its name.
        organisation = self.cleaned_data.pop("organisation", None)
        super()._post_clean()
        self.instance.organisation = organisation
        self.cleaned_data["organisation"] = organisation

    def credit(self) -> Credit:
        data = self.cleaned_data
        return Credit(*(data[name] for name in COLUMNS), organisation=data["organisation"])


class AuthorRows(forms.BaseFormSet):
    """The authors of one publication, in the order of their places.

    ``version`` is a fingerprint of the rows that were shown: what somebody else has written in the
    meantime is not overwritten unseen.
    """

    def __init__(self, *args, publication: Publication | None, user: User, **kwargs):
        self.publication = publication
        saved = publication is not None and publication.pk is not None
        self.rows = list(publication.credits.select_related("organisation")) if saved else []
        self.known = Organisation.objects.visible_to(user)
        linked = [row.organisation_id for row in self.rows if row.organisation_id]
        seen = set(self.known.filter(pk__in=linked).values_list("pk", flat=True)) if linked else ()
        # What the person may not know of is neither shown nor lost.
        self.hidden = {
            place: row.organisation
            for place, row in enumerate(self.rows)
            if row.organisation_id and row.organisation_id not in seen
        }
        initial = [
            {name: getattr(row, name) for name in COLUMNS}
            | {
                "organisation": "" if place in self.hidden else str(row.organisation or ""),
                "position": place + 1,
            }
            for place, row in enumerate(self.rows)
        ]
        super().__init__(*args, initial=initial, prefix="authors", **kwargs)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["organisation"].known = self.known
        if index is None or index >= self.initial_form_count():
            form.empty_permitted = True
            del form.fields["leaves"]

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "use_required_attribute": False}

    @property
    def version(self) -> str:
        told = "\x1f".join(
            "\x1e".join([*(getattr(row, name) for name in COLUMNS), str(row.organisation_id or "")])
            for row in self.rows
        )
        return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()

    @property
    def was_sent(self) -> bool:
        """Whether the page sent rows of authors at all."""
        return self.is_bound and self.add_prefix_of("TOTAL_FORMS") in self.data

    def add_prefix_of(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def clean(self):
        shown = self.data.get(self.add_prefix_of("version"))
        if shown and shown != self.version:
            raise ValidationError(
                _("Somebody else has changed the authors meanwhile. They are: %(authors)s."),
                code="changed_meanwhile",
                params={"authors": "; ".join(row.name for row in self.rows) or "–"},
            )

    def credits(self) -> list[Credit]:
        """The authors in their order; a row without a place comes after those that have one."""
        kept = [
            (form.cleaned_data.get("position") or MOST + 1, place, form.credit())
            for place, form in enumerate(self.forms)
            if form.cleaned_data.get("name") and not form.cleaned_data.get("leaves")
        ]
        return [
            credit._replace(organisation=credit.organisation or self.hidden.get(place))
            for _position, place, credit in sorted(kept, key=lambda one: one[:2])
        ]


def author_rows(*args, **kwargs) -> AuthorRows:
    made = forms.formset_factory(
        AuthorForm, formset=AuthorRows, extra=SPARE, max_num=MOST, absolute_max=MOST * 2
    )
    return made(*args, **kwargs)
