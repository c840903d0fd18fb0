"""The kinds of work in the queue: where each is found, how it is told, what can be done at once.

A new kind is one `Kind` in the module of its concept; its rows come from a queryset method of the
model it is about. Here stands the order in which they are shown.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from members import candidates, likenesses
from portal.kinds import translations
from portal.kinds.correspondence import MESSAGES, NOTICES, THREADS
from portal.kinds.library import PUBLICATIONS
from portal.kinds.memberships import APPLICATIONS, DEROGATIONS, INVOICES
from portal.kinds.organisations import CHANGES, ORGANISATIONS
from portal.work import Tally, Weight

KINDS = (
    MESSAGES,
    THREADS,
    APPLICATIONS,
    CHANGES,
    *ORGANISATIONS[:1],
    PUBLICATIONS[1],
    NOTICES,
    PUBLICATIONS[0],
    *ORGANISATIONS[1:4],
    INVOICES,
    DEROGATIONS,
    *ORGANISATIONS[4:],
    *PUBLICATIONS[2:],
)
TALLIES = (
    Tally(
        code="duplicates",
        weight=Weight.WATCH,
        name=gettext_lazy("Probable duplicates"),
        count=lambda user: len(candidates.organisations_alike(user)),
        page=lambda: reverse("members:desk_merges"),
    ),
    Tally(
        code="matches",
        weight=Weight.FOLLOW,
        name=gettext_lazy("Matches to decide"),
        count=lambda user: len(likenesses.proposals(user)),
        page=lambda: reverse("members:desk_matches"),
    ),
    *translations.TALLIES,
)
