"""The floor of pages: a list of the same twenty texts as a fresh Django project would write it.

The middleware of `startproject`, one query, a template with a link, a date and a title a row.
"""

from django.http import HttpResponse
from django.template import Context, Engine
from django.urls import path

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATE = Engine(builtins=["django.templatetags.i18n"]).from_string(
    """<!doctype html><html lang="fr"><head><title>{% translate "Publications" %}</title></head>
    <body><nav><a href="{% url "list" %}">{% translate "Publications" %}</a></nav><main><ul>
    {% for row in rows %}<li><a href="{% url "detail" row.dashed_symbol %}">{{ row.title }}</a>
    {{ row.symbol }} {{ row.get_kind_display }} {{ row.published_on|date:"DATE_FORMAT" }}
    <p>{{ row.summary }}</p></li>{% endfor %}</ul></main></body></html>"""
)


def listed(request):
    from publications.models import Publication  # noqa: PLC0415  once the apps are loaded

    rows = Publication.objects.filter(state="published").order_by("-published_on", "-symbol")[:20]
    return HttpResponse(TEMPLATE.render(Context({"rows": rows})))


urlpatterns = [
    path("bare/", listed, name="list"),
    path("bare/<slug:symbol>/", listed, name="detail"),
]
