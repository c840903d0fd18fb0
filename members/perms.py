"""What a person may do, each with its reason. Views ask, and hand the answer to templates."""

from members.models import Organisation, User
from regions.models import Region


def may_open_desk(user: User) -> bool:
    """The secretariat runs everything, a regional executive one region; members have no desk."""
    return user.is_authenticated and user.standing.has_desk


def may_run_everything(user: User) -> bool:
    """World-wide acts (categories, other regions, invitations of staff) are the secretariat's."""
    return user.is_authenticated and user.standing.is_secretariat


def may_run_region(user: User, region: Region) -> bool:
    """Full rights in one's own region and none elsewhere (network's rules for executives)."""
    return may_run_everything(user) or (user.is_authenticated and region in user.standing.regions)


def may_change_status(user: User, organisation: Organisation) -> bool:
    """Decisions on memberships are the secretariat's; the region only advises."""
    return may_run_everything(user)


def may_edit(user: User, organisation: Organisation) -> bool:
    """An organisation is edited by its own people, its regional executive, the secretariat."""
    return Organisation.objects.editable_by(user).filter(pk=organisation.pk).exists()
