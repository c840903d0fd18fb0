"""What an editor adds to a letter: items by their address, blocks, a preview line."""

import datetime
import hashlib
import importlib
import io

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from portal import texts
from portal.models import Picture
from publications.models import Issue, IssueBlock
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import drafting, editing, gate, preflight, rendering
from tests import factories as make

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)
LANGUAGES = ("fr", "en", "es")


@pytest.fixture
def issue() -> Issue:
    make.create_network()
    return drafting.draft(make.create_newsletter(make.create_region("R8")), Q3)


def write(issue: Issue, **values) -> IssueBlock:
    """A block in three languages before the sections."""
    texts = {
        f"{name}_{code}": text
        for code in LANGUAGES
        for name, text in (("title", f"Bloc {code}"), ("body", f"<p>Texte {code}.</p>"))
    }
    block = IssueBlock.objects.create(issue=issue, **texts | values)
    editing.place(block)
    return block


def desk(issue: Issue, rest: str = "") -> str:
    return f"/en/secretariat/newsletters/{issue.dashed_symbol}/{rest}"


# -- Items by their address ------------------------------------------------------------------------


def test_what_has_a_public_page_is_added_by_its_address(issue):
    publication = make.create_publication(symbol="P/2026/14")
    event = make.create_event(slug="forum")
    member = make.create_organisation(slug="lake-council")
    flagged = make.create_emerging_issue()
    for address in (
        "https://council.example.org/en/publications/P-2026-14/",
        "/fr/programme/events/forum/",
        "/es/members/lake-council/",
        f"/en/programme/emerging-issues/{flagged.pk}/",
    ):
        editing.add(issue, address)
    subjects = {item.section: item.subject for item in issue.items.all()}
    assert subjects == {
        "publications": publication,
        "events": event,
        "members": member,
        "emerging": flagged,
    }


@pytest.mark.parametrize(
    "address", ["", "x", "/en/", "/en/programme/events/none/", "/en/members/hidden/", "http://[x"]
)
def test_what_the_public_does_not_see_is_not_added(issue, address):
    make.create_organisation(slug="hidden", discreet=True)
    with pytest.raises(ValidationError, match="address of a public page"):
        editing.add(issue, address)
    assert not issue.items.exists()


def test_nothing_is_told_twice(issue):
    make.create_event(slug="forum")
    editing.add(issue, "/en/programme/events/forum/")
    with pytest.raises(ValidationError, match="tells of it already"):
        editing.add(issue, "/en/programme/events/forum/")


# -- Blocks ----------------------------------------------------------------------------------------


def test_blocks_stand_in_every_skin_in_their_place(issue):
    make.create_publication(regions=[issue.region], published_on=Q3.first_day, title_en="A report")
    drafting.gather(issue)
    write(issue, title_en="First word", body_en='<p>See <a href="/en/contact/">us</a>.</p>')
    write(issue, title_en="Last word", place="closing")
    letter = rendering.letter(issue, "en")
    printed = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(rendering.printed(issue, "en"))).pages
    )
    for text in (letter.html, letter.text.replace("FIRST WORD", "First word"), printed):
        assert text.index("First word") < text.rindex("A report")
    assert letter.html.rindex("A report") < letter.html.index("Last word")
    assert f'href="{settings.SITE_URL}/en/contact/"' in letter.html


def test_a_block_that_a_language_lacks_is_shown_in_the_original_and_marked(issue, client):
    write(issue, title_es="", body_es="", title_fr="Mot du conseil")
    found = rendering.contents(issue, "es")
    [block] = found["blocks"]["opening"]
    assert (block["title"].value, block["title"].language) == ("Mot du conseil", "fr")
    assert len(rendering.fallbacks(found)) == 2
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    page = client.get(f"/es/newsletters/{issue.dashed_symbol}/").content.decode()
    assert '<h2 lang="fr">Mot du conseil</h2><span class="fallback">' in page
    [panel] = [one for one in gate.readiness(issue) if one.language == "es"]
    assert not panel.is_complete
    assert panel.own_words == "missing"


