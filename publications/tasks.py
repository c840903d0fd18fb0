"""Bells: each task loads by id or asks what is due, and calls the verb."""

from celery import shared_task

from publications import publishing, reading, shelving
from publications.models import Issue, PublicationFile, Report, Subscription
from publications.models.newsletters import IssueState
from publications.newsletters import drafting, sending, subscribing
from publications.reports import making


@shared_task(name="publications.make_report")
def make_report(report_id: int):
    report = Report.objects.filter(pk=report_id).first()
    if report is not None:
        making.make(report)


@shared_task(name="publications.requeue_stale_reports", expires=60)
def requeue_stale_reports():
    making.requeue_stale()


@shared_task(name="publications.request_due_reports", expires=3600)
def request_due_reports():
    making.request_due()


@shared_task(name="publications.draft_due_issues", expires=3600)
def draft_due_issues():
    drafting.draft_due()


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


@shared_task(name="publications.send_due_issues", expires=60)
def send_due_issues():
    sending.send_due()


@shared_task(name="publications.send_issue")
def send_issue(issue_id: int):
    issue = Issue.objects.filter(pk=issue_id, state=IssueState.SENDING).first()
    if issue is not None:
        sending.deliver(issue)


@shared_task(name="publications.send_subscription_mail")
def send_subscription_mail(subscription_id: int):
    subscription = Subscription.objects.filter(pk=subscription_id).first()
    if subscription is not None:
        subscribing.send_mail(subscription)
