"""The settings with a schedule that looks after letters every few seconds, and does nothing else.

What takes minutes in production takes seconds in a test; only how often the bell rings differs.
"""

from portal.settings import *  # noqa: F403

CELERY_BEAT_SCHEDULE = {
    "send-due-issues": {"task": "publications.send_due_issues", "schedule": 3.0},
}