def test_a_letter_of_blocks_alone_is_not_empty(issue):
    secretary = make.create_secretary()
    with pytest.raises(ValidationError, match="Nothing new"):
        gate.make_ready(issue, by=secretary)
    write(issue)
    assert gate.make_ready(issue, by=secretary).state == IssueState.READY


def test_blocks_are_moved_and_removed_within_their_place(issue):
    first, second = write(issue), write(issue)
    closing = write(issue, place="closing")
    editing.move(second, "up")
    assert list(issue.blocks.filter(place="opening").order_by("position")) == [second, first]
    editing.move(closing, "up")
    editing.remove(first)
    assert set(issue.blocks.all()) == {second, closing}


def test_any_change_makes_a_ready_letter_a_draft_again(issue):
    make.create_event(slug="forum")
    block = write(issue)
    for change in (
        lambda: editing.add(issue, "/en/programme/events/forum/"),
        lambda: write(issue),
        lambda: editing.remove(block),
    ):
        Issue.objects.filter(pk=issue.pk).update(state=IssueState.READY)
        issue.refresh_from_db()
        block.issue = issue
        change()
        issue.refresh_from_db()
        assert issue.state == IssueState.DRAFT


def test_what_is_on_its_way_is_not_edited(issue, client):
    block = write(issue)
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENDING)
    issue.refresh_from_db()
    block.issue = issue
    for change in (
        lambda: editing.add(issue, "/en/programme/events/forum/"),
        lambda: editing.remove(block),
        lambda: editing.move(block, "up"),
    ):
        with pytest.raises(ValidationError, match="has been sent"):
            change()
    client.force_login(make.create_secretary())
    assert client.post(desk(issue, "blocks/new/"), {}).url == desk(issue)
    assert issue.blocks.count() == 1


def test_a_picture_of_a_block_is_public_once_the_letter_has_left(issue, client):
    picture = make.create_picture()
    html = f'<figure><img src="/pictures/{picture.name}" alt="Two dots"></figure><p>Text.</p>'
    block = write(issue, body_fr=html)
    block.pictures.set([picture])
    executive = make.create_executive(issue.region)
    assert not Picture.objects.public().exists()
    assert Picture.objects.visible_to(executive).exists()
    assert not Picture.objects.visible_to(make.create_executive(make.create_region("R2"))).exists()
    assert not Picture.objects.visible_to(make.create_contact()).exists()
    assert not Picture.objects.unused().exists()
    letter = rendering.letter(issue, "fr")
    assert f'src="{settings.SITE_URL}/pictures/{picture.name}"' in letter.html
    assert "Two dots" in letter.text
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    response = client.get(f"/pictures/{picture.name}")
    response.close()
    assert response.status_code == 200


def test_a_block_is_written_at_the_desk_in_three_languages(issue, client):
    client.force_login(make.create_executive(issue.region))
    assert client.get(desk(issue, "blocks/new/")).status_code == 200
    given = {"place": "opening", "title_fr": "Mot", "body_fr": "<p>Texte.</p>"}
    given |= {"original_language": "fr", "in_fr": "on", "in_en": "on", "in_es": "on"}
    assert client.post(desk(issue, "blocks/new/"), given | {"body_fr": ""}).status_code == 200
    assert client.post(desk(issue, "blocks/new/"), given).url == desk(issue)
    block = issue.blocks.get()
    assert (block.title_fr, block.position, block.state_es) == ("Mot", 1, "missing")
    picture = f"<p>Texte.</p>{make.create_picture().mark_up}"
    refused = client.post(desk(issue, f"blocks/{block.pk}/"), given | {"body_fr": picture})
    assert "no alternative text" in refused.content.decode()
    client.post(desk(issue, f"blocks/{block.pk}/"), given | {"title_es": "Palabra", "body_es": "T"})
    block.refresh_from_db()
    assert block.state_es == "ready"
    page = client.get(desk(issue)).content.decode()
    assert f'href="{desk(issue, f"blocks/{block.pk}/")}"' in page
    client.post(desk(issue, "items/"), {"act": "remove", "block": block.pk})
    assert not issue.blocks.exists()


