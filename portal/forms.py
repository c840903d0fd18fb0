"""Forms of the roof's public pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import ContactMessage
from regions.models import Region


class ContactForm(forms.ModelForm):
    """A message from a reader. ``website`` is a trap: people do not see it, programs fill it."""

    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("To"),
        required=False,
        empty_label=_("The secretariat"),
        to_field_name="code",
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    class Meta:
        model = ContactMessage
        fields = ("region", "name", "email", "subject", "text")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "text": forms.Textarea(attrs={"rows": 8}),
        }

    field_order = ("region", "name", "email", "subject", "text", "website")

    def save_unless_trapped(self, *, language: str) -> ContactMessage | None:
        """Put the message into the queue; what fell into the trap is dropped without a word."""
        if self.cleaned_data.get("website"):
            return None
        self.instance.language = language
        return self.save()
