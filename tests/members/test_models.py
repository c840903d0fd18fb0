import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from members.models import Mandate, Organisation
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_language_lead,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_second_seat_whatever_the_code_does():
    country = create_country()
    create_organisation(category="A", country=country)
    second = create_organisation(category="A", country=country, status="applicant")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=second.pk).update(status="active", seat_country=country)
    second.refresh_from_db()
    assert second.seat_country is None


def test_the_database_refuses_a_seat_for_another_country():
    council = create_organisation(category="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=council.pk).update(seat_country=create_country("TZ"))


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("contact", {}),
        ("contact", {"region": "R8"}),
        ("contact", {"organisation": True, "region": "R8"}),
        ("executive", {}),
        ("executive", {"organisation": True}),
        ("executive", {"region": "R8", "language": "fr"}),
        ("language_lead", {}),
        ("language_lead", {"language": "fr", "organisation": True}),
        ("secretariat", {"region": "R8"}),
        ("secretariat", {"organisation": True}),
        ("treasurer", {"region": "R8"}),
    ],
)
def test_a_mandate_is_for_what_its_kind_asks_and_nothing_else(kind, subject):
    values = dict(subject)
    if "organisation" in values:
        values["organisation"] = create_organisation()
    if "region" in values:
        values["region"] = create_region(values["region"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(person=create_person(), kind=kind, **values)


def test_a_mandate_does_not_end_before_it_begins():
    with pytest.raises(IntegrityError), transaction.atomic():
        create_mandate(
            create_person(), since=datetime.date(2026, 2, 1), until=datetime.date(2026, 1, 1)
        )


def test_a_mandate_counts_from_its_first_day_to_its_last():
    mandate = create_mandate(
        create_person(), since=datetime.date(2026, 2, 1), until=datetime.date(2026, 2, 3)
    )
    days = [datetime.date(2026, 1, 31) + datetime.timedelta(days=n) for n in range(5)]
    current = [Mandate.objects.current(day).filter(pk=mandate.pk).exists() for day in days]
    assert current == [False, True, True, True, False]


def test_who_sees_a_discreet_organisation():
    region, elsewhere = create_region("R8"), create_region("R4")
    discreet = create_organisation(country=create_country(region=region), discreet=True)
    people = {
        "own contact": create_contact(discreet),
        "another contact": create_contact(create_organisation()),
        "executive of the region": create_executive(region),
        "executive elsewhere": create_executive(elsewhere),
        "language lead": create_language_lead("es"),
        "secretariat": create_secretary(),
    }
    seen = {
        who: Organisation.objects.visible_to(person).filter(pk=discreet.pk).exists()
        for who, person in people.items()
    }
    assert seen == {
        "own contact": True,
        "another contact": False,
        "executive of the region": True,
        "executive elsewhere": False,
        "language lead": False,
        "secretariat": True,
    }
    assert not Organisation.objects.public().filter(pk=discreet.pk).exists()


def test_an_executive_runs_one_region_and_those_active_in_it_without_a_country():
    region, elsewhere = create_region("R8"), create_region("R4")
    here = create_organisation(country=create_country("KE", region=region))
    there = create_organisation(country=create_country("BR", region=elsewhere))
    everywhere = create_organisation(category="B")
    everywhere.regions.set([region, elsewhere])
    there.regions.set([region])
    executive = create_executive(region)
    assert set(Organisation.objects.run_by(executive)) == {here, everywhere}
    assert set(Organisation.objects.run_by(create_contact(here))) == set()


def test_names_are_found_in_any_language():
    found = create_organisation(
        name_fr="Conseil du lac", name_en="Lake Council", name_es="Consejo del lago"
    )
    create_organisation()
    for words in ("lac", "lake council", "LAGO"):
        assert list(Organisation.objects.named(words)) == [found]
    assert list(Organisation.objects.named("lake ocean")) == []


def test_organisations_without_two_contacts():
    one, two, former = create_organisation(), create_organisation(), create_organisation()
    create_contact(one)
    create_contact(two)
    create_contact(two)
    create_contact(former)
    create_mandate(create_person(), organisation=former, until=datetime.date(2021, 1, 1))
    assert set(Organisation.objects.with_few_contacts()) == {one, former}


def test_a_region_with_countries_and_a_country_with_members_cannot_be_deleted():
    organisation = create_organisation()
    with pytest.raises(ProtectedError):
        organisation.country.region.delete()
    with pytest.raises(ProtectedError):
        organisation.country.delete()


def test_a_new_organisation_sorts_by_its_name_in_each_language_at_once():
    organisation = create_organisation(name_fr="Zone", name_en="Area", name_es="Área")
    keys = {code: getattr(organisation, f"sort_{code}") for code in ("fr", "en", "es")}
    organisation.save()
    assert keys == {code: getattr(organisation, f"sort_{code}") for code in ("fr", "en", "es")}
    assert keys["en"] != keys["fr"]
