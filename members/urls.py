from django.urls import path

from members.desk import applications, countries, enclosures, likenesses, staff
from members.desk import changes as desk_changes
from members.desk import documents as desk_documents
from members.desk import dues as desk_dues
from members.desk import history as desk_history
from members.desk import imports as desk_imports
from members.desk import merges as desk_merges
from members.desk import organisations as desk
from members.desk import partners as desk_partners
from members.desk import people as desk_people
from members.desk import privacy as desk_privacy
from members.desk import threads as desk_threads
from members.space import associations as own_members
from members.space import changes as own_changes
from members.space import documents as own_documents
from members.space import dues as own_dues
from members.space import mail as own_mail
from members.space import organisation as own_organisation
from members.space import own_data, people, preview, second_factor
from members.space import personal_data as own_personal_data
from members.space import threads as own_threads
from members.views import (
    apply,
    confirmation,
    directory,
    draft,
    follow,
    invitation,
    organisation,
    preferences,
    renewal,
)

app_name = "members"
urlpatterns = [
    # The public directory
    path("members/", directory.directory, name="directory"),
    path("members/members.csv", directory.directory_csv, name="directory_csv"),
    path("members/members.json", directory.directory_json, name="directory_json"),
    path("members/members.geojson", directory.directory_geojson, name="directory_geojson"),
    path("members/atom.xml", directory.directory_feed, name="directory_feed"),
    path("members/<slug:slug>/", organisation.organisation, name="organisation"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    path("renewal/<str:token>/", renewal.renewal, name="renewal"),
    # Becoming a member
    path("apply/", apply.start, name="apply"),
    path("apply/new/<str:code>/", apply.begin, name="apply_begin"),
    path("apply/link/", apply.link, name="apply_link"),
    path("apply/link/sent/", apply.link_sent, name="apply_link_sent"),
    path("apply/saved/", apply.saved, name="apply_saved"),
    path("apply/draft/place/", draft.place, name="apply_place"),
    path("apply/draft/organisation/", draft.organisation, name="apply_organisation"),
    path("apply/draft/people/", draft.people, name="apply_people"),
    path("apply/draft/questions/", draft.questions, name="apply_questions"),
    path("apply/draft/check/", draft.check, name="apply_check"),
    path("apply/follow/<str:token>/", follow.follow, name="apply_follow"),
    path("apply/follow/<str:token>/continue/", follow.go_on, name="apply_continue"),
    path("apply/follow/<str:token>/withdraw/", follow.withdraw, name="apply_withdraw"),
    path("confirm/<str:token>/", confirmation.confirmation, name="confirmation"),
    path("preferences/<str:token>/", preferences.chosen, name="preferences"),
    path("preferences/<str:token>/stop/<slug:topic>/", preferences.stop, name="stop_topic"),
    # The members’ area
    path("space/mail/", own_mail.mail, name="space_mail"),
    path("space/mail/<int:pk>/", own_mail.notice, name="space_notice"),
    path("space/confirm/", people.confirm_roles, name="space_confirm"),
    path("space/organisation/changes/", own_changes.changes, name="space_changes"),
    path(
        "space/organisation/changes/<int:pk>/withdraw/",
        own_changes.withdraw_change,
        name="space_change_withdraw",
    ),
    path("space/my-data/", own_personal_data.own_data, name="space_own_data"),
    path("space/my-data.json", own_personal_data.own_data_json, name="space_own_data_json"),
    path("space/dues/", own_dues.own_dues, name="space_dues"),
    path("space/dues/renewal/", own_dues.renewal, name="space_renewal"),
    path("space/dues/invoices/<int:pk>/", own_dues.invoice_file, name="space_invoice"),
    path("space/dues/receipts/<int:pk>/", own_dues.receipt_file, name="space_receipt"),
    path("space/organisation/", own_organisation.organisation, name="space_organisation"),
    path("space/organisation/preview/", preview.own_preview, name="space_preview"),
    path("space/own-members/", own_members.own_associations, name="space_own_members"),
    path(
        "space/own-members/<slug:slug>/",
        own_members.all_associations,
        name="space_associations",
    ),
    path(
        "space/own-members/<slug:slug>/new/",
        own_members.add_association,
        name="space_association_new",
    ),
    path(
        "space/own-members/<slug:slug>/confirm/",
        own_members.confirm_associations,
        name="space_associations_confirm",
    ),
    path("space/own-members/<slug:slug>/number/", own_members.headcount, name="space_headcount"),
    path("space/own-members/<slug:slug>/upload/", own_members.upload, name="space_roll_upload"),
    path(
        "space/own-members/<slug:slug>/own-members.csv",
        own_members.associations_csv,
        name="space_associations_csv",
    ),
    path(
        "space/own-members/entries/<int:pk>/",
        own_members.edit_association,
        name="space_association",
    ),
    path(
        "space/own-members/entries/<int:pk>/remove/",
        own_members.remove_association,
        name="space_association_remove",
    ),
    path("space/own-members/uploads/<int:pk>/", own_members.roll, name="space_roll"),
    path("space/people/", people.people, name="space_people"),
    path("space/people/roles/<int:pk>/", people.mandate, name="space_mandate"),
    path("space/people/roles/<int:pk>/end/", people.end_mandate, name="space_mandate_end"),
    path(
        "space/people/invitations/<int:pk>/resend/",
        people.resend_invitation,
        name="space_invitation_resend",
    ),
    path(
        "space/people/invitations/<int:pk>/withdraw/",
        people.withdraw_invitation,
        name="space_invitation_withdraw",
    ),
    path("space/second-factor/", second_factor.second_factor, name="second_factor"),
    path("space/messages/", own_threads.threads, name="space_threads"),
    path("space/messages/new/", own_threads.new_thread, name="space_thread_new"),
    path("space/messages/<int:pk>/", own_threads.thread, name="space_thread"),
    path("space/messages/files/<int:pk>/", own_threads.attachment, name="attachment"),
    path("space/data/", own_data.data, name="space_data"),
    path("space/data/archive.zip", own_data.archive, name="space_data_archive"),
    path(
        "space/documents/<int:pk>/<slug:file_language>/",
        own_documents.document,
        name="space_document",
    ),
    # The people of the desk
    path("secretariat/people/", desk_people.people, name="desk_people"),
    path("secretariat/people/staff/", staff.staff, name="desk_staff"),
    path("secretariat/people/staff/invite/", staff.invite, name="desk_staff_invite"),
    path("secretariat/people/staff/<int:pk>/", staff.mandate, name="desk_staff_mandate"),
    path(
        "secretariat/people/staff/invitations/<int:pk>/",
        staff.invitation,
        name="desk_staff_invitation",
    ),
    path("secretariat/people/changes/", desk_changes.changes, name="desk_changes"),
    path("secretariat/people/changes/<int:pk>/", desk_changes.change, name="desk_change"),
    # The finance desk
    path("secretariat/dues/", desk_dues.invoices, name="desk_dues"),
    path("secretariat/dues/dues.csv", desk_dues.invoices_csv, name="desk_dues_csv"),
    path("secretariat/dues/issue/", desk_dues.issue, name="desk_dues_issue"),
    path("secretariat/dues/of/<slug:slug>/", desk_dues.account, name="desk_dues_account"),
    path("secretariat/dues/periods/<int:pk>/", desk_dues.issue_one, name="desk_dues_issue_one"),
    path("secretariat/dues/<int:pk>/invoice/", desk_dues.invoice_file, name="desk_invoice"),
    path(
        "secretariat/dues/payments/<int:pk>/receipt/", desk_dues.receipt_file, name="desk_receipt"
    ),
    path("secretariat/dues/<int:pk>/payment/", desk_dues.payment, name="desk_dues_payment"),
    path("secretariat/dues/<int:pk>/waiver/", desk_dues.waive, name="desk_dues_waiver"),
    path("secretariat/dues/<int:pk>/cancel/", desk_dues.cancel, name="desk_dues_cancel"),
    path(
        "secretariat/dues/payments/<int:pk>/",
        desk_dues.take_back_payment,
        name="desk_dues_payment_back",
    ),
    path(
        "secretariat/dues/waivers/<int:pk>/",
        desk_dues.take_back_waiver,
        name="desk_dues_waiver_back",
    ),
    # The secretariat
    path(
        "secretariat/applications/<int:pk>/documents/<int:document>/",
        enclosures.document,
        name="desk_application_document",
    ),
    path(
        "secretariat/organisations/<slug:slug>/preview/", preview.desk_preview, name="desk_preview"
    ),
    path("secretariat/matches/", likenesses.matches, name="desk_matches"),
    path(
        "secretariat/matches/<int:one>/<int:other>/",
        likenesses.decide_match,
        name="desk_match_decide",
    ),
    path(
        "secretariat/matches/<int:pk>/take-back/",
        likenesses.take_back_match,
        name="desk_match_take_back",
    ),
    path("secretariat/applications/", applications.applications, name="desk_applications"),
    path("secretariat/applications/<int:pk>/", applications.application, name="desk_application"),
    path(
        "secretariat/applications/advice/<str:token>/",
        applications.advice_link,
        name="desk_advice_link",
    ),
    path(
        "secretariat/applications/<int:pk>/advice/",
        applications.advise,
        name="desk_application_advice",
    ),
    path(
        "secretariat/applications/<int:pk>/accept/",
        applications.accept,
        name="desk_application_accept",
    ),
    path(
        "secretariat/applications/<int:pk>/take-back/",
        applications.take_back,
        name="desk_application_take_back",
    ),
    path(
        "secretariat/applications/<int:pk>/more/",
        applications.ask_more,
        name="desk_application_more",
    ),
    path(
        "secretariat/applications/<int:pk>/refuse/",
        applications.refuse,
        name="desk_application_refuse",
    ),
    path("secretariat/countries/<str:code>/seat/", countries.country, name="desk_country"),
    path("secretariat/organisations/", desk.organisations, name="desk_organisations"),
    path("secretariat/organisations/export.<str:kind>", desk_imports.export, name="desk_export"),
    path("secretariat/imports/", desk_imports.imports, name="desk_imports"),
    path(
        "secretariat/imports/template.<str:kind>",
        desk_imports.template,
        name="desk_import_template",
    ),
    path("secretariat/imports/<int:pk>/", desk_imports.import_page, name="desk_import"),
    path(
        "secretariat/imports/<int:pk>/corrections/",
        desk_imports.corrections,
        name="desk_import_corrections",
    ),
    path("secretariat/imports/<int:pk>/confirm/", desk_imports.confirm, name="desk_import_confirm"),
    path("secretariat/imports/<int:pk>/check/", desk_imports.check_again, name="desk_import_check"),
    path("secretariat/imports/<int:pk>/cancel/", desk_imports.cancel, name="desk_import_cancel"),
    path("secretariat/imports/<int:pk>/undo/", desk_imports.undo, name="desk_import_undo"),
    path("secretariat/imports/<int:pk>/invite/", desk_imports.invite, name="desk_import_invite"),
    path("secretariat/organisations/new/", desk.new_organisation, name="desk_organisation_new"),
    path(
        "secretariat/organisations/<slug:slug>/history/",
        desk_history.organisation_history,
        name="desk_organisation_history",
    ),
    path(
        "secretariat/people/<int:pk>/history/",
        desk_history.person_history,
        name="desk_person_history",
    ),
    path("secretariat/privacy/", desk_privacy.privacy_desk, name="desk_privacy"),
    path("secretariat/privacy/<str:key>/", desk_privacy.person, name="desk_privacy_person"),
    path(
        "secretariat/privacy/<str:key>/data.json",
        desk_privacy.person_json,
        name="desk_privacy_json",
    ),
    path("secretariat/privacy/<str:key>/erase/", desk_privacy.erase, name="desk_privacy_erase"),
    path("secretariat/organisations/merges/", desk_merges.merges, name="desk_merges"),
    path("secretariat/organisations/merges/<int:pk>/", desk_merges.merge, name="desk_merge"),
    path(
        "secretariat/organisations/merges/<int:pk>/undo/",
        desk_merges.undo_merge,
        name="desk_unmerge",
    ),
    path(
        "secretariat/organisations/merges/<slug:kept>/<slug:removed>/",
        desk_merges.merge_organisations,
        name="desk_merge_organisations",
    ),
    path(
        "secretariat/organisations/merges/<slug:kept>/<slug:removed>/apart/",
        desk_merges.keep_apart,
        name="desk_keep_apart",
    ),
    path(
        "secretariat/people/merges/<int:kept>/<int:removed>/",
        desk_merges.merge_people,
        name="desk_merge_people",
    ),
    path("secretariat/organisations/<slug:slug>/", desk.organisation, name="desk_organisation"),
    path(
        "secretariat/organisations/<slug:slug>/edit/",
        desk.edit_organisation,
        name="desk_organisation_edit",
    ),
    path("secretariat/organisations/<slug:slug>/status/", desk.change_status, name="desk_status"),
    path(
        "secretariat/organisations/<slug:slug>/derogation/",
        desk.add_derogation,
        name="desk_derogation",
    ),
    path("secretariat/organisations/<slug:slug>/period/", desk.add_period, name="desk_period"),
    path("secretariat/organisations/<slug:slug>/invite/", desk.invite, name="desk_invite"),
    path(
        "secretariat/organisations/<slug:slug>/write/", desk_threads.new_thread, name="desk_write"
    ),
    path("secretariat/correspondence/", desk_threads.threads, name="desk_threads"),
    path("secretariat/correspondence/<int:pk>/", desk_threads.thread, name="desk_thread"),
    path(
        "secretariat/correspondence/<int:pk>/assign/",
        desk_threads.assign,
        name="desk_thread_assign",
    ),
    path(
        "secretariat/correspondence/<int:pk>/close/", desk_threads.close, name="desk_thread_close"
    ),
    path(
        "secretariat/correspondence/<int:pk>/organisation/",
        desk_threads.file_under,
        name="desk_thread_file_under",
    ),
    path(
        "secretariat/correspondence/mails/<int:pk>/confirm/",
        desk_threads.vouch,
        name="desk_mail_confirm",
    ),
    path("secretariat/correspondence/mails/<int:pk>/", desk_threads.source, name="desk_mail"),
    path("secretariat/documents/", desk_documents.documents, name="desk_documents"),
    path("secretariat/documents/new/", desk_documents.new_document, name="desk_document_new"),
    path("secretariat/documents/<int:pk>/", desk_documents.edit_document, name="desk_document"),
    path(
        "secretariat/documents/<int:pk>/withdraw/",
        desk_documents.withdraw_document,
        name="desk_document_withdraw",
    ),
    path(
        "secretariat/documents/<int:pk>/<slug:file_language>/",
        desk_documents.document_file,
        name="desk_document_file",
    ),
    path("secretariat/partners/", desk_partners.partners, name="desk_partners"),
    path("secretariat/partners/partners.csv", desk_partners.partners_csv, name="desk_partners_csv"),
    path("secretariat/partners/new/", desk_partners.new_partner, name="desk_partner_new"),
    path("secretariat/partners/<int:pk>/", desk_partners.partner, name="desk_partner"),
    path(
        "secretariat/partners/<int:pk>/edit/", desk_partners.edit_partner, name="desk_partner_edit"
    ),
    path(
        "secretariat/partners/<int:pk>/erase/",
        desk_partners.erase_partner,
        name="desk_partner_erase",
    ),
]