# -- In the letter of some languages ---------------------------------------------------------------


def titles(issue: Issue, language: str) -> list[str]:
    """What stands in the letter of a language: items, then blocks."""
    found = rendering.contents(issue, language)
    items = [item["title"].value for section in found["sections"] for item in section["items"]]
    blocks = [block["title"].value for place in found["blocks"].values() for block in place]
    return items + blocks


@pytest.fixture
def french_only(issue):
    """An item that exists in French alone, beside one that exists everywhere."""
    make.create_event(slug="forum", title_en="Forum", title_fr="Forum", title_es="Foro")
    make.create_event(slug="atelier", title_fr="Atelier", title_en="", title_es="")
    for slug in ("forum", "atelier"):
        editing.add(issue, f"/en/programme/events/{slug}/")
    return issue.items.get(event__slug="atelier")


def test_an_item_is_left_out_of_a_language_in_every_skin(issue, french_only):
    assert [panel.is_complete for panel in gate.readiness(issue)] == [True, False, False]
    editing.show_in(french_only, ["fr"])
    assert [titles(issue, code) for code in LANGUAGES] == [
        ["Forum", "Atelier"],
        ["Forum"],
        ["Foro"],
    ]
    panels = gate.readiness(issue)
    assert [(panel.is_complete, panel.items, panel.lacks) for panel in panels] == [
        (True, 2, []),
        (True, 1, []),
        (True, 1, []),
    ]
    letter = rendering.letter(issue, "es")
    assert "Atelier" not in letter.html + letter.text
    assert "Atelier" in rendering.letter(issue, "fr").text
    # Left out is not withdrawn: the checks have nothing to say about it.
    [check] = [one for one in preflight.run(issue) if one.code == "sections"]
    assert check.findings == []


def test_leaving_out_reopens_what_was_ready_and_ends_with_the_sending(issue, french_only):
    make.declare_ready(issue)
    editing.show_in(issue.items.get(pk=french_only.pk), ["fr", "es"])
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENT)
    issue.refresh_from_db()
    with pytest.raises(ValidationError, match="has been sent"):
        editing.show_in(issue.items.get(pk=french_only.pk), ["fr"])


def test_what_is_in_no_language_is_to_be_removed_instead(issue, french_only):
    with pytest.raises(ValidationError, match="at least one language"):
        editing.show_in(french_only, ["de"])
    with pytest.raises(IntegrityError), transaction.atomic():
        issue.items.update(in_fr=False, in_en=False, in_es=False)
    assert issue.items.get(pk=french_only.pk).languages_without == []


def test_a_letter_that_is_empty_in_one_language_does_not_pass_the_gate(issue, french_only):
    for item in issue.items.all():
        editing.show_in(item, ["fr", "en"])
    with pytest.raises(ValidationError) as caught:
        gate.make_ready(issue, by=make.create_secretary())
    assert caught.value.messages == ["Nothing is in the letter in Spanish."]


def test_an_editor_leaves_an_item_out_at_the_desk(issue, french_only, client):
    client.force_login(make.create_executive(issue.region))
    act = {"act": "languages", "item": french_only.pk}
    assert client.post(desk(issue, "items/"), act | {"in": ["fr", "en"]}).url == desk(issue)
    page = client.get(desk(issue)).content.decode()
    assert page.count("left out in Spanish") == 1
    client.post(desk(issue, "items/"), act)
    french_only.refresh_from_db()
    assert french_only.languages_without == ["es"]
    block = write(issue)
    given = {"act": "languages", "block": block.pk, "in": ["es"]}
    assert client.post(desk(issue, "items/"), given).status_code == 404
    client.force_login(make.create_executive(make.create_region("R2")))
    assert client.post(desk(issue, "items/"), act | {"in": ["fr"]}).status_code == 404


