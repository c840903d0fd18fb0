"""The order of a letter: one for all languages, or an own one for a language."""

import io

import pytest
from django.core.exceptions import ValidationError
from lxml import html
from pypdf import PdfReader

from publications.models import Issue, IssueBlock, IssueItem
from publications.models.newsletters import IssueState
from publications.newsletters import drafting, editing, rendering
from tests import factories as make
from tests.publications.test_newsletters_editing import LANGUAGES, Q3, desk, write

pytestmark = pytest.mark.django_db
TITLES = ("Alpha", "Beta", "Gamma")


@pytest.fixture
def issue() -> Issue:
    """A draft that tells of three texts, in the order of their titles."""
    make.create_network()
    region = make.create_region("R8")
    for title in TITLES:
        written = {f"title_{code}": title for code in LANGUAGES}
        make.create_publication(regions=[region], published_on=Q3.first_day, **written)
    found = drafting.draft(make.create_newsletter(region), Q3)
    for item in found.items.all():
        item.position = 1 + TITLES.index(item.publication.title_en)
        item.save()
    return found


def item(issue: Issue, title: str) -> IssueItem:
    return issue.items.get(publication__title_en=title)


def told(issue: Issue, language: str) -> list[str]:
    [section] = rendering.contents(issue, language)["sections"]
    return [one["title"].value for one in section["items"]]


def test_an_own_order_of_a_language_is_followed_by_its_letter_alone(issue):
    editing.move(item(issue, "Gamma"), "up", language="es")
    assert [told(issue, code) for code in LANGUAGES] == [
        ["Alpha", "Beta", "Gamma"],
        ["Alpha", "Beta", "Gamma"],
        ["Alpha", "Gamma", "Beta"],
    ]
    assert editing.own_orders(issue) == ["es"]
    # The order of all languages is still that of the two others.
    editing.move(item(issue, "Alpha"), "down")
    assert [told(issue, code)[0] for code in LANGUAGES] == ["Beta", "Beta", "Alpha"]


def test_blocks_have_an_own_order_too(issue):
    first, second = write(issue), write(issue, title_fr="Second")
    editing.move(second, "up", language="fr")
    found = {
        code: [one["pk"] for one in rendering.contents(issue, code)["blocks"]["opening"]]
        for code in LANGUAGES
    }
    assert found == {
        "fr": [second.pk, first.pk],
        "en": [first.pk, second.pk],
        "es": [first.pk, second.pk],
    }
    # A block that moves to the end of the letter has no place of its own there yet.
    IssueBlock.objects.filter(pk=second.pk).update(place="closing")
    second.refresh_from_db()
    editing.place(second)
    assert second.position_fr is None


def test_what_is_left_out_of_a_language_has_no_place_in_its_order(issue):
    editing.show_in(item(issue, "Beta"), ["fr", "en"])
    editing.move(item(issue, "Gamma"), "up", language="es")
    assert told(issue, "es") == ["Gamma", "Alpha"]
    # When it comes back it stands at the end, as whatever is added later.
    editing.show_in(item(issue, "Beta"), LANGUAGES)
    assert told(issue, "es") == ["Gamma", "Alpha", "Beta"]


def test_the_common_order_comes_back(issue):
    editing.move(item(issue, "Gamma"), "up", language="es")
    editing.order_like_the_others(issue, "es")
    assert told(issue, "es") == list(TITLES)
    assert editing.own_orders(issue) == []


def test_an_order_makes_a_ready_letter_a_draft_again_and_what_was_sent_keeps_its_own(issue):
    Issue.objects.update(state=IssueState.READY)
    issue.refresh_from_db()
    editing.move(item(issue, "Gamma"), "up", language="es")
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT
    Issue.objects.update(state=IssueState.SENT)
    issue.refresh_from_db()
    for change in (
        lambda: editing.move(item(issue, "Gamma"), "up", language="es"),
        lambda: editing.order_like_the_others(issue, "es"),
    ):
        with pytest.raises(ValidationError, match="has been sent"):
            change()
    assert told(issue, "es") == ["Alpha", "Gamma", "Beta"]


def test_page_mail_preview_and_pdf_follow_the_order_of_their_language(issue, client):
    editing.move(item(issue, "Gamma"), "up", language="es")
    client.force_login(make.create_secretary())
    Issue.objects.update(state=IssueState.SENT)
    issue.refresh_from_db()
    symbol = issue.dashed_symbol
    for language, order in (("en", "Alpha Beta Gamma"), ("es", "Alpha Gamma Beta")):
        letter = rendering.letter(issue, language)
        pdf = PdfReader(io.BytesIO(rendering.printed(issue, language)))
        for text in (
            letter.text,
            letter.html,
            client.get(f"/{language}/newsletters/{symbol}/").content.decode().split("<main")[1],
            client.get(desk(issue, f"preview/{language}.txt")).content.decode(),
            "\n".join(page.extract_text() for page in pdf.pages),
        ):
            assert " ".join(sorted(TITLES, key=text.rindex)) == order


# -- At the desk -----------------------------------------------------------------------------------


def titles_on(page: str) -> list[str]:
    table = page.split('id="items"')[1]
    return sorted(TITLES, key=table.index)


def test_an_editor_moves_within_the_order_of_a_language(issue, client):
    client.force_login(make.create_executive(issue.region))
    page = client.get(desk(issue)).content.decode()
    assert 'href="?order=es#items"' in page
    assert "Use the order of all languages again" not in page
    values = {"item": item(issue, "Gamma").pk, "order": "es"}
    response = client.post(desk(issue, "items/"), values | {"act": "up"})
    assert response.url == desk(issue, "?order=es#items")
    page = client.get(desk(issue, "?order=es")).content.decode()
    assert titles_on(page) == ["Alpha", "Gamma", "Beta"]
    assert 'value="remove"' not in page
    assert 'value="languages"' not in page
    assert titles_on(client.get(desk(issue)).content.decode()) == list(TITLES)
    client.post(desk(issue, "items/"), {"act": "common_order", "order": "es"})
    assert titles_on(client.get(desk(issue, "?order=es")).content.decode()) == list(TITLES)


@pytest.mark.parametrize("order", ["", "de", "position"])
def test_an_order_of_no_language_of_ours_is_none(issue, client, order):
    client.force_login(make.create_secretary())
    assert client.get(desk(issue, f"?order={order}")).status_code == 200
    values = {"act": "common_order", "order": order}
    assert client.post(desk(issue, "items/"), values).status_code == 404


def test_an_executive_of_another_region_orders_nothing(issue, client):
    client.force_login(make.create_executive(make.create_region("R2")))
    values = {"item": item(issue, "Gamma").pk, "order": "es", "act": "up"}
    assert client.post(desk(issue, "items/"), values).status_code == 404
    assert editing.own_orders(issue) == []


@pytest.mark.parametrize("rest", ["", "?order=es"])
def test_each_form_of_the_page_of_a_letter_can_be_sent(issue, client, rest):
    """A part of a page that is given its inputs alone must be given the token too."""
    write(issue), write(issue)
    editing.move(item(issue, "Gamma"), "up", language="es")
    client.force_login(make.create_secretary())
    page = html.fromstring(client.get(desk(issue, rest)).content)
    forms = page.xpath("//main//form[@method='post']")
    assert len(forms) > (3 if rest else 5)
    assert [one.action for one in forms if "csrfmiddlewaretoken" not in one.fields] == []
