"""The library as the public and the members read it."""

import datetime
import html
import re

import pytest
from django.utils import timezone

from programme.models import Challenge
from publications import shelving
from publications.models import Series
from tests.documents import a_pdf, add_file
from tests.factories import (
    create_axis,
    create_contact,
    create_country,
    create_executive,
    create_language_lead,
    create_mandate,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
LIST = "/en/publications/"
SPACE = "/en/space/library/"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page_of(publication, language="en", base="publications"):
    return f"/{language}/{base}/{publication.dashed_symbol}/"


def listed(client, query="", base=LIST) -> list:
    answer = client.get(f"{base}{query}")
    assert answer.status_code == 200
    return list(answer.context["page"])


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


# -- The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_list_is_newest_first_and_public(client, language):
    day = timezone.localdate()
    old = create_publication(published_on=day - datetime.timedelta(days=9))
    new = create_publication(published_on=day)
    reserved = create_publication(access="members", published_on=day - datetime.timedelta(days=3))
    create_publication(access="secretariat"), create_publication(state="draft")
    create_publication(published_on=day + datetime.timedelta(days=1), state="scheduled")
    answer = client.get(f"/{language}/publications/")
    assert list(answer.context["page"]) == [new, reserved, old]
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()


@pytest.fixture
def shelf():
    """One text that every filter of its own finds, and another that none does."""
    region, country = create_region("R8"), create_country("KE")
    found = create_publication(
        title_es="Educación",
        kind="speech",
        regions=[region],
        axes=[create_axis(3)],
        countries=[country],
        published_on=datetime.date(2021, 5, 4),
        level="regional",
        series=Series.objects.create(slug="notes", title_en="Notes", original_language="en"),
    )
    found.challenges.add(Challenge.objects.create(number=2, title_fr="Durer"))
    create_publication(regions=[create_region("R2")], axes=[create_axis(1)])
    return found


@pytest.mark.parametrize(
    "query",
    [
        "?language=es",
        "?kind=speech",
        "?region=R8",
        "?axis=3",
        "?country=KE",
        "?year=2021",
        "?level=regional",
        "?challenge=2",
        "?series=notes",
        "?series=notes&challenge=2&region=R8&year=2021&language=es&sort=title",
    ],
)
def test_filters(client, shelf, query):
    assert listed(client, query) == [shelf]


def test_a_filter_by_language_never_falls_back(client):
    create_publication()
    assert listed(client, "?language=es") == []
    answer = client.get(f"{LIST}?language=es")
    assert "No document matches." in answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize(
    "query",
    [
        *("?language=de", "?kind=x", "?region=R99", "?axis=9", "?axis=x", "?country=ZZ"),
        *("?year=abc", "?year=1", "?series=none", "?series=1", "?challenge=99", "?level=x"),
    ],
)
def test_an_unknown_value_is_told_and_left_out(client, shelf, language, query):
    answer = client.get(f"/{language}/publications/{query}")
    assert len(answer.context["page"]) == 2
    shown = answer.content.decode()
    assert shown.count('class="errors"') == shown.count('aria-invalid="true"') == 1


@pytest.mark.parametrize(
    "query",
    [
        *("?after=x", "?before=%00", "?after=WyIyMDI2LTAxLTAxIl0", "?kind=%00", "?sort=nothing"),
        "?region=%3Cscript%3E&year=" + "9" * 500,
    ],
)
def test_odd_addresses_do_no_harm(client, shelf, query):
    assert client.get(f"{LIST}{query}").status_code == 200


@pytest.mark.slow
def test_twenty_a_page_with_the_query_kept(client):
    for _ in range(21):
        create_publication()
    answer = client.get(f"{LIST}?kind=report")
    assert len(answer.context["page"]) == 20
    following = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())[1]
    assert following.startswith("?kind=report&amp;after=")
    last = client.get(LIST + html.unescape(following))
    assert len(last.context["page"]) == 1
    back = re.search(r'rel="prev" href="([^"]+)"', last.content.decode())[1]
    assert list(client.get(LIST + html.unescape(back)).context["page"]) == list(
        answer.context["page"]
    )


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("fr", ["Éducation", "Emploi", "Zone"]),
        ("en", ["Apple", "Emploi", "Zone"]),
        ("es", ["Ábaco", "Éducation", "Zone"]),
    ],
)
def test_titles_sort_as_the_language_does(client, language, titles):
    create_publication(title_fr="Zone", title_en=None)
    create_publication(title_fr="Emploi", title_en=None, title_es="Ábaco")
    create_publication(title_fr="Éducation", title_en="Apple")
    answer = client.get(f"/{language}/publications/?sort=title")
    shown = [record.text("title", language).value for record in answer.context["page"]]
    assert shown == titles


