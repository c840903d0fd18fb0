"""Bells: each task loads by id or asks what is due, and calls the verb."""

from celery import shared_task

from publications.models import Report
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
