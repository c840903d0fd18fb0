from django.urls import path

from publications.desk import leaving, previewing, review
from publications.desk import library as library_desk
from publications.desk import newsletters as letters_desk
from publications.desk import readers as readers_desk
from publications.desk import report_batches as batches_desk
from publications.desk import reports as reports_desk
from publications.desk import series as series_desk
from publications.views import (
    certificates,
    files,
    follows,
    library,
    newsletters,
    proposals,
    reports,
    series,
    subscribers,
)

app_name = "publications"
urlpatterns = [
    # The library
    path("publications/", library.publications, name="list"),
    path("publications/atom.xml", library.publications_feed, name="feed"),
    path("publications/follow/", follows.follow_list, name="follow"),
    path("publications/follow/sent/", follows.asked, name="asked"),
    path("publications/follow/confirm/<str:token>/", follows.confirm_follow, name="follow_confirm"),
    path("publications/follow/choices/<str:token>/", follows.follow_choices, name="follow_choices"),
    path("publications/follow/stop/<str:token>/", follows.stop_follow, name="follow_stop"),
    path("publications/tell-me/confirm/<str:token>/", follows.confirm_wish, name="wish_confirm"),
    path("publications/tell-me/stop/<str:token>/", follows.stop_wish, name="wish_stop"),
    path("publications/<slug:symbol>/", library.publication, name="detail"),
    path("publications/<slug:symbol>/tell-me/", follows.tell_me, name="tell_me"),
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
    path("verify/", certificates.verify, name="verify"),
    path("verify/<str:code>/", certificates.certificate, name="certificate"),
    path("publications/series/<slug:slug>/", series.series, name="series"),
    path("space/library/", library.space_library, name="space_list"),
    path("space/library/follow/", follows.space_follow_list, name="space_follow"),
    path("space/library/followed/", follows.space_follows, name="space_follows"),
    path("space/library/<slug:symbol>/tell-me/", follows.space_tell_me, name="space_tell_me"),
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
    # What members propose
    path("space/texts/", proposals.proposals, name="proposals"),
    path("space/texts/new/", proposals.new_proposal, name="proposal_new"),
    path("space/texts/<slug:symbol>/", proposals.proposal, name="proposal"),
    path("space/texts/<slug:symbol>/edit/", proposals.edit_proposal, name="proposal_edit"),
    path("space/texts/<slug:symbol>/send/", proposals.send_proposal, name="proposal_send"),
    path(
        "space/texts/<slug:symbol>/withdraw/",
        proposals.withdraw_proposal,
        name="proposal_withdraw",
    ),
    path(
        "space/texts/<slug:symbol>/<slug:file_language>/file",
        proposals.proposal_file,
        name="proposal_file",
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
        review.publish_publication,
        name="desk_publish",
    ),
    path(
        "secretariat/publications/<slug:symbol>/send-back/",
        review.send_back_publication,
        name="desk_send_back",
    ),
    path(
        "secretariat/publications/<slug:symbol>/schedule/",
        review.schedule_publication,
        name="desk_schedule",
    ),
    path(
        "secretariat/publications/<slug:symbol>/unschedule/",
        review.unschedule_publication,
        name="desk_unschedule",
    ),
    path(
        "secretariat/publications/<slug:symbol>/withdraw/",
        review.withdraw_publication,
        name="desk_withdraw",
    ),
    path(
        "secretariat/publications/<slug:symbol>/replace/",
        review.replace_publication,
        name="desk_replace",
    ),
    path(
        "secretariat/publications/<slug:symbol>/correct/",
        review.correct_publication,
        name="desk_correct",
    ),
    path(
        "secretariat/publications/<slug:symbol>/corrections/<int:pk>/",
        review.edit_correction,
        name="desk_correction",
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
    path("secretariat/series/", series_desk.series_desk, name="desk_series"),
    path("secretariat/series/new/", series_desk.new_series, name="desk_series_new"),
    path("secretariat/series/<slug:slug>/", series_desk.edit_series, name="desk_series_edit"),
    path(
        "secretariat/series/<slug:slug>/delete/",
        series_desk.delete_series,
        name="desk_series_delete",
    ),
    # Reports
    path("space/documents/", reports.documents, name="documents"),
    path("space/documents/<int:pk>/", reports.report_page, name="report_page"),
    path("space/documents/<int:pk>/csv", reports.report_csv, name="report_csv"),
    path("space/documents/<int:pk>/file", reports.report_file, name="report_file"),
    path("space/documents/<int:pk>/restore", reports.restore_report, name="report_restore"),
    path("secretariat/reports/", reports_desk.reports_desk, name="reports_desk"),
    path("secretariat/reports/bulk/", batches_desk.batches, name="report_batches"),
    path("secretariat/reports/bulk/<int:pk>/", batches_desk.batch, name="report_batch"),
    path(
        "secretariat/reports/bulk/<int:pk>/cancel",
        batches_desk.cancel_batch,
        name="report_batch_cancel",
    ),
    path(
        "secretariat/reports/bulk/<int:pk>/retry",
        batches_desk.retry_batch,
        name="report_batch_retry",
    ),
    path(
        "secretariat/reports/bulk/<int:pk>/again",
        batches_desk.make_batch_again,
        name="report_batch_again",
    ),
    path(
        "secretariat/reports/bulk/<int:pk>/<slug:archive_language>.zip",
        batches_desk.archive,
        name="report_archive",
    ),
    path("secretariat/reports/<int:pk>/cancel", reports_desk.cancel_report, name="report_cancel"),
    path("secretariat/reports/<int:pk>/again", reports_desk.remake_report, name="report_again"),
    # Newsletters
    path("newsletters/", newsletters.newsletters, name="newsletters"),
    path("newsletters/atom.xml", newsletters.newsletters_feed, name="newsletters_feed"),
    path("newsletters/subscribe/", subscribers.subscribe, name="subscribe"),
    path("newsletters/subscribe/sent/", subscribers.subscribe_sent, name="subscribe_sent"),
    path("newsletters/link/", subscribers.reader_link, name="reader_link"),
    path("newsletters/link/sent/", subscribers.reader_link_sent, name="reader_link_sent"),
    path(
        "newsletters/confirm/<str:token>/",
        subscribers.confirm_subscription,
        name="confirm_subscription",
    ),
    path("newsletters/unsubscribe/<str:token>/", subscribers.unsubscribe, name="unsubscribe"),
    path(
        "newsletters/unsubscribe/<str:token>/<slug:code>/",
        subscribers.unsubscribe,
        name="unsubscribe_from",
    ),
    path("newsletters/subscription/<str:token>/", subscribers.subscription, name="subscription"),
    path(
        "newsletters/subscription/<str:token>/data.json",
        subscribers.reader_data,
        name="reader_data",
    ),
    path(
        "newsletters/subscription/<str:token>/erase/",
        subscribers.erase_reader,
        name="erase_reader",
    ),
    path("newsletters/axes/<int:pk>/", newsletters.axis_digest, name="axis_digest"),
    path("newsletters/<slug:symbol>/", newsletters.issue, name="issue"),
    path(
        "newsletters/<slug:symbol>/<slug:pdf_language>.pdf",
        newsletters.issue_pdf,
        name="issue_pdf",
    ),
    path("secretariat/newsletters/", letters_desk.newsletters_desk, name="newsletters_desk"),
    path("secretariat/newsletters/draft/", letters_desk.newsletter_draft, name="newsletter_draft"),
    path(
        "secretariat/newsletters/rhythm/<slug:code>/",
        letters_desk.newsletter_rhythm,
        name="newsletter_rhythm",
    ),
    path("secretariat/newsletters/readers/", readers_desk.readers_desk, name="readers_desk"),
    path(
        "secretariat/newsletters/readers/suppressed/",
        readers_desk.suppressions_desk,
        name="suppressions_desk",
    ),
    path(
        "secretariat/newsletters/readers/readers.csv",
        readers_desk.readers_export,
        name="readers_export",
    ),
    path("secretariat/newsletters/letters.csv", readers_desk.outcome_export, name="outcome_export"),
    path(
        "secretariat/newsletters/<slug:symbol>/correct/",
        readers_desk.newsletter_correct,
        name="newsletter_correct",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/correct/<int:pk>/",
        readers_desk.newsletter_correction,
        name="newsletter_correction",
    ),
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
        "secretariat/newsletters/<slug:symbol>/blocks/new/",
        letters_desk.newsletter_block,
        name="newsletter_block_new",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/blocks/<int:pk>/",
        letters_desk.newsletter_block,
        name="newsletter_block",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/holder/",
        letters_desk.newsletter_holder,
        name="newsletter_holder",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/ready/",
        letters_desk.newsletter_ready,
        name="newsletter_ready",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/accept/",
        letters_desk.newsletter_accept,
        name="newsletter_accept",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/checks/",
        leaving.newsletter_checks,
        name="newsletter_checks",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/approve/",
        leaving.newsletter_approve,
        name="newsletter_approve",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/schedule/",
        leaving.newsletter_schedule,
        name="newsletter_schedule",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/cancel/",
        leaving.newsletter_cancel,
        name="newsletter_cancel",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/send/",
        leaving.newsletter_send,
        name="newsletter_send",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/pause/",
        letters_desk.newsletter_pause,
        name="newsletter_pause",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/cancel-rest/",
        letters_desk.newsletter_cancel_rest,
        name="newsletter_cancel_rest",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/test/",
        previewing.newsletter_test,
        name="newsletter_test",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/preview/",
        previewing.newsletter_previews,
        name="newsletter_previews",
    ),
    path(
        "secretariat/newsletters/<slug:symbol>/preview/<slug:mail_language>.<slug:kind>",
        previewing.newsletter_preview,
        name="newsletter_preview",
    ),
]
