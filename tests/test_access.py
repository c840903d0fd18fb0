"""Every address × every kind of person, with the status each gets.

One row an address: the people in the order of PEOPLE. A new address gets a row here; which ones
are open to everybody is said a second time in `test_conventions.py`.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from members import (
    advising,
    confirmations,
    dues,
    likenesses,
    preferences,
    privacy,
    renewals,
    tracking,
)
from members.merging import (
    merge_organisations,
)
from members.models import (
    Category,
    ChangeRequest,
    ImportBatch,
    Invitation,
    Notice,
    Roll,
)
from portal import unseen
from portal.lib.exchange import formats
from portal.lib.exchange.texts import Batch, Field, Record
from portal.lib.translations import LANGUAGES
from portal.light import editions, whole
from portal.models import ContactMessage, Heartbeat, Page, Term, TextFile, TranslationDraft
from publications import certificates
from publications.models import (
    IssueCorrection,
    ListFollow,
    Report,
    ReportArchive,
    ReportBatch,
    Series,
    TranslationWish,
)
from publications.reports import region as regional
from tests.factories import (
    create_affiliation,
    create_application,
    create_axis,
    create_axis_digest,
    create_contact,
    create_country,
    create_document,
    create_emerging_issue,
    create_enclosed,
    create_event,
    create_executive,
    create_invoice,
    create_issue,
    create_language_lead,
    create_mandate,
    create_membership,
    create_network,
    create_newsletter,
    create_organisation,
    create_partner,
    create_person,
    create_picture,
    create_proposal,
    create_publication,
    create_region,
    create_secretary,
    create_subscription,
    create_thread,
)

PEOPLE = (
    "anonymous",
    "contact",  # of the organisation that the address is about
    "colleague",  # another contact of the same organisation
    "other contact",  # of an organisation in another region
    "lapsed",  # contact of a lapsed member of the same region
    "ended",  # was a contact of the organisation
    "executive",  # of its region
    "elsewhere",  # executive of another region
    "language lead",
    "secretariat",
)

# The usual ways an address is open. A closed page leads the anonymous to the log-in (302); a
# row that is not one's own is not found (404); an act that is not one's own is refused (403).
EVERYBODY = (200,) * 10
#               anon cont coll othr laps endd exec else lead secr
DESK = (302, 403, 403, 403, 403, 403, 200, 200, 403, 200)
DESK_ROW = (302, 403, 403, 403, 403, 403, 200, 404, 403, 200)
# The same where somebody without a desk is not even told that there is a page.
HIDDEN = (302, 404, 404, 404, 404, 404, 200, 200, 404, 200)
HIDDEN_ROW = (302, 404, 404, 404, 404, 404, 200, 404, 404, 200)
HIDDEN_ACT = (302, 404, 404, 404, 404, 404, 302, 404, 404, 302)
DECISION = (302, 403, 403, 403, 403, 403, 403, 404, 403, 200)
IMPORT = (302, 403, 403, 403, 403, 403, 404, 404, 403, 200)
IMPORT_ACT = (302, 403, 403, 403, 403, 403, 404, 404, 403, 302)
SECRETARIAT = (302, 403, 403, 403, 403, 403, 403, 403, 403, 200)
SECRETARIAT_ACT = (*SECRETARIAT[:-1], 302)
OWN_PEOPLE = (302, 200, 200, 404, 404, 404, 200, 404, 404, 200)
# What is about a region: the people of its members too, whether or not these have lapsed.
OF_REGION = (302, 200, 200, 404, 200, 404, 200, 404, 404, 200)
# As own people, for an act that leads on to another page.
OWN_PEOPLE_ACT = (302, 302, 302, 404, 404, 404, 302, 404, 404, 302)
# Not even the region and the secretariat: it has not been sent.
OWN_TEXT = (302, 200, 200, 404, 404, 404, 404, 404, 404, 404)
OWN_TEXT_ACT = (302, 302, 302, 404, 404, 404, 404, 404, 404, 404)
DESK_ACT = (302, 403, 403, 403, 403, 403, 302, 404, 403, 302)
# The pages of language leads, and of nobody else
LEAD = (302, *(404,) * 7, 200, 404)
LEAD_ACT = (302, *(404,) * 7, 302, 404)
# Whoever acts for no organisation is led to the beginning of the area.
SPACE = (302, 200, 200, 200, 200, 302, 302, 302, 302, 302)

# name of the address → (method, status per person)
TABLE = {
    # Without a language, and the public pages: alike for everybody, logged in or not
    "root": ("get", (302,) * 10),
    "ready": ("get", EVERYBODY),
    "icon": ("get", (301,) * 10),
    "robots": ("get", EVERYBODY),
    "sitemap": ("get", EVERYBODY),
    "sitemap_fixed": ("get", EVERYBODY),
    "sitemap_section": ("get", EVERYBODY),
    "permanent": ("get", (302,) * 10),
    "metadata": ("get", EVERYBODY),
    "oai": ("get", EVERYBODY),
    # Closed unless the installation has a secret for it.
    "mail_events": ("post", (404,) * 10),
    "picture": ("get", EVERYBODY),
    "portal:home": ("get", EVERYBODY),
    "portal:dossier": ("get", EVERYBODY),
    "portal:dossier_text": ("get", (404,) * 10),  # without a text
    "portal:dossier_pdf": ("post", EVERYBODY),
    "portal:light_library": ("get", EVERYBODY),
    "portal:light_page": ("get", EVERYBODY),
    "portal:light_publication": ("get", EVERYBODY),
    "portal:whole_text": ("get", EVERYBODY),
    "portal:regions": ("get", EVERYBODY),
    "portal:region": ("get", EVERYBODY),
    "portal:axis": ("get", EVERYBODY),
    "portal:page": ("get", EVERYBODY),
    "portal:feed": ("get", EVERYBODY),
    "portal:region_feed": ("get", EVERYBODY),
    "portal:axis_feed": ("get", EVERYBODY),
    "portal:pages_feed": ("get", EVERYBODY),
    "portal:data": ("get", EVERYBODY),
    "portal:data_set": ("get", EVERYBODY),
    "portal:data_file": ("get", EVERYBODY),
    "portal:data_package": ("get", EVERYBODY),
    "portal:region_calendar": ("get", EVERYBODY),
    "portal:axis_calendar": ("get", EVERYBODY),
    "portal:search": ("get", EVERYBODY),
    "portal:opensearch": ("get", EVERYBODY),
    "portal:contact": ("get", EVERYBODY),
    "portal:contact_sent": ("get", EVERYBODY),
    "members:directory": ("get", EVERYBODY),
    "members:directory_csv": ("get", EVERYBODY),
    "members:directory_json": ("get", EVERYBODY),
    "members:directory_geojson": ("get", EVERYBODY),
    "members:directory_feed": ("get", EVERYBODY),
    "members:organisation": ("get", EVERYBODY),
    "members:invitation": ("get", EVERYBODY),
    "members:renewal": ("get", EVERYBODY),
    # Becoming a member: open to everybody, a draft to whoever holds its cookie or link
    "members:apply": ("get", EVERYBODY),
    "members:apply_begin": ("get", EVERYBODY),
    "members:apply_link": ("get", EVERYBODY),
    "members:apply_link_sent": ("get", EVERYBODY),
    "members:apply_saved": ("get", EVERYBODY),
    "members:apply_place": ("get", (302,) * 10),
    "members:apply_organisation": ("get", (302,) * 10),
    "members:apply_people": ("get", (302,) * 10),
    "members:apply_questions": ("get", (302,) * 10),
    "members:apply_check": ("get", (302,) * 10),
    "members:apply_follow": ("get", EVERYBODY),
    "members:apply_continue": ("post", (302,) * 10),
    "members:apply_withdraw": ("post", (302,) * 10),
    "members:confirmation": ("get", EVERYBODY),
    "members:preferences": ("get", EVERYBODY),
    "members:stop_topic": ("get", EVERYBODY),
    "programme:programme": ("get", EVERYBODY),
    "programme:emerging_issues": ("get", EVERYBODY),
    "programme:emerging_issue": ("get", EVERYBODY),
    "programme:emerging_feed": ("get", EVERYBODY),
    "programme:emerging_space": ("get", SPACE),
    "programme:emerging_second": ("post", (302, 302, 302, 302, 403, *(302,) * 5)),
    "programme:emerging_desk": ("get", DESK),
    "programme:emerging_flag": ("get", DESK),
    "programme:emerging_edit": ("get", DESK_ROW),
    "programme:emerging_close": ("get", DESK_ROW),
    "programme:emerging_reopen": ("post", DESK_ACT),
    "programme:events": ("get", EVERYBODY),
    "programme:event": ("get", EVERYBODY),
    "programme:event_calendar": ("get", EVERYBODY),
    "programme:events_feed": ("get", EVERYBODY),
    "programme:events_calendar": ("get", EVERYBODY),
    "publications:list": ("get", EVERYBODY),
    "publications:feed": ("get", EVERYBODY),
    "publications:detail": ("get", EVERYBODY),
    "publications:file": ("get", EVERYBODY),
    "publications:first_page": ("get", EVERYBODY),
    "publications:series": ("get", EVERYBODY),
    "publications:verify": ("get", EVERYBODY),
    "publications:certificate": ("get", EVERYBODY),
    "publications:follow": ("get", EVERYBODY),
    "publications:asked": ("get", EVERYBODY),
    "publications:follow_confirm": ("get", EVERYBODY),
    "publications:follow_choices": ("get", EVERYBODY),
    "publications:follow_stop": ("get", EVERYBODY),
    "publications:tell_me": ("get", EVERYBODY),
    "publications:wish_confirm": ("get", EVERYBODY),
    "publications:wish_stop": ("get", EVERYBODY),
    "publications:newsletters": ("get", EVERYBODY),
    "publications:newsletters_feed": ("get", EVERYBODY),
    "publications:subscribe": ("get", EVERYBODY),
    "publications:subscribe_sent": ("get", EVERYBODY),
    "publications:confirm_subscription": ("get", EVERYBODY),
    "publications:unsubscribe": ("get", EVERYBODY),
    "publications:unsubscribe_from": ("get", EVERYBODY),
    "publications:subscription": ("get", EVERYBODY),
    "publications:reader_data": ("get", EVERYBODY),
    "publications:erase_reader": ("get", EVERYBODY),
    "publications:reader_link": ("get", EVERYBODY),
    "publications:reader_link_sent": ("get", EVERYBODY),
    "publications:readers_desk": ("get", HIDDEN),
    "publications:suppressions_desk": ("get", SECRETARIAT),
    "publications:outcome_export": ("get", HIDDEN),
    "publications:readers_export": ("get", SECRETARIAT),
    "publications:newsletter_correct": ("get", HIDDEN_ROW),
    "publications:newsletter_correction": ("get", HIDDEN_ROW),
    "publications:axis_digest": ("get", EVERYBODY),
    "publications:issue": ("get", EVERYBODY),
    "publications:issue_pdf": ("get", EVERYBODY),
    # The members’ area
    "portal:own_readers": ("get", (302, *(200,) * 9)),
    "portal:desk_readers": ("get", DESK),
    "portal:desk_readers_csv": ("get", DESK),
    "portal:space": ("get", (302, 200, 200, 200, 200, 200, 302, 302, 200, 302)),
    "members:space_organisation": ("get", SPACE),
    "members:space_own_data": ("get", (302,) + (200,) * 9),
    "members:space_own_data_json": ("get", (302,) + (200,) * 9),
    # Led back by whoever has shown one; without one it says how it is set up.
    "members:second_factor": ("get", (302, 200, 200, 200, 200, 200, 302, 302, 200, 302)),
    "members:space_preview": ("get", SPACE),
    "members:space_own_members": ("get", (302,) * 10),
    "members:space_associations": ("get", OWN_PEOPLE),
    "members:space_association_new": ("get", OWN_PEOPLE),
    "members:space_associations_confirm": ("post", OWN_PEOPLE_ACT),
    "members:space_headcount": ("get", OWN_PEOPLE),
    "members:space_roll_upload": ("get", OWN_PEOPLE),
    "members:space_roll": ("get", OWN_PEOPLE),
    "members:space_associations_csv": ("get", OWN_PEOPLE),
    "members:space_association": ("get", OWN_PEOPLE),
    "members:space_association_remove": ("post", OWN_PEOPLE_ACT),
    "members:space_people": ("get", SPACE),
    "members:space_dues": ("get", SPACE),
    "members:space_invoice": ("get", OWN_TEXT),
    "members:space_receipt": ("get", OWN_TEXT),
    "members:space_renewal": ("get", SPACE),
    # Written in the area by the organisation's people; the others have the desk
    "members:space_threads": ("get", SPACE),
    "members:space_thread_new": ("get", SPACE),
    "members:space_thread": ("get", (302, 200, 200, 404, 404, 404, 404, 404, 404, 404)),
    "members:attachment": ("get", OWN_PEOPLE),
    "members:space_data": ("get", SPACE),
    "members:space_data_archive": ("get", SPACE),
    # For the members of the region, as long as they are
    "members:space_document": ("get", (302, 200, 200, 404, 404, 404, 404, 404, 404, 404)),
    "members:space_confirm": ("post", (302,) * 10),
    "members:space_mail": ("get", (302,) + (200,) * 9),
    # A mail is its reader's alone.
    "members:space_notice": ("get", (302, 200) + (404,) * 8),
    "members:space_changes": ("get", SPACE),
    "members:space_change_withdraw": ("post", (302, 302, 302) + (404,) * 7),
    "members:space_mandate": ("get", OWN_PEOPLE),
    "members:space_mandate_end": ("post", OWN_PEOPLE_ACT),
    "members:space_invitation_resend": ("post", OWN_PEOPLE_ACT),
    "members:space_invitation_withdraw": ("post", OWN_PEOPLE_ACT),
    "publications:space_list": ("get", (302,) + (200,) * 9),
    "portal:space_search": ("get", (302,) + (200,) * 9),
    # A text for members, which somebody without any mandate no longer reads
    "publications:space_detail": ("get", (302, 200, 200, 200, 200, 404, 200, 200, 200, 200)),
    "publications:space_file": ("get", (302, 200, 200, 200, 200, 404, 200, 200, 200, 200)),
    "publications:space_first_page": ("get", (302, 200, 200, 200, 200, 404, 200, 200, 200, 200)),
    # A picture is for whom the text is that shows it
    "portal:pictures": ("get", (302, 200, 200, 200, 200, 403, 200, 200, 200, 200)),
    "portal:picture": ("get", (302, 200, 200, 200, 200, 404, 200, 200, 200, 200)),
    # Whoever is logged in follows what they may read
    "publications:space_follow": ("post", (302,) * 10),
    "publications:space_follows": ("get", (302,) + (200,) * 9),
    "publications:space_tell_me": ("post", (302,) * 10),
    # What an organisation proposes is its own until it is sent; one that has lapsed only looks
    "publications:proposals": ("get", SPACE),
    "publications:proposal_new": ("get", (302, 200, 200, 200, 404, 302, 302, 302, 302, 302)),
    "publications:proposal": ("get", OWN_TEXT),
    "publications:proposal_edit": ("get", OWN_TEXT),
    "publications:proposal_file": ("get", OWN_TEXT),
    "publications:proposal_send": ("post", OWN_TEXT_ACT),
    "publications:proposal_withdraw": ("post", OWN_TEXT_ACT),
    # A language lead translates, and publishes nothing
    "portal:translations": ("get", LEAD),
    "portal:translation": ("get", LEAD),
    "portal:translation_give": ("post", LEAD_ACT),
    "portal:translation_decide": ("post", LEAD_ACT),
    "portal:glossary": ("get", LEAD),
    "portal:term": ("get", LEAD),
    "portal:term_new": ("get", LEAD),
    "portal:text_coverage": ("get", LEAD),
    "portal:text_coverage_csv": ("get", LEAD),
    "portal:text_files": ("get", LEAD),
    "portal:text_export": ("get", LEAD_ACT),
    "portal:text_file": ("get", LEAD),
    "portal:text_file_record": ("post", LEAD_ACT),
    "publications:documents": ("get", (302,) + (200,) * 9),
    "publications:report_file": ("get", OWN_PEOPLE),
    "publications:report_page": ("get", OF_REGION),
    "publications:report_csv": ("get", OF_REGION),
    # Money: the finance desk's own test says what else it may open, and what not
    "members:desk_dues": ("get", DESK),
    "members:desk_dues_csv": ("get", DESK),
    "members:desk_dues_account": ("get", DESK_ROW),
    "members:desk_dues_issue": ("get", SECRETARIAT),
    "members:desk_dues_issue_one": ("post", SECRETARIAT_ACT),
    "members:desk_dues_payment": ("get", SECRETARIAT),
    "members:desk_dues_waiver": ("get", SECRETARIAT),
    "members:desk_dues_cancel": ("get", SECRETARIAT),
    "members:desk_dues_payment_back": ("get", SECRETARIAT),
    "members:desk_invoice": ("get", DESK_ROW),
    "members:desk_receipt": ("get", DESK_ROW),
    "members:desk_dues_waiver_back": ("get", SECRETARIAT),
    # The secretariat
    "publications:desk_list": ("get", HIDDEN),
    "publications:desk_new": ("get", HIDDEN),
    "publications:desk_edit": ("get", HIDDEN_ROW),
    "publications:desk_preview": ("get", HIDDEN_ROW),
    "publications:desk_file": ("get", HIDDEN_ROW),
    "publications:desk_first_page": ("get", HIDDEN_ROW),
    "publications:desk_publish": ("post", HIDDEN_ACT),
    "publications:desk_unschedule": ("post", HIDDEN_ACT),
    "publications:desk_send_back": ("get", HIDDEN_ROW),
    "publications:desk_schedule": ("get", HIDDEN_ROW),
    "publications:desk_withdraw": ("get", HIDDEN_ROW),
    "publications:desk_replace": ("get", HIDDEN_ROW),
    "publications:desk_correct": ("get", HIDDEN_ROW),
    "publications:desk_correction": ("get", HIDDEN_ROW),
    "publications:desk_series": ("get", SECRETARIAT),
    "publications:desk_series_new": ("get", SECRETARIAT),
    "publications:desk_series_edit": ("get", SECRETARIAT),
    "publications:desk_series_delete": ("post", SECRETARIAT_ACT),
    "portal:desk_translations": ("get", HIDDEN),
    "portal:desk_translation": ("get", HIDDEN_ROW),
    "portal:desk_translation_give": ("post", HIDDEN_ACT),
    "portal:desk_translation_decide": ("post", HIDDEN_ACT),
    "portal:desk_translations_act": ("post", (302, *(403,) * 5, 302, 302, 403, 302)),
    "portal:desk_drafts_act": ("post", (302, *(403,) * 5, 302, 302, 403, 302)),
    "portal:desk_text_coverage": ("get", HIDDEN),
    "portal:desk_text_coverage_csv": ("get", HIDDEN),
    "portal:desk_text_files": ("get", HIDDEN),
    "portal:desk_text_export": ("get", HIDDEN_ACT[:6] + (302, 302, 404, 302)),
    # One's own file, and every file for the secretariat
    "portal:desk_text_file": ("get", (302, *(404,) * 8, 200)),
    "portal:desk_text_file_record": ("post", (302, *(404,) * 8, 302)),
    "portal:desk_glossary": ("get", HIDDEN),
    "portal:desk_term": ("get", (302, *(404,) * 8, 200)),
    "portal:desk_term_new": ("get", (302, *(404,) * 8, 200)),
    "publications:reports_desk": ("get", HIDDEN),
    "publications:report_cancel": ("post", HIDDEN_ACT),
    "publications:report_again": ("post", HIDDEN_ACT),
    "publications:report_restore": ("post", OWN_PEOPLE_ACT),
    "publications:report_batches": ("get", HIDDEN),
    "publications:report_batch": ("get", HIDDEN_ROW),
    "publications:report_archive": ("get", HIDDEN_ROW),
    "publications:report_batch_cancel": ("post", HIDDEN_ACT),
    "publications:report_batch_retry": ("post", HIDDEN_ACT),
    "publications:report_batch_again": ("post", HIDDEN_ACT),
    "publications:newsletters_desk": ("get", HIDDEN),
    # Without a choice of letter and period the form comes back.
    "publications:newsletter_draft": ("post", (302, 404, 404, 404, 404, 404, 422, 422, 404, 422)),
    "publications:newsletter_issue_desk": ("get", HIDDEN_ROW),
    "publications:newsletter_rhythm": ("get", HIDDEN_ROW),
    "publications:newsletter_text": ("get", HIDDEN_ROW),
    "publications:newsletter_items": ("post", HIDDEN_ACT),
    "publications:newsletter_accept": ("post", HIDDEN_ACT),
    "publications:newsletter_block_new": ("get", HIDDEN_ROW),
    "publications:newsletter_block": ("get", HIDDEN_ROW),
    "publications:newsletter_holder": ("post", HIDDEN_ACT),
    "publications:newsletter_ready": ("post", HIDDEN_ACT),
    "publications:newsletter_checks": ("get", HIDDEN_ROW),
    "publications:newsletter_approve": ("post", HIDDEN_ACT),
    "publications:newsletter_schedule": ("post", HIDDEN_ACT),
    "publications:newsletter_cancel": ("post", HIDDEN_ACT),
    "publications:newsletter_send": ("post", HIDDEN_ACT),
    "publications:newsletter_pause": ("post", HIDDEN_ACT),
    "publications:newsletter_cancel_rest": ("post", HIDDEN_ACT),
    # Without a colleague to send it to, whoever may is asked for one.
    "publications:newsletter_test": ("post", (302, 404, 404, 404, 404, 404, 422, 404, 404, 422)),
    "publications:newsletter_previews": ("get", HIDDEN_ROW),
    "publications:newsletter_preview": ("get", HIDDEN_ROW),
    "portal:desk": ("get", DESK),
    # Whoever has a desk may ask; each row answers for itself.
    "portal:desk_act": ("post", (302, *(403,) * 5, 302, 302, 403, 302)),
    "portal:desk_messages": ("get", DESK),
    "portal:desk_message": ("get", DESK_ROW),
    "portal:desk_message_answered": ("post", DESK_ACT),
    "portal:desk_pages": ("get", SECRETARIAT),
    "portal:desk_page": ("get", SECRETARIAT),
    "portal:gallery": ("get", DESK),
    "regions:desk_regions": ("get", DESK),
    "regions:desk_region": ("get", DESK_ROW),
    "regions:desk_country": ("get", SECRETARIAT),
    "members:desk_matches": ("get", DESK),
    "members:desk_match_decide": ("post", DESK_ACT),
    "members:desk_match_take_back": ("post", DESK_ACT),
    "members:desk_preview": ("get", DESK_ROW),
    # An import is seen by whoever asked for it, and by the secretariat
    "members:desk_imports": ("get", DESK),
    "members:desk_import_template": ("get", DESK),
    "members:desk_export": ("get", DESK),
    "members:desk_import": ("get", IMPORT),
    "members:desk_import_corrections": ("get", IMPORT),
    "members:desk_import_confirm": ("post", IMPORT_ACT),
    "members:desk_import_check": ("post", IMPORT_ACT),
    "members:desk_import_cancel": ("post", IMPORT_ACT),
    "members:desk_import_undo": ("post", IMPORT_ACT),
    "members:desk_import_invite": ("post", IMPORT_ACT),
    "members:desk_applications": ("get", DESK),
    "members:desk_application": ("get", DESK_ROW),
    "members:desk_advice_link": ("get", DESK_ACT),
    # The region advises, the secretariat decides: neither does the other's.
    "members:desk_application_advice": ("get", (302, *(403,) * 5, 200, 404, 403, 403)),
    "members:desk_application_accept": ("get", DECISION),
    "members:desk_application_more": ("get", DECISION),
    "members:desk_application_refuse": ("get", DECISION),
    "members:desk_application_take_back": ("post", (302, *(403,) * 6, 404, 403, 302)),
    "members:desk_country": ("get", DESK_ROW),
    "members:desk_organisations": ("get", DESK),
    "members:desk_organisation_new": ("get", DESK),
    "members:desk_organisation": ("get", DESK_ROW),
    "members:desk_organisation_edit": ("get", DESK_ROW),
    "members:desk_status": ("get", DECISION),
    "members:desk_derogation": ("get", DECISION),
    "members:desk_period": ("get", DECISION),
    "members:desk_invite": ("get", DESK_ROW),
    "members:desk_people": ("get", DESK),
    "members:desk_staff": ("get", SECRETARIAT),
    "members:desk_staff_invite": ("get", SECRETARIAT),
    "members:desk_staff_mandate": ("get", SECRETARIAT),
    "members:desk_staff_invitation": ("post", SECRETARIAT_ACT),
    "members:desk_changes": ("get", DESK),
    "members:desk_change": ("get", DESK_ROW),
    "members:desk_threads": ("get", DESK),
    "members:desk_write": ("get", DESK_ROW),
    "members:desk_thread": ("get", DESK_ROW),
    "members:desk_thread_assign": ("post", DESK_ACT),
    "members:desk_thread_close": ("post", DESK_ACT),
    # What comes from an unknown address is the secretariat's alone.
    "members:desk_thread_file_under": ("post", (302, *(403,) * 8, 302)),
    "members:desk_mail_confirm": ("post", DESK_ACT),
    "members:desk_mail": ("get", DESK_ROW),
    "members:desk_partners": ("get", DESK),
    "members:desk_partners_csv": ("get", DESK),
    "members:desk_partner_new": ("get", DESK),
    "members:desk_partner": ("get", DESK_ROW),
    "members:desk_partner_edit": ("get", DESK_ROW),
    "members:desk_partner_erase": ("post", DESK_ACT),
    "members:desk_documents": ("get", DESK),
    "members:desk_document_new": ("get", DESK),
    "members:desk_document": ("get", DESK_ROW),
    "members:desk_document_withdraw": ("post", DESK_ACT),
    "members:desk_document_file": ("get", DESK_ROW),
    "members:desk_organisation_history": ("get", DESK_ROW),
    "members:desk_person_history": ("get", DESK_ROW),
    "members:desk_privacy": ("get", SECRETARIAT),
    "members:desk_privacy_person": ("get", SECRETARIAT),
    "members:desk_privacy_json": ("get", SECRETARIAT),
    # Without a ground and a tick the form comes back.
    "members:desk_privacy_erase": ("post", SECRETARIAT),
    "members:desk_merges": ("get", DESK),
    "members:desk_merge": ("get", DESK_ROW),
    "members:desk_unmerge": ("post", DESK_ACT),
    "members:desk_merge_organisations": ("get", DESK_ROW),
    "members:desk_keep_apart": ("post", DESK_ACT),
    "members:desk_merge_people": ("get", SECRETARIAT),
    "members:desk_application_document": ("get", DESK_ROW),
    # The back room leads the unknown to its log-in, which refuses whom it does not know.
    "admin:index": ("get", (302,) * 9 + (200,)),
    "admin:login": ("get", (302, 403, 403, 403, 403, 403, 403, 403, 403, 302)),
}

IMPORTS = {
    "members:desk_import",
    *(
        f"members:desk_import_{act}"
        for act in ("corrections", "confirm", "check", "cancel", "undo", "invite")
    ),
}

SERIES = ("series", "desk_series_edit", "desk_series_delete")
REVIEW = ("unschedule", "send_back", "schedule", "replace", "correct")

# What an act is told beside its address.
SENT = {
    "portal:dossier_pdf": {"p": "P-2026-14"},
    "programme:emerging_second": {"act": "second"},
    "publications:newsletter_items": {"act": "gather"},
    "portal:desk_translations_act": {"language": "es"},
    "publications:newsletter_holder": {"act": "take"},
    "publications:newsletter_test": {"language": "fr"},
    "publications:newsletter_schedule": {"day": "2099-01-05", "time": "09:00"},
    "publications:newsletter_accept": {"language": "es", "reason": "No translator."},
    "members:desk_match_decide": {"decision": "different"},
}

pytestmark = pytest.mark.django_db


def addresses(resolver=None, spaces=()) -> Iterator[str]:
    """The full name of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, spaces + (pattern.namespace,) * bool(pattern.namespace))
        else:
            yield ":".join((*spaces, pattern.name or ""))


