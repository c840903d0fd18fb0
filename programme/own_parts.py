"""What the programme knows of an organisation, as a table to take away."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from members.own_data import Part, register
from programme.models import Second


def seconds(organisation: Organisation) -> Iterator[tuple]:
    """The emerging issues that it seconds."""
    found = Second.objects.filter(organisation=organisation).select_related("issue", "by")
    for second in found.order_by("at", "pk"):
        title = second.issue.text("title")
        yield second.issue_id, title.value, title.language, second.at, str(second.by or "")


def register_all():
    register(
        Part(
            "emerging_issues",
            _("emerging issues that the organisation seconds"),
            ("issue", "title", "language", "seconded_at", "by"),
            seconds,
        )
    )