def test_the_oldest_first(client):
    new = create_publication(published_on=datetime.date(2026, 5, 1))
    old = create_publication(published_on=datetime.date(2021, 5, 1))
    assert listed(client, "?sort=oldest") == [old, new]


def test_a_card_offers_the_files_that_anybody_may_read(client):
    public = create_publication(symbol="P/2026/14")
    reserved = create_publication(symbol="P/2026/15", access="members")
    add_file(public), add_file(reserved)
    shown = client.get(LIST).content.decode()
    assert 'href="/en/publications/P-2026-14/fr/file"' in shown
    assert "P-2026-15/fr/file" not in shown
    assert "reserved for members" in shown


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    add_file(create_publication(regions=[create_region("R8")], axes=[create_axis(1)]))
    for _ in range(2):
        shelving.repair()
        client.get(f"{LIST}?sort=oldest")
        with django_assert_num_queries(2):
            assert client.get(f"{LIST}?sort=oldest").status_code == 200
        with django_assert_num_queries(3):
            assert client.get(f"{LIST}?kind=report&region=R1").status_code == 200
        for _more in range(2):
            regions = [create_region("R1"), create_region("R2")]
            add_file(create_publication(regions=regions, axes=[create_axis(2), create_axis(3)]))


# -- One publication ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_what_a_publication_says(client, language):
    publication = create_publication(
        symbol="P/2026/14",
        title_es="Título",
        body_fr="<p>Corps</p>",
        body_en="<p>Body</p>",
        body_es="<p>Cuerpo</p>",
        authors="Region R8 (example)",
        regions=[create_region("R8")],
        axes=[create_axis(4)],
        countries=[create_country("KE")],
    )
    add_file(publication, "fr", a_pdf(24, tagged=True))
    create_publication(symbol="P/2026/15", axes=[create_axis(4)], title_en="Other")
    shelving.repair()
    answer = client.get(page_of(publication, language))
    shown = answer.content.decode()
    expected = [
        publication.text("title", language).value,
        "P/2026/14",
        "Region R8 (example)",
        "CC BY 4.0",
        "http://localhost:8000/id/P-2026-14",
        f'href="/{language}/publications/?country=KE"',
        f'href="/{language}/publications/P-2026-14/fr/file"',
        f'href="/{language}/publications/P-2026-15/"',
        "R8",
    ]
    assert [text for text in expected if text not in shown] == []
    assert not answer.cookies
    versions = {version["code"]: version for version in answer.context["versions"]}
    assert [versions[code]["url"] for code in ("fr", "en", "es")] == [
        page_of(publication, code) for code in ("fr", "en", "es")
    ]
    assert [len(versions[code]["files"]) for code in ("fr", "en", "es")] == [1, 0, 0]


def notes(client, publication) -> dict[str, str]:
    return {
        code: note(client.get(page_of(publication, code)).content.decode())
        for code in ("fr", "en", "es")
    }


def note(html: str) -> str:
    found = re.search(r'<div class="note warn spaced"><p>(.*?)</p></div>', html)
    return found[1] if found else ""


