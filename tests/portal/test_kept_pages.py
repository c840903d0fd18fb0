"""The network changes at random; each kept page is what a fresh one would be, byte for byte.

After every change the pages are asked for twice, in the three languages by turns: as a reader
would, from whatever is kept, and made anew with nothing kept. What is hidden from the public
carries a word that may stand on no page.
"""

import datetime
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Verbosity
from hypothesis import settings as pace
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from members import counting
from members.models import Mandate, Organisation
from portal import page_cache
from portal.lib import drawn, revision
from portal.models import NetworkIdentity, Page
from programme.models import Event
from publications import publishing
from publications.models import Publication
from regions.models import Region
from tests import factories

LANGUAGES = ("fr", "en", "es")
SECRET = "Verborgen"  # a word in none of the three languages, in everything that is not public
SLOTS = 2

words = st.sampled_from(["Soleil", "Lune", "Étoile", "Mar", "Sky & <sea>", ""])
slots = st.integers(min_value=1, max_value=SLOTS)
languages = st.sampled_from(LANGUAGES)
accesses = st.sampled_from(["public", "members", "secretariat"])


def addresses(language: str) -> list[str]:
    listed = [
        "",
        "regions/R8/",
        "programme/1/",
        "programme/events/",
        "members/",
        "publications/",
        "publications/?language=es",
        "search/?q=soleil",
        "pages/about/",
    ]
    listed += [f"publications/P-2026-0{slot}/" for slot in range(1, SLOTS + 1)]
    listed += [f"members/o{slot}/" for slot in range(1, SLOTS)]
    return [f"/{language}/{address}" for address in listed] + ["/sitemap.xml"]


