"""What is missing in which language, for what a person runs."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Organisation, User
from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import Page
from programme.models import Axis, Event
from publications.models import Publication
from regions.models import Region


class Coverage(NamedTuple):
    """How many texts of a kind one language has, of how many: ready, to revise, missing."""

    language: str
    total: int
    ready: int
    outdated: int
    missing: int


class MatrixRow(NamedTuple):
    name: str
    url: str
    cells: list[Coverage]


def translation_matrix(user: User) -> list[MatrixRow]:
    """Per kind of text and language, what there is: one query a kind."""
    rows = [
        (
            _("Publications"),
            reverse("publications:desk_list"),
            Publication.objects.editable_by(user),
        ),
        (
            _("Organisations"),
            reverse("members:desk_organisations"),
            Organisation.objects.run_by(user),
        ),
    ]
    if user.standing.is_secretariat:
        records = reverse("admin:programme_event_changelist")
        rows += [
            (_("Events"), records, Event.objects.all()),
            (_("Axes"), reverse("admin:programme_axis_changelist"), Axis.objects.all()),
            (_("Regions"), reverse("regions:desk_regions"), Region.objects.all()),
            (_("Pages"), reverse("portal:desk_pages"), Page.objects.all()),
        ]
    return [MatrixRow(name, url, coverage(found)) for name, url, found in rows]


def coverage(found: QuerySet, languages: Iterable[str] = LANGUAGES) -> list[Coverage]:
    counts = {
        f"{state}_{code}": Count("pk", filter=Q(**{f"state_{code}": state}), distinct=True)
        for code in languages
        for state in (TranslationState.READY, TranslationState.OUTDATED, TranslationState.MISSING)
    }
    result = found.order_by().aggregate(total=Count("pk", distinct=True), **counts)
    return [
        Coverage(
            code,
            result["total"],
            result[f"ready_{code}"],
            result[f"outdated_{code}"],
            result[f"missing_{code}"],
        )
        for code in languages
    ]
