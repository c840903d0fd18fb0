from celery import shared_task

from members import counting, invitations, notices
from members.models import Invitation


@shared_task(name="members.do_what_is_due")
def do_what_is_due():
    from members import daily  # noqa: PLC0415  duties write notices, which ring these tasks

    daily.do_what_is_due()


@shared_task(name="members.send_notices")
def send_notices():
    notices.send_due()


# A mail server that is away for an hour must not lose an invitation; OSError holds all of its
# ways to fail.
@shared_task(
    name="members.send_invitation", autoretry_for=(OSError,), retry_backoff=30, max_retries=8
)
def send_invitation(pk: int):
    invitations.send(Invitation.objects.get(pk=pk))


@shared_task(name="members.work_on_import")
def work_on_import(pk: int):
    from members.imports import working  # noqa: PLC0415  imports ring this task

    working.work_on(pk)


@shared_task(name="members.requeue_stale_imports", expires=60)
def requeue_stale_imports():
    from members.imports import staging  # noqa: PLC0415  imports ring the tasks above

    staging.requeue_stale()


@shared_task(name="members.repair_counts")
def repair_counts():
    counting.repair()