class Network(RuleBasedStateMachine):
    """Two publications, two organisations, an event, a page, and whoever changes them."""

    @initialize()
    def begin(self):
        self.steps = 0
        factories.create_network(motto_fr="Devise", motto_en="Motto")
        self.region = factories.create_region("R8")
        self.axis = factories.create_axis(1)
        self.secretary = factories.create_secretary()
        for slot in range(1, SLOTS + 1):
            factories.create_publication(
                symbol=f"P/2026/0{slot}", body_fr="<p>Soleil</p>", regions=[self.region]
            )
            factories.create_organisation(slug=f"o{slot}", name=f"Soleil {slot}")
        factories.create_event(slug="forum", regions=[self.region], axis=self.axis)
        Page.objects.create(slug="about", title_fr="Soleil", body_fr="<p>Texte</p>")
        counting.repair()  # from here on the counts of the directory follow each change
        self.compare()

    def teardown(self):
        if connection.in_atomic_block:
            return
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)

    def publication(self, slot: int) -> Publication | None:
        return Publication.objects.filter(symbol=f"P/2026/0{slot}").first()

    # -- Texts -------------------------------------------------------------------------------------

    @rule(slot=slots, access=accesses, days=st.integers(min_value=0, max_value=400))
    def publish(self, slot, access, days):
        Publication.objects.filter(symbol=f"P/2026/0{slot}").delete()
        hidden = access != "public"
        factories.create_publication(
            symbol=f"P/2026/0{slot}",
            access=access,
            title_fr=SECRET if access == "secretariat" else f"Soleil {slot}",
            title_en="",
            body_fr=f"<p>{SECRET if hidden else 'Soleil'}</p>",
            published_on=timezone.localdate() - datetime.timedelta(days=days),
            regions=[self.region],
        )
        self.compare()

    @rule(slot=slots, language=languages, word=words, minor=st.booleans())
    def edit_or_translate(self, slot, language, word, minor):
        found = self.publication(slot)
        if (
            found
            and (word or language != found.original_language)
            and found.access != "secretariat"
        ):
            setattr(found, f"title_{language}", word)
            found.save(minor_edit=minor)
        self.compare()

    @rule(slot=slots)
    def withdraw(self, slot):
        if (found := self.publication(slot)) and found.state == "published":
            publishing.withdraw(found, by=self.secretary)
        self.compare()

    @rule(slot=slots)
    def put_on_the_axis_and_take_off_again(self, slot):
        if found := self.publication(slot):
            if found.axes.exists():
                found.axes.clear()
            else:
                found.axes.add(self.axis)
        self.compare()

    @rule(kind=st.sampled_from(["report", "speech", "handbook"]))
    def all_at_once(self, kind):
        Publication.objects.update(kind=kind)
        self.compare()

    @rule(slot=slots)
    def delete_in_the_back_room(self, slot):
        if found := self.publication(slot):
            client = Client()
            client.force_login(self.secretary)
            client.post(
                "/en/secretariat/records/publications/publication/",
                {"action": "delete_selected", "_selected_action": [found.pk], "post": "yes"},
            )
        self.compare()

    @rule(slot=slots, word=words)
    def begin_and_take_back(self, slot, word):
        with transaction.atomic():
            Publication.objects.filter(symbol=f"P/2026/0{slot}").update(title_fr=f"{SECRET} {word}")
            Client().get(f"/fr/publications/P-2026-0{slot}/")
            transaction.set_rollback(True)
        self.compare()

    @rule(slot=slots, word=words)
    def elsewhere(self, slot, word):
        """What a worker does, on a connection of its own."""

        def work():
            try:
                Organisation.objects.filter(slug=f"o{slot}").update(name_en=f"Star {word}")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()
        self.compare()

    # -- Organisations, events, pages, the network -------------------------------------------------

    @rule(slot=slots)
    def grow_discreet_or_known(self, slot):
        if found := Organisation.objects.filter(slug=f"o{slot}").first():
            found.discreet = not found.discreet
            found.name_fr = SECRET if found.discreet else f"Lune {slot}"
            found.name_en = found.name_es = ""
            found.save()
        self.compare()

    @rule(slot=slots, status=st.sampled_from(["active", "lapsed"]))
    def change_status(self, slot, status):
        Organisation.objects.filter(slug=f"o{slot}").update(status=status)
        self.compare()

    @rule(days=st.integers(min_value=-3, max_value=3), word=words)
    def move_the_event(self, days, word):
        for event in Event.objects.all():
            event.starts_at = timezone.now() + datetime.timedelta(days=days)
            event.ends_at = event.starts_at + datetime.timedelta(hours=2)
            event.title_fr = f"Forum {word}"
            event.save()
        self.compare()

    @rule(language=languages, word=words)
    def edit_the_page(self, language, word):
        page = Page.objects.get(slug="about")
        setattr(page, f"title_{language}", f"À propos {word}")
        page.save()
        self.compare()

    @rule(word=words)
    def rename_the_network(self, word):
        identity = NetworkIdentity.objects.get(pk=1)
        identity.name_fr = f"Conseil {word}"
        identity.save()
        self.compare()

    @rule(language=languages, word=words)
    def describe_the_region(self, language, word):
        region = Region.objects.get(code="R8")
        setattr(region, f"description_{language}", word)
        region.save()
        self.compare()

    @rule()
    def give_and_end_a_mandate(self):
        if found := Mandate.objects.filter(kind="executive").first():
            found.delete()
        else:
            factories.create_executive(self.region)
        self.compare()

    # -- What holds after each ---------------------------------------------------------------------

    def compare(self):
        """One language is compared; the next is asked for, so that it is kept at the change."""
        language, following = LANGUAGES[self.steps % 3], LANGUAGES[(self.steps + 1) % 3]
        self.steps += 1
        reader = Client()
        for address in addresses(language):
            kept = reader.get(address)
            drawn.pages.clear()
            with override_settings(PAGE_SECONDS=0):
                fresh = reader.get(address)
            assert kept.status_code == fresh.status_code, address
            assert kept.content == fresh.content, address
            assert kept.get("ETag") == fresh.get("ETag"), address
            text = kept.content.decode()
            assert SECRET not in text, address
            if kept.status_code == 200 and address.startswith(f"/{language}/"):
                assert re.search(r'<html lang="(\w\w)"', text)[1] == language
        for address in addresses(following):
            reader.get(address)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_kept_pages_are_those_that_a_fresh_look_would_make():
    hits = len(page_cache.pages)
    run_state_machine_as_test(
        Network,
        settings=pace(
            max_examples=5,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.normal,
        ),
    )
    assert len(page_cache.pages) > hits
    assert settings.PAGE_SECONDS
    assert revision.current()
