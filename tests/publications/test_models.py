"""Publications as rows: their symbols, and who reads, edits and translates which."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from publications.models import Author, Publication
from publications.models.credits import known_orcid
from publications.models.series import known_issn
from tests.factories import (
    create_contact,
    create_executive,
    create_language_lead,
    create_mandate,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


WRONG = ("P/2026/1", "P-2026-14", "L/2026/14", "P/26/14", "14", "", "P/2026/14\n", "P/２０２６/14")


@pytest.mark.parametrize("symbol", WRONG)
def test_a_wrong_symbol_is_refused_by_the_model_and_the_database(symbol):
    publication = create_publication()
    publication.symbol = symbol
    with pytest.raises(ValidationError) as caught:
        publication.full_clean()
    assert "symbol" in caught.value.message_dict
    with pytest.raises(IntegrityError):
        publication.save()


def test_a_symbol_in_an_address():
    publication = create_publication(symbol="P/2026/14")
    assert publication.dashed_symbol == "P-2026-14"
    assert publication.permanent_path == "/id/P-2026-14"


@pytest.mark.parametrize(
    ("values", "published", "public"),
    [
        ({}, True, True),
        ({"state": "draft"}, False, False),
        ({"state": "withdrawn"}, False, False),
        ({"access": "members"}, True, False),
        ({"access": "secretariat"}, True, False),
        ({"state": "scheduled"}, False, False),
        ({"state": "proposed"}, False, False),
        ({"state": "sent_back"}, False, False),
    ],
)
def test_row_and_set_agree_on_what_is_public(values, published, public):
    publication = create_publication(**values)
    assert (publication.is_published, publication.is_public) == (published, public)
    assert Publication.objects.published().exists() == published
    assert Publication.objects.public().exists() == public


def test_it_appears_on_its_day():
    create_publication(published_on=timezone.localdate())
    assert Publication.objects.public().count() == 1


@pytest.fixture
def texts():
    """One text of each access in R8, a draft there, one in R2, one in both regions."""
    east, europe = create_region("R8"), create_region("R2")
    return {
        "public": create_publication(regions=[east]),
        "members": create_publication(regions=[east], access="members"),
        "secretariat": create_publication(regions=[east], access="secretariat"),
        "draft": create_publication(regions=[east], state="draft"),
        "europe": create_publication(regions=[europe], state="draft"),
        "both": create_publication(regions=[east, europe], state="draft"),
        "world": create_publication(state="draft"),
    }


def names(texts, rows) -> set[str]:
    found = list(rows)
    assert len(found) == len(set(found))
    return {name for name, text in texts.items() if text in found}


@pytest.mark.slow
def test_who_reads_what(texts):
    ended = create_person()
    create_mandate(ended, until=datetime.date(2021, 1, 1))
    executive = create_executive(create_region("R8"))
    rows = Publication.objects
    assert names(texts, rows.announced()) == {"public", "members"}
    assert names(texts, rows.visible_to(ended)) == {"public"}
    assert names(texts, rows.visible_to(create_contact())) == {"public", "members"}
    assert names(texts, rows.visible_to(create_language_lead())) == {"public", "members"}
    own = {"public", "members", "draft", "both"}
    assert names(texts, rows.visible_to(executive)) == own
    assert names(texts, rows.visible_to(create_secretary())) == set(texts)


@pytest.mark.slow
def test_who_edits_what(texts):
    """A text of two regions, or of the world, is not one region's to edit."""
    executive = create_executive(create_region("R8"))
    rows = Publication.objects
    assert names(texts, rows.editable_by(executive)) == {"public", "members", "draft"}
    create_mandate(executive, "executive", region=create_region("R2"))
    both = {"public", "members", "draft", "europe", "both"}
    assert names(texts, rows.editable_by(executive)) == both
    assert names(texts, rows.editable_by(create_secretary())) == set(texts)
    for person in (create_contact(), create_language_lead(), create_person()):
        assert names(texts, rows.editable_by(person)) == set()


def test_what_language_leads_read(texts):
    create_publication(state="withdrawn")
    found = Publication.objects.for_leads()
    assert names(texts, found) == set(texts) - {"secretariat"}
    assert found.count() == len(texts) - 1


@pytest.mark.parametrize(
    "words", ["ETUDE", "étude", "estudio", "2026/77", "p/2026 etude", "oeuvre", "l'annee"]
)
def test_words_are_found_in_each_language_whatever_their_accents(words):
    found = create_publication(
        symbol="P/2026/77", title_fr="Étude d’une œuvre de l’année", title_es="Estudio"
    )
    create_publication(title_fr="Autre", title_en="Other")
    assert list(Publication.objects.mentioning(words)) == [found]


@pytest.mark.parametrize(
    ("values", "announced"),
    [({}, True), ({"access": "members"}, True), ({"access": "secretariat"}, False)],
)
def test_the_moment_the_public_first_saw_a_text_is_kept(values, announced):
    publication = create_publication(**values)
    first = publication.announced_at
    assert (first is not None) == announced
    before = publication.changed_at
    publication.state = "withdrawn"
    publication.save(update_fields=["state"])
    publication.refresh_from_db()
    assert publication.announced_at == first
    assert publication.changed_at > before


@pytest.mark.parametrize("value", ["0000-0002-1825-0097", "0000-0002-1694-233X"])
def test_an_orcid_with_its_check_digit(value):
    known_orcid(value)


@pytest.mark.parametrize(
    "value",
    [
        "0000-0002-1825-0098",
        "0000000218250097",
        "0000-0002-1694-233x",
        "0000-0002-1825-009",
        "",
        "٠٠٠٠-0002-1825-0097",
    ],
)
def test_what_is_not_an_orcid(value):
    with pytest.raises(ValidationError):
        known_orcid(value)


@pytest.mark.parametrize("value", ["1234-5679", "2434-561X"])
def test_an_issn_with_its_check_digit(value):
    known_issn(value)


@pytest.mark.parametrize("value", ["1234-5678", "12345679", "1234-567", "2434-561x", ""])
def test_what_is_not_an_issn(value):
    with pytest.raises(ValidationError):
        known_issn(value)


@pytest.mark.parametrize(
    ("name", "family", "given", "inverted"),
    [
        ("Awa Exemple", "Exemple", "Awa", "Exemple, Awa"),
        ("Exemple Awa", "Exemple", "Awa", "Exemple, Awa"),
        (
            "María de la Muestra Ejemplo",
            "de la Muestra Ejemplo",
            "María",
            "de la Muestra Ejemplo, María",
        ),
        ("Regional group R8", "", "", "Regional group R8"),
    ],
)
def test_the_parts_of_a_name(name, family, given, inverted):
    author = Author(name=name, family_name=family)
    assert (author.given_name, author.inverted, author.is_body) == (given, inverted, not family)


def test_a_body_has_no_orcid():
    with pytest.raises(IntegrityError):
        Author.objects.create(
            publication=create_publication(), name="Secretariat", orcid="0000-0002-1825-0097"
        )


def test_a_family_name_that_is_not_in_the_name_is_refused():
    with pytest.raises(ValidationError):
        Author(publication=create_publication(), name="Awa", family_name="Exemple").full_clean()