def test_every_address_of_ours_has_its_row():
    # allauth's own pages, and the back room behind its index, are tested where they are set up.
    theirs = ("account_", "mfa_", "usersessions_", "admin:")
    ours = {name for name in addresses() if not name.startswith(theirs)}
    assert ours == {name for name in TABLE if not name.startswith(theirs)}


def keep_light_editions(publication):
    """The small files that the schedule would have made, in every language."""
    about = Page.objects.get(slug="about")
    texts = (("publication", publication.pk, "txt"), ("page", about.pk, "txt"))
    for kind, key, form in (*texts, ("library", "R8", "zip")):
        for code in LANGUAGES:
            editions.keep(kind, key, code, form, b"text", made_at=timezone.now())


@pytest.fixture
def world() -> dict:
    """The people, and one of everything an address can be about."""
    create_network()
    for kind in Heartbeat.Kind.values:
        Heartbeat.record(kind)
    region, elsewhere = create_region("R8"), create_region("R4")
    country = create_country("KE", region=region)
    organisation = create_organisation(slug="lake-council", country=country)
    ended = create_person()
    create_mandate(ended, organisation=organisation, until=datetime.date(2021, 1, 1))
    lapsed = create_organisation(country=country, status="lapsed")
    abroad = create_organisation(country=create_country("BR", region=elsewhere))
    people = {
        "anonymous": None,
        "contact": create_contact(organisation),
        "colleague": create_contact(organisation),
        "other contact": create_contact(abroad),
        "lapsed": create_contact(lapsed),
        "ended": ended,
        "executive": create_executive(region),
        "elsewhere": create_executive(elsewhere),
        "language lead": create_language_lead("es"),
        "secretariat": create_secretary(),
    }
    bodies = {"body_fr": "<p>Texte.</p>", "body_en": "<p>Text.</p>"}
    publication = create_publication(symbol="P/2026/14", regions=[region], **bodies)
    reserved = create_publication(symbol="P/2026/15", regions=[region], access="members")
    written = create_proposal(organisation, by=people["contact"], symbol="P/2026/16")
    for record in (publication, reserved, written):
        record.files.create(
            language="fr",
            media_type="application/pdf",
            file=ContentFile(b"%PDF-1.7", name="text.pdf"),
            thumbnail=ContentFile(b"RIFF", name="page.webp"),
        )
    thread = create_thread(organisation, by=people["contact"])
    mail = thread.messages.get()
    mail.source.save("mail.eml", ContentFile(b"From: a@example.org"))
    issue = create_issue(
        newsletter=create_newsletter(region),
        symbol="L/R8/2026/03",
        state="sent",
        sent_at=timezone.now(),
    )
    return {
        "people": people,
        "arguments": arguments(
            people=people,
            lapsed=lapsed,
            merge=merge_organisations(
                organisation,
                create_organisation(country=country),
                choices={},
                by=people["secretariat"],
            ),
            publication=publication,
            reserved=reserved,
            written=written,
            **followed(publication),
            axis=create_axis(1),
            digest=create_axis_digest(issue, publication),
            event=create_event(slug="forum", regions=[region]),
            emerging_issue=create_emerging_issue(region=region),
            past_issue=create_emerging_issue(
                region=region, closed_on=timezone.localdate(), ending="acted"
            ),
            page=Page.objects.create(slug="about", title_fr="Le réseau", body_fr="<p>Ici.</p>"),
            message=ContactMessage.objects.create(
                name="A", email="a@example.org", subject="S", text="T", language="fr", region=region
            ),
            invitation=Invitation.objects.create(
                email="new@example.org", kind="voter", organisation=organisation
            ),
            mandate=people["colleague"].mandates.get(),
            notice=Notice.objects.create(
                kind="dues",
                key="1",
                email=people["contact"].email,
                language="en",
                subject="S",
                text="T",
                person=people["contact"],
            ),
            change=ChangeRequest.objects.create(
                organisation=organisation,
                field="name_en",
                before="A",
                after="B",
                reason="C",
                asked_by=people["contact"],
            ),
            staff_mandate=people["language lead"].mandates.get(),
            staff_invitation=Invitation.objects.create(
                email="lead@example.org", kind="language_lead", language="fr"
            ),
            **money(organisation, people["contact"]),
            **lists(organisation, people["contact"]),
            thread=thread,
            document=create_document(audience="region", region=region),
            partner=create_partner(country=country),
            attachment=mail.attachments.create(
                name="text.pdf", file=ContentFile(b"%PDF-1.7", name="text.pdf")
            ),
            enclosed=create_enclosed(create_application(country=country)),
            issue=issue,
            draft=(draft := create_issue(newsletter=issue.newsletter, period="2026-Q4")),
            block=draft.blocks.create(title_fr="Bloc", body_fr="<p>Texte</p>"),
            subscription=create_subscription(newsletter=issue.newsletter),
            issue_correction=IssueCorrection.objects.create(
                issue=issue, wording_en="A date.", original_language="en"
            ),
            batch=ImportBatch.objects.number_next(
                file_name="members.csv", requested_by=people["secretariat"]
            ),
            region_report=Report.objects.create(
                kind="region",
                region=region,
                language="en",
                year=2026,
                state="done",
                data=regional.data(region, 2026, "en"),
            ),
            report=Report.objects.create(
                kind="member",
                organisation=organisation,
                language="en",
                year=2026,
                state="done",
                file=ContentFile(b"%PDF-1.7", name="report.pdf"),
            ),
            reports=ReportArchive.objects.create(
                batch=ReportBatch.objects.create(kind="member", year=2026, region=region),
                language="en",
                file=ContentFile(b"PK", name="en.zip"),
            ),
        ),
    }


