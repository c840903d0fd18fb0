"""Readers at the desk, suppressed addresses, and corrections of letters that were sent."""

import csv
import datetime
import io
import re

import pypdf
import pytest
from django.utils import timezone

from publications.models import IssueCorrection, Suppression
from publications.newsletters import suppressing
from tests import factories as make
from tests.publications.test_subscribing import member

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en", "es")
ANA = "ana@example.org"


@pytest.fixture
def letter():
    make.create_network()
    return make.create_newsletter(make.create_region("R8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_executive_sees_figures_of_the_own_region_and_no_address(client, letter, language):
    make.create_subscription(newsletter=letter, email=ANA, language="fr")
    person = member(letter.region)
    other = make.create_newsletter(make.create_region("R2"))
    client.force_login(make.create_executive(letter.region))
    response = client.get(f"/{language}/secretariat/newsletters/readers/")
    [row] = response.context["rows"]
    assert (row.newsletter, row.total) == (letter, 2)
    assert row.public == [("fr", 1), ("en", 0), ("es", 0)]
    assert row.members == [("fr", 0), ("en", 0), ("es", 1)]
    html = response.content.decode()
    assert ANA not in html
    assert person.email not in html
    assert str(other.region) not in html
    for closed in ("suppressed/", "readers.csv"):
        address = f"/{language}/secretariat/newsletters/readers/{closed}"
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    client, letter, number, django_assert_num_queries
):
    for code in ("R8", "R2", "R7")[:number]:
        make.create_subscription(newsletter=make.create_newsletter(make.create_region(code)))
        make.create_subscription(axis=make.create_axis(int(code[1]) % 7 + 1))
    client.force_login(make.create_secretary())
    client.get("/en/secretariat/newsletters/readers/")
    with django_assert_num_queries(11):
        client.get("/en/secretariat/newsletters/readers/")


def test_the_secretariat_takes_the_list_away_without_what_opens_a_page(client, letter):
    found = make.create_subscription(newsletter=letter, email=ANA, language="fr").subscriber
    make.create_subscription(newsletter=letter, confirmed_at=None)
    client.force_login(make.create_secretary())
    response = client.get("/en/secretariat/newsletters/readers/readers.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    assert head[:3] == ["email", "language", "choice"]
    assert [line[:3] for line in lines] == [[ANA, "fr", "R8"]]
    assert found.token not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suppression_is_lifted_on_the_page_with_its_reason(client, letter, language):
    suppressing.suppress(ANA, "complaint")
    client.force_login(make.create_secretary())
    page = f"/{language}/secretariat/newsletters/readers/suppressed/"
    assert ANA not in client.get(page).content.decode()
    refused = client.post(page, {"email": ANA, "why": ""})
    assert refused.status_code == 422
    unknown = client.post(page, {"email": "other@example.org", "why": "Asked."})
    assert unknown.status_code == 422
    assert Suppression.objects.in_force().count() == 1
    assert client.post(page, {"email": ANA, "why": "She asked us to."}).status_code == 302
    assert Suppression.objects.in_force().count() == 0
    assert "She asked us to." in client.get(page).content.decode()


# -- Corrections -----------------------------------------------------------------------------------


def correction_form(**values) -> dict:
    return {
        "wording_fr": "La réunion est le 12.",
        "wording_en": "",
        "wording_es": "",
        "original_language": "fr",
        "made_on": "2026-11-20",
    } | values


def test_a_correction_stands_on_the_page_and_in_the_pdf(client, letter):
    issue = make.create_issue(newsletter=letter, state="sent", sent_at=timezone.now())
    executive = make.create_executive(letter.region)
    client.force_login(executive)
    page = f"/en/secretariat/newsletters/{issue.dashed_symbol}/correct/"
    assert client.get(page).status_code == 200
    sent = timezone.now()
    assert client.post(page, correction_form()).status_code == 302
    found = IssueCorrection.objects.get()
    assert (found.issue, found.by, found.made_on.isoformat()) == (issue, executive, "2026-11-20")
    assert found.history.count() == 1
    client.logout()
    feed = client.get("/en/newsletters/atom.xml").content.decode()
    updated = re.search(r"<entry>.*?<updated>([^<]+)</updated>", feed, re.DOTALL)[1]
    assert datetime.datetime.fromisoformat(updated) >= sent.replace(microsecond=0)
    for language, mark in (("fr", ""), ("es", "en francés")):
        html = client.get(f"/{language}/newsletters/{issue.dashed_symbol}/").content.decode()
        assert '<span lang="fr">La réunion est le 12.</span>' in html
        assert '<time datetime="2026-11-20">' in html
        assert mark in html
        content = client.get(f"/fr/newsletters/{issue.dashed_symbol}/{language}.pdf").content
        words = " ".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert "La réunion est le 12." in " ".join(words.split())


def test_a_correction_is_translated_later(client, letter):
    issue = make.create_issue(newsletter=letter, state="sent", sent_at=timezone.now())
    found = IssueCorrection.objects.create(
        issue=issue, wording_fr="La réunion est le 12.", original_language="fr"
    )
    client.force_login(make.create_executive(letter.region))
    page = f"/en/secretariat/newsletters/{issue.dashed_symbol}/correct/{found.pk}/"
    form = client.get(page).context["form"]
    data = correction_form(wording_es="La reunión es el 12.", version=form["version"].value() or "")
    assert client.post(page, data).status_code == 302
    html = client.get(f"/es/newsletters/{issue.dashed_symbol}/").content.decode()
    assert "La reunión es el 12." in html


@pytest.mark.parametrize("state", ["draft", "ready"])
def test_what_was_not_sent_is_edited_and_not_corrected(client, letter, state):
    issue = make.create_issue(newsletter=letter, state=state)
    client.force_login(make.create_secretary())
    page = f"/en/secretariat/newsletters/{issue.dashed_symbol}/correct/"
    assert client.post(page, correction_form()).status_code == 404
    assert IssueCorrection.objects.count() == 0


def test_an_executive_of_another_region_corrects_nothing(client, letter):
    issue = make.create_issue(newsletter=letter, state="sent", sent_at=timezone.now())
    client.force_login(make.create_executive(make.create_region("R2")))
    page = f"/en/secretariat/newsletters/{issue.dashed_symbol}/correct/"
    assert client.post(page, correction_form()).status_code == 404
    assert IssueCorrection.objects.count() == 0
