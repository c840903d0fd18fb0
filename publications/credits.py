"""Who wrote a text: the rows of its authors, and the line that is printed of them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from members.models import Organisation
from publications.models import Author, Publication

LONGEST_LINE = Publication._meta.get_field("authors").max_length


class Credit(NamedTuple):
    """An author before there is a row."""

    name: str
    family_name: str = ""
    affiliation: str = ""
    orcid: str = ""
    organisation: Organisation | None = None


@transaction.atomic
def record(publication: Publication, credits: Sequence[Credit]):
    """Give the publication these authors, in this order, in the place of earlier ones."""
    publication.credits.all().delete()
    for position, credit in enumerate(credits):
        Author(publication=publication, position=position, **credit._asdict()).save()
    settle(publication)


def settle(publication: Publication):
    """Write the printed line from the rows, and save the publication when it is another."""
    line = printed(publication.credits.all())
    if publication.authors != line:
        publication.authors = line
        publication.save(update_fields=["authors"], minor_edit=True)


def printed(authors) -> str:
    """Awa Exemple; Regional group R8: shortened to "et al." when there are very many."""
    names = [author.name for author in authors]
    line = "; ".join(names)
    while len(line) > LONGEST_LINE and names:
        names.pop()
        line = "; ".join([*names, "et al."])
    return line[:LONGEST_LINE]


def read(line: str) -> list[Credit]:
    """The authors of a printed line. A name of one word, or one that begins with a small letter
    or holds more than three words, is taken for a body's."""
    credits = []
    for name in (part.strip() for part in line.split(";")):
        words = name.split()
        if not words:
            continue
        if len(words) in (2, 3) and all(word[:1].isupper() for word in words):
            credits.append(Credit(" ".join(words), words[-1]))
        else:
            credits.append(Credit(" ".join(words)))
    return credits


def forget(author: Author):
    """Take one author out of a text, and out of its printed line."""
    publication = author.publication
    author.delete()
    settle(publication)
