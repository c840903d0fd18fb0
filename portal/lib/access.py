"""The third ring of access: an act is refused to whom its predicate does not allow it."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def permitted(predicate: Callable[..., bool]) -> Callable[[View], View]:
    """A view that only people for whom ``predicate(user)`` holds may open; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args, **kwargs):
            if not predicate(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate
