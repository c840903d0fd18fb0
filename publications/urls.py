from django.urls import path

from publications.desk import reports as reports_desk
from publications.views import reports

app_name = "publications"
urlpatterns = [
    # Reports
    path("space/documents/", reports.documents, name="documents"),
    path("space/documents/<int:pk>/file", reports.report_file, name="report_file"),
    path("secretariat/reports/", reports_desk.reports_desk, name="reports_desk"),
    path("secretariat/reports/<int:pk>/cancel", reports_desk.cancel_report, name="report_cancel"),
    path("secretariat/reports/<int:pk>/again", reports_desk.remake_report, name="report_again"),
]
