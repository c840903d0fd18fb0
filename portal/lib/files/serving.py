"""Hands a stored file to a reader who may have it.

Behind a web server that knows how, the portal only says which file it is (X-Accel-Redirect,
X-Sendfile), and the server sends it. Otherwise the portal streams it itself, whole or the part
that a reader on a slow line still lacks. No folder of files is ever published.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

CHUNK = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def answer(
    request: HttpRequest,
    file: FieldFile,
    *,
    name: str,
    media_type: str,
    digest: str = "",
    as_attachment: bool = False,
) -> HttpResponse:
    """The file under a name. With its digest it is not sent to who has it already.

    Raises Http404 when the storage has it no longer.
    """
    if not file or not file.storage.exists(file.name):
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff"}
    if digest:
        headers["ETag"] = f'"{digest}"'
        # Answered before the file is opened: what the reader has already is not read again.
        unchanged = get_conditional_response(request, etag=headers["ETag"])
        if unchanged is not None:
            unchanged.headers["ETag"] = headers["ETag"]
            return unchanged
    disposition = content_disposition_header(as_attachment, name)
    headers |= {"Content-Type": media_type, "Content-Disposition": disposition}
    if told := place(file):
        return HttpResponse(headers=headers | told)
    headers["Accept-Ranges"] = "bytes"
    return streamed(request, file, headers)


def place(file: FieldFile) -> dict[str, str]:
    """What tells the web server where the file lies, if it is to send it and can reach it."""
    if not isinstance(file.storage, FileSystemStorage) and not isinstance(
        getattr(file.storage, "_wrapped", None), FileSystemStorage
    ):
        return {}
    if settings.X_ACCEL_PREFIX:
        return {"X-Accel-Redirect": quote(f"{settings.X_ACCEL_PREFIX}{file.name}")}
    if settings.X_SENDFILE:
        return {"X-Sendfile": file.path}
    return {}


# -- Sent by the portal itself ---------------------------------------------------------------------


def streamed(request: HttpRequest, file: FieldFile, headers: dict[str, str]) -> HttpResponse:
    size = file.size
    wanted = wanted_part(request, size, headers.get("ETag", ""))
    if wanted is None:
        whole = FileResponse(file.open("rb"), content_type=headers["Content-Type"])
        # Put in afterwards: it would say the name of the stored file.
        for header, value in headers.items():
            whole.headers[header] = value
        return whole
    first, last = wanted
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingHttpResponse(Part(file.open("rb"), first, last), status=206, headers=headers)


def wanted_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and last byte asked for; the first after the last where there are none such.

    None for the whole file: also when several parts are asked for at once, or a part of a file
    that has been replaced since.
    """
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or found is None or found[0] == "bytes=-":
        return None
    condition = request.headers.get("If-Range", "")
    if condition and condition != etag:
        return None
    if not found[1]:
        return (max(size - int(found[2]), 0), size - 1) if int(found[2]) else (size, size - 1)
    first = int(found[1])
    if found[2] and int(found[2]) < first:
        return None
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return (first, last) if first < size else (size, size - 1)


class Part:
    """Some bytes of a file, which is closed with the answer."""

    def __init__(self, file: BinaryIO, first: int, last: int):
        self.file, self.first, self.left = file, first, last - first + 1

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        while self.left > 0 and (chunk := self.file.read(min(CHUNK, self.left))):
            self.left -= len(chunk)
            yield chunk

    def close(self):
        self.file.close()