REPORT_BATCHES = [f"report_batch{act}" for act in ("", "_cancel", "_retry", "_again")]


def money(organisation, renewer) -> dict:
    """A period without an invoice, and one whose invoice was paid and waived in part."""
    paid = create_invoice(organisation, membership=create_membership(organisation, year=2020))
    amount = {"amount": Decimal("10.00")}
    return {
        "renewer": renewer,
        "period": create_membership(organisation, year=2021),
        "payment": dues.record_payment(paid, **amount, currency="EUR"),
        "waiver": dues.waive(paid, **amount, reason="Flood", by=None),
    }


def lists(organisation, contact) -> dict:
    """The organisation as an umbrella: its list, an upload, and likes on another list."""
    Category.objects.filter(pk=organisation.category_id).update(has_own_members=True)
    organisation.category.refresh_from_db()
    other = create_organisation(category="B")
    other.regions.add(organisation.country.region)
    pairs = [
        (create_affiliation(organisation, name), create_affiliation(other, name))
        for name in ("Lake", "Forest")
    ]
    one, another = (entry.association for entry in pairs[1])
    return {
        "entry": pairs[0][0],
        "like": pairs[0][1],
        "likeness": likenesses.decide(one, another, decision="same", by=None),
        "roll": Roll.objects.create(umbrella=organisation, uploaded_by=contact),
    }


