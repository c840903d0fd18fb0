"""What is read, for those who edit it and for the organisations that wrote it."""

from collections import defaultdict

from django import forms
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.perms import may_open_desk
from members.space.own import own_organisations
from portal import texts
from portal.lib.access import permitted
from portal.lib.sheets.writing import CSV, MEDIA_TYPES, Sheet, written
from portal.lib.translations import LANGUAGES
from portal.models import DailyReads
from portal.models.reads import RECENT_DAYS, Medium
from portal.texts import TextKind, records_of
from publications.models import Publication

PER_PAGE = 50
PERIODS = (30, RECENT_DAYS, 365)


class Sums(dict):
    """Reads by language of one text; ``files`` are those of its files."""

    files = 0

    @property
    def total(self) -> int:
        return sum(self.values())

    @property
    def cells(self) -> list[tuple[str, int]]:
        return [(code, self.get(code, 0)) for code in LANGUAGES]


def sums(kind: str, keys=None, *, days: int = RECENT_DAYS) -> dict[str, Sums]:
    """The reads of each text of a kind in the last days, in one query."""
    rows = DailyReads.objects.filter(kind=kind).recent(days)
    if keys is not None:
        rows = rows.of(kind, keys)
    found: dict[str, Sums] = defaultdict(Sums)
    counted = rows.order_by().values_list("key", "language", "medium").annotate(Sum("count"))
    for key, language, medium, number in counted:
        found[key][language] = found[key].get(language, 0) + number
        if medium == Medium.FILE:
            found[key].files += number
    return found


class ReadersFilter(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    days = forms.TypedChoiceField(label=gettext_lazy("Period"), required=False, coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in texts.kinds()]
        self.fields["days"].choices = [
            (days, _("the last %(days)d days") % {"days": days}) for days in PERIODS
        ]

    def chosen(self) -> tuple[TextKind, int]:
        self.is_valid()
        kind = texts.kind_with(self.cleaned_data.get("kind") or "publication")
        return kind, self.cleaned_data.get("days") or RECENT_DAYS


def read_rows(kind: TextKind, rows, *, days: int) -> list[tuple[str, Sums]]:
    """The texts among these rows that were read, the most read first."""
    found = sums(kind.code, days=days)
    own = {str(pk) for pk in rows.order_by().values_list("pk", flat=True)}
    read = [(key, one) for key, one in found.items() if key in own]
    return sorted(read, key=lambda pair: (-pair[1].total, pair[0]))


@permitted(may_open_desk)
def readers(request: HttpRequest) -> HttpResponse:
    """The most read of a kind, among what the person edits."""
    given = {"kind": "publication", "days": RECENT_DAYS} | request.GET.dict()
    filters = ReadersFilter(given)
    kind, days = filters.chosen()
    rows = kind.editable_by(request.user)
    page = Paginator(read_rows(kind, rows, days=days), PER_PAGE).get_page(request.GET.get("page"))
    records = records_of(kind, rows, [key for key, _sums in page])
    context = {
        "filters": filters,
        "page": page,
        "rows": [
            {
                "title": records[key].text(kind.title_field),
                "url": kind.edit_url(records[key]),
                "sums": one,
            }
            for key, one in page
        ],
        "csv_query": request.GET.urlencode(),
    }
    return render(request, "portal/readers.html", context)


@permitted(may_open_desk)
def readers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Day by day, the same texts; names of columns that do not change."""
    kind, days = ReadersFilter(request.GET).chosen()
    own = {str(pk) for pk in kind.editable_by(request.user).order_by().values_list("pk", flat=True)}
    return table(kind, own, days)


def table(kind: TextKind, own: set[str], days: int) -> StreamingHttpResponse:
    counted = DailyReads.objects.filter(kind=kind.code).recent(days)
    rows = counted.order_by("day", "key", "language", "medium").values_list(
        "day", "kind", "key", "language", "medium", "count"
    )
    header = ["day", "kind", "key", "language", "medium", "reads"]
    lines = (list(row) for row in rows.iterator(chunk_size=2000) if row[2] in own)
    name = f"{_('reads')}-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        written(CSV, [Sheet("reads", chain_of(header, lines))]),
        content_type=MEDIA_TYPES[CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def chain_of(header: list, lines):
    yield header
    yield from lines


def own_readers(request: HttpRequest) -> HttpResponse:
    """How often the texts that an organisation contributed to are read."""
    organisations = list(own_organisations(request.user))
    shown = Publication.objects.visible_to(request.user).published()
    found = list(shown.filter(organisations__in=organisations).distinct().newest_first())
    counted = sums("publication", [record.pk for record in found])
    rows = [{"record": record, "sums": counted[str(record.pk)]} for record in found]
    return render(request, "portal/own_readers.html", {"rows": rows})
