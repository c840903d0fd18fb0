"""A public page is drawn anew when, and only when, something that it shows changed."""

import re

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from members.models import Organisation
from portal.lib import drawn, revision
from portal.models import LightEdition
from programme.models import Axis, Challenge, Cycle
from publications import shelving, shown
from publications.models import (
    Author,
    Correction,
    FacetCount,
    Publication,
    PublicationFile,
    Series,
)
from regions.models import Country, Region
from tests.documents import a_pdf, add_file
from tests.factories import (
    create_axis,
    create_country,
    create_network,
    create_organisation,
    create_publication,
    create_region,
)

pytestmark = pytest.mark.django_db
NEW = "Verändert"
ADDRESS = "/fr/publications/P-2026-14/"
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')


@pytest.fixture
def publication():
    """A text with everything that a page of one can show."""
    create_network()
    region = create_region("R8")
    axis, other_axis = create_axis(1), create_axis(2)
    series = Series.objects.create(slug="notes", title_fr="Notes", owners="secretariat")
    newest = create_publication(symbol="P/2026/17", title_fr="Le plus récent")
    newer = create_publication(symbol="P/2026/16", title_fr="Plus récent", replaced_by=newest)
    made = create_publication(
        symbol="P/2026/14",
        body_fr="<p>Corps</p>",
        regions=[region],
        axes=[axis, other_axis],
        countries=[create_country("SN", region=region)],
        series=series,
        replaced_by=newer,
        references="Une référence",
    )
    made.challenges.add(Challenge.objects.create(number=1, title_fr="Un défi"))
    made.organisations.add(create_organisation(slug="uni", name="Uni"))
    Author.objects.create(publication=made, name="Awa Exemple", family_name="Exemple")
    Correction.objects.create(publication=made, wording_fr="Corrigé")
    create_publication(symbol="P/2026/15", title_fr="Voisin", axes=[axis])
    create_publication(symbol="P/2026/12", title_fr="Plus ancien", replaced_by=made)
    add_file(made, "fr", a_pdf())
    LightEdition.objects.create(
        kind="publication",
        key=str(made.pk),
        language="fr",
        form="txt",
        size=1000,
        made_at=made.changed_at,
    )
    # What stands on an axis is placed there after a commit.
    shelving.repair()
    return made


def page(client) -> str:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_of_which_nothing_changed_is_drawn_once(
    client, publication, django_assert_num_queries
):
    publication.replaced_by = None
    publication.save()
    first = page(client)
    with django_assert_num_queries(3):
        assert page(client) == first
    drawn.pages.clear()
    assert page(client) == first


def test_a_page_that_is_not_drawn_again_is_told_and_counted_all_the_same(client, publication):
    first, second = client.get(ADDRESS), client.get(ADDRESS)
    assert second.headers["Link"] == first.headers["Link"]
    assert 'hreflang="en"' not in second.headers["Link"]  # its English is not whole
    assert second.wsgi_request.reading == ("publication", str(publication.pk))


