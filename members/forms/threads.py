"""Writing in a thread, and finding threads at the desk."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import threads
from members.models import Organisation, Thread, User
from portal.lib import files as documents
from regions.models import Region


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []


class FilesField(forms.FileField):
    """Several documents, each judged by its content."""

    widget = FilesInput(attrs={"accept": documents.accepted(documents.ENCLOSURES)})

    def clean(self, data, initial=None):
        errors, found = [], []
        for file in data or []:
            try:
                file = super().clean(file, None)
                documents.inspect(
                    file,
                    name=file.name,
                    limit=threads.MAX_FILE_SIZE,
                    kinds=documents.ENCLOSURES,
                )
                found.append(file)
            except forms.ValidationError as error:
                errors += [f"{file.name}: {text}" for text in error.messages]
        if len(found) > threads.MAX_FILES:
            errors.append(_("Send at most %(number)d files.") % {"number": threads.MAX_FILES})
        if errors:
            raise forms.ValidationError(errors)
        return found


class MessageForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    files = FilesField(
        label=gettext_lazy("Documents"),
        required=False,
        help_text=gettext_lazy("PDF, ODT, DOCX, JPG or PNG, at most five, of at most 10 MB each."),
    )


class NewThreadForm(MessageForm):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)

    field_order = ("subject", "text", "files")


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("In charge"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, *args, thread: Thread, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = threads.possible_owners(thread)
        self.fields["owner"].initial = thread.owner_id


class FileUnderForm(forms.Form):
    """Which organisation a mail is from, by the last part of the address of its page."""

    organisation = forms.SlugField(
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("The last part of the address of its page, such as lake-council."),
    )

    def clean_organisation(self) -> Organisation:
        found = Organisation.objects.filter(slug=self.cleaned_data["organisation"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no such organisation."))
        return found


class ThreadFilter(forms.Form):
    """The filters of the desk’s list; whatever is wrong in the address is ignored."""

    STATES = (
        ("", gettext_lazy("waiting for us")),
        ("theirs", gettext_lazy("waiting for the organisation")),
        ("unverified", gettext_lazy("sender to be verified")),
        ("closed", gettext_lazy("closed")),
        ("all", gettext_lazy("All")),
    )

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)
    q = forms.CharField(
        label=gettext_lazy("Words in subject or name"), required=False, max_length=100
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    mine = forms.BooleanField(label=gettext_lazy("I am in charge"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.standing.is_secretariat:
            own = [region.pk for region in user.standing.regions]
            self.fields["region"].queryset = Region.objects.filter(pk__in=own)

    def apply(self, found):
        self.is_valid()
        chosen = self.cleaned_data
        if words := chosen.get("q"):
            found = found.mentioning(words)
        if chosen.get("region"):
            found = found.in_region(chosen["region"])
        if chosen.get("mine"):
            found = found.owned_by(self.user)
        match chosen.get("state"):
            case "theirs":
                return found.waiting_for_organisation()
            case "unverified":
                return found.unverified().order_by("waiting_since", "pk")
            case "closed":
                return found.closed().order_by("-closed_at", "pk")
            case "all":
                return found.with_latest().order_by("-latest_at", "-pk")
        return found.waiting_for_secretariat()