@pytest.mark.slow
def test_the_reader_is_told_how_the_translation_stands(client):
    publication = create_publication(body_fr="<p>Corps</p>", body_en="<p>Body</p>")
    missing = client.get(page_of(publication, "es")).content.decode()
    assert notes(client, publication)["fr"] == ""
    assert notes(client, publication)["en"] == ""
    assert notes(client, publication)["es"] != ""
    assert '<div lang="fr"><p>Corps</p></div>' in missing
    told = {"": notes(client, publication)["es"]}
    for state in ("in_progress", "machine", "outdated"):
        publication.title_es = "Título"
        publication.state_es = state
        publication.source_es = "" if state == "machine" else "x"
        publication.save()
        assert publication.state_es == state
        told[state] = notes(client, publication)["es"]
    assert len(set(told.values())) == 4


def test_a_missing_text_names_both_languages(client):
    publication = create_publication(title_en=None, summary_en=None)
    answer = client.get(page_of(publication))
    assert note(answer.content.decode()) == (
        "This text is not yet available in English. Here it is in French."
    )


def test_scripts_in_a_body_never_reach_the_page(client):
    publication = create_publication(body_en='<p onclick="x()">Body<script>alert(1)</script></p>')
    shown = client.get(page_of(publication)).content.decode()
    assert "<p>Body</p>" in shown and "alert(1)" not in shown


@pytest.mark.parametrize("spelling", ["p-2026-14", "P-2026-14"])
def test_a_symbol_in_small_letters_leads_to_the_page(client, spelling):
    create_publication(symbol="P/2026/14")
    answer = client.get(f"{LIST}{spelling}/")
    assert answer.status_code == (200 if spelling == "P-2026-14" else 301)


@pytest.mark.slow
@pytest.mark.parametrize(
    "values", [{"state": "draft"}, {"state": "withdrawn"}, {"access": "secretariat"}]
)
def test_what_is_not_for_the_public_is_not_found_whoever_asks(client, values):
    publication = create_publication(regions=[create_region("R8")], **values)
    add_file(publication)
    people = (None, create_contact(), create_executive(create_region("R8")), create_secretary())
    for person in people:
        if person:
            client.force_login(person)
        assert client.get(page_of(publication)).status_code == 404
        assert client.get(f"{page_of(publication)}fr/file").status_code == 404


def test_a_members_text_shows_title_and_summary_even_to_a_member(client):
    publication = create_publication(
        access="members", title_en="Accounts", summary_en="In short.", body_en="<p>At length.</p>"
    )
    add_file(publication, "en")
    pages = []
    for person in (None, create_contact(), create_secretary()):
        if person:
            client.force_login(person)
        pages.append(client.get(page_of(publication)).content.decode())
        assert client.get(f"{page_of(publication)}en/file").status_code == 404
    assert pages[0] == pages[1] == pages[2]
    assert "Accounts" in pages[0] and "In short." in pages[0]
    assert "At length." not in pages[0] and "en/file" not in pages[0]
    assert f'href="{page_of(publication, base="space/library")}"' in pages[0]


# -- Files ----------------------------------------------------------------------------------------


def test_a_file_is_served_as_what_it_is(client):
    publication = create_publication(symbol="P/2026/14")
    content = a_pdf(3)
    file = add_file(publication, "fr", content)
    answer = client.get("/es/publications/P-2026-14/fr/file")
    assert body_of(answer) == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="P-2026-14-fr.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["ETag"] == f'"{file.digest}"'
    assert not answer.cookies


