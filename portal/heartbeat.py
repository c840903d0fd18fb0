"""Signs of life of the two processes that nobody sees: the worker and the schedule."""

from celery.signals import before_task_publish
from django.db import close_old_connections

from portal.models import Heartbeat

TASK = "portal.heartbeat"


def listen():
    """Note, whenever the schedule rings the heartbeat's bell, that the schedule is alive."""
    before_task_publish.connect(note_schedule, sender=TASK, dispatch_uid="portal.heartbeat")


def note_schedule(**_):
    close_old_connections()  # the schedule runs for weeks and handles no requests
    Heartbeat.record(Heartbeat.Kind.SCHEDULE)


def note_worker():
    Heartbeat.record(Heartbeat.Kind.WORKER)
