"""Two records made one: what moves, by which rule, and how it is undone."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from members import invitations, joining, merge_rules, unmerging
from members.merging import merge_organisations, merge_people, organisation_fields, what_moves
from members.models import Mandate, Membership, Merge, OldAddress, Organisation, StatusChange, User
from publications.models import Report
from tests.factories import (
    create_activity,
    create_contact,
    create_country,
    create_executive,
    create_invoice,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def merged(kept, removed, **values) -> Merge:
    values = {"choices": {}, "by": create_secretary()} | values
    merge = merge_organisations(kept, removed, **values)
    kept.refresh_from_db()
    return merge


def refused(act, *args, **values) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **values)
    return caught.value.error_list[0].code


def test_every_relation_has_a_rule():
    """A new foreign key, link or one-to-one needs a line in `merge_rules` or an app's `ready`."""
    without = [
        relation.name
        for model in merge_rules.MERGED
        for relation in merge_rules.relations_to(model)
        if merge_rules.rule_of(relation) is None
    ]
    assert without == []


def test_every_rule_is_of_a_relation_that_exists():
    existing = {
        relation.name for model in apps.get_models() for relation in merge_rules.relations_to(model)
    }
    assert set(merge_rules._rules) - existing == set()


def test_all_that_hangs_on_the_record_is_moved_and_counted():
    kept, removed = create_organisation(), create_organisation()
    person = create_contact(removed)
    period = create_membership(removed, year=2020)
    publication, activity = create_publication(), create_activity(organisations=[removed])
    publication.organisations.add(removed)
    report = Report.objects.create(kind="member", organisation=removed, language="en", year=2024)
    counts = {moving.label: moving.count for moving in what_moves(removed)}
    assert counts == {
        "Activities": 1,
        "Mandates": 1,
        "Membership periods": 1,
        "Publications": 1,
        "Reports": 1,
    }
    merged(kept, removed)
    assert not Organisation.objects.filter(pk=removed.pk).exists()
    for row in (person.mandates.get(), period, report):
        row.refresh_from_db()
        assert row.organisation == kept
    assert list(publication.organisations.all()) == [kept]
    assert list(activity.organisations.all()) == [kept]


def test_a_link_that_both_have_stands_once_and_comes_back():
    kept, removed = create_organisation(), create_organisation()
    publication = create_publication()
    publication.organisations.add(kept, removed)
    merge = merged(kept, removed)
    assert list(publication.organisations.all()) == [kept]
    unmerging.undo(merge, by=create_secretary())
    assert set(publication.organisations.values_list("pk", flat=True)) == {kept.pk, removed.pk}


def test_values_are_chosen_field_by_field():
    kept = create_organisation(name="Lake", website="https://lake.example.org/", acronym="")
    removed = create_organisation(name="River", acronym="RC", founded=1961)
    merge = merged(kept, removed, choices={"acronym": "removed", "name_es": "removed"})
    assert (kept.acronym, kept.website) == ("RC", "https://lake.example.org/")
    assert (kept.name_es, kept.name_en) == ("River (ejemplo)", "Lake (example)")
    assert kept.founded is None
    assert merge.removed_name == "River (example)"


def test_a_kept_record_without_its_original_name_is_refused():
    kept = create_organisation()
    removed = create_organisation(original_language="es")
    Organisation.objects.filter(pk=kept.pk).update(name_es=None)
    with pytest.raises(ValidationError):
        merged(kept, removed, choices={"original_language": "removed"})
    assert Organisation.objects.filter(pk=removed.pk).exists()


def test_the_same_role_on_both_becomes_one_that_spans_both():
    kept, removed = create_organisation(), create_organisation()
    person = create_person()
    create_mandate(person, organisation=kept, since=day("2021-01-01"), until=day("2022-12-31"))
    create_mandate(person, organisation=removed, since=day("2019-01-01"), until=day("2021-06-30"))
    create_mandate(person, organisation=removed, since=day("2010-01-01"), until=day("2010-06-30"))
    merge = merged(kept, removed)
    assert list(person.mandates.values_list("since", "until")) == [
        (day("2019-01-01"), day("2022-12-31")),
        (day("2010-01-01"), day("2010-06-30")),
    ]
    unmerging.undo(merge, by=create_secretary())
    assert person.mandates.filter(organisation=removed).count() == 2
    assert person.mandates.get(organisation=kept).since == day("2021-01-01")


