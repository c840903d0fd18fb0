"""What editors and the secretariat fill in about readers, and for them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import DateInput, TranslatableForm
from portal.lib.translations import LANGUAGES
from publications.models import IssueCorrection


class LiftForm(forms.Form):
    """Which address may be written to again. Only its hash is on record, so it has to be given."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    why = forms.CharField(
        label=_("Why it may be written to again"), widget=forms.Textarea(attrs={"rows": 3})
    )


class IssueCorrectionForm(TranslatableForm):
    """What was put right, in three languages; the original language alone is obligatory."""

    class Meta:
        model = IssueCorrection
        fields = (
            *(f"wording_{code}" for code in LANGUAGES),
            "original_language",
            "made_on",
        )
        widgets = {"made_on": DateInput()}

    def store(self) -> IssueCorrection:
        correction = super().store()
        # A version of the issue, so that feeds tell that something about it has changed.
        correction.issue.save()
        return correction
