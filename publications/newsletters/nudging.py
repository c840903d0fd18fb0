"""Mails to who writes a letter: nothing new was found for an issue, or an issue is late.

Each is written once to a person and kept in the ledger of mails.
"""

import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import notices, preferences
from members.models import User
from members.models.mandates import MandateKind
from portal.lib.links import absolute_url
from publications.models import Issue, Newsletter
from publications.models.periods import Period
from publications.newsletters import rhythm, wording

EMPTY, LATE = "letter_empty", "letter_late"


def register():
    """Let people choose whether they are written to about the letters they write."""
    preferences.register(
        preferences.Topic(
            "letters", gettext_lazy("Letters to write, and late ones"), (EMPTY, LATE), for_desk=True
        )
    )


def editors(newsletter: Newsletter) -> list[User]:
    """The executives of its region; the secretariat for the world, and where there is none."""
    own = User.objects.acting_as(MandateKind.EXECUTIVE, region=newsletter.region)
    found = list(own.order_by("pk")) if newsletter.region else []
    return found or list(User.objects.acting_as(MandateKind.SECRETARIAT).order_by("pk"))


def tell_nothing_new(issue: Issue):
    """Write to who holds it, else to the editors, that there is nothing new in a draft."""
    for person in [issue.holder] if issue.holder else editors(issue.newsletter):
        write(EMPTY, f"issue:{issue.pk}", person, issue.newsletter, issue.stands_for, issue)


def late(now: datetime.datetime | None = None) -> list[tuple[Newsletter, Period, Issue | None]]:
    """The letters whose issue fell due so long ago that it is late, and has not left."""
    now = now or timezone.now()
    found = []
    for letter in Newsletter.objects.select_related("region").with_latest_issues():
        issues = letter.latest_issues
        if rhythm.is_late(letter, issues, now):
            period = rhythm.latest_due(letter, now)
            last = rhythm.last_day(letter, period)
            issue = next((one for one in issues if one.covers_until >= last), None)
            found.append((letter, period, issue))
    return found


def tell_late(now: datetime.datetime | None = None):
    """Write to the editors of each late letter, once for an issue."""
    for letter, period, issue in late(now):
        for person in editors(letter):
            write(LATE, f"letter:{letter.pk}:{period}", person, letter, period, issue)


def write(
    kind: str,
    key: str,
    person: User,
    newsletter: Newsletter,
    period: Period,
    issue: Issue | None,
):
    language = person.language
    with translation.override(language):
        subjects = {
            EMPTY: _("Nothing new for the letter %(letter)s, %(period)s"),
            LATE: _("The letter %(letter)s, %(period)s, is late"),
        }
        words = {
            "letter": newsletter.text("title", language).value,
            "period": wording.title(period),
        }
        page = {"symbol": issue.dashed_symbol} if issue else {}
        name = "newsletter_issue_desk" if issue else "newsletters_desk"
        notices.write(
            kind,
            key,
            template="letter_due",
            subject=subjects[kind] % words,
            to=person.email,
            language=language,
            context={
                "person": person,
                "is_late": kind == LATE,
                "due_on": rhythm.due_day(newsletter, period),
                "url": absolute_url(f"publications:{name}", language=language, **page),
                **words,
            },
            person=person,
        )