@pytest.mark.parametrize(
    ("own", "others", "left"),
    [
        # (the kept organisation's own days), (the removed one's), what stands afterwards
        (("2020-01-01", "2020-12-31"), ("2021-01-01", "2021-12-31"), None),
        (
            ("2020-01-01", "2020-12-31"),
            ("2020-07-01", "2021-12-31"),
            [("2020-01-01", "2020-12-31"), ("2021-01-01", "2021-12-31")],
        ),
        (
            ("2020-01-01", "2020-12-31"),
            ("2019-01-01", "2020-03-31"),
            [("2019-01-01", "2019-12-31"), ("2020-01-01", "2020-12-31")],
        ),
        (
            ("2020-01-01", "2020-12-31"),
            ("2020-02-01", "2020-03-31"),
            [("2020-01-01", "2020-12-31")],
        ),
        (
            ("2020-01-01", "2020-12-31"),
            ("2019-01-01", "2022-12-31"),
            [("2019-01-01", "2022-12-31")],
        ),
    ],
)
def test_periods_never_overlap_and_no_day_is_lost(own, others, left):
    kept, removed = create_organisation(), create_organisation()
    first = create_membership(kept, starts_on=day(own[0]), ends_on=day(own[1]))
    second = create_membership(removed, starts_on=day(others[0]), ends_on=day(others[1]))
    merge = merged(kept, removed)
    found = [
        (str(period.starts_on), str(period.ends_on))
        for period in kept.memberships.order_by("starts_on")
    ]
    assert found == (left or [own, others])
    unmerging.undo(merge, by=create_secretary())
    assert (str(first.starts_on), str(first.ends_on)) == own
    for period, organisation, days in ((first, kept, own), (second, removed, others)):
        period = Membership.objects.get(pk=period.pk)
        assert period.organisation == organisation
        assert (str(period.starts_on), str(period.ends_on)) == days


def test_two_invoices_for_one_period_are_settled_by_people_first():
    kept, removed = create_organisation(), create_organisation()
    create_invoice(kept, membership=create_membership(kept, year=2024))
    invoice = create_invoice(removed, membership=create_membership(removed, year=2024))
    by = create_secretary()
    assert refused(merge_organisations, kept, removed, choices={}, by=by) == "cannot_stand_twice"
    invoice.refresh_from_db()
    assert invoice.organisation == removed


def test_the_seat_follows_the_chosen_values():
    country = create_country("KE")
    holder = create_organisation(category="A", country=country)
    kept = create_organisation(category="C", country=country)
    merge = merged(kept, holder, choices={"category": "removed"})
    assert kept.seat_country == country
    unmerging.undo(merge, by=create_secretary())
    kept.refresh_from_db()
    holder.refresh_from_db()
    assert (kept.seat_country, holder.seat_country) == (None, country)


def test_a_merge_that_would_take_a_second_seat_is_refused():
    country = create_country("KE")
    create_organisation(category="A", country=country)
    kept = create_organisation(category="C", country=country)
    abroad = create_organisation(category="A", country=create_country("UG"))
    with pytest.raises(ValidationError) as caught:
        merged(kept, abroad, choices={"category": "removed"})
    assert caught.value.code == "seat_taken"
    assert Organisation.objects.filter(pk=abroad.pk).exists()
    assert not Merge.objects.exists()


def test_a_status_that_changes_says_who_and_why():
    secretary = create_secretary()
    kept, removed = create_organisation(status="lapsed"), create_organisation()
    merge = merged(kept, removed, choices={"status": "removed"}, by=secretary, reason="Twice.")
    change = StatusChange.objects.get()
    assert (change.before, change.after, change.reason) == ("lapsed", "active", "Twice.")
    assert change.changed_by == secretary
    unmerging.undo(merge, by=secretary)
    kept.refresh_from_db()
    assert kept.status == "lapsed"
    assert not StatusChange.objects.exists()


def test_the_old_address_leads_to_the_kept_organisation(client):
    kept, removed = create_organisation(slug="lake"), create_organisation(slug="lake-2")
    merged(kept, removed)
    answer = client.get("/en/members/lake-2/")
    assert (answer.status_code, answer.url) == (301, "/en/members/lake/")
    third = create_organisation(slug="lake-3")
    merged(third, kept)
    assert client.get("/en/members/lake-2/").url == "/en/members/lake-3/"


