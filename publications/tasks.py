"""Bells: each task loads by id or asks what is due, and calls the verb."""

from celery import shared_task

from publications import following, publishing, reading, shelving, wishes
from publications.models import (
    Issue,
    ListFollow,
    PublicationFile,
    Report,
    ReportBatch,
    Subscriber,
    TranslationWish,
)
from publications.models.newsletters import IssueState
from publications.newsletters import (
    digests,
    drafting,
    leaving,
    linkchecking,
    nudging,
    readers_data,
    returned,
    sending,
    subscribing,
)
from publications.reports import expiring, lots, making, scheduling, telling


@shared_task(name="publications.make_report")
def make_report(report_id: int):
    report = Report.objects.filter(pk=report_id).first()
    if report is not None:
        making.make(report)
        lots.ring_after(report)


@shared_task(name="publications.requeue_stale_reports", expires=60)
def requeue_stale_reports():
    making.requeue_stale()
    lots.ring_for_waiting()
    telling.tell_due()


@shared_task(name="publications.work_on_batch")
def work_on_batch(batch_id: int):
    batch = ReportBatch.objects.filter(pk=batch_id).first()
    if batch is not None:
        lots.work_on(batch)


@shared_task(name="publications.expire_reports", expires=3600)
def expire_reports():
    expiring.expire()


@shared_task(name="publications.request_due_reports", expires=3600)
def request_due_reports(after: int = 0):
    last = scheduling.request_due(after=after)
    if last is not None:
        request_due_reports.delay(last)


@shared_task(name="publications.draft_due_issues", expires=3600)
def draft_due_issues():
    drafting.draft_due()
    nudging.tell_late()


@shared_task(name="publications.read_file", soft_time_limit=150, time_limit=180)
def read_file(file_id: int):
    file = PublicationFile.objects.select_related("publication").filter(pk=file_id).first()
    if file is not None:
        reading.read(file)


@shared_task(name="publications.read_due_files", expires=60)
def read_due_files():
    reading.request_due()


@shared_task(name="publications.release_due_texts", expires=60)
def release_due_texts():
    publishing.release_due()


@shared_task(name="publications.repair_shelves")
def repair_shelves():
    shelving.repair()


@shared_task(name="publications.leave_due_issues", expires=60)
def leave_due_issues():
    leaving.leave_due()


@shared_task(name="publications.check_outside_links", expires=300)
def check_outside_links():
    linkchecking.check_due()


@shared_task(name="publications.send_due_issues", expires=60)
def send_due_issues():
    sending.send_due()


@shared_task(name="publications.send_issue")
def send_issue(issue_id: int):
    issue = Issue.objects.filter(pk=issue_id, state=IssueState.SENDING).first()
    if issue is not None:
        sending.deliver(issue)


@shared_task(name="publications.send_subscription_mail")
def send_subscription_mail(subscriber_id: int):
    subscriber = Subscriber.objects.select_related("person").filter(pk=subscriber_id).first()
    if subscriber is not None:
        subscribing.send_mail(subscriber)


@shared_task(name="publications.send_reader_link")
def send_reader_link(subscriber_id: int):
    subscriber = Subscriber.objects.select_related("person").filter(pk=subscriber_id).first()
    if subscriber is not None:
        subscribing.send_link(subscriber)


@shared_task(name="publications.send_axis_digests", expires=300)
def send_axis_digests():
    digests.send_due()


@shared_task(name="publications.read_bounces", expires=240)
def read_bounces():
    returned.read_mailbox()


@shared_task(name="publications.send_wish_mail")
def send_wish_mail(wish_id: int):
    wish = TranslationWish.objects.select_related("publication").filter(pk=wish_id).first()
    if wish is not None and not wish.is_confirmed:
        wishes.send_confirmation(wish)


@shared_task(name="publications.send_follow_mail")
def send_follow_mail(follow_id: int):
    follow = ListFollow.objects.select_related("person").filter(pk=follow_id).first()
    if follow is not None and not follow.is_confirmed:
        following.send_confirmation(follow)


@shared_task(name="publications.tell_of_translations", expires=300)
def tell_of_translations():
    wishes.tell_due()


@shared_task(name="publications.send_digests", expires=900)
def send_digests():
    following.send_due()


@shared_task(name="publications.note_appearances", expires=300)
def note_appearances():
    following.note_appearances()


@shared_task(name="publications.forget_unconfirmed", expires=3600)
def forget_unconfirmed():
    wishes.clean_up()
    following.clean_up()
    readers_data.clean_up()
