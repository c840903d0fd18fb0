"""The gate: what a language lacks, who accepts it and why, and when that no longer holds."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from lxml import html

from publications.models import FallbackAcceptance, Issue
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import accepting, drafting, gate, rendering
from tests import factories as make

pytestmark = pytest.mark.django_db
Q3 = Period(2026, 3)


@pytest.fixture
def issue() -> Issue:
    """A draft with one report in French and English, and thus a fallback in Spanish."""
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


def panel(issue: Issue, language: str, **options) -> gate.Readiness:
    return next(one for one in gate.readiness(issue, **options) if one.language == language)


def accept(issue: Issue, language: str = "es", **options) -> FallbackAcceptance:
    options = {"reason": "No translator.", "by": make.create_secretary()} | options
    return accepting.accept(issue, language=language, **options)


# -- What is missing -------------------------------------------------------------------------------


def test_what_a_language_lacks_is_named_and_leads_to_where_it_is_written(issue, secretary):
    [lack] = panel(issue, "es", user=secretary).lacks
    report = issue.items.get().publication
    assert lack.name == report.text("title", "es")
    assert lack.texts == ["Title", "Summary"]
    assert lack.url == f"/en/secretariat/translations/publication/{report.pk}/es/"
    assert panel(issue, "fr").lacks == []


def test_the_words_of_the_letter_are_named_by_field(issue, secretary):
    issue.lead_en = ""
    issue.save()
    [lack] = panel(issue, "en", user=secretary).lacks
    assert (lack.name.value, lack.texts) == ("The words of the letter", ["Subject", "Opening text"])
    assert not lack.is_unrevised
    assert lack.url == desk(issue, "text/")


def test_words_that_are_behind_the_original_are_to_be_revised(issue):
    setattr(issue, f"subject_{issue.original_language}", "Another subject")
    issue.save()
    other = "en" if issue.original_language == "fr" else "fr"
    assert [lack.is_unrevised for lack in panel(issue, other).lacks] == [True]
    assert not panel(issue, other).is_complete


def test_who_may_not_write_a_text_is_not_led_to_it(issue):
    report = issue.items.get().publication
    report.regions.add(make.create_region("R2"))  # of two regions: the secretariat’s to write
    executive = make.create_executive(issue.region)
    assert [lack.url for lack in panel(issue, "es", user=executive).lacks] == [""]


@pytest.mark.parametrize(
    ("language", "missing", "title"),
    [("fr", "manque", "Titre"), ("en", "missing:", "Title"), ("es", "falta", "Título")],
)
def test_the_page_lists_what_is_missing(client, secretary, issue, language, missing, title):
    page = client.get(desk(issue, language=language)).content.decode()
    [spanish] = re.findall(r'<article class="mini.*?</article>', page, re.DOTALL)[2:]
    assert f"/{language}/secretariat/translations/publication/" in spanish
    assert missing in spanish
    assert title in spanish


# -- Accepting it ----------------------------------------------------------------------------------


def test_an_issue_goes_through_once_somebody_accepts_in_writing_and_by_name(
    client, secretary, issue
):
    response = client.post(desk(issue, "ready/"), follow=True)
    assert "not complete in Spanish" in response.content.decode()
    response = client.post(desk(issue, "accept/"), {"language": "es", "reason": "  "}, follow=True)
    assert "Write why readers get" in response.content.decode()
    assert not FallbackAcceptance.objects.exists()
    client.post(desk(issue, "accept/"), {"language": "es", "reason": "Our translator is ill."})
    client.post(desk(issue, "ready/"))
    issue.refresh_from_db()
    assert (issue.state, issue.ready_by) == ("ready", secretary)
    kept = issue.acceptances.get()
    assert (kept.language, kept.by, kept.reason) == ("es", secretary, "Our translator is ill.")
    page = client.get(desk(issue)).content.decode()
    for words in ("Our translator is ill.", secretary.full_name, "accepted as it is"):
        assert words in page


def test_what_is_complete_needs_no_word(issue):
    with pytest.raises(ValidationError, match="nothing to accept"):
        accept(issue, "fr")


def test_each_language_is_accepted_by_itself(issue):
    report = issue.items.get().publication
    report.title_en = report.summary_en = ""
    report.save()
    accept(issue, "es")
    with pytest.raises(ValidationError, match="not complete in English") as refused:
        gate.make_ready(issue, by=None)
    assert len(refused.value.messages) == 1


def test_an_acceptance_without_a_reason_is_not_stored(issue):
    with pytest.raises(IntegrityError), transaction.atomic():
        FallbackAcceptance.objects.create(issue=issue, language="es", reason="", texts="x")


def test_accepting_again_ends_what_was_accepted_before(issue):
    first, second = accept(issue), accept(issue, reason="Still none.")
    first.refresh_from_db()
    assert first.ended_at is not None
    assert list(accepting.current(issue).values()) == [second]
    with pytest.raises(IntegrityError), transaction.atomic():
        FallbackAcceptance.objects.create(issue=issue, language="es", reason="x", texts="x")


def test_taking_it_back_makes_the_issue_a_draft_and_keeps_the_record(client, secretary, issue):
    make.declare_ready(issue)
    client.post(desk(issue, "accept/"), {"language": "es", "take_back": "1"})
    issue.refresh_from_db()
    assert (issue.state, issue.ready_by, issue.ready_as) == ("draft", None, "")
    assert issue.acceptances.get().ended_at is not None
    assert "ended" in client.get(desk(issue)).content.decode()


def test_what_is_on_its_way_is_accepted_no_more(client, secretary, issue):
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.SENDING, sending_since=timezone.now())
    data = {"language": "es", "reason": "Too late."}
    response = client.post(desk(issue, "accept/"), data, follow=True)
    assert "cannot be changed any more" in response.content.decode()
    assert not issue.acceptances.exists()
    assert client.post(desk(issue, "accept/"), {"language": "de"}).status_code == 404


# -- A change afterwards ---------------------------------------------------------------------------


def test_an_acceptance_is_for_the_texts_as_they_were(issue):
    accept(issue)
    assert panel(issue, "es").may_leave
    report = issue.items.get().publication
    report.title_fr = "Autre rapport"
    report.title_en = "Another report"
    report.save()
    assert not panel(issue, "es").may_leave
    with pytest.raises(ValidationError, match="not complete in Spanish"):
        gate.make_ready(issue, by=None)


def test_what_becomes_complete_needs_no_acceptance_any_more(issue):
    accept(issue)
    report = issue.items.get().publication
    report.title_es, report.summary_es = "Informe", "Resumen"
    report.save()
    spanish = panel(issue, "es")
    assert (spanish.is_complete, spanish.acceptance, spanish.lacks) == (True, None, [])


def test_a_new_fallback_is_accepted_anew(issue):
    accept(issue)
    make.create_publication(regions=[issue.region], published_on=Q3.first_day)
    drafting.gather(issue)
    assert not panel(issue, "es").may_leave


def test_an_issue_whose_texts_change_is_a_draft_again(issue):
    make.declare_ready(issue)
    gate.require_unchanged(issue)
    report = issue.items.get().publication
    report.summary_en = "Corrected."
    report.save()
    with pytest.raises(ValidationError, match="has changed since"):
        gate.require_unchanged(issue)
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


def test_the_day_on_which_it_leaves_changes_nothing(issue):
    make.declare_ready(issue)
    issue.sending_since = issue.drafted_at.replace(year=2027)
    gate.require_unchanged(issue)
    assert issue.state == IssueState.READY


# -- In the mail -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "mark"), [("fr", "en anglais"), ("en", "in French"), ("es", "en francés")]
)
def test_a_fallback_has_its_language_and_a_visible_mark(language, mark):
    region = make.create_region("R8")
    source = "en" if language == "fr" else "fr"
    texts = {f"title_{source}": "Zwei", f"summary_{source}": "Worte zum Tage."}
    empty = {f"{name}_{code}": "" for name in ("title", "summary") for code in ("fr", "en", "es")}
    make.create_publication(
        regions=[region], published_on=Q3.first_day, original_language=source, **(empty | texts)
    )
    issue = drafting.draft(make.create_newsletter(region), Q3)
    with translation.override(language):
        letter = rendering.letter(issue, language)
    page = html.fromstring(letter.html)
    [heading] = page.xpath("//h3")
    [summary] = page.xpath('//p[contains(., "Worte")]')
    assert heading.get("lang") == summary.get("lang") == source
    [visible] = heading.xpath('.//span[@class="mark"]')
    assert visible.text == mark
    assert visible.get("lang") == language
    assert f"Zwei [{mark}]" in letter.text


def test_a_summary_that_alone_is_missing_is_marked_too(issue):
    report = issue.items.get().publication
    report.title_es = "Informe"
    report.mark_machine("es")  # a machine has left the summary out
    report.save()
    page = html.fromstring(rendering.letter(issue, "es").html)
    [summary] = page.xpath('//div[@class="item"]/p[@lang]')
    assert summary.get("lang") == "fr"
    assert summary.xpath('.//span[@class="mark"]/text()') == ["en francés"]


def test_a_place_that_alone_is_missing_is_marked_too():
    region = make.create_region("R8")
    make.create_publication(regions=[region], published_on=Q3.first_day)
    issue = drafting.draft(make.create_newsletter(region), Q3)
    event = make.create_event(regions=[region], title_es="Foro", place_fr="Le Caire", place_es="")
    issue.items.create(section="events", position=1, event=event)
    letter = rendering.letter(issue, "es")
    [place] = html.fromstring(letter.html).xpath('//span[@lang="fr"][contains(., "Le Caire")]')
    assert "en francés" in "".join(place.getparent().itertext())
    assert "Le Caire [en francés]" in letter.text
