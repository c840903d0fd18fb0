"""The queue. A row in our tables is the truth; Celery only rings the bell."""

import os

from celery import Celery
from celery.signals import worker_process_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_shutdown.connect
def give_back(**_):
    """A process of the pool ends without its exit functions, and would leave its fonts behind."""
    from portal.lib.pdf import kept  # noqa: PLC0415  the settings come first

    kept.forget()
