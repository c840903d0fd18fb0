"""The authors of a text, and the line that is printed of them."""

import pytest

from publications import credits
from publications.credits import Credit
from publications.models import Author
from tests.factories import create_publication

pytestmark = pytest.mark.django_db


def test_authors_are_kept_in_their_order_and_printed_in_one_line():
    publication = create_publication()
    credits.record(publication, [Credit("Zoé Exemple", "Exemple"), Credit("Secretariat")])
    credits.record(publication, [Credit("Secretariat"), Credit("Zoé Exemple", "Exemple")])
    publication.refresh_from_db()
    assert publication.authors == "Secretariat; Zoé Exemple"
    assert [author.inverted for author in publication.credits.all()] == [
        "Secretariat",
        "Exemple, Zoé",
    ]


def test_authors_change_nothing_of_the_translations():
    publication = create_publication()
    before = publication.languages()
    credits.record(publication, [Credit("Zoé Exemple", "Exemple")])
    publication.refresh_from_db()
    assert publication.languages() == before


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        (" ; ", []),
        ("Awa Exemple; secrétariat", [("Awa Exemple", "Exemple"), ("secrétariat", "")]),
        ("Regional group R8", [("Regional group R8", "")]),
        ("Ana María Ejemplo", [("Ana María Ejemplo", "Ejemplo")]),
    ],
)
def test_a_printed_line_is_read(line, expected):
    assert [(credit.name, credit.family_name) for credit in credits.read(line)] == expected


def test_a_line_of_very_many_authors_is_cut_at_a_name():
    publication = create_publication()
    credits.record(publication, [Credit(f"Person Number {n:03d} Example") for n in range(60)])
    assert publication.authors.endswith("Example; et al.")
    assert len(publication.authors) <= credits.LONGEST_LINE
    assert Author.objects.count() == 60


def test_an_author_who_is_forgotten_leaves_the_line():
    publication = create_publication()
    credits.record(publication, [Credit("Awa Exemple", "Exemple"), Credit("Secretariat")])
    credits.forget(publication.credits.first())
    publication.refresh_from_db()
    assert publication.authors == "Secretariat"
