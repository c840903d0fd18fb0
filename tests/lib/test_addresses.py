"""The history of addresses: what a page was called before leads to it, and to nothing hidden."""

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import OldAddress, Organisation
from portal.lib import addresses
from portal.models import OldPageAddress, Page
from programme.models import Activity, Event, OldActivityAddress, OldEventAddress
from publications.models import Publication
from tests.factories import (
    create_activity,
    create_event,
    create_organisation,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def page(slug: str) -> Page:
    return Page.objects.create(slug=slug, title_fr=slug, body_fr="<p>Texte</p>")


KINDS = {
    "organisation": (create_organisation, "members:organisation"),
    "event": (create_event, "programme:event"),
    "calendar": (create_event, "programme:event_calendar"),
    "page": (page, "portal:page"),
}


def address(name: str, slug: str, language: str = "es") -> str:
    with translation.override(language):
        return reverse(name, kwargs={"slug": slug})


def rename(record, slug: str):
    record.slug = slug
    record.save()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_an_old_address_leads_to_the_new_one_in_one_step(client, kind, language):
    create, name = KINDS[kind]
    record = create(slug="first")
    for slug in ("second", "third", "fourth"):
        rename(record, slug)
    for old in ("first", "second", "third", "FIRST", "Fourth"):
        answer = client.get(f"{address(name, old, language)}?page=2&q=%C3%A9")
        assert answer.status_code == 301
        assert answer["Location"] == f"{address(name, 'fourth', language)}?page=2&q=%C3%A9"
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(address(name, "fourth", language)).status_code == 200
    assert client.get(address(name, "fifth", language)).status_code == 404


def test_a_missing_slash_is_put_right_first(client):
    rename(create_event(slug="first"), "second")
    answer = client.get("/en/programme/events/first?a=b", follow=True)
    assert [code for _path, code in answer.redirect_chain] == [301, 301]
    assert answer.redirect_chain[-1][0] == "/en/programme/events/second/?a=b"


@pytest.mark.parametrize("kind", ["organisation", "event", "page"])
def test_a_living_record_comes_before_an_old_address(client, kind):
    create, name = KINDS[kind]
    record = create(slug="first")
    rename(record, "second")
    other = create(slug="first")
    assert client.get(address(name, "first")).status_code == 200
    rename(other, "third")
    assert client.get(address(name, "first"))["Location"] == address(name, "third")
    other.delete()
    assert client.get(address(name, "first"))["Location"] == address(name, "second")
    record.delete()
    assert client.get(address(name, "first")).status_code == 404


def test_a_record_that_takes_its_old_address_back_has_it(client):
    event = create_event(slug="first")
    rename(event, "second")
    rename(event, "first")
    assert client.get("/en/programme/events/first/").status_code == 200
    answer = client.get("/en/programme/events/second/")
    assert answer["Location"] == "/en/programme/events/first/"


@pytest.mark.slow
def test_a_symbol_is_an_address_too(client):
    publication = create_publication(symbol="P/2026/14", title_en="Report")
    publication.symbol = "P/2026/40"
    publication.save()
    for old in ("P-2026-14", "p-2026-14", "p-2026-40"):
        answer = client.get(f"/es/publications/{old}/?a=b")
        assert answer.status_code == 301
        assert answer["Location"] == "/es/publications/P-2026-40/?a=b"
        answer = client.get(f"/id/{old}", headers={"accept-language": "es"})
        assert answer["Location"] == "/es/publications/P-2026-40/"
    taker = create_publication(symbol="P/2026/14")
    assert client.get("/es/publications/P-2026-14/").context["publication"] == taker
    Publication.objects.filter(pk=publication.pk).update(access="secretariat")
    assert client.get("/es/publications/P-2026-40/").status_code == 404
    taker.delete()
    assert client.get("/es/publications/P-2026-14/").status_code == 404


def test_the_symbol_of_a_draft_was_never_told(client):
    draft = create_publication(symbol="P/2026/14", state="draft")
    draft.symbol, draft.state = "P/2026/40", "published"
    draft.save()
    assert client.get("/en/publications/P-2026-40/").status_code == 200
    assert client.get("/en/publications/P-2026-14/").status_code == 404
    client.force_login(create_secretary())
    answer = client.get("/en/secretariat/publications/P-2026-14/")
    assert answer["Location"] == "/en/secretariat/publications/P-2026-40/"


def test_every_way_to_change_an_address_is_kept():
    event, other = create_event(slug="one"), create_event(slug="other")
    Event.objects.filter(pk=event.pk).update(slug="two")
    event.refresh_from_db()
    event.slug = "three"
    Event.objects.bulk_update([event], ["slug"])
    event.slug = "four"
    event.save(update_fields=["slug"])
    stale = Event.objects.get(pk=event.pk)
    rename(event, "five")
    stale.save()  # writes "four" again without knowing of "five"
    kept = OldEventAddress.objects.filter(event=event).order_by("pk")
    assert [row.slug for row in kept] == ["one", "two", "three", "four", "five"]
    assert not other.old_addresses.exists()
    activity = create_activity(slug="one")
    Activity.objects.update(slug="two")
    assert OldActivityAddress.objects.get().activity == activity
    Organisation.objects.filter(pk=create_organisation(slug="lake").pk).update(slug="river")
    assert OldAddress.objects.get().slug == "lake"
    shown = page("about")
    rename(shown, "us")
    assert OldPageAddress.objects.get().page == shown


def test_the_back_room_keeps_them_too(client, admin_fields):
    shown = page("about")
    client.force_login(create_secretary())
    place = reverse("admin:portal_page_change", args=[shown.pk])
    answer = client.post(place, admin_fields(client.get(place)) | {"slug": "us"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert client.get("/fr/pages/about/")["Location"] == "/fr/pages/us/"


@pytest.fixture
def admin_fields():
    def read(answer) -> dict:
        form = answer.context["adminform"].form
        values = {name: form[name].value() for name in form.fields}
        return {name: "" if value is None else value for name, value in values.items()}

    return read


def test_saving_without_a_new_address_keeps_none():
    event = create_event(slug="one")
    event.title_fr = "Autre"
    event.save()
    event.save(update_fields=["title_fr"])
    Event.objects.update(slug="one", website="")
    assert not OldEventAddress.objects.exists()


@pytest.mark.parametrize("values", [{"discreet": True}, {"status": "lapsed"}])
def test_an_old_address_leads_to_nothing_hidden(client, values):
    organisation = create_organisation(slug="first")
    rename(organisation, "second")
    Organisation.objects.filter(pk=organisation.pk).update(**values)
    hidden = client.get("/en/members/first/")
    unknown = client.get("/en/members/nobody/")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content.replace(b"first", b"nobody") == unknown.content
    client.force_login(create_secretary())
    assert client.get("/en/members/first/").status_code == 404
    answer = client.get("/en/secretariat/organisations/first/")
    assert answer["Location"] == "/en/secretariat/organisations/second/"


def test_an_address_from_a_discreet_time_stays_secret(client):
    """It may say who the organisation is, which nobody outside has ever been told."""
    organisation = create_organisation(slug="secret", discreet=True)
    organisation.discreet = False
    rename(organisation, "open")
    assert client.get("/en/members/open/").status_code == 200
    assert client.get("/en/members/secret/").status_code == 404
    event = create_event(slug="secret", is_public=False)
    Event.objects.filter(pk=event.pk).update(slug="open", is_public=True)
    assert client.get("/en/programme/events/open/").status_code == 200
    assert client.get("/en/programme/events/secret/").status_code == 404


def test_a_hidden_record_in_an_old_address_changes_nothing_for_the_public(client):
    shown = create_organisation(slug="first")
    rename(shown, "second")
    hidden = create_organisation(slug="first", discreet=True)
    assert client.get("/en/members/first/")["Location"] == "/en/members/second/"
    rename(hidden, "third")
    assert client.get("/en/members/first/")["Location"] == "/en/members/second/"
    own = Organisation.objects.all()
    assert addresses.current(own, "first", also_secret=True) == "third"


def test_what_it_costs(client, django_assert_num_queries):
    event = create_event(slug="first")
    with django_assert_num_queries(
        4
    ):  # the record, the living, the history, the name of the network
        assert client.get("/en/programme/events/none/").status_code == 404
    rename(event, "second")
    with django_assert_num_queries(3):
        assert client.get("/en/programme/events/first/").status_code == 301


NAMES = st.sampled_from(["a", "b", "c", "d"])


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.tuples(st.integers(0, 1), NAMES), max_size=8))
def test_whatever_was_renamed_an_address_leads_to_who_has_it_or_had_it_last(moves, db):
    """Against a plain account of who was called what."""
    Event.objects.all().delete()
    events = [create_event(slug="x"), create_event(slug="y")]
    names, last = ["x", "y"], {}
    for index, name in moves:
        if name in names:
            continue
        last[names[index]] = index
        names[index] = name
        rename(events[index], name)
    for name in "abcdxy":
        expected = name if name in names else None
        if expected is None and name in last:
            expected = names[last[name]]
        assert addresses.current(Event.objects.public(), name) == expected
