"""The page of open data: every set of public rows, its columns explained, and its files."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from members.open_data import SETS as OF_MEMBERS
from portal.lib import network
from portal.lib.open_data import (
    LICENCE,
    MEDIA_TYPES,
    TYPES,
    DataSet,
    content,
    fingerprint,
    package,
)
from portal.lib.public import reads_query
from programme.open_data import SETS as OF_PROGRAMME
from publications.open_data import SETS as OF_PUBLICATIONS
from regions.open_data import SETS as OF_REGIONS

SETS = {data.name: data for data in (*OF_PUBLICATIONS, *OF_MEMBERS, *OF_PROGRAMME, *OF_REGIONS)}


@login_not_required
@reads_query()
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/data.html", {"sets": list(map(shown, SETS.values()))})


@login_not_required
@reads_query()
def data_set(request: HttpRequest, name: str) -> HttpResponse:
    """The dictionary of one set: every column, its type, what it holds."""
    chosen = named(name)
    columns = [(column, TYPES[column.type]) for column in chosen.columns]
    return render(
        request,
        "portal/data_set.html",
        {"set": shown(chosen), "columns": columns, "key": chosen.key},
    )


def named(name: str) -> DataSet:
    if name not in SETS:
        raise Http404
    return SETS[name]


def shown(chosen: DataSet) -> dict:
    """A set with its files; size and day as they were when a file was last written whole."""
    known = cache.get_many([key(chosen, kind) for kind in MEDIA_TYPES])
    return {
        "name": chosen.name,
        "title": chosen.title,
        "says": chosen.says,
        "files": [
            {
                "kind": kind.upper(),
                "url": reverse("portal:data_file", kwargs={"name": chosen.name, "kind": kind}),
                "measured": known.get(key(chosen, kind)),
            }
            for kind in MEDIA_TYPES
        ],
    }


@login_not_required
@reads_query()
def data_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """One file of a set. A large one is written while it is sent, in constant memory."""
    chosen = named(name)
    if kind not in MEDIA_TYPES:
        raise Http404
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Access-Control-Allow-Origin": "*",
        "Link": f'<{LICENCE}>; rel="license", <{described(chosen)}>; rel="describedby"',
    }
    if not chosen.is_large:
        text = "".join(measured(chosen, kind))
        return HttpResponse(text, content_type=MEDIA_TYPES[kind], headers=headers)
    # Weak: what it says is the same, not the bytes of its compression.
    headers["ETag"] = f'W/"{fingerprint(chosen)}-{kind}"'
    unchanged = get_conditional_response(request, etag=headers["ETag"])
    if unchanged is not None:
        unchanged.headers["ETag"] = headers["ETag"]
        return unchanged
    return StreamingHttpResponse(
        measured(chosen, kind), content_type=MEDIA_TYPES[kind], headers=headers
    )


def described(chosen: DataSet) -> str:
    return reverse("portal:data_set", kwargs={"name": chosen.name})


def measured(chosen: DataSet, kind: str) -> Iterator[str]:
    """The content of the file; its size and the day are kept once it has been written whole."""
    size = 0
    for piece in content(chosen, kind):
        size += len(piece.encode())
        yield piece
    cache.set(key(chosen, kind), {"size": size, "on": timezone.localdate()}, timeout=None)


def key(chosen: DataSet, kind: str) -> str:
    return f"open-data:{chosen.name}:{kind}"


def measure():
    """Write every file whole, for the sizes on the page; nightly."""
    for chosen in SETS.values():
        for kind in MEDIA_TYPES:
            for _piece in measured(chosen, kind):
                pass


@login_not_required
@reads_query()
def data_package(request: HttpRequest) -> JsonResponse:
    """The same explanations for programs: a Data Package with a Table Schema for each set."""
    described = package(
        ((chosen, f"{chosen.name}.csv") for chosen in SETS.values()),
        title=f"{network.current().name()} – {_('Open data')}",
        page=reverse("portal:data"),
        version=timezone.localdate().isoformat(),
    )
    return JsonResponse(
        described,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Access-Control-Allow-Origin": "*"},
    )
