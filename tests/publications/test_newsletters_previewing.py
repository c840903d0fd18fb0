"""Previews of each segment, and tests to those who edit the letter."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from publications.models import Issue
from publications.models.periods import Period
from publications.newsletters import drafting, previewing, rendering
from tests import factories as make

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)


@pytest.fixture
def issue() -> Issue:
    make.create_network()
    region = make.create_region("R8")
    make.create_publication(regions=[region], published_on=Q3.first_day)
    return drafting.draft(make.create_newsletter(region), Q3)


@pytest.fixture
def secretary(client):
    person = make.create_secretary()
    client.force_login(person)
    return person


def desk(issue: Issue, rest: str = "", language: str = "en") -> str:
    return f"/{language}/secretariat/newsletters/{issue.dashed_symbol}/{rest}"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_each_segment_has_its_readers_and_previews(client, secretary, issue, language):
    for reader in ("fr", "fr", "es"):
        make.create_subscription(newsletter=issue.newsletter, language=reader)
    page = client.get(desk(issue, "preview/", language)).content.decode()
    found = re.findall(r'preview/(..)\.(html|txt)\?audience=(\w+)(?:&amp;images=(off))?"', page)
    assert found == [
        (code, *kind)
        for code in ("fr", "en", "es")
        for audience in ("public", "members")
        for kind in (("html", audience, ""), ("html", audience, "off"), ("txt", audience, ""))
    ]
    numbers = re.findall(r'<td class="n" data-label="[^"]+">(\d+)<', page)
    assert numbers == ["2", "0", "0", "0", "1", "0"]


def test_the_letter_of_the_world_has_no_segment_of_members(client, secretary):
    issue = drafting.draft(make.create_newsletter(None), Q3)
    page = client.get(desk(issue, "preview/")).content.decode()
    assert "audience=public" in page
    assert "audience=members" not in page


def test_a_preview_has_a_policy_of_its_own(client, secretary, issue):
    response = client.get(desk(issue, "preview/es.html"))
    policy = response["Content-Security-Policy"]
    assert response.status_code == 200
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "img-src 'self'" in policy
    assert "sandbox allow-same-origin allow-popups " in policy
    assert "script-src" not in policy
    assert '<html lang="es"' in response.content.decode()
    assert "unsafe-inline" not in client.get(desk(issue))["Content-Security-Policy"]
    off = client.get(desk(issue, "preview/es.html?images=off"))
    assert "img-src" not in off["Content-Security-Policy"]
    text = client.get(desk(issue, "preview/fr.txt"))
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "Rapport" in text.content.decode()
    for missing in ("de.html", "fr.pdf", "fr.html?audience=everybody"):
        assert client.get(desk(issue, f"preview/{missing}")).status_code == 404


def test_members_are_told_why_they_receive_it(client, secretary, issue):
    members = client.get(desk(issue, "preview/en.html?audience=members")).content.decode()
    public = client.get(desk(issue, "preview/en.html?audience=public")).content.decode()
    assert "you act for a member organisation" in members
    assert "you act for a member organisation" not in public


def test_nobodys_address_stands_in_a_preview(issue):
    letter = previewing.letter(issue, "fr", "public")
    assert rendering.TOKEN not in letter.html + letter.text
    assert rendering.SINCE not in letter.html + letter.text


def test_pictures_of_a_draft_show_in_its_preview_to_its_editors_alone(client, issue):
    picture = make.create_picture()
    html = f'<p>Texte.</p><img src="/pictures/{picture.name}" alt="Un lac">'
    block = issue.blocks.create(place="opening", title_fr="Photo", body_fr=html)
    block.pictures.set([picture])
    client.force_login(make.create_executive(issue.region))
    preview = client.get(desk(issue, "preview/fr.html", "es")).content.decode()
    shown = re.search(r'<img src="([^"]+)"', preview)[1]
    assert shown == f"/es/space/pictures/{picture.name}"
    client.force_login(make.create_executive(make.create_region("R2")))
    assert client.get(shown).status_code == 404
    client.logout()
    assert client.get(shown).status_code == 302
    assert client.get(f"/pictures/{picture.name}").status_code == 404
    client.force_login(make.create_executive(issue.region))
    given = client.get(shown)
    given.close()
    assert (given.status_code, given["Content-Type"]) == (200, "image/png")


def test_with_images_off_their_words_stand_in_their_place(issue):
    issue.blocks.create(
        place="opening",
        title_fr="Photo",
        body_fr='<p><img src="/pictures/abcdefghijklmnopqrstuv.jpg" alt="Un &amp; deux"></p>',
    )
    shown = previewing.letter(issue, "fr", "public").html
    off = previewing.letter(issue, "fr", "public", images=False).html
    assert re.search(r"<img[^>]+uv\.jpg", shown)
    assert "<img" not in off
    assert ">Un &amp; deux</span>" in off


# -- Tests -----------------------------------------------------------------------------------------


def sent(client, issue: Issue, to, **data):
    data = {"language": "fr", "audience": "public", "to": to.pk} | data
    return client.post(desk(issue, "test/"), data)


def test_a_test_goes_to_one_colleague_alone(client, secretary, issue):
    make.create_subscription(newsletter=issue.newsletter)
    executive = make.create_executive(issue.region)
    issue.holder = executive
    issue.save()
    for person in (secretary, executive):
        assert sent(client, issue, person, audience="members").status_code == 302
        message = mail.outbox.pop()
        assert message.to == [person.email]
        assert message.subject.startswith("Test: ")
        assert "List-Unsubscribe" not in message.extra_headers
        assert "/preview/" not in message.body
    assert mail.outbox == []
    assert issue.deliveries.count() == 0


def test_nobody_else_is_sent_a_test(client, secretary, issue):
    others = (
        make.create_contact(),
        make.create_language_lead(),
        make.create_executive(make.create_region("R2")),
        make.create_secretary(is_active=False),
    )
    for person in others:
        assert sent(client, issue, person).status_code == 422
        with pytest.raises(ValidationError, match="those alone who edit"):
            previewing.send_test(issue, language="fr", audience="public", to=person)
    for wrong in ({"language": "de"}, {"audience": "everybody"}):
        assert sent(client, issue, secretary, **wrong).status_code == 422
    assert mail.outbox == []
