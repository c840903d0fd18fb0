"""The words that the search may suggest: those of public titles and beginnings of texts.

Counted with the documents, in the same transaction, so that a word which only a record had that
is public no more is suggested no more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Left

from portal.lib import spelling
from portal.lib.lexemes import WORD, letters, spelt
from portal.lib.text import fold
from portal.lib.translations import current_language
from portal.models import SearchAudience, SearchDocument, SearchSpelling, SearchWord

LEAD = 400  # characters a text begins with
LOT = 2000
MOST = 500  # neighbours of the words of a query that are looked at
Counts = Counter[tuple[str, str]]


def counted(documents: Iterable[SearchDocument]) -> Counts:
    """(word, language) → in how many of the documents. A set of rows is read without its texts."""
    found: Counts = Counter()
    if hasattr(documents, "exclude"):
        rows = documents.values_list(
            "audience", "title", "title_language", Left("body", LEAD), "language"
        ).iterator(chunk_size=LOT)
    else:
        rows = (
            (d.audience, d.title, d.title_language, d.body[:LEAD], d.language) for d in documents
        )
    for audience, title, title_language, body, language in rows:
        if audience != SearchAudience.MEMBERS:
            found.update({*spelt_words(title, title_language), *spelt_words(body, language)})
    return found


def spelt_words(text: str, language: str) -> Iterator[tuple[str, str]]:
    """The words that have a spelling to be wrong in, with their accents."""
    for match in WORD.finditer(text):
        word = spelt(match[0], language)
        if word.isalpha() and spelling.SHORTEST <= len(word) <= spelling.LONGEST:
            yield word, language


def move(before: Counts, after: Counts):
    """Take the counts from what the documents said to what they say."""
    changed = {key: after[key] - before[key] for key in before.keys() | after.keys()}
    add({key: number for key, number in changed.items() if number})


def add(changes: dict[tuple[str, str], int]):
    """Add to the counts; a word that nothing holds any more goes, a new one gets its spellings."""
    if not changes:
        return
    names = sorted({word for word, _language in changes})
    for first in range(0, len(names), LOT):
        part = names[first : first + LOT]
        rows = SearchWord.objects.filter(word__in=part)
        known = set(rows.values_list("word", "language"))
        chosen = set(part)
        new = sorted(key for key in changes.keys() - known if key[0] in chosen)
        create(new)
        by_change: dict[int, list[int]] = {}
        # Always locked in one order, so that two processes do not wait for each other.
        for pk, word, language in (
            rows.order_by("pk").select_for_update().values_list("pk", "word", "language")
        ):
            if number := changes.get((word, language)):
                by_change.setdefault(number, []).append(pk)
        for number, pks in by_change.items():
            SearchWord.objects.filter(pk__in=pks).update(count=F("count") + number)
        rows.filter(count__lte=0).delete()


def recount():
    """Compare the counts with the documents, reading through them once, and mend what differs."""
    found = counted(SearchDocument.objects.all())
    kept = SearchWord.objects.values_list("word", "language", "count").iterator(chunk_size=LOT)
    for word, language, number in kept:
        found[word, language] -= number
    with transaction.atomic():
        add({key: number for key, number in found.items() if number})


def create(keys: list[tuple[str, str]]):
    """New words with their spellings; another process may have made the same ones just now."""
    if not keys:
        return
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, language=language) for word, language in keys],
        ignore_conflicts=True,
    )
    bare = SearchWord.objects.filter(
        word__in=[word for word, _language in keys], spellings__isnull=True
    )
    SearchSpelling.objects.bulk_create(
        [
            SearchSpelling(key=key, word_id=pk)
            for pk, word in bare.values_list("pk", "word")
            for key in sorted(spelling.keys(letters(fold(word))))
        ],
        batch_size=LOT,
    )


# -- Suggestions -----------------------------------------------------------------------------------


def nearest(words: Iterable[str]) -> dict[str, str]:
    """For each word that no document has, the one most likely meant, if any is near.

    The fewest slips first, then the reader's language, then the word more documents have.
    """
    folded = {word: letters(fold(word)) for word in words}
    wanted = {key for token in folded.values() for key in spelling.keys(token)}
    if not wanted:
        return {}
    rows = SearchSpelling.objects.filter(key__in=wanted, word__count__gt=0)
    known = {
        (word, language, number, letters(fold(word)))
        for word, language, number in rows.values_list(
            "word__word", "word__language", "word__count"
        )[:MOST]
    }
    tokens = {token for *_others, token in known}
    own = current_language()
    found = {}
    for word, token in folded.items():
        if token in tokens:
            continue
        near = [row for row in known if spelling.is_near(token, row[3])]
        if near:
            found[word] = min(
                near,
                key=lambda row: (
                    spelling.distance(token, row[3]),
                    row[1] != own,
                    -row[2],
                    row[0],
                    row[1],
                ),
            )[0]
    return found