def test_a_discreet_organisation_leaves_no_public_trace(client):
    kept = create_organisation(slug="lake")
    merged(kept, create_organisation(slug="hidden", discreet=True))
    assert client.get("/en/members/hidden/").status_code == 404
    discreet = create_organisation(slug="quiet", discreet=True)
    merged(discreet, kept)
    assert client.get("/en/members/lake/").status_code == 404
    client.force_login(create_secretary())
    answer = client.get("/en/secretariat/organisations/hidden/")
    assert answer.url == "/en/secretariat/organisations/quiet/"


def test_an_old_address_is_given_to_nobody_else():
    kept, removed = create_organisation(), create_organisation(slug="lake-council")
    merged(kept, removed)
    fresh = Organisation(category=kept.category, country=kept.country, name_fr="Lake Council")
    joining.record(fresh)
    assert fresh.slug == "lake-council-2"


def test_undoing_brings_everything_back_as_it_was():
    kept, removed = create_organisation(name="Lake"), create_organisation(name="River")
    person = create_contact(removed)
    create_membership(removed, year=2020)
    before = stored(kept), stored(removed)
    secretary = create_secretary()
    merge = merged(kept, removed, choices={"name_fr": "removed"}, by=secretary)
    assert unmerging.obstacles(merge) == []
    unmerging.undo(merge, by=secretary)
    assert (stored(kept), stored(removed)) == before
    assert person.mandates.get().organisation_id == removed.pk
    assert not OldAddress.objects.exists()
    merge.refresh_from_db()
    assert (merge.undone_by, merge.undone_at is None) == (secretary, False)
    assert refused(unmerging.undo, merge, by=secretary) == "prevented"


def stored(record: models.Model) -> dict:
    return type(record).objects.filter(pk=record.pk).values().get()


def test_what_is_newer_prevents_undoing_and_is_named():
    kept, removed = create_organisation(name="Lake"), create_organisation(name="River")
    person = create_contact(removed)
    create_contact(removed)
    merge = merged(kept, removed, choices={"acronym": "removed", "name_en": "removed"})
    kept.name_en = "Third name"
    kept.save()
    invitations.end_mandate(person.mandates.get())
    person.mandates.update(organisation=create_organisation())
    assert unmerging.obstacles(merge) == [
        "Organisation “Third name”: “name [en]” was changed since.",
        f"Mandate “{person}, contact”: “organisation” was changed since.",
    ]
    assert refused(unmerging.undo, merge, by=create_secretary()) == "prevented"
    assert not Organisation.objects.filter(pk=removed.pk).exists()


def test_a_later_merge_is_undone_first():
    first, second, third = (create_organisation() for _one in range(3))
    earlier = merged(second, first)
    later = merged(third, second)
    earlier.refresh_from_db()
    assert earlier.organisation == third
    assert refused(unmerging.undo, earlier, by=create_secretary()) == "prevented"
    unmerging.undo(later, by=create_secretary())
    earlier.refresh_from_db()
    unmerging.undo(earlier, by=create_secretary())
    assert Organisation.objects.filter(pk=first.pk).exists()


def test_what_a_third_has_taken_prevents_undoing():
    country = create_country("KE")
    kept = create_organisation(category="C", country=country)
    holder = create_organisation(category="A", country=country)
    merge = merged(kept, holder)
    create_organisation(category="A", country=country)
    assert len(unmerging.obstacles(merge)) == 1


def test_one_record_is_not_merged_with_itself_nor_twice():
    kept, removed = create_organisation(), create_organisation()
    by = create_secretary()
    assert refused(merge_organisations, kept, kept, choices={}, by=by) == "same_record"
    merged(kept, removed)
    assert refused(merge_organisations, kept, removed, choices={}, by=by) == "already_merged"


def test_history_says_what_the_merge_changed_and_why():
    kept, removed = create_organisation(), create_organisation(name="River")
    person = create_contact(removed)
    merged(kept, removed)
    latest = person.mandates.get().history.first()
    assert latest.history_change_reason == "Merged: River (example)"
    assert removed.history.model.objects.filter(id=removed.pk, history_type="-").exists()


