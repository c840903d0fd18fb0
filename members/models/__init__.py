from members.models.categories import Category
from members.models.facets import Facet
from members.models.mandates import Invitation, Mandate
from members.models.memberships import Derogation, Membership, StatusChange
from members.models.notices import Notice
from members.models.organisations import Organisation
from members.models.people import User

__all__ = [
    "Category",
    "Derogation",
    "Facet",
    "Invitation",
    "Mandate",
    "Membership",
    "Notice",
    "Organisation",
    "StatusChange",
    "User",
]
