"""Example emerging issues: flagged, seconded, one closed, and three that rise to the world."""

import datetime

from django.utils import timezone

from members.models import Organisation, User
from portal.demo.texts import originally, read, texts
from programme import emerging
from programme.models import Challenge, EmergingIssue, Ending, Second
from regions.models import Country, Region


def create_emerging_issues(secretary: User) -> int:
    """Make the example issues unless there are any, and say how many were made."""
    if EmergingIssue.objects.exists():
        return 0
    today = timezone.localdate()
    rows = read("emerging")["issues"]
    for row in sorted(rows, key=lambda row: -row["days"]):
        issue = create_issue(row, today)
        second(issue, row["seconds"], secretary)
        emerging.lift(issue.flagged_on)
    for row in rows:
        if "closed" in row:
            issue = EmergingIssue.objects.get(**texts(row, "title", "why", "outcome"))
            emerging.close(
                issue, ending=Ending.ACTED, day=today - datetime.timedelta(days=row["closed"])
            )
    return len(rows)


def create_issue(row: dict, today: datetime.date) -> EmergingIssue:
    fields = ("title", "why", "outcome") if "closed" in row else ("title", "why")
    issue = EmergingIssue.objects.create(
        region=Region.objects.get(code=row["region"]),
        challenge=Challenge.objects.get(number=row["challenge"]),
        urgency=row["urgency"],
        source=row["source"],
        flagged_on=today - datetime.timedelta(days=row["days"]),
        original_language=originally(row),
        **texts(row, *fields),
    )
    issue.countries.set(Country.objects.filter(pk__in=row.get("countries", ())))
    return issue


def second(issue: EmergingIssue, number: int, by: User):
    """So many members of the region second it, the first of them by their address."""
    members = Organisation.objects.public().in_region(issue.region).order_by("slug")
    for organisation in members[:number]:
        Second.objects.create(issue=issue, organisation=organisation, by=by)