def test_derived_columns_are_nobodys_choice():
    names = {one.name for one in organisation_fields()}
    assert {"name_fr", "status", "discreet", "country"} <= names
    assert not {"slug", "seat_country", "sort_fr", "state_en", "name"} & names


# -- People ----------------------------------------------------------------------------------------


def test_a_persons_mandates_and_deeds_move_and_the_doors_close(client):
    kept, removed = create_person(full_name="Ana Example"), create_person(full_name="A. Example")
    organisation = create_organisation()
    create_mandate(removed, organisation=organisation)
    period = create_membership(organisation, recorded_by=removed)
    Authenticator.objects.create(user=removed, type="totp", data={"secret": "x"})
    client.force_login(removed)
    client.get("/en/space/")
    address, password = removed.email, kept.password
    merge = merge_people(
        kept, removed, choices={"full_name": "removed"}, by=create_secretary(), reason="Twice"
    )
    kept.refresh_from_db()
    period.refresh_from_db()
    assert (kept.full_name, kept.password) == ("A. Example", password)
    assert period.recorded_by == kept
    assert kept.mandates.get().organisation == organisation
    assert not User.objects.filter(pk=removed.pk).exists()
    assert not EmailAddress.objects.filter(email=address).exists()
    assert not UserSession.objects.filter(user=removed.pk).exists()
    assert not Authenticator.objects.filter(data__secret="x").exists()
    assert client.get("/en/space/").status_code == 302
    assert "secret" not in str(merge.journal)
    assert "password" not in str(merge.journal)


def test_a_merge_of_people_is_undone_without_the_second_factor():
    kept, removed = create_person(), create_person()
    create_mandate(removed, organisation=create_organisation())
    Authenticator.objects.create(user=removed, type="totp", data={"secret": "x"})
    merge = merge_people(kept, removed, choices={}, by=create_secretary())
    unmerging.undo(merge, by=create_secretary())
    back = User.objects.get(pk=removed.pk)
    assert back.email == removed.email
    assert back.mandates.count() == 1
    assert not back.has_usable_password()
    assert back.emailaddress_set.get().email == removed.email
    assert not Authenticator.objects.filter(data__secret="x").exists()


def test_an_address_that_somebody_else_has_by_now_prevents_undoing():
    kept, removed = create_person(), create_person(email="twice@example.org")
    merge = merge_people(kept, removed, choices={}, by=create_secretary())
    create_person(email="twice@example.org")
    assert refused(unmerging.undo, merge, by=create_secretary()) == "prevented"


def test_the_same_mandate_of_two_accounts_becomes_one():
    organisation = create_organisation()
    kept, removed = create_contact(organisation), create_contact(organisation)
    merge_people(kept, removed, choices={}, by=create_secretary())
    assert Mandate.objects.for_organisation(organisation).count() == 1


def test_one_does_not_merge_away_the_account_in_use():
    secretary = create_secretary()
    assert refused(merge_people, create_person(), secretary, choices={}, by=secretary) == (
        "own_account"
    )


# -- At the desk -----------------------------------------------------------------------------------

ALL = "/en/secretariat/organisations/merges/"


def test_pairs_that_look_alike_are_proposed_until_somebody_says_they_are_two(client):
    one = create_organisation(slug="lake", name_en="Lake Council", name_fr="Conseil du lac")
    other = create_organisation(slug="lac", name_en="Council of the Lake", name_fr="x")
    create_organisation()
    client.force_login(create_secretary())
    pairs = client.get(ALL).context["pairs"]
    assert [(pair.kept, pair.removed, pair.reasons) for pair in pairs] == [
        (one, other, ["the same name"])
    ]
    answer = client.post(f"{ALL}lake/lac/apart/")
    assert answer.url == ALL
    assert client.get(ALL).context["pairs"] == []
    assert "said that they are two" in client.get(f"{ALL}lac/lake/").content.decode()


def test_two_accounts_of_one_name_are_proposed_to_the_secretariat_alone(client):
    create_person(full_name="Élodie Exemple")
    create_person(full_name="Exemple Elodie")
    client.force_login(create_secretary())
    assert len(client.get(ALL).context["people"]) == 1
    client.force_login(create_executive())
    assert client.get(ALL).context["people"] == []


