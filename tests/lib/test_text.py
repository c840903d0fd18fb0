"""Typography, sorting and sanitising, as properties and as examples from the three languages."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import text

PROSE = st.text(alphabet=st.sampled_from("abé œ «»:;!?%/.<>&@\u00a0\u202f12h"), max_size=60)


@given(PROSE)
def test_spacing_twice_is_spacing_once(prose):
    once = text.french_spaces(prose)
    assert text.french_spaces(once) == once


MARKED = st.lists(
    st.sampled_from(
        ["mot", " ", "?", " :", "«", "»", "12 %", "<em>", "</em>", "<p>", "</p>", "<code>",
         "</code>", '<sup><a href="#fn-1">1</a></sup>', "&nbsp;", "&amp;",
         '<a href="/a?b;c">', "</a>"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(MARKED)
def test_spacing_leaves_mark_up_alone(html):
    once = text.french_spaces(html)
    assert text.french_spaces(once) == once
    assert re.findall(r"<[^>]*>", once) == re.findall(r"<[^>]*>", html)
    for before, after in zip(
        re.findall(r"<code>.*?</code>", html), re.findall(r"<code>.*?</code>", once), strict=True
    ):
        assert before == after


@given(PROSE)
def test_spacing_changes_nothing_but_spaces(prose):
    bare = re.compile("[ \u00a0\u202f]")
    assert bare.sub("", text.french_spaces(prose)) == bare.sub("", prose)


@pytest.mark.parametrize(
    ("written", "spaced"),
    [
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("Pourquoi?", "Pourquoi\u202f?"),
        ("trois niveaux : national", "trois niveaux\u00a0: national"),
        ("« socle »", "«\u202fsocle\u202f»"),
        ("93 %", "93\u00a0%"),
        ("https://example.org/?a=b;c", "https://example.org/?a=b;c"),
        ('<a href="https://example.org/a?b">ici</a>', '<a href="https://example.org/a?b">ici</a>'),
        ("&amp; &#39;", "&amp; &#39;"),
        ("à 9 h 30", "à 9 h 30"),
        ("<em>Quoi</em> ?", "<em>Quoi</em>\u202f?"),
        ("« <em>socle</em> »", "«\u202f<em>socle</em>\u202f»"),
        ('fin<sup><a href="#fn-1">1</a></sup> ;', 'fin<sup><a href="#fn-1">1</a></sup>\u202f;'),
        ("<p>fin</p> <p>: suite</p>", "<p>fin</p> <p>: suite</p>"),
        ("<code>a ? b : c;</code> ;", "<code>a ? b : c;</code> ;"),
        ("<pre>x ? y</pre>", "<pre>x ? y</pre>"),
        ('<img src="/pictures/a.jpg" alt="Quoi ?">', '<img src="/pictures/a.jpg" alt="Quoi ?">'),
    ],
)
def test_french_spacing(written, spaced):
    assert text.french_spaces(written) == spaced


def test_print_takes_the_ordinary_no_break_space():
    assert text.french_spaces("Pourquoi ?", narrow=False) == "Pourquoi\u00a0?"


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        (
            "fr",
            ["Costa Rica", "Côte d’Ivoire", "Égypte", "Émirats arabes unis", "Équateur", "Zambie"],
        ),
        ("es", ["nube", "nzz", "ñandú", "oca"]),
        ("en", ["Åland Islands", "Albania", "Curaçao", "Cyprus", "Zimbabwe"]),
    ],
)
def test_each_language_sorts_as_its_readers_expect(language, ordered):
    shuffled = sorted(ordered, reverse=True)
    assert sorted(shuffled, key=lambda name: text.sort_key(name, language)) == ordered


def test_accents_decide_only_between_equals():
    words = ["cote", "coté", "côte"]
    assert sorted(words, key=lambda word: text.sort_key(word, "fr"))[0] == "cote"
    assert len({text.sort_key(word, "fr") for word in words}) == 3


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="x" onerror="y">b', "b"),
        ("<h2>Titre</h2><ul><li>un</li></ul>", "<h2>Titre</h2><ul><li>un</li></ul>"),
    ],
)
def test_only_prose_survives(hostile, kept):
    assert text.sanitise(hostile) == kept


PICTURE = "/pictures/AAAAAAAAAAAAAAAAAAAAAA.jpg"
REL = 'rel="noopener noreferrer"'
# What gets through of each is harmless, and nothing of it runs, loads or takes a name of the page.
HOSTILE = {
    "<svg><script>alert(1)</script></svg>": "",
    "<svg onload=alert(1)>": "",
    "<svg><a xlink:href='javascript:alert(1)'>a</a></svg>": "",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>a</mi></math>": "",
    '<a href="java&#10;script:alert(1)">a</a>': f"<a {REL}>a</a>",
    '<a href=" JaVaScRiPt:alert(1)">a</a>': f"<a {REL}>a</a>",
    '<a href="data:text/html,<script>alert(1)</script>">a</a>': f"<a {REL}>a</a>",
    '<a href="vbscript:x">a</a>': f"<a {REL}>a</a>",
    '<a href="#main" id="main" name="main">a</a>': f"<a {REL}>a</a>",
    '<a href="/x" target="_blank" ping="/y" download>a</a>': f'<a href="/x" {REL}>a</a>',
    '<p id="main" class="note error" style="position:fixed">a</p>': "<p>a</p>",
    '<li id="fn-1"></li>': '<li id="fn-1"></li>',
    '<li id="fn-1 x">a</li><li id="__proto__">b</li>': "<li>a</li><li>b</li>",
    '<section class="footnotes banner" role="dialog">a</section>': (
        '<section class="footnotes">a</section>'
    ),
    f'<img src="{PICTURE}" alt="a" onerror="x()" style="y" srcset="z 2x">': (
        f'<img src="{PICTURE}" alt="a">'
    ),
    f'<img src="/fr/space{PICTURE}" alt="a">': f'<img src="{PICTURE}" alt="a">',
    f'<img src="{PICTURE}">': "",
    f'<img src="{PICTURE}" alt=" ">': "",
    f'<img src="{PICTURE}?x" alt="a">': "",
    f'<img src="//example.org{PICTURE}" alt="a">': "",
    f'<img src="https://example.org{PICTURE}" alt="a">': "",
    '<img src="/pictures/../media/a.jpg" alt="a">': "",
    '<img src="data:image/svg+xml,<svg onload=alert(1)>" alt="a">': "",
    '<img alt="<img src=x onerror=y>" src="x">': "",
    '<a title="<img src=x>" href="/x">a</a>': (
        f'<a title="&lt;img src=x&gt;" href="/x" {REL}>a</a>'
    ),
    '<iframe src="/fr/"></iframe><object data="/x"></object><embed src="/x">': "",
    '<form action="/x"><form><input name="a" formaction="javascript:x"><button>b</button>': "b",
    '<base href="https://example.org/"><meta http-equiv="refresh" content="0;url=//x">': "",
    '<link rel="stylesheet" href="//x"><style>@import "//x"</style>': "",
    '<p style="background:url(//x)">a</p>': "<p>a</p>",
    "<!--><img src=x onerror=alert(1)>-->": "--&gt;",
    "<noscript><p title='</noscript><img src=x onerror=y>'>": "&lt;p title=''&gt;",
    '<table><td><p lang="x<y">a': "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>",
    '<p lang="EN"><span lang="zh-Hant">a</span></p>': (
        '<p lang="EN"><span lang="zh-Hant">a</span></p>'
    ),
    '<td colspan="99999">a</td>': "a",
    "<ol start='-1e9'><li>a</ol>": "<ol><li>a</li></ol>",
    "<template><script>x()</script></template>a": "a",
    "<xmp><img src=x onerror=y></xmp>": "&lt;img src=x onerror=y&gt;",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_means_harm_is_taken_out(hostile):
    assert text.sanitise(hostile) == HOSTILE[hostile]


# Ways in which mark-up that was harmless became another one when it was read a second time.
MUTATING = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=a>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img src>'>",
    "<math><annotation-xml encoding='text/html'><style></math><img src onerror=alert(1)>",
    "<svg><desc><noembed></svg></noembed><img src=x onerror=alert(1)>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x>'>",
    "<p title='`<img src=x onerror=alert(1)>'>",
    "<a href='&#x6A;avascript&colon;alert(1)'>a</a>",
]
ELEMENTS = st.sampled_from(
    ["<svg>", "</svg>", "<math>", "<mtext>", "<style>", "</style>", "<table>", "<td>", "<form>",
     "</form>", "<select>", "<template>", "<!--", "-->", "<noscript>", "</noscript>", "<title>",
     "<textarea>", "<img src=x onerror=y>", "<a href=javascript:x>", "<p id=a>", "'", '"', "<",
     ">", "&lt;", "<script>", "</script>", "<iframe>", "<plaintext>", "<li id=fn-1>", "a", " "]
)  # fmt: skip


def dangers(html: str) -> list[str]:
    """What a browser would run or load, or what takes a name, read as a browser reads it."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in text.ALLOWED_TAGS:
                found.append(tag)
            for name, value in attributes:
                if name not in {"href", "src", "alt", "rel", "id", "lang", "title", "class"}:
                    found.append(name)
                if name in ("href", "src") and re.match(r"\s*(javascript|data)", value or "", re.I):
                    found.append(value)
                if name == "id" and not re.fullmatch(r"fn(ref)?-\d+", value or ""):
                    found.append(value)

    Reader().feed(html)
    return found


