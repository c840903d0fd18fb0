"""The choice of a value per field, when two records become one."""

from typing import NamedTuple

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.merging import KEPT, REMOVED
from portal.lib.wording import FieldName, field_name, in_words


class Compared(NamedTuple):
    """One field of two records: what each holds, and which of the two is chosen."""

    name: FieldName
    kept: str
    removed: str
    control: str
    choice: str


class MergeForm(forms.Form):
    """A radio pair for each field that differs, the fuller of the two records chosen first."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays in the history of the record that is kept."),
    )

    def __init__(
        self,
        *args,
        kept: models.Model,
        removed: models.Model,
        columns: list[models.Field],
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.pair = (kept, removed)
        self.columns = {one.name: one for one in columns}
        for name, one in self.columns.items():
            if self.value(kept, one) == self.value(removed, one):
                continue
            self.fields[f"take_{name}"] = forms.ChoiceField(
                choices=((KEPT, ""), (REMOVED, "")), initial=self.proposed(one), required=False
            )

    @staticmethod
    def value(record: models.Model, one: models.Field):
        return getattr(record, one.attname) or None

    def proposed(self, one: models.Field) -> str:
        """The kept record's own value, unless it has none; discretion is never lost unasked."""
        kept = self.pair[0]
        if one.name == "discreet":
            return KEPT if kept.discreet else REMOVED
        return KEPT if self.value(kept, one) is not None else REMOVED

    def rows(self) -> list[Compared]:
        """The fields that differ, each with what both records hold."""
        kept, removed = self.pair
        return [
            Compared(
                field_name(one),
                in_words(one, getattr(kept, one.name)),
                in_words(one, getattr(removed, one.name)),
                f"take_{name}",
                self[f"take_{name}"].value() or self.proposed(one),
            )
            for name, one in self.columns.items()
            if f"take_{name}" in self.fields
        ]

    def same(self) -> list[FieldName]:
        """The fields in which both records hold the same, and hold something."""
        return [
            field_name(one)
            for name, one in self.columns.items()
            if f"take_{name}" not in self.fields and self.value(self.pair[0], one) is not None
        ]

    def choices(self) -> dict[str, str]:
        """What the verb is told: field by field, whose value stands."""
        return {
            name: self.cleaned_data[f"take_{name}"] or self.proposed(one)
            for name, one in self.columns.items()
            if f"take_{name}" in self.fields
        }
