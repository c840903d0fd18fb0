"""What a person may do, each with its reason. Views ask, and hand the answer to templates."""

from members.models import Mandate, Merge, Organisation, User
from members.models.mandates import MandateKind
from regions.models import Country, Region

RENEWERS = (MandateKind.HEAD, MandateKind.FINANCE, MandateKind.CONTACT)


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


def may_merge(user: User, *organisations: Organisation) -> bool:
    """A merge needs the right on every record it touches: a region's own two, or everything."""
    pks = {organisation.pk for organisation in organisations}
    return Organisation.objects.run_by(user).filter(pk__in=pks).count() == len(pks)


def may_undo_merge(user: User, merge: Merge) -> bool:
    """The record that comes back must be the user's to run, as the kept one is."""
    if may_run_everything(user):
        return True
    if not Merge.objects.run_by(user).filter(pk=merge.pk).exists():
        return False
    values = next(
        (
            write["values"]
            for write in merge.journal.get("writes", ())
            if write["write"] == "deleted" and write["pk"] == merge.removed_pk
        ),
        {},
    )
    regions = [region.pk for region in user.standing.regions]
    return Country.objects.filter(pk=values.get("country"), region__in=regions).exists()


def may_decide(user: User) -> bool:
    """Decisions on memberships (status, periods, derogations) are the secretariat's alone."""
    return may_run_everything(user)


def may_take_data(user: User, organisation: Organisation) -> bool:
    """All that is held of an organisation is for its head and contacts to take away, whatever its
    status; a finance or voting mandate alone does not carry everybody's addresses out."""
    own = user.mandates.current().for_organisation(organisation)
    return own.filter(kind__in=(MandateKind.HEAD, MandateKind.CONTACT)).exists()


def may_advise(user: User, regions: list[Region]) -> bool:
    """The advice on an application is the executive's of a region it concerns (statutes); the
    secretariat decides and does not advise itself."""
    return user.is_authenticated and any(region in user.standing.regions for region in regions)


def may_manage_people(user: User, organisation: Organisation) -> bool:
    """Who acts for an organisation is settled by its head and contacts, its executive, the
    secretariat; a finance or voting mandate alone does not invite or dismiss colleagues."""
    if Organisation.objects.run_by(user).filter(pk=organisation.pk).exists():
        return True
    own = user.mandates.current().for_organisation(organisation)
    return own.filter(kind__in=(MandateKind.HEAD, MandateKind.CONTACT)).exists()


def may_name_successor(user: User, mandate: Mandate) -> bool:
    """A new head is for the secretariat or the region to record; any other role may be handed to
    somebody new by whoever settles the people of the organisation."""
    if not may_manage_people(user, mandate.organisation):
        return False
    runs_it = Organisation.objects.run_by(user).filter(pk=mandate.organisation_id).exists()
    return runs_it or mandate.kind != MandateKind.HEAD


def may_see_dues(user: User) -> bool:
    """The finance desk and the secretariat see all dues, a regional executive one region's."""
    return user.is_authenticated and (user.standing.has_desk or user.standing.keeps_accounts)


def may_record_dues(user: User) -> bool:
    """Money is recorded by the finance desk and the secretariat; a region only looks."""
    return user.is_authenticated and user.standing.keeps_accounts


def may_renew(user: User, organisation: Organisation) -> bool:
    """Renewing commits the organisation to its dues: its head, contacts and finance people do."""
    own = user.mandates.current().for_organisation(organisation)
    return user.is_active and own.filter(kind__in=RENEWERS).exists()


def may_import(user: User) -> bool:
    """Whoever has a desk records organisations there, and so imports them: all, or one region's."""
    return user.is_active and may_open_desk(user)