CHANGES = {
    "its title": lambda: Publication.objects.filter(symbol="P/2026/14").update(title_fr=NEW),
    "its text": lambda: Publication.objects.filter(symbol="P/2026/14").update(body_fr=NEW),
    "its summary": lambda: Publication.objects.filter(symbol="P/2026/14").update(summary_fr=NEW),
    "its state in a language": lambda: Publication.objects.filter(symbol="P/2026/14").update(
        state_en="machine"
    ),
    "its kind": lambda: Publication.objects.filter(symbol="P/2026/14").update(kind="speech"),
    "its access": lambda: Publication.objects.filter(symbol="P/2026/14").update(access="members"),
    "its licence": lambda: Publication.objects.filter(symbol="P/2026/14").update(licence=NEW),
    "its references": lambda: Publication.objects.filter(symbol="P/2026/14").update(references=NEW),
    "an author": lambda: Author.objects.update(name=NEW, family_name=NEW),
    "an author less": lambda: Author.objects.all().delete(),
    "a correction": lambda: Correction.objects.update(wording_fr=NEW),
    "its series": lambda: Series.objects.update(title_fr=NEW),
    "its region": lambda: Region.objects.update(name_fr=NEW),
    "a region less": lambda: Publication.regions.through.objects.all().delete(),
    "its country": lambda: Country.objects.update(name_fr=NEW),
    "its challenge": lambda: Challenge.objects.update(title_fr=NEW),
    "its axis, which machines are told": lambda: Axis.objects.update(title_fr=NEW),
    "an axis less": lambda: Publication.axes.through.objects.filter(axis__number=1).delete(),
    "an organisation": lambda: Organisation.objects.update(name_fr=NEW),
    "an organisation that is discreet now": lambda: Organisation.objects.update(discreet=True),
    "an organisation that has left": lambda: Organisation.objects.update(status="lapsed"),
    "its file": lambda: PublicationFile.objects.update(digest="f" * 64),
    "the text in force": lambda: Publication.objects.filter(symbol="P/2026/17").update(
        title_fr=NEW
    ),
    "the text in force, withdrawn": lambda: Publication.objects.filter(symbol="P/2026/17").update(
        state="withdrawn"
    ),
    "the text that replaces it, in force again": lambda: Publication.objects.filter(
        symbol="P/2026/16"
    ).update(replaced_by=None),
    "the text it replaces": lambda: Publication.objects.filter(symbol="P/2026/12").update(
        access="secretariat"
    ),
    "a text on the same axis": lambda: Publication.objects.filter(symbol="P/2026/15").update(
        title_fr=NEW
    ),
    "a text on the same axis, for members now": lambda: Publication.objects.filter(
        symbol="P/2026/15"
    ).update(access="members"),
    "its light edition": lambda: LightEdition.objects.update(size=77_000),
    "no light edition": lambda: LightEdition.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_it_shows_the_page_follows_a_change_written_in_bulk(client, publication, change):
    before = page(client)
    assert page(client) == before
    change()
    after = page(client)
    assert after != before
    drawn.pages.clear()
    assert after == page(client)


def test_a_text_that_no_public_address_admits_to_any_more_is_gone(client, publication):
    page(client)
    Publication.objects.filter(pk=publication.pk).update(access="secretariat")
    assert client.get(ADDRESS).status_code == 404
    assert shown.values_of("P/2026/14") == {}


def test_what_changes_while_the_page_is_drawn_is_not_kept(client, publication):
    changed = []

    def change_once(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not changed and 'FROM "publications_author"' in sql and "UNION" not in sql:
            changed.append(sql)
            Publication.objects.filter(pk=publication.pk).update(title_fr=NEW)
        return result

    kept = len(drawn.pages)
    with connection.execute_wrapper(change_once):
        assert NEW not in page(client)
    assert changed
    assert len(drawn.pages) == kept
    assert NEW in page(client)


def test_all_that_drawing_reads_is_told(client, publication):
    """A table that a page is drawn from and that is not asked whether it changed makes it stale."""
    with CaptureQueriesContext(connection) as drawing:
        page(client)
    told = tables(shown.TEXT_ASKED.written()[0]) | tables(shown.LINKS_ASKED.written()[0])
    of_the_frame = {"portal_networkidentity", "portal_lightedition"}
    read = set().union(*(tables(query["sql"]) for query in drawing.captured_queries))
    assert read - of_the_frame <= told
    assert len(read) > 10


def related(publication: Publication) -> list[str]:
    return [other.symbol for other in shown.related(publication.pk)]


def test_the_others_on_its_first_axis_are_the_newest_public_ones(publication):
    axis, other_axis = Axis.objects.order_by("number")
    for day in range(1, 5):
        create_publication(symbol=f"P/2026/2{day}", axes=[axis], published_on=f"2026-01-0{day}")
    create_publication(symbol="P/2026/30", axes=[axis], access="members")
    create_publication(symbol="P/2026/31", axes=[axis], state="draft")
    create_publication(symbol="P/2026/32", axes=[other_axis])
    shelving.repair()
    assert related(publication) == ["P/2026/15", "P/2026/24", "P/2026/23", "P/2026/22"]


def test_a_text_of_an_axis_that_has_no_other_stands_alone(publication):
    alone = create_publication(axes=[create_axis(3)])
    shelving.repair()
    assert related(alone) == related(create_publication()) == []


# -- The list ------------------------------------------------------------------------------------

LIST = "/fr/publications/"


@pytest.fixture
def library(publication):
    """The public list with its counts, which follow after a commit."""
    shelving.repair()
    revision.move()


def listed(client) -> str:
    answer = client.get(LIST)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_of_which_nothing_changed_is_drawn_once(client, library, django_assert_num_queries):
    first = listed(client)
    with django_assert_num_queries(1):
        assert listed(client) == first


LIST_CHANGES = {
    "a title": lambda: Publication.objects.filter(symbol="P/2026/15").update(title_fr=NEW),
    "a text that is gone": lambda: Publication.objects.filter(symbol="P/2026/15").update(
        state="withdrawn"
    ),
    "a text for members": lambda: Publication.objects.filter(symbol="P/2026/15").update(
        access="members"
    ),
    "a kind": lambda: Publication.objects.filter(symbol="P/2026/15").update(kind="speech"),
    "a translation": lambda: Publication.objects.update(state_en="outdated"),
    "a file": lambda: PublicationFile.objects.all().delete(),
    "a count": lambda: FacetCount.objects.update(number=77),
    "an axis": lambda: Axis.objects.update(title_fr=NEW),
    "a cycle": lambda: Cycle.objects.update(first_year=F("first_year") - 30),
    "a region": lambda: Region.objects.update(name_fr=NEW),
    "a country": lambda: Country.objects.update(name_fr=NEW),
    "a challenge": lambda: Challenge.objects.update(title_fr=NEW),
    "a series": lambda: Series.objects.update(title_fr=NEW),
}


@pytest.mark.parametrize("change", LIST_CHANGES.values(), ids=LIST_CHANGES.keys())
def test_whatever_it_shows_the_list_follows_a_change_written_in_bulk(client, library, change):
    before = listed(client)
    change()
    revision.move()  # as the commit does
    after = listed(client)
    assert after != before
    drawn.pages.clear()
    assert after == listed(client)


def test_a_list_without_counts_is_drawn_each_time(client):
    kept = len(drawn.pages)
    listed(client)
    assert len(drawn.pages) == kept
    assert shown.values_of_library() == {}


def test_all_that_drawing_the_list_reads_is_told(client, library):
    with CaptureQueriesContext(connection) as drawing:
        listed(client)
    told = tables(shown.LIBRARY_ASKED.written()[0])
    read = set().union(*(tables(query["sql"]) for query in drawing.captured_queries))
    assert read - {"portal_networkidentity"} <= told
    assert len(read) > 6


def tables(sql: str) -> set[str]:
    return set(TABLE.findall(sql))