TRANSLATIONS = [
    f"portal:{area}translation{act}" for area in ("", "desk_") for act in ("", "_give", "_decide")
]


TEXT_FILES = [f"portal:{area}text_file{act}" for area in ("", "desk_") for act in ("", "_record")]


def text_file(lead) -> dict:
    """A translation file that the language lead sent in."""
    field = Field("title", "Rapport", "Informe", "ready")
    batch = Batch("fr", "es", (Record("publication", "1", "f" * 64, (field,)),))
    found = TextFile.objects.create(
        name="es.csv",
        format="csv",
        source_language="fr",
        target_language="es",
        content=formats.written(batch, "csv"),
        sent_by=lead,
    )
    return {"pk": found.pk}


def translation_of(publication) -> dict:
    """A text whose Spanish waits for approval."""
    place = {"kind": "publication", "key": str(publication.pk), "language": "es"}
    TranslationDraft.objects.get_or_create(**place, state="waiting", author=None)
    return {"kind": "publication", "key": publication.pk, "text_language": "es"}


def followed(publication) -> dict:
    """A text that is missing in English and awaited there, a list that is followed, a series."""
    awaited = create_publication(symbol="P/2026/18", title_en=None, summary_en=None)
    asked = {"email": "reader@example.org", "language": "en", "confirmed_at": timezone.now()}
    return {
        "awaited": awaited,
        "wish": TranslationWish.objects.create(publication=awaited, **asked),
        "follow": ListFollow.objects.create(seen_until=timezone.now(), **asked),
        "series": Series.objects.create(slug="papers", title_fr="Cahiers"),
        "correction": publication.corrections.create(wording_fr="Une faute."),
    }


