"""Example organisations with their periods of membership, made by the verbs of joining."""

import datetime
from itertools import pairwise

from django.utils import timezone

from members import joining, seats
from members.models import Category, Organisation, User
from members.models.organisations import Status
from portal.demo.texts import EXAMPLE, chance, originally, read, set_states
from portal.lib.translations import LANGUAGES, TranslationState
from regions.models import Country, Region

# Yearly periods are recorded one by one only for these last years; before, there is one.
YEARS_ON_RECORD = 4
GRACE_SINCE = 30


def create_organisations(secretary: User) -> int:
    """Make the organisations that are missing, and say how many there were."""
    existing = set(Organisation.objects.values_list("slug", flat=True))
    categories = {category.code: category for category in Category.objects.all()}
    countries = Country.objects.select_related("region").in_bulk()
    regions = {region.code: region for region in Region.objects.all()}
    missing = [row for row in read("organisations")["organisations"] if row["slug"] not in existing]
    for row in missing:
        organisation = Organisation(
            slug=row["slug"],
            category=categories[row["category"]],
            country=countries.get(row.get("country")),
            discreet=row.get("discreet", False),
            founded=row["founded"],
            website=f"https://{row['slug']}.example.org/",
            email=f"{row['slug']}@example.org",
            **prose(row),
        )
        if chance("organisation", row["slug"]).random() < 0.08:
            set_states(organisation, machine_drafts(row))
        joining.settle_seat(organisation)
        organisation.regions.set(regions[code] for code in row.get("regions", ()))
        if not row.get("applicant"):
            admit(organisation, row, secretary)
    return len(missing)


def prose(row: dict) -> dict:
    """Names as they are given; descriptions in the original and, not always, in the others."""
    original = originally(row)
    values = {"original_language": original}
    for code in LANGUAGES:
        if code not in row:
            continue
        values[f"name_{code}"] = f"{row[code]} {EXAMPLE[code]}"
        if code == original or chance("description", row["slug"], code).random() < 0.75:
            values[f"description_{code}"] = read("descriptions")[row["about"]][code]
    return values


def machine_drafts(row: dict) -> dict[str, str]:
    original = originally(row)
    return {
        code: TranslationState.MACHINE for code in LANGUAGES if code in row and code != original
    }


def admit(organisation: Organisation, row: dict, secretary: User):
    """Make the organisation a member since its year, with its periods up to today."""
    joined = joining_day(row)
    if row.get("derogation"):
        derogation = seats.grant_derogation(
            organisation,
            reason=(
                "Social policy belongs to the language communities, and each has its own council."
            ),
            by=secretary,
        )
        derogation.granted_on = joined
        derogation.save()
    move(organisation, Status.ACTIVE, joined, secretary)
    for starts_on, ends_on in periods(joined, row):
        joining.add_period(organisation, starts_on=starts_on, ends_on=ends_on, by=secretary)
    if row.get("grace") or row.get("lapsed"):
        ended = organisation.current_membership.ends_on
        move(organisation, Status.GRACE, ended + datetime.timedelta(days=1), None)
        if row.get("lapsed"):
            after = datetime.timedelta(days=joining.GRACE_DAYS + 1)
            move(organisation, Status.LAPSED, ended + after, None)


def move(organisation: Organisation, status: str, day: datetime.date, by: User | None):
    """Change the status as of a day in the past."""
    change = joining.change_status(organisation, status, by=by)
    change.changed_at = datetime.datetime.combine(day, datetime.time(9), datetime.UTC)
    change.save()


def joining_day(row: dict) -> datetime.date:
    if row["joined"] < 0:
        return timezone.localdate() + datetime.timedelta(days=row["joined"])
    day = chance("joined", row["slug"])
    return datetime.date(row["joined"], day.randint(1, 12), day.randint(1, 28))


def periods(joined: datetime.date, row: dict) -> list[tuple[datetime.date, datetime.date]]:
    """One long first period, then one a year, without gaps, up to the last that was paid."""
    today = timezone.localdate()
    if row.get("grace"):
        ends = [anniversary(today - datetime.timedelta(days=GRACE_SINCE), -n) for n in (2, 1, 0)]
    else:
        last = today.year - 2 if row.get("lapsed") else today.year
        ends = [datetime.date(year, 12, 31) for year in range(last - YEARS_ON_RECORD, last + 1)]
    ends = [end for end in ends if end > joined]
    starts = [joined, *(end + datetime.timedelta(days=1) for end, _ in pairwise(ends))]
    return list(zip(starts, ends, strict=True))


def anniversary(day: datetime.date, years: int) -> datetime.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
