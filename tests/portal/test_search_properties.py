"""Whatever is written and whatever is asked: the search finds what a plain reading finds.

The suite runs on both databases, so that both find the same.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import finding, search
from portal.lib.lexemes import analysed, lexed
from portal.lib.queries import Kind, Term, parse
from portal.lib.translations import LANGUAGES
from portal.models import SearchDocument
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = (
    *("droit", "droits", "Droits", "l’égalité", "égalités", "egalite", "Œuvre", "conseil"),
    *("conseils", "niño", "niños", "policy", "policies", "P/2026/14", "P/2025", "nord-sud"),
    *("et", "2026", "·", "CIAS", "½", "ß", "protection", "protecteur"),
)
TEXT = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
TITLE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
BARE = st.sampled_from([*WORDS, "dro*", "protec*", "ega*", "zzz", "P/2026", "l'egalite"])
QUOTED = TEXT.map(lambda text: f'"{text}"')
PART = st.one_of(BARE, BARE, QUOTED, st.builds("-{}".format, st.one_of(BARE, QUOTED)))
QUERY = st.lists(PART, min_size=1, max_size=4).map(" ".join)
TEXTS = st.fixed_dictionaries({code: st.none() | st.tuples(TITLE, TEXT) for code in LANGUAGES})


def holds(term: Term, texts: list[str], language: str) -> bool:
    """Whether a document with these texts holds what is asked for, read word by word."""
    sequences = [lexed(text, language).words.split() for text in texts]
    if term.kind is Kind.PHRASE:
        return any(
            tuple(words[place : place + len(way)]) == way
            for words in sequences
            for way in term.sequences
            for place in range(len(words))
        )
    if term.kind is Kind.SYMBOL:
        symbol = term.lexemes[0].removeprefix("s_").replace("_", "/")
        return any(
            f"{part.lower()}/".startswith(f"{symbol}/") for text in texts for part in text.split()
        )
    known = {word for words in sequences for word in words}
    for text in texts:
        for part in text.replace("-", " ").replace("/", " ").split():
            known.update(analysed(part, language).stems)
    if term.kind is Kind.BEGINNING:
        return any(word.startswith(term.lexemes) for word in known)
    return not known.isdisjoint(term.lexemes)


def expected(query: str, corpus: list[Publication]) -> set[str]:
    terms = parse(query).terms
    if not any(not term.is_excluded for term in terms):
        return set()
    return {
        record.symbol
        for record in corpus
        for code in LANGUAGES
        if (code == record.original_language or record.is_available(code))
        and all(holds(term, texts_of(record, code), code) != term.is_excluded for term in terms)
    }


def texts_of(record: Publication, code: str) -> list[str]:
    return [
        record.own_text("title", code),
        search.publication_body(record, code, True),
    ]


@pytest.mark.slow
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(corpus=st.lists(TEXTS, min_size=1, max_size=4), queries=st.lists(QUERY, max_size=8))
def test_the_search_finds_what_a_plain_reading_finds(corpus, queries):
    Publication.objects.all().delete()
    SearchDocument.objects.all().delete()
    records = []
    for number, texts in enumerate(corpus, start=1):
        written = {code: pair for code, pair in texts.items() if pair}
        if not written:
            continue
        values = {f"title_{code}": written.get(code, (None,))[0] for code in LANGUAGES}
        values |= {f"summary_{code}": written.get(code, (None, ""))[1] for code in LANGUAGES}
        records.append(
            factories.create_publication(
                symbol=f"P/2024/{number:02d}", original_language=min(written), **values
            )
        )
    search.update(search.SOURCES["publication"], [record.pk for record in records])
    for query in queries:
        found = finding.find(query, language="fr").page
        symbols = {hit.url.rsplit("/", 2)[1].replace("-", "/") for hit in found}
        assert symbols == expected(query, records), query