def arguments(**made) -> dict:
    """The arguments of the addresses that take some."""
    term = Term.objects.create(word_fr="axe", word_en="axis", word_es="eje")
    symbol = {"symbol": made["issue"].dashed_symbol}
    publication = {"symbol": made["publication"].dashed_symbol}
    reserved = {"symbol": made["reserved"].dashed_symbol}
    written = {"symbol": made["written"].dashed_symbol}
    awaited = {"symbol": made["awaited"].dashed_symbol}
    publication_file = publication | {"file_language": "fr"}
    draft = {"symbol": made["draft"].dashed_symbol}
    keep_light_editions(made["publication"])
    whole.make(made["publication"].pk, "en")
    token = {"token": made["subscription"].subscriber.token}
    organisation = {"slug": "lake-council"}
    application = {"pk": made["enclosed"].application_id}
    invoice = {"pk": made["payment"].invoice_id}
    person_key = {"key": privacy.find(made["people"]["contact"].email)[0].key}
    pair = {"kept": "lake-council", "removed": made["lapsed"].slug}
    followed = {"token": tracking.token_of(made["enclosed"].application)}
    message, mandate = {"pk": made["message"].pk}, {"pk": made["mandate"].pk}
    invitation, report = {"pk": made["invitation"].pk}, {"pk": made["report"].pk}
    document = {"pk": made["document"].pk}
    partner = {"pk": made["partner"].pk}
    document_file = document | {"file_language": "all"}
    thread, mail = {"pk": made["thread"].pk}, {"pk": made["thread"].messages.get().pk}
    return {
        "permanent": {"symbol": "P-2026-14"},
        "portal:light_library": {"code": "R8"},
        "portal:light_page": {"slug": "about", "form": "txt"},
        "portal:light_publication": {"symbol": "P-2026-14", "form": "txt"},
        "portal:whole_text": publication,
        "metadata": {"symbol": "P-2026-14", "form": "bib"},
        "mail_events": {"provider": "postmark"},
        "picture": {"name": create_picture(publications=[made["publication"]]).name},
        "portal:picture": {"name": create_picture(publications=[made["reserved"]]).name},
        "portal:region": {"code": "R8"},
        "sitemap_section": {"section": "regions", "number": 0},
        "portal:axis": {"number": 1},
        "portal:region_feed": {"code": "R8"},
        "portal:axis_feed": {"number": 1},
        "portal:data_set": {"name": "organisations"},
        "portal:data_file": {"name": "publications", "kind": "csv"},
        "portal:region_calendar": {"code": "R8"},
        "portal:axis_calendar": {"number": 1},
        "portal:page": {"slug": "about"},
        "portal:desk_message": message,
        "portal:desk_message_answered": message,
        "portal:desk_page": {"slug": "about"},
        "regions:desk_region": {"code": "R8"},
        "regions:desk_country": {"code": "KE"},
        "members:organisation": organisation,
        "members:apply_begin": {"code": "C"},
        "members:apply_follow": followed,
        "members:apply_continue": followed,
        "members:apply_withdraw": followed,
        "members:invitation": {"token": made["invitation"].token},
        "members:renewal": {"token": renewals.link_for(made["renewer"], made["period"])},
        "members:confirmation": {"token": confirmations.link_for(made["renewer"])},
        "members:preferences": {"token": preferences.token_of(made["renewer"])},
        "members:stop_topic": {
            "token": preferences.token_of(made["renewer"]),
            "topic": "messages",
        },
        "members:space_notice": {"pk": made["notice"].pk},
        "members:space_change_withdraw": {"pk": made["change"].pk},
        "members:desk_change": {"pk": made["change"].pk},
        "members:desk_staff_mandate": {"pk": made["staff_mandate"].pk},
        "members:desk_staff_invitation": {"pk": made["staff_invitation"].pk},
        "members:desk_dues_account": organisation,
        "members:desk_dues_issue_one": {"pk": made["period"].pk},
        "members:desk_dues_payment": invoice,
        "members:desk_dues_waiver": invoice,
        "members:desk_dues_cancel": invoice,
        "members:desk_dues_payment_back": {"pk": made["payment"].pk},
        "publications:certificate": {"code": certificates.issue(made["period"]).code},
        "members:space_invoice": invoice,
        "members:desk_invoice": invoice,
        "members:space_receipt": {"pk": made["payment"].pk},
        "members:desk_receipt": {"pk": made["payment"].pk},
        "members:desk_dues_waiver_back": {"pk": made["waiver"].pk},
        "members:space_mandate": mandate,
        "members:space_mandate_end": mandate,
        "members:space_invitation_resend": invitation,
        "members:space_invitation_withdraw": invitation,
        "members:space_thread": thread,
        "members:attachment": {"pk": made["attachment"].pk},
        "members:desk_import_template": {"kind": "csv"},
        "members:desk_export": {"kind": "csv"},
        **{name: {"pk": made["batch"].pk} for name in IMPORTS},
        **{name: application for name in TABLE if name.startswith("members:desk_application_")},
        "members:desk_application_document": {
            "pk": made["enclosed"].application_id,
            "document": made["enclosed"].pk,
        },
        "members:desk_application": application,
        "members:desk_advice_link": {"token": advising.token_of(made["enclosed"].application)},
        "members:desk_country": {"code": "KE"},
        "members:desk_organisation": organisation,
        "members:desk_organisation_edit": organisation,
        "members:desk_status": organisation,
        "members:desk_derogation": organisation,
        "members:desk_period": organisation,
        "members:desk_invite": organisation,
        "members:desk_preview": organisation,
        "members:space_associations": organisation,
        "members:space_association_new": organisation,
        "members:space_associations_confirm": organisation,
        "members:space_headcount": organisation,
        "members:space_roll_upload": organisation,
        "members:space_associations_csv": organisation,
        "members:space_association": {"pk": made["entry"].pk},
        "members:space_association_remove": {"pk": made["entry"].pk},
        "members:space_roll": {"pk": made["roll"].pk},
        "members:desk_match_take_back": {"pk": made["likeness"].pk},
        "members:desk_match_decide": {
            "one": made["entry"].association_id,
            "other": made["like"].association_id,
        },
        "members:desk_write": organisation,
        "members:desk_thread": thread,
        "members:desk_thread_assign": thread,
        "members:desk_thread_close": thread,
        "members:desk_thread_file_under": thread,
        "members:desk_mail_confirm": mail,
        "members:desk_mail": mail,
        "members:desk_partner": partner,
        "members:desk_partner_edit": partner,
        "members:desk_partner_erase": partner,
        "members:space_document": document_file,
        "members:desk_document": document,
        "members:desk_document_withdraw": document,
        "members:desk_document_file": document_file,
        "members:desk_organisation_history": organisation,
        "members:desk_person_history": {"pk": made["people"]["contact"].pk},
        "members:desk_privacy_person": person_key,
        "members:desk_privacy_json": person_key,
        "members:desk_privacy_erase": person_key,
        "members:desk_merge": {"pk": made["merge"].pk},
        "members:desk_unmerge": {"pk": made["merge"].pk},
        "members:desk_merge_organisations": pair,
        "members:desk_keep_apart": pair,
        "members:desk_merge_people": {
            "kept": made["people"]["contact"].pk,
            "removed": made["people"]["colleague"].pk,
        },
        "programme:event": {"slug": "forum"},
        "programme:emerging_issue": {"pk": made["emerging_issue"].pk},
        "programme:emerging_second": {"pk": made["emerging_issue"].pk},
        "programme:emerging_edit": {"pk": made["emerging_issue"].pk},
        "programme:emerging_close": {"pk": made["emerging_issue"].pk},
        "programme:emerging_reopen": {"pk": made["past_issue"].pk},
        "programme:event_calendar": {"slug": "forum"},
        "publications:detail": publication,
        **{f"publications:{name}": {"slug": "papers"} for name in SERIES},
        **{f"publications:desk_{act}": publication for act in REVIEW},
        "publications:desk_correction": publication | {"pk": made["correction"].pk},
        **{f"publications:proposal{act}": written for act in ("", "_edit", "_send", "_withdraw")},
        "publications:proposal_file": written | {"file_language": "fr"},
        "publications:tell_me": awaited,
        "publications:space_tell_me": awaited,
        "publications:wish_confirm": {"token": made["wish"].token},
        "publications:wish_stop": {"token": made["wish"].token},
        **{
            f"publications:follow_{page}": {"token": made["follow"].token}
            for page in ("confirm", "choices", "stop")
        },
        "publications:desk_edit": publication,
        "publications:desk_preview": publication,
        "publications:desk_publish": publication,
        "publications:desk_withdraw": publication,
        "publications:desk_file": publication_file,
        **dict.fromkeys(TRANSLATIONS, translation_of(made["publication"])),
        **dict.fromkeys(TEXT_FILES, text_file(made["people"]["language lead"])),
        "portal:term": {"pk": term.pk},
        "portal:desk_term": {"pk": term.pk},
        "publications:desk_first_page": publication_file,
        "publications:file": publication_file,
        "publications:first_page": publication_file,
        "publications:space_detail": reserved,
        "publications:space_file": reserved | {"file_language": "fr"},
        "publications:space_first_page": reserved | {"file_language": "fr"},
        "publications:confirm_subscription": token,
        "publications:unsubscribe": token,
        "publications:unsubscribe_from": {**token, "code": "R8"},
        "publications:subscription": token,
        "publications:reader_data": token,
        "publications:erase_reader": token,
        "publications:axis_digest": {"pk": made["digest"].pk},
        "publications:issue": symbol,
        "publications:report_file": report,
        "publications:report_page": {"pk": made["region_report"].pk},
        "publications:report_csv": {"pk": made["region_report"].pk},
        "publications:report_cancel": report,
        "publications:report_again": report,
        "publications:report_restore": report,
        **{f"publications:{name}": {"pk": made["reports"].batch_id} for name in REPORT_BATCHES},
        "publications:report_archive": {"pk": made["reports"].batch_id, "archive_language": "en"},
        "publications:newsletter_issue_desk": draft,
        "publications:newsletter_rhythm": {"code": "R8"},
        "publications:newsletter_text": draft,
        "publications:newsletter_correct": symbol,
        "publications:newsletter_correction": {**symbol, "pk": made["issue_correction"].pk},
        "publications:newsletter_items": draft,
        "publications:newsletter_accept": draft,
        "publications:newsletter_block_new": draft,
        "publications:newsletter_block": draft | {"pk": made["block"].pk},
        "publications:newsletter_holder": draft,
        "publications:newsletter_ready": draft,
        "publications:newsletter_checks": draft,
        "publications:newsletter_approve": draft,
        "publications:newsletter_schedule": draft,
        "publications:newsletter_cancel": draft,
        "publications:newsletter_send": draft,
        "publications:newsletter_pause": draft,
        "publications:newsletter_cancel_rest": draft,
        "publications:newsletter_test": draft,
        "publications:newsletter_previews": draft,
        "publications:newsletter_preview": draft | {"mail_language": "fr", "kind": "html"},
        "publications:issue_pdf": symbol | {"pdf_language": "fr"},
    }


