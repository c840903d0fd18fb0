"""What applicants fill in, step by step."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.forms.facets import KIND_OF, facet_field
from members.models import Application, Category, Question
from members.models.applications import ApplicantRole, DocumentKind
from members.models.facets import FacetKind
from members.models.questions import QuestionKind
from portal.lib import files
from portal.lib.forms import GuardedForm
from portal.lib.translations import Language, current_language
from regions.models import Country, Region


class Relaxed(forms.BaseForm):
    """A form of which an unfinished part can be saved: nothing must be given yet."""

    def relax(self):
        for field in self.fields.values():
            field.required = False


def country_field(**options) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Country.objects.none(), label=_("Country of the organisation"), **options
    )


def regions_field(**options) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        Region.objects.none(),
        label=_("Regions of activity"),
        widget=forms.CheckboxSelectMultiple,
        **options,
    )


class BeginForm(GuardedForm):
    """The first step, for one category: where the organisation is, and where the link goes."""

    country = country_field()
    regions = regions_field()
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send you the link by which you can go on whenever you like."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = ("country", "regions", "email", "homepage", "shown_at")

    def __init__(self, *args, category: Category, **kwargs):
        super().__init__(*args, **kwargs)
        if category.needs_country:
            del self.fields["regions"]
            self.fields["country"].queryset = Country.objects.in_order()
        else:
            del self.fields["country"]
            self.fields["regions"].queryset = Region.objects.all()


class PlaceForm(forms.Form):
    """The same once a draft exists: the category can still be changed."""

    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("Category"), empty_label=None, widget=forms.RadioSelect
    )
    country = country_field(
        required=False, help_text=_("For an organisation that belongs to one country.")
    )
    regions = regions_field(
        required=False, help_text=_("For an organisation without a single country.")
    )
    language = forms.ChoiceField(
        label=_("Language in which you write, and in which we answer"), choices=Language
    )

    def __init__(self, *args, application: Application, **kwargs):
        initial = {
            "category": application.category_id,
            "country": application.country_id,
            "regions": list(application.regions.all()) if application.pk else [],
            "language": application.language,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["country"].queryset = Country.objects.in_order()
        self.fields["regions"].queryset = Region.objects.all()

    def values(self) -> dict:
        """What the category asks for; the other of the two is left out."""
        values = dict(self.cleaned_data)
        needs_country = values["category"].needs_country
        values["country"] = values["country"] if needs_country else None
        values["regions"] = [] if needs_country else list(values["regions"])
        return values


class OrganisationForm(Relaxed, forms.ModelForm):
    """Who applies: names, what it does, where it can be found."""

    name = forms.CharField(
        label=_("Name of the organisation"),
        max_length=200,
        help_text=_("In full, in the language in which you write."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    description = forms.CharField(
        label=_("What the organisation does"),
        max_length=5000,
        help_text=_("For whom, with whom, since when: ten lines are enough."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    themes = facet_field(FacetKind.THEME, _("Themes"))
    populations = facet_field(FacetKind.POPULATION, _("Populations"))
    working_languages = facet_field(FacetKind.LANGUAGE, _("Working languages"))

    class Meta:
        model = Application
        fields = (
            "name",
            "acronym",
            "description",
            "founded",
            "member_count",
            "website",
            "organisation_email",
            "asks_discretion",
        )
        labels = {
            "asks_discretion": _("Our membership must not be known"),
            "organisation_email": _("Public e-mail address of the organisation"),
            "founded": _("Founded in (year)"),
        }
        help_texts = {
            "asks_discretion": _(
                "For an organisation at risk. As a discreet member it appears nowhere public, and "
                "its application is seen by the region’s executive and the secretariat alone."
            ),
            "member_count": _("About how many associations or sections belong to it."),
        }

    field_order = (
        *("name", "acronym", "description", "founded", "member_count", "website"),
        *("organisation_email", "themes", "populations", "working_languages", "asks_discretion"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.category.has_own_members:
            del self.fields["member_count"]
        chosen = list(self.instance.facets.all())
        for name, kind in KIND_OF.items():
            self.fields[name].initial = [one.pk for one in chosen if one.kind == kind]
        self.fields["founded"].min_value = 1000

    def values(self) -> dict:
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        chosen = [one for name in KIND_OF for one in self.cleaned_data[name]]
        return {**given, "facets": chosen}


class PersonForm(Relaxed, forms.Form):
    """One person who would act for the organisation."""

    full_name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language for our mails"), choices=Language)

    def __init__(self, *args, is_optional: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_optional = is_optional
        self.fields["language"].initial = current_language()
        if is_optional:
            self.relax()

    def clean(self):
        cleaned = super().clean()
        given = bool(cleaned.get("full_name")), bool(cleaned.get("email"))
        if any(given) and not all(given) and not self.errors:
            missing = "email" if given[0] else "full_name"
            self.add_error(missing, _("Give both the name and the e-mail address."))
        return cleaned

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class PeopleForm:
    """The head and two contacts, each a form of its own under one button."""

    PLACES = (
        (ApplicantRole.HEAD, _("Head of the organisation"), False),
        (ApplicantRole.CONTACT, _("First contact"), False),
        (ApplicantRole.CONTACT, _("Second contact"), True),
    )

    def __init__(self, data=None, *, application: Application):
        known = {person.position: person for person in application.people.all()}
        self.parts = []
        for position, (kind, title, is_optional) in enumerate(self.PLACES):
            person = known.get(position)
            initial = (
                {
                    "full_name": person.full_name,
                    "email": person.email,
                    "language": person.language,
                }
                if person
                else None
            )
            form = PersonForm(
                data, prefix=f"person{position}", initial=initial, is_optional=is_optional
            )
            self.parts.append((kind, title, form))

    def relax(self):
        for _kind, _title, form in self.parts:
            form.relax()

    def is_valid(self) -> bool:
        if not all([form.is_valid() for _kind, _title, form in self.parts]):
            return False
        contacts = [form for kind, _title, form in self.parts if kind == ApplicantRole.CONTACT]
        first, second = (form.cleaned_data.get("email") for form in contacts)
        if first and first == second:
            contacts[1].add_error(
                "email", ValidationError(_("Give another person than the first contact."))
            )
            return False
        return True

    @property
    def errors(self) -> bool:
        return any(form.errors for _kind, _title, form in self.parts)

    def values(self) -> list[dict]:
        """The people given, each with its place; those left empty are left out."""
        return [
            {"kind": kind, "position": position, **form.cleaned_data}
            for position, (kind, _title, form) in enumerate(self.parts)
            if form.cleaned_data.get("full_name") and form.cleaned_data.get("email")
        ]


class QuestionsForm(Relaxed, forms.Form):
    """What the category asks, as its rows have it."""

    def __init__(self, *args, application: Application, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = list(application.category.questions.asked().prefetch_related("options"))
        given = {answer.question_id: answer for answer in application.answers.all()}
        for question in self.questions:
            answer = given.get(question.pk)
            self.fields[name_of(question)] = field_for(question)
            if answer is not None:
                self.initial[name_of(question)] = answer.option_id or answer.text

    def values(self) -> dict:
        return {question: self.cleaned_data[name_of(question)] for question in self.questions}


def name_of(question: Question) -> str:
    return f"question{question.pk}"


def field_for(question: Question) -> forms.Field:
    """The form field of a question's kind."""
    common = {
        "label": question.text,
        "help_text": question.help,
        "required": question.required,
    }
    if question.kind == QuestionKind.SHORT:
        return forms.CharField(max_length=200, **common)
    if question.kind == QuestionKind.YES_NO:
        return forms.ChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **common
        )
    if question.kind == QuestionKind.CHOICE:
        return forms.ModelChoiceField(
            question.options.all(), empty_label=None, widget=forms.RadioSelect, **common
        )
    return forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), **common)


class DocumentForm(forms.Form):
    """One document, and what it is."""

    kind = forms.ChoiceField(label=_("What it is"), choices=DocumentKind, required=False)
    file = forms.FileField(
        label=_("Document"),
        help_text=_("PDF, ODT, DOCX, JPG or PNG, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": files.accepted(files.ENCLOSURES)}),
    )


class SendForm(forms.Form):
    """The last word before an application leaves."""

    text = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    agrees = forms.BooleanField(
        label=_("I may speak for this organisation, and the people named agree to be named."),
    )

    def __init__(self, *args, is_answer: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_answer:
            del self.fields["text"]


class LinkForm(GuardedForm):
    """To which address the link to one's applications is sent again."""

    email = forms.EmailField(
        label=_("E-mail address given in the application"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("email", "homepage", "shown_at")
