"""What the programme knows of an organisation, as a table to take away."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from members.own_data import Part, register
from programme.models import Event, Second


def seconds(organisation: Organisation) -> Iterator[tuple]:
    """The emerging issues that it seconds."""
    found = Second.objects.filter(organisation=organisation).select_related("issue", "by")
    for second in found.order_by("at", "pk"):
        title = second.issue.text("title")
        yield second.issue_id, title.value, title.language, second.at, str(second.by or "")


def events(organisation: Organisation) -> Iterator[tuple]:
    """The events that it took part in."""
    for event in Event.objects.filter(organisations=organisation).order_by("starts_at", "pk"):
        title = event.text("title")
        yield event.slug, title.value, title.language, event.starts_at, event.ends_at


def register_all():
    register(
        Part(
            "events",
            _("events that the organisation took part in"),
            ("event", "title", "language", "starts_at", "ends_at"),
            events,
        ),
        Part(
            "emerging_issues",
            _("emerging issues that the organisation seconds"),
            ("issue", "title", "language", "seconded_at", "by"),
            seconds,
        ),
    )
