"""The library at the desk, as the secretariat works in it."""

import datetime

import pytest
from django.utils import timezone

from publications.models import Publication
from tests.documents import a_pdf, add_file, an_upload
from tests.factories import (
    create_axis,
    create_country,
    create_executive,
    create_publication,
    create_region,
    create_secretary,
)
from tests.publications.desk_form import LIST, as_stored, errors_of, page_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def secretary(client):
    person = create_secretary()
    client.force_login(person)
    return person


# -- Recording and editing -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_open_in_three_languages(client, secretary, language):
    publication = create_publication(regions=[create_region("R8")], state="draft")
    add_file(publication)
    base = f"/{language}/secretariat/publications/"
    pages = [base, f"{base}new/", page_of(publication, "", base)]
    pages.append(page_of(publication, "preview/", base))
    assert [client.get(page).status_code for page in pages] == [200] * 4


def test_a_publication_is_recorded_as_a_draft(client, secretary):
    axis, region, country = create_axis(2), create_region("R8"), create_country("KE")
    sent = typed(
        title_en="Report (example)",
        body_fr='<p onclick="x">Corps<script>alert(1)</script></p>',
        axes=[axis.pk],
        regions=[region.pk],
        countries=[country.pk],
        file_fr=an_upload(a_pdf(4)),
    )
    answer = client.post(f"{LIST}new/", sent)
    assert answer.url == f"{LIST}P-2026-14/"
    found = Publication.objects.get()
    assert (found.state, found.body_fr) == ("draft", "<p>Corps</p>")
    assert found.languages() == [("fr", "ready"), ("en", "in_progress"), ("es", "missing")]
    assert [*found.axes.all(), *found.regions.all(), *found.countries.all()] == [
        axis,
        region,
        country,
    ]
    assert [(file.language, file.pages) for file in found.files.all()] == [("fr", 4)]
    assert found.history.latest().history_user == secretary


@pytest.mark.parametrize("original", ["fr", "en", "es"])
def test_any_of_the_three_can_be_the_original(client, secretary, original):
    # The states are sent as the page offers them: none for the language it shows as the original.
    texts = {"title_fr": "", f"title_{original}": "Text (example)", "original_language": original}
    states = {"state_en": "missing", "state_es": "missing"}
    assert client.post(f"{LIST}new/", typed(**texts | states)).status_code == 302
    found = Publication.objects.get()
    ready = {code: "missing" for code in ("fr", "en", "es")} | {original: "ready"}
    assert dict(found.languages()) == ready


def test_the_next_symbol_is_proposed(client, secretary):
    year = timezone.localdate().year
    create_publication(symbol=f"P/{year}/41")
    form = client.get(f"{LIST}new/").context["form"]
    assert form["symbol"].value() == f"P/{year}/42"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize(
    "symbol", ["P-2026-14", "X/2026/14", "P/2026/7", "P/2026/14", "P/２０２６/１５", ""]
)
def test_a_wrong_or_taken_symbol_is_told_at_its_field(client, secretary, language, symbol):
    create_publication(symbol="P/2026/14")
    address = f"/{language}/secretariat/publications/new/"
    answer = client.post(address, typed(symbol=symbol, file_fr=an_upload()))
    assert errors_of(answer) == ["symbol"]
    assert 'class="errors" id="id_symbol_error"' in answer.content.decode()
    assert Publication.objects.count() == 1


def test_what_is_missing_is_told(client, secretary):
    assert errors_of(client.post(f"{LIST}new/", typed(title_fr=""))) == ["title_fr"]
    only_summary = client.post(f"{LIST}new/", typed(summary_es="Resumen"))
    assert errors_of(only_summary) == ["title_es"]
    no_text = client.post(f"{LIST}new/", typed(state_en="ready"))
    assert errors_of(no_text) == ["title_en"]
    assert Publication.objects.count() == 0


def test_a_symbol_that_has_been_out_is_kept(client, secretary):
    publication = create_publication(symbol="P/2026/14")
    client.post(page_of(publication), as_stored(publication, symbol="P/2026/99", title_en="New"))
    publication.refresh_from_db()
    assert (publication.symbol, publication.title_en) == ("P/2026/14", "New")


