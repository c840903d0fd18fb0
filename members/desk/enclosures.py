"""The documents that came with an application, for those who advise and decide."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from members.models import Application
from members.perms import may_open_desk
from portal.lib.access import permitted
from portal.lib.files import serving


@permitted(may_open_desk)
def document(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Always as a download: what a stranger sent is never shown inside the portal."""
    application = get_object_or_404(Application.objects.run_by(request.user), pk=pk)
    found = get_object_or_404(application.documents, pk=document)
    return serving.answer(
        request, found.file, name=found.name, media_type=found.media_type, as_attachment=True
    )