def test_the_second_record_is_found_by_name(client):
    create_organisation(slug="lake", name="Lake")
    create_organisation(slug="river", name="River")
    client.force_login(create_secretary())
    answer = client.get(f"{ALL}?with=lake&q=river")
    assert f'href="{ALL}lake/river/"' in answer.content.decode()


@pytest.mark.slow
def test_a_merge_through_the_page_and_back(client):
    kept = create_organisation(slug="lake", name="Lake", acronym="LC")
    removed = create_organisation(slug="river", name="River", acronym="RC")
    create_contact(removed)
    client.force_login(create_secretary())
    page = client.get(f"{ALL}lake/river/")
    rows = {row.name: (row.kept, row.removed) for row in page.context["form"].rows()}
    assert rows[("Acronym", "")] == ("LC", "RC")
    assert rows[("Name", "es")] == ("Lake (ejemplo)", "River (ejemplo)")
    assert [(one.label, one.count) for one in page.context["moving"]] == [("Mandates", 1)]
    assert client.post(f"{ALL}lake/river/", {"take_acronym": "removed"}).status_code == 200
    answer = client.post(f"{ALL}lake/river/", {"take_acronym": "removed", "reason": "Twice."})
    assert answer.url == "/en/secretariat/organisations/lake/"
    kept.refresh_from_db()
    assert (kept.acronym, kept.name_en) == ("RC", "Lake (example)")
    merge = Merge.objects.get()
    assert "Undo the merge" in client.get(f"{ALL}{merge.pk}/").content.decode()
    client.post(f"{ALL}{merge.pk}/undo/")
    assert Organisation.objects.filter(slug="river").exists()
    assert "Undone on" in client.get(f"{ALL}{merge.pk}/").content.decode()


def test_what_the_rules_refuse_is_said_on_the_page(client):
    create_organisation(category="A", country=create_country("KE"))
    create_organisation(slug="lake", country=create_country("KE"))
    create_organisation(slug="river", category="A", country=create_country("UG"))
    client.force_login(create_secretary())
    answer = client.post(f"{ALL}lake/river/", {"take_category": "removed", "reason": "Twice."})
    assert "already has an active" in answer.content.decode()
    assert not Merge.objects.exists()


@pytest.mark.slow
def test_an_executive_merges_two_of_the_own_region_and_no_others(client):
    region = create_region("R8")
    kept = create_organisation(slug="lake", country=create_country("KE", region=region))
    create_organisation(slug="river", country=create_country("UG", region=region))
    abroad = create_country("BR", region=create_region("R4"))
    create_organisation(slug="abroad", country=abroad)
    client.force_login(create_executive(region))
    assert client.get(f"{ALL}lake/abroad/").status_code == 404
    assert client.get(f"{ALL}abroad/lake/").status_code == 404
    assert client.post(f"{ALL}lake/river/", {"reason": "Twice."}).status_code == 302
    from_elsewhere = merged(kept, Organisation.objects.get(slug="abroad"))
    assert client.post(f"{ALL}{from_elsewhere.pk}/undo/").status_code == 403
    client.force_login(create_executive(create_region("R4")))
    assert client.get(f"{ALL}{from_elsewhere.pk}/").status_code == 404


@pytest.mark.slow
def test_two_people_are_merged_by_the_secretariat(client):
    kept, removed = create_person(), create_person(full_name="Other Name")
    path = f"/en/secretariat/people/merges/{kept.pk}/{removed.pk}/"
    client.force_login(create_secretary())
    page = client.get(path)
    assert [(one.label, one.count) for one in page.context["closing"]] == [("Email addresses", 1)]
    sent = {"take_full_name": "removed", "reason": "Twice."}
    assert client.post(path, sent).status_code == 302
    kept.refresh_from_db()
    assert kept.full_name == "Other Name"
    client.force_login(create_executive())
    assert client.get(path).status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_as_many_queries_for_three_rows(client, django_assert_num_queries, rows):
    for number in range(rows):
        create_organisation(name=f"Twin {number}")
        create_organisation(name=f"Twin {number}")
        create_person(full_name=f"Twin {number}")
        create_person(full_name=f"Twin {number}")
        merged(create_organisation(), create_organisation())
    secretary = create_secretary()
    client.force_login(secretary)
    client.get(ALL)
    with django_assert_num_queries(12):
        client.get(ALL)