def answers(world: dict, name: str, method: str) -> dict[str, int]:
    """What each person gets. Nobody's act is seen by the next: each is rolled back."""
    with translation.override("en"):
        address = reverse(name, kwargs=world["arguments"].get(name))
    found = {}
    for who, person in world["people"].items():
        with transaction.atomic():
            client = Client()
            if person is not None:
                client.force_login(person)
            answer = getattr(client, method)(address, SENT.get(name, {}))
            if answer.streaming:
                b"".join(answer.streaming_content)  # which closes the file
            found[who] = answer.status_code
            transaction.set_rollback(True)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_who_may_open_what(world, name):
    method, expected = TABLE[name]
    assert answers(world, name, method) == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.slow
def test_a_closed_page_leads_to_the_log_in_and_not_elsewhere(world, client):
    for name, (method, expected) in TABLE.items():
        # What leads everybody on, logged in or not, is no closed page.
        if expected[0] != 302 or set(expected) == {302} or name == "admin:index":
            continue
        with translation.override("en"):
            address = reverse(name, kwargs=world["arguments"].get(name))
        answer = getattr(client, method)(address)
        assert answer.url.startswith("/en/account/login/?next="), name


@pytest.mark.slow
def test_every_answer_says_who_may_keep_it(world):
    """What anybody may keep holds nothing of its reader; the rest is kept by nobody."""
    for name, (method, _expected) in TABLE.items():
        with translation.override("en"):
            address = reverse(name, kwargs=world["arguments"].get(name))
        for who in ("anonymous", "contact", "secretariat"):
            with transaction.atomic():
                client = Client()
                if person := world["people"][who]:
                    client.force_login(person)
                with CaptureQueriesContext(connection) as asked:
                    answer = getattr(client, method)(address, SENT.get(name, {}))
                    content = b"".join(answer) if answer.streaming else answer.content
                transaction.set_rollback(True)
            policy = answer.get("Cache-Control", "")
            varies = {part.strip() for part in answer.get("Vary", "").split(",") if part}
            if policy.startswith("public"):
                assert answer.cookies == {}, (name, who)
                # A permanent address gives programs the form they ask for.
                asked_for = {"Accept"} if name == "permanent" else set()
                told = {"Accept-Encoding", "Save-Data", "Accept-Language"} | asked_for
                assert varies <= told, (name, who)
                assert b"csrfmiddlewaretoken" not in content, (name, who)
                assert b'class="messages"' not in content, (name, who)
                # Writing to these moves no revision, so that no kept page may come from them.
                assert tables_read(asked.captured_queries).isdisjoint(unseen.tables()), name
            else:
                assert {"private", "no-store"} <= set(policy.split(", ")), (name, who, policy)


def tables_read(queries: list[dict]) -> set[str]:
    sql = "\n".join(query["sql"] for query in queries)
    return set(re.findall(r'(?:FROM|JOIN) "?(\w+)"?', sql))
