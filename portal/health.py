"""Whether the process lives (/healthz), and whether the house can work (/readyz)."""

from django.http import HttpRequest, HttpResponse


class HealthMiddleware:
    """Answers /healthz before everything else: the process alone, without database or host."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return self.get_response(request)
