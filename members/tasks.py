from celery import shared_task

from members import joining


@shared_task(name="members.refresh_statuses")
def refresh_statuses():
    joining.refresh_statuses()
