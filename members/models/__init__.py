from members.models.applications import (
    Application,
    ApplicationAnswer,
    ApplicationDocument,
    ApplicationEvent,
    ApplicationPerson,
)
from members.models.categories import Category
from members.models.dues import DuesBand, Invoice, Payment, Renewal, Waiver
from members.models.facets import Facet
from members.models.imports import ImportBatch, ImportRow, ImportTrace
from members.models.mandates import Invitation, Mandate
from members.models.memberships import Derogation, Membership, StatusChange
from members.models.notices import Notice
from members.models.organisations import Organisation
from members.models.people import User
from members.models.questions import Question, QuestionOption

__all__ = [
    "Application",
    "ApplicationAnswer",
    "ApplicationDocument",
    "ApplicationEvent",
    "ApplicationPerson",
    "Category",
    "Derogation",
    "DuesBand",
    "Facet",
    "ImportBatch",
    "ImportRow",
    "ImportTrace",
    "Invitation",
    "Invoice",
    "Mandate",
    "Membership",
    "Notice",
    "Organisation",
    "Payment",
    "Question",
    "QuestionOption",
    "Renewal",
    "StatusChange",
    "User",
    "Waiver",
]
