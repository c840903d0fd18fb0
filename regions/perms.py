"""What a person may do with regions. ``standing`` is what the person's mandates amount to."""

from regions.models import Region


def may_open_desk(user) -> bool:
    return user.is_authenticated and user.standing.has_desk


def may_assign_countries(user) -> bool:
    """Which region a country belongs to concerns two regions, so the secretariat decides."""
    return user.is_authenticated and user.standing.is_secretariat


def regions_run_by(user):
    """All regions for the secretariat, the own ones for a regional executive."""
    if user.standing.is_secretariat:
        return Region.objects.all()
    return Region.objects.filter(pk__in=[region.pk for region in user.standing.regions])