def test_a_block_is_written_for_the_readers_of_one_language(issue, client):
    client.force_login(make.create_executive(issue.region))
    given = {"place": "closing", "title_es": "Llamado", "body_es": "<p>Texto.</p>", "in_es": "on"}
    # Written in French as its letter, it would lack the original.
    refused = client.post(desk(issue, "blocks/new/"), given | {"original_language": "fr"})
    assert "The letter of the original language has the block." in refused.content.decode()
    given["original_language"] = "es"
    nowhere = {key: value for key, value in given.items() if key != "in_es"}
    assert client.post(desk(issue, "blocks/new/"), nowhere).status_code == 200
    assert client.post(desk(issue, "blocks/new/"), given).url == desk(issue)
    block = issue.blocks.get()
    assert block.languages_without == ["fr", "en"]
    assert [titles(issue, code) for code in LANGUAGES] == [[], [], ["Llamado"]]
    panels = {panel.language: panel for panel in gate.readiness(issue)}
    assert [panels[code].is_complete for code in LANGUAGES] == [True, True, True]
    page = client.get(desk(issue)).content.decode()
    assert "left out in French" in page


def test_no_lead_is_asked_for_what_no_reader_of_the_language_gets(issue):
    block = write(issue, title_en="", body_en="", title_es="", body_es="")
    kind = texts.kind_of(block)
    lead = make.create_language_lead(language="es")
    assert kind.translatable_by(lead, "es").filter(pk=block.pk).exists()
    IssueBlock.objects.filter(pk=block.pk).update(in_es=False)
    assert not kind.translatable_by(lead, "es").filter(pk=block.pk).exists()


def test_a_block_of_another_letter_is_not_found(issue, client):
    other = drafting.draft(make.create_newsletter(make.create_region("R2")), Q3)
    block = write(other)
    client.force_login(make.create_executive(issue.region))
    for path in (desk(issue, f"blocks/{block.pk}/"), desk(other, f"blocks/{block.pk}/")):
        assert client.get(path).status_code == 404
    data = {"act": "remove", "block": block.pk}
    assert client.post(desk(issue, "items/"), data).status_code == 404
    assert other.blocks.count() == 1


# -- The preview line ------------------------------------------------------------------------------


def test_the_preview_line_stands_hidden_in_the_mail_and_in_the_list(issue, client):
    issue.preheader_fr, issue.preheader_en = "À lire en deux minutes", "Two minutes to read"
    issue.save()
    assert "Two minutes to read" in rendering.letter(issue, "en").html
    assert "Two minutes to read" not in rendering.letter(issue, "en").text
    # Spanish has none of its own: what is hidden cannot be marked as a fallback.
    assert "À lire" not in rendering.letter(issue, "es").html
    issue.state = IssueState.SENT
    issue.sent_at = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)
    issue.save()
    assert "Two minutes to read" in client.get("/en/newsletters/").content.decode()


def test_a_translation_that_was_true_before_there_was_a_preview_line_stays_true(issue):
    """The data migration, on an issue as it was stored before."""
    before = hashlib.sha256("\x1f".join((issue.subject_fr, issue.lead_fr)).encode()).hexdigest()
    Issue.objects.filter(pk=issue.pk).update(
        original_language="fr", source_fr=before, source_en=before, source_es="x" * 64
    )
    importlib.import_module("publications.migrations.0016_editing").keep_translations_true(
        apps, None
    )
    issue = Issue.objects.get(pk=issue.pk)
    issue.save()
    assert issue.translation_state("en") == "ready"
    assert issue.translation_state("es") == "outdated"
