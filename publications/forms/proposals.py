"""A text that a member proposes, in one language of its choice."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organisation, User
from portal.lib.translations import LANGUAGES, current_language
from portal.lib.versions import VersionedForm
from programme.models import Axis
from publications import credits, filing, proposing, publishing
from publications.filing import Upload
from publications.forms.records import with_linked
from publications.forms.texts import file_field, strip_field
from publications.models import Publication
from publications.models.life import StepKind
from regions.models import Country, Region

TEXTS = Publication.translated_fields


class ProposalForm(VersionedForm):
    """The texts in the language of the proposal, what they are about, and a file.

    The language is chosen once with the rest: what was written moves with it.
    """

    title = forms.CharField(label=gettext_lazy("Title"), max_length=250)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Two or three sentences, for lists and search."),
    )
    authors = forms.CharField(
        label=gettext_lazy("Authors"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("As they are to be printed, separated by semicolons."),
    )
    remove_file = forms.BooleanField(label=gettext_lazy("Remove this file"), required=False)

    class Meta:
        model = Publication
        fields = ("original_language", "kind", "level", "regions", "countries", "axes")
        widgets = {
            "regions": forms.CheckboxSelectMultiple,
            "axes": forms.CheckboxSelectMultiple,
            "countries": forms.SelectMultiple(attrs={"size": 8}),
        }

    field_order = (
        "original_language",
        "title",
        "summary",
        "body",
        "file",
        "remove_file",
        "strip_files",
        "authors",
        "kind",
        "level",
        "regions",
        "countries",
        "axes",
    )

    def __init__(self, *args, organisation: Organisation, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation, self.user = organisation, user
        self.upload: Upload | None = None
        record = self.instance
        self._language_before = record.original_language if record.pk else None
        self.fields["original_language"].label = _("Language")
        self.fields["body"] = Publication._meta.get_field("body_en").formfield(
            label=_("Text"), required=False
        )
        kept = record.files.first() if record.pk else None
        self.fields["file"] = file_field(kept)
        self.fields["strip_files"] = strip_field(user, record)
        if kept is None:
            del self.fields["remove_file"]
        linked = Q(publications=record) if record.pk else Q()
        axes, countries = Axis.objects.of_current_cycle(), Country.objects.in_order()
        self.fields["axes"].queryset = with_linked(axes, linked)
        self.fields["countries"].queryset = countries
        self.order_fields(self.field_order)
        for name in ("title", "summary", "body"):
            self.fields[name].widget.attrs["lang"] = self.language
        if record.pk is None:
            self._begin()
        else:
            for name in TEXTS:
                self.initial[name] = record.own_text(name, record.original_language)
            self.initial["authors"] = record.authors

    @property
    def language(self) -> str:
        """The language the person writes in, as far as it is known."""
        sent = self.data.get(self.add_prefix("original_language")) if self.is_bound else None
        known = sent or (self.instance.original_language if self.instance.pk else None)
        return known if known in LANGUAGES else current_language()

    def _begin(self):
        organisation = self.organisation
        regions = [organisation.country.region_id] if organisation.country_id else []
        regions = regions or list(organisation.regions.values_list("pk", flat=True))
        self.initial |= {
            "original_language": self.user.language,
            "level": "national" if organisation.country_id else "world",
            "regions": Region.objects.filter(pk__in=regions),
            "countries": [organisation.country_id] if organisation.country_id else [],
        }

    def stored_values(self) -> dict:
        record = self.instance
        texts = {name: record.own_text(name, record.original_language) for name in TEXTS}
        return super().stored_values() | texts | {"authors": record.authors}

    def clean(self):
        cleaned = super().clean()
        if upload := cleaned.get("file"):
            try:
                self.upload = filing.judge(upload, strip=bool(cleaned.get("strip_files")))
            except ValidationError as error:
                self.add_error("file", error)
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        record, language = self.instance, self.cleaned_data.get("original_language")
        if language is None:
            return
        for name in TEXTS:
            if name not in self.errors:
                setattr(record, f"{name}_{language}", self.cleaned_data.get(name) or None)
            if self._language_before not in (None, language):
                setattr(record, f"{name}_{self._language_before}", None)

    def record(self) -> bool:
        """Store text and file; False, the reason in the form, when that is refused."""
        language = self.instance.original_language
        uploads = {language: self.upload} if self.upload else {}
        moved = self._language_before not in (None, language)
        removed = [self._language_before] if moved else []
        if self.cleaned_data.get("remove_file") and not uploads:
            removed = [self._language_before]
        try:
            publishing.record(self.save, files=uploads, removed=removed)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def store(self) -> Publication:
        record, is_new = self.instance, self.instance.pk is None
        if is_new:
            record.proposed_by, record.proposed_for = self.user, self.organisation
            proposing.with_symbol(record, self._stored_whole)
            publishing.note(record, StepKind.RECORDED, by=self.user)
            return record
        publishing.keep_life(record)
        if record.state not in proposing.WITH_ORGANISATION:
            raise ValidationError(
                _("This text is no longer with you: %(state)s.")
                % {"state": record.get_state_display()},
                code="wrong_state",
            )
        return self._stored_whole()

    def _stored_whole(self) -> Publication:
        self.instance.save()
        self._save_m2m()
        if self.cleaned_data.get("authors", "") != self.instance.authors:
            credits.record(self.instance, credits.read(self.cleaned_data["authors"]))
        return self.instance