@pytest.mark.parametrize("hostile", MUTATING)
def test_what_changes_when_read_again_is_harmless_each_time(hostile):
    html = hostile
    for _round in range(4):
        html = text.sanitise(html)
        assert dangers(html) == []


@given(st.lists(ELEMENTS, max_size=12).map("".join))
def test_nothing_that_runs_gets_through(html):
    once = text.sanitise(html)
    assert dangers(once) == []
    assert text.sanitise(once) == once


@given(st.text(max_size=200))
def test_sanitising_twice_is_sanitising_once(html):
    assert text.sanitise(text.sanitise(html)) == text.sanitise(html)


def test_plain_text_has_no_mark_up():
    html = "<h2>Socles</h2><p>R&amp;D, œuvre</p><script>x</script>"
    assert text.plain(html) == "Socles R&D, œuvre"


def test_plain_text_keeps_blocks_apart_where_no_sentence_ends():
    html = "<h2>Et pour qui</h2><p>Un socle.</p><ul><li>Un</li><li>Deux</li></ul><p>Fin</p>"
    assert text.plain(html, between="·") == "Et pour qui · Un socle. Un · Deux · Fin"
    assert text.plain(html) == "Et pour qui Un socle. Un Deux Fin"


def test_plain_text_has_no_numbers_of_notes():
    html = (
        '<p>la conférence<sup><a href="#fn-1" id="fnref-1" role="doc-noteref">1</a></sup> dit</p>'
        '<section class="footnotes"><ol><li id="fn-1">Voir <em>Le Rapport</em>. <a href="#fnref-1" '
        'role="doc-backlink" aria-label="Retour au texte">↩</a></li></ol></section>'
    )
    assert text.plain(html) == "la conférence dit Voir Le Rapport."


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Éducation", "education"), ("ŒUVRE", "oeuvre"), ("Łódź", "lodz"), ("Straße", "strasse")],
)
def test_folding(written, folded):
    assert text.fold(written) == folded


@pytest.mark.parametrize(
    ("words", "prose", "found"),
    [
        ("ETE", "L’été", True),
        ("l'ete", "L’été", True),
        ("oeuvre", "Œuvres sociales", True),
        ("œuvre", "Oeuvres sociales", True),
        ("nino", "Los niños", True),
        ("a.c", "abc", False),
        ("c++ (x)", "C++ (X)", True),
        ("ete", "etc", False),
    ],
)
def test_a_word_is_found_whatever_its_accents(words, prose, found):
    assert bool(re.search(text.accent_blind(words), prose)) == found