def test_what_the_reader_has_already_is_not_sent_again(client):
    publication = create_publication()
    file = add_file(publication)
    address = f"{page_of(publication)}fr/file"
    answer = client.get(address, headers={"if-none-match": f'"{file.digest}"'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == f'"{file.digest}"'
    other = client.get(address, headers={"if-none-match": '"older"'})
    assert other.status_code == 200 and body_of(other)


@pytest.mark.parametrize("language", ["en", "de", "file"])
def test_a_file_in_no_such_language(client, language):
    publication = create_publication()
    add_file(publication, "fr")
    assert client.get(f"{page_of(publication)}{language}/file").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_found(client):
    publication = create_publication()
    file = add_file(publication)
    file.file.storage.delete(file.file.name)
    assert client.get(f"{page_of(publication)}fr/file").status_code == 404


def test_no_file_is_served_by_its_path(client):
    file = add_file(create_publication())
    for path in (f"/{file.file.name}", f"/files/{file.file.name}", f"/media/{file.file.name}"):
        assert client.get(path).status_code == 404


# -- The members' area ----------------------------------------------------------------------------


@pytest.mark.slow
def test_members_read_what_is_theirs(client):
    public, reserved = create_publication(), create_publication(access="members")
    hidden = create_publication(access="secretariat")
    draft = create_publication(state="draft")
    content = a_pdf(7)
    add_file(reserved, "en", content)
    client.force_login(create_contact())
    assert set(listed(client, base=SPACE)) == {public, reserved}
    shown = client.get(page_of(reserved, base="space/library"))
    assert shown.status_code == 200
    address = f"{page_of(reserved, base='space/library')}en/file"
    assert f'href="{address}"' in shown.content.decode()
    answer = client.get(address)
    assert body_of(answer) == content
    assert answer.headers["Cache-Control"] == "private, no-store"
    known = client.get(address, headers={"if-none-match": answer.headers["ETag"]})
    assert (known.status_code, known.headers["Cache-Control"]) == (304, "private, no-store")
    for publication in (hidden, draft):
        assert client.get(page_of(publication, base="space/library")).status_code == 404


@pytest.mark.parametrize("path", ["", "P-2026-14/", "P-2026-14/fr/file"])
def test_a_stranger_is_asked_to_log_in(client, path):
    create_publication(symbol="P/2026/14", access="members")
    answer = client.get(f"{SPACE}{path}")
    assert answer.status_code == 302
    assert answer.url.startswith("/en/account/login/?next=")


def test_who_is_no_member_any_more_reads_what_everybody_reads(client):
    reserved = create_publication(access="members")
    person = create_person()
    create_mandate(person, until=datetime.date(2021, 1, 1))
    client.force_login(person)
    assert listed(client, base=SPACE) == []
    assert client.get(page_of(reserved, base="space/library")).status_code == 404


def test_in_the_members_area_every_link_to_a_text_or_file_stays_there(client):
    publication = create_publication(access="members", body_fr="<p>Corps</p>")
    add_file(publication, "fr"), add_file(publication, "en")
    client.force_login(create_contact())
    outside = f"/publications/{publication.dashed_symbol}/"
    own = f"/en/space/library/{publication.dashed_symbol}/"
    for address in (SPACE, own):
        shown = client.get(address).content.decode()
        assert outside not in shown
        assert f'href="{own}fr/file"' in shown and f'href="{own}en/file"' in shown
    assert f'href="{own.replace("/en/", "/fr/", 1)}"' in shown


@pytest.mark.slow
def test_the_secretariats_texts_are_the_secretariats(client):
    region = create_region("R8")
    hidden = create_publication(access="secretariat", regions=[region])
    add_file(hidden)
    inside = page_of(hidden, base="space/library")
    for person in (create_contact(), create_language_lead(), create_executive(region)):
        client.force_login(person)
        assert listed(client, base=SPACE) == []
        for address in (inside, f"{inside}fr/file", f"{page_of(hidden)}fr/file"):
            assert client.get(address).status_code == 404
    client.force_login(create_secretary())
    answer = client.get(f"{inside}fr/file")
    assert answer.status_code == 200 and body_of(answer)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert listed(client, base=SPACE) == [hidden]
    assert client.get(page_of(hidden, base="space/library")).status_code == 200


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_library_opens_in_three_languages(client, language):
    publication = create_publication(access="members", body_fr="<p>Corps</p>")
    client.force_login(create_contact())
    assert client.get(f"/{language}/space/library/").status_code == 200
    shown = client.get(page_of(publication, language, base="space/library")).content.decode()
    assert "Corps" in shown
