"""Content by language: the figures are those that somebody would count by hand."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import texts
from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import TranslationDraft
from portal.text_files import coverage
from publications.models import Publication
from tests.factories import (
    create_axis,
    create_executive,
    create_issue,
    create_language_lead,
    create_network,
    create_newsletter,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

TEXT = st.sampled_from(("", "un mot", "trois mots ici"))


@st.composite
def publications(draw):
    """What is written of a publication, in which state, in which regions, approved or waiting."""
    original = draw(st.sampled_from(LANGUAGES))
    values = {"original_language": original}
    for code in LANGUAGES:
        title = draw(TEXT)
        values[f"title_{code}"] = title or ("titre" if code == original else "")
        values[f"summary_{code}"] = draw(TEXT)
        values[f"body_{code}"] = draw(st.sampled_from(("", "<p>deux <b>mots</b></p>")))
    return {
        "values": values,
        "states": {code: draw(st.sampled_from(TranslationState.values)) for code in LANGUAGES},
        "regions": draw(st.sets(st.sampled_from(("R1", "R2")))),
        "waiting": draw(st.sets(st.sampled_from(LANGUAGES))),
        "old": draw(st.integers(0, 40)),
    }


def make(described: dict, number: int) -> Publication:
    record = create_publication(
        symbol=f"P/2026/{number:03d}",
        regions=[create_region(code) for code in described["regions"]],
        published_on=date(2020, 1, 1),
        **described["values"],
    )
    # As a database may hold them, whatever the rules of saving.
    states = {
        f"state_{code}": state
        for code, state in described["states"].items()
        if code != record.original_language
    }
    Publication.objects.filter(pk=record.pk).update(**states)
    moment = timezone.now() - timedelta(days=described["old"])
    Publication.history.filter(id=record.pk).update(history_date=moment)
    for code in described["waiting"]:
        TranslationDraft.objects.create(
            kind="publication", key=str(record.pk), language=code, state="waiting"
        )
    record.refresh_from_db()
    return record


def by_hand(records, described, language: str, region: str | None) -> dict:
    """The same figures, counted one record after the other."""
    counted = dict.fromkeys(
        ("total", "ready", "outdated", "missing", "in_progress", "machine", "waiting", "words"), 0
    )
    days = None
    for record, told in zip(records, described, strict=True):
        if region is not None and region not in (told["regions"] or {""}):
            continue
        state = record.translation_state(language)
        counted["total"] += 1
        counted[state] += 1
        counted["waiting"] += language in told["waiting"]
        if state != "ready":
            original = record.original_language
            counted["words"] += len(record.own_text("title", original).split())
            counted["words"] += len(record.own_text("summary", original).split())
            counted["words"] += 2 * bool(record.own_text("body", original))
            days = max(days or 0, told["old"])
    return counted | {"days": days}


def figures(cell: coverage.Cell) -> dict:
    return {name: value for name, value in vars(cell).items() if name != "language"}


@pytest.mark.slow
@given(described=st.lists(publications(), max_size=4))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_figures_are_those_counted_by_hand(secretary, described):
    TranslationDraft.objects.all().delete()
    Publication.objects.all().delete()
    cache.clear()
    records = [make(told, number) for number, told in enumerate(described, start=10)]
    kinds = [texts.kind_with("publication")]
    for _again in range(2):  # the words are counted, then remembered
        whole = coverage.lines(secretary, kinds=kinds)
        for cell in (cell for line in whole for cell in line.cells):
            assert figures(cell) == by_hand(records, described, cell.language, None)
        divided = coverage.lines(secretary, kinds=kinds, by_region=True)
        codes = {code for told in described for code in told["regions"] or {""}}
        assert {line.region for line in divided} == codes
        for line in divided:
            for cell in line.cells:
                assert figures(cell) == by_hand(records, described, cell.language, line.region)
    for code in ("R1", "R2"):
        one = coverage.lines(secretary, kinds=kinds, region=create_region(code))
        for cell in (cell for line in one for cell in line.cells):
            assert figures(cell) == by_hand(records, described, cell.language, code)


@pytest.fixture
def secretary():
    return create_secretary()


def test_a_text_that_nobody_can_read_yet_keeps_nobody_waiting(secretary):
    tomorrow = timezone.localdate() + timedelta(days=1)
    create_publication(title_en="", summary_en="", published_on=tomorrow)
    [line] = coverage.lines(secretary, kinds=[texts.kind_with("publication")])
    assert [(cell.missing, cell.days) for cell in line.cells] == [(0, None), (1, None), (1, None)]


def test_a_block_that_a_letter_leaves_out_of_a_language_is_not_missing_there(secretary):
    issue = create_issue(newsletter=create_newsletter(create_region("R8")), state="draft")
    for in_es in (True, False):
        issue.blocks.create(
            title_fr="Un bloc", body_fr="<p>deux mots</p>", original_language="fr", in_es=in_es
        )
    for by_region in (False, True):
        [line] = coverage.lines(
            secretary, kinds=[texts.kind_with("issue_block")], by_region=by_region
        )
        found = {cell.language: (cell.total, cell.missing, cell.words) for cell in line.cells}
        assert found == {"fr": (2, 0, 0), "en": (2, 2, 8), "es": (1, 1, 4)}


def test_principal_information_that_is_missing_is_named(secretary):
    create_network(motto_es="", short_name_fr="C", short_name_en="C", short_name_es="C")
    axis = create_axis(1, title_es="", description_fr="")
    create_publication(title_es="")
    found = {(one.kind.code, one.language, one.state) for one in coverage.lacking(secretary)}
    assert ("axis", "es", "missing") in found
    assert not any(kind == "publication" for kind, _language, _state in found)
    axis.title_es = "Eje"
    axis.save()
    found = {(one.kind.code, one.language) for one in coverage.lacking(secretary)}
    assert ("axis", "es") not in found


def test_each_person_counts_what_they_may_see():
    region = create_region("R8")
    create_organisation(name="Introuvable", discreet=True)
    create_organisation(name="Visible")
    create_publication(regions=[region])
    create_publication(access="secretariat")

    def total(user, kind):
        found = coverage.lines(user, kinds=[texts.kind_with(kind)])
        return found[0].cells[0].total if found else 0

    secretary, lead = create_secretary(), create_language_lead("es")
    executive, elsewhere = create_executive(region), create_executive(create_region("R1"))
    assert [total(user, "organisation") for user in (secretary, lead, executive, elsewhere)] == [
        2,
        1,
        2,
        0,
    ]
    assert [total(user, "publication") for user in (secretary, lead, executive)] == [2, 1, 1]


QUERIES = 39


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_rows(client, number, django_assert_num_queries):
    region = create_region("R8")
    create_network()
    for serial in range(number):
        create_publication(symbol=f"P/2026/{serial + 50}", regions=[region])
        create_organisation(name=f"Visible {serial}", name_es="")
    client.force_login(create_secretary())
    with django_assert_num_queries(QUERIES):
        assert client.get("/en/secretariat/translations/coverage/").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_leads_to_the_rows_that_it_counts(client, language):
    region = create_region("R8")
    found = create_publication(symbol="P/2026/50", regions=[region])
    client.force_login(create_secretary())
    address = f"/{language}/secretariat/translations/"
    page = client.get(f"{address}coverage/?by=region").content.decode()
    link = f"{address}?language=es&amp;kind=publication&amp;region=R8&amp;state=missing"
    assert link in page
    rows = client.get(link.replace("&amp;", "&")).content.decode()
    assert f"/publication/{found.pk}/es/" in rows


def test_a_lead_sees_the_own_language_alone(client):
    create_publication()
    client.force_login(create_language_lead("es"))
    page = client.get("/en/space/translations/coverage/").content.decode()
    assert '<th scope="col" lang="es">' in page
    assert '<th scope="col" lang="fr">' not in page
    assert client.get("/en/secretariat/translations/coverage/").status_code in (403, 404)


def test_the_figures_come_as_a_table(client):
    create_publication(regions=[create_region("R8")], summary_fr="Deux mots", title_fr="Un")
    client.force_login(create_secretary())
    response = client.get("/en/secretariat/translations/coverage.csv?kind=publication")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    spanish = next(row for row in rows if row["language"] == "es")
    assert spanish == {
        "kind": "publication",
        "region": "R8",
        "language": "es",
        "total": "1",
        "ready": "0",
        "outdated": "0",
        "missing": "1",
        "in_progress": "0",
        "machine": "0",
        "waiting": "0",
        "words_to_translate": "3",
        "longest_wait_days": "0",
    }