@pytest.mark.slow
def test_an_edit_of_the_original_makes_translations_outdated_unless_minor(client, secretary):
    publication = create_publication(title_es="Informe")
    minor = as_stored(publication, title_fr="Rapport, corrigé", minor_edit="on")
    assert client.post(page_of(publication), minor).status_code == 302
    publication.refresh_from_db()
    assert publication.languages() == [("fr", "ready"), ("en", "ready"), ("es", "ready")]
    client.post(page_of(publication), as_stored(publication, title_fr="Un autre rapport"))
    publication.refresh_from_db()
    assert publication.languages() == [("fr", "ready"), ("en", "outdated"), ("es", "outdated")]
    # An edited translation counts as revised, and so does one that is called ready.
    revised = as_stored(publication, title_en="Another report", state_es="ready")
    client.post(page_of(publication), revised)
    publication.refresh_from_db()
    assert publication.languages() == [("fr", "ready"), ("en", "ready"), ("es", "ready")]


@pytest.mark.parametrize("state", ["in_progress", "machine"])
def test_the_state_of_a_translation_is_chosen(client, secretary, state):
    publication = create_publication()
    client.post(page_of(publication), as_stored(publication, title_es="Informe", state_es=state))
    publication.refresh_from_db()
    assert (publication.title_es, publication.state_es) == ("Informe", state)
    # It stays so while the text is worked on.
    client.post(page_of(publication), as_stored(publication, title_es="Informe anual"))
    publication.refresh_from_db()
    assert publication.state_es == state


def test_a_translation_can_be_announced_and_taken_back(client, secretary):
    publication = create_publication(title_en=None, summary_en=None)
    client.post(page_of(publication), as_stored(publication, state_en="in_progress"))
    publication.refresh_from_db()
    assert publication.state_en == "in_progress"
    client.post(page_of(publication), as_stored(publication, state_en="missing"))
    publication.refresh_from_db()
    assert publication.state_en == "missing"


@pytest.mark.slow
def test_the_countries_of_a_text_are_offered_first(client):
    region = create_region("R8")
    chad, kenya, togo = (create_country(code, region=region) for code in ("TD", "KE", "TG"))
    publication = create_publication(regions=[region], countries=[togo])
    for person in (create_secretary(), create_executive(region)):
        client.force_login(person)
        offered = client.get(page_of(publication)).context["form"].fields["countries"].queryset
        assert list(offered) == [togo, kenya, chad]


def test_an_unknown_address_is_not_found(client, secretary):
    assert client.get(f"{LIST}P-2026-99/").status_code == 404


# -- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ a program", "report.pdf"),
        (a_pdf(), "report.docx"),
        (b"%PDF-1.7 and then nothing", "report.pdf"),
        (b"", "report.pdf"),
        (a_pdf()[:-40], "report.epub"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(
    client, secretary, tmp_path, language, content, name
):
    publication = create_publication(title_en="Before")
    sent = as_stored(publication, title_en="After", file_fr=an_upload(), file_en="")
    sent["file_en"] = an_upload(content, name)
    address = f"/{language}/secretariat/publications/{publication.dashed_symbol}/"
    answer = client.post(address, sent)
    assert errors_of(answer) == ["file_en"]
    assert 'id="id_file_en_error"' in answer.content.decode()
    publication.refresh_from_db()
    assert publication.title_en == "Before"
    assert not publication.files.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_files_stand_in_the_order_of_the_languages(client, secretary):
    publication = create_publication(symbol="P/2026/14", title_es="Informe")
    for language in ("es", "fr", "en"):
        add_file(publication, language)
    assert [file.language for file in publication.files_in_order] == ["fr", "en", "es"]
    for address in (page_of(publication), "/en/publications/"):
        shown = client.get(address).content.decode()
        places = [shown.index(f"P-2026-14/{code}/file") for code in ("fr", "en", "es")]
        assert places == sorted(places)
    shown = client.get(LIST).content.decode()
    assert "FR EN ES" in shown


def test_a_file_that_is_too_large_is_refused(client, secretary, tmp_path, settings):
    settings.UPLOAD_LIMIT = 400
    publication = create_publication()
    answer = client.post(page_of(publication), as_stored(publication, file_fr=an_upload()))
    assert errors_of(answer) == ["file_fr"]
    assert not publication.files.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_a_file_is_replaced_and_removed(
    client, secretary, tmp_path, django_capture_on_commit_callbacks
):
    publication = create_publication()
    for content in (a_pdf(2), a_pdf(5)):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(page_of(publication), as_stored(publication, file_fr=an_upload(content)))
    assert [file.pages for file in publication.files.all()] == [5]
    kept = sorted(path.suffix for path in tmp_path.rglob("*") if path.is_file())
    assert kept == [".pdf", ".webp"]
    shown = client.get(page_of(publication)).content.decode()
    assert "Now: PDF," in shown and "5 pages" in shown
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(publication), as_stored(publication, remove_file_fr="on"))
    assert not publication.files.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_drafts_file_is_read_at_the_desk_alone(client, secretary):
    publication = create_publication(state="draft", access="secretariat")
    content = a_pdf(6)
    add_file(publication, "es", content)
    answer = client.get(page_of(publication, "es/file"))
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Cache-Control"] == "private, no-store"
    client.logout()
    assert client.get(page_of(publication, "es/file")).status_code == 302


