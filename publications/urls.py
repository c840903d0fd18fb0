from django.urls import path

from publications.desk import library as library_desk
from publications.desk import newsletters as letters_desk
from publications.desk import reports as reports_desk
from publications.views import files, library, newsletters, reports

app_name = "publications"
urlpatterns = [
    # The library
    path("publications/", library.publications, name="list"),
    path("publications/atom.xml", library.publications_feed, name="feed"),
    path("publications/<slug:symbol>/", library.publication, name="detail"),
    path(
        "publications/<slug:symbol>/<slug:file_language>/file",
        files.publication_file,
        name="file",
    ),
    path(
        "publications/<slug:symbol>/<slug:file_language>/page.webp",
        files.first_page,
        name="first_page",
    ),
    path("space/library/", library.space_library, name="space_list"),
    path("space/library/<slug:symbol>/", library.space_publication, name="space_detail"),
    path(
        "space/library/<slug:symbol>/<slug:file_language>/file",
        files.space_file,
        name="space_file",
    ),
    path(
        "space/library/<slug:symbol>/<slug:file_language>/page.webp",
        files.space_first_page,
        name="space_first_page",
    ),
    path("secretariat/publications/", library_desk.publications_desk, name="desk_list"),
    path("secretariat/publications/new/", library_desk.new_publication, name="desk_new"),
    path(
        "secretariat/publications/<slug:symbol>/", library_desk.edit_publication, name="desk_edit"
    ),
    path(
        "secretariat/publications/<slug:symbol>/preview/",
        library_desk.preview_publication,
        name="desk_preview",
    ),
    path(
        "secretariat/publications/<slug:symbol>/publish/",
        library_desk.publish_publication,
        name="desk_publish",
    ),
    path(
        "secretariat/publications/<slug:symbol>/withdraw/",
        library_desk.withdraw_publication,
        name="desk_withdraw",
    ),
    path(
        "secretariat/publications/<slug:symbol>/<slug:file_language>/file",
        library_desk.desk_file,
        name="desk_file",
    ),
    path(
        "secretariat/publications/<slug:symbol>/<slug:file_language>/page.webp",
        library_desk.desk_first_page,
        name="desk_first_page",
    ),
    # Reports
    path("space/documents/", reports.documents, name="documents"),
    path("space/documents/<int:pk>/file", reports.report_file, name="report_file"),
    path("secretariat/reports/", reports_desk.reports_desk, name="reports_desk"),
    path("secretariat/reports/<int:pk>/cancel", reports_desk.cancel_report, name="report_cancel"),
    path("secretariat/reports/<int:pk>/again", reports_desk.remake_report, name="report_again"),
    # Newsletters
    path("newsletters/", newsletters.newsletters, name="newsletters"),
    path("newsletters/atom.xml", newsletters.newsletters_feed, name="newsletters_feed"),
    path("newsletters/subscribe/", newsletters.subscribe, name="subscribe"),
    path("newsletters/subscribe/sent/", newsletters.subscribe_sent, name="subscribe_sent"),
    path(
        "newsletters/confirm/<str:token>/",
        newsletters.confirm_subscription,
        name="confirm_subscription",
    ),
    path("newsletters/unsubscribe/<str:token>/", newsletters.unsubscribe, name="unsubscribe"),
    path("newsletters/subscription/<str:token>/", newsletters.subscription, name="subscription"),
    path("newsletters/<slug:symbol>/", newsletters.issue, name="issue"),
    path(
        "newsletters/<slug:symbol>/<slug:pdf_language>.pdf",
        newsletters.issue_pdf,
        name="issue_pdf",
    ),
    path("secretariat/newsletters/", letters_desk.newsletters_desk, name="newsletters_desk"),
    path("secretariat/newsletters/draft/", letters_desk.newsletter_draft, name="newsletter_draft"),
    path(
        "secretariat/newsletters/<slug:symbol>/",
        letters_desk.newsletter_issue_desk,
        name="newsletter_issue_desk",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/text/",
        letters_desk.newsletter_text,
        name="newsletter_text",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/items/",
        letters_desk.newsletter_items,
        name="newsletter_items",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/ready/",
        letters_desk.newsletter_ready,
        name="newsletter_ready",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/send/",
        letters_desk.newsletter_send,
        name="newsletter_send",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/test/",
        letters_desk.newsletter_test,
        name="newsletter_test",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/preview/<slug:mail_language>.<slug:kind>",
        letters_desk.newsletter_preview,
        name="newsletter_preview",
    ),
]
