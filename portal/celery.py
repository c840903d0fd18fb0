"""The queue. A row in our tables is the truth; Celery only rings the bell."""

import os

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def be_ready_for_documents(**_):
    """A process of the pool makes many documents; the one after its first finds all prepared."""
    from portal.lib.pdf import apart  # noqa: PLC0415  the settings come first

    apart.keep_one_ready()


@worker_process_shutdown.connect
def give_back(**_):
    """A process of the pool ends without its exit functions, and would leave its fonts behind."""
    from portal.lib.pdf import apart, kept  # noqa: PLC0415  the settings come first

    apart.keep_none_ready()
    kept.forget()