# -- The public -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_publishing_and_withdrawing(client, secretary):
    publication = create_publication(state="draft")
    public = f"/en/publications/{publication.dashed_symbol}/"
    assert client.get(public).status_code == 404
    answer = client.post(page_of(publication, "publish/"), follow=True)
    assert "The publication is open to its readers." in answer.content.decode()
    assert client.get(public).status_code == 200
    again = client.post(page_of(publication, "publish/"), follow=True)
    assert "This publication is already published." in again.content.decode()
    client.post(page_of(publication, "withdraw/"), {"reason": "A test.", "because": "error"})
    assert client.get(public).status_code == 410
    assert client.get(page_of(publication, "publish/")).status_code == 405


def test_a_text_of_a_day_to_come_appears_then(client, secretary):
    day = timezone.localdate() + datetime.timedelta(days=3)
    publication = create_publication(state="draft", published_on=day)
    client.post(page_of(publication, "publish/"))
    assert "to appear" in client.get(LIST).content.decode()
    assert client.get(f"/en/publications/{publication.dashed_symbol}/").status_code == 404


# -- The list -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"P/2026/01", "P/2026/02", "P/2026/03"}),
        ("?state=draft", {"P/2026/02"}),
        ("?word=etude", {"P/2026/03"}),
        ("?kind=speech", {"P/2026/03"}),
        ("?region=R8", {"P/2026/02"}),
        ("?language=es", {"P/2026/03"}),
        ("?language=es&translation=missing", {"P/2026/01"}),
        ("?translation=in_progress", {"P/2026/02"}),
        ("?state=x&region=R99&page=9", {"P/2026/01", "P/2026/02", "P/2026/03"}),
    ],
)
def test_the_list_is_filtered(client, secretary, query, expected):
    create_publication(symbol="P/2026/01")
    create_publication(
        symbol="P/2026/02", state="draft", regions=[create_region("R8")], state_es="in_progress"
    )
    create_publication(symbol="P/2026/03", title_fr="Étude", title_es="Estudio", kind="speech")
    answer = client.get(f"{LIST}{query}")
    assert {publication.symbol for publication in answer.context["page"]} == expected


@pytest.mark.slow
def test_fifty_a_page_with_the_query_kept(client, secretary):
    for _ in range(51):
        create_publication()
    first = client.get(f"{LIST}?state=published&language=fr")
    assert len(first.context["page"].object_list) == 50
    assert 'href="?state=published&amp;language=fr&amp;page=2"' in first.content.decode()
    last = client.get(f"{LIST}?state=published&language=fr&page=2")
    assert len(last.context["page"].object_list) == 1


@pytest.mark.parametrize("query", ["?word=%00", "?word=%5B%28", "?region=%00", "?language=de"])
def test_odd_addresses_do_no_harm(client, secretary, query):
    create_publication()
    assert client.get(f"{LIST}{query}").status_code == 200


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow(client, secretary, django_assert_num_queries):
    add_file(create_publication(regions=[create_region("R8")]))
    client.get(LIST)
    for _ in range(2):
        with django_assert_num_queries(8):
            assert client.get(LIST).status_code == 200
        for _more in range(2):
            regions = [create_region("R1"), create_region("R2")]
            add_file(create_publication(regions=regions))
