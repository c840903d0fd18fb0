from members.models.applications import (
    Application,
    ApplicationAnswer,
    ApplicationDocument,
    ApplicationEvent,
    ApplicationPerson,
)
from members.models.associations import (
    Affiliation,
    Association,
    AssociationKey,
    Headcount,
    Likeness,
    Roll,
)
from members.models.categories import Category
from members.models.change_requests import ChangeRequest
from members.models.counts import MemberCount, MemberPlacement, MemberWords
from members.models.decisions import Acceptance, Advice
from members.models.documents import Document, DocumentFile, DocumentOpening
from members.models.dues import DuesBand, Invoice, Payment, Renewal, Waiver
from members.models.erasures import Erasure
from members.models.facets import Facet
from members.models.gaps import ContactGap
from members.models.imports import ImportBatch, ImportRow, ImportTrace
from members.models.mandates import Invitation, Mandate
from members.models.memberships import Derogation, Membership, StatusChange
from members.models.merges import Distinct, Merge, OldAddress
from members.models.notices import Notice
from members.models.numbering import NumberSeries
from members.models.organisations import Organisation
from members.models.partners import Partner
from members.models.people import User
from members.models.preferences import Preference
from members.models.questions import Question, QuestionOption
from members.models.threads import Attachment, Message, Reader, Thread

__all__ = [
    "Acceptance",
    "Advice",
    "Affiliation",
    "Application",
    "ApplicationAnswer",
    "ApplicationDocument",
    "ApplicationEvent",
    "ApplicationPerson",
    "Association",
    "AssociationKey",
    "Attachment",
    "Category",
    "ChangeRequest",
    "ContactGap",
    "Derogation",
    "Distinct",
    "Document",
    "DocumentFile",
    "DocumentOpening",
    "DuesBand",
    "Erasure",
    "Facet",
    "Headcount",
    "ImportBatch",
    "ImportRow",
    "ImportTrace",
    "Invitation",
    "Invoice",
    "Likeness",
    "Mandate",
    "MemberCount",
    "MemberPlacement",
    "MemberWords",
    "Membership",
    "Merge",
    "Message",
    "Notice",
    "NumberSeries",
    "OldAddress",
    "Organisation",
    "Partner",
    "Payment",
    "Preference",
    "Question",
    "QuestionOption",
    "Reader",
    "Renewal",
    "Roll",
    "StatusChange",
    "Thread",
    "User",
    "Waiver",
]
