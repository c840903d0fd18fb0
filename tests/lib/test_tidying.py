"""What word processors give becomes the same plain text, and a tidy text stays as it is."""

from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import text
from portal.lib.tidying import pictures_without_words, tidy

PASTED = Path(__file__).parent.parent / "data" / "prose"
PICTURE = "/pictures/AAAAAAAAAAAAAAAAAAAAAA.jpg"
# Pieces that meet in every order, well formed or not.
PIECES = st.sampled_from(
    [
        "mot", " ", "\n", "&nbsp;", "&lt;script&gt;", "«", " ?", "<p>", "</p>", "<h1>", "</h1>",
        "<h5>", "</h5>", "<ul>", "<li>", "</li>", "</ul>", "<ol start=3>", "</ol>", "<table>",
        "<tr>", "<th>", "<td colspan=2>", "</table>", "<caption>", "</caption>", "<div id=ftn1>",
        "</div>", '<span lang="en">', '<span style="font-weight:700">', "</span>", "<b>", "</b>",
        "<sup>", "</sup>", '<a href="#fn-1" id="fnref-1">', '<a href="#fnref-1" id="b">', "</a>",
        '<li id="fn-1">', '<section class="footnotes">', "</section>", "<br>", "<hr>", "<pre>",
        "</pre>", "<blockquote>", "</blockquote>", "<figure>", "</figure>", "<figcaption>",
        f'<img src="{PICTURE}" alt="a">', '<img src="x" onerror="y">', "<svg><style>", "<math>",
        '<a href="javascript:x()">', "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>",
        "<span style='mso-list:Ignore'>1.</span>", '<a href="https://example.org/">', "<em>",
        "</em>", "<!--", "-->", "<form>", "<template>", "<noscript>", "\x00", "<center>", "<u>",
    ]
)  # fmt: skip
ANYTHING = st.lists(PIECES, max_size=14).map("".join)


def shape(html: str) -> list[str]:
    """Elements and words in order, without what the processors say differently."""
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    left_out = {"span", "div"}
    tags = [element.tag for element in root.iter() if element.tag not in left_out]
    words = " ".join(root.text_content().replace("\u00a0", " ").split())
    return [*tags, words]


def read(name: str) -> str:
    return (PASTED / f"{name}.html").read_text()


def test_three_word_processors_give_the_same_text():
    word, libre, google = (
        shape(tidy(read(n), "fr")) for n in ("word", "libreoffice", "google_docs")
    )
    assert word == libre == google


@pytest.mark.parametrize("name", ["word", "libreoffice", "google_docs"])
def test_nothing_of_a_word_processor_is_left(name):
    html = tidy(read(name), "fr")
    for junk in (
        "mso",
        "Mso",
        "style",
        "font",
        'class="c',
        "western",
        "docs-internal",
        "o:p",
        "ltr",
    ):
        assert junk not in html
    assert text.sanitise(html) == html
    assert tidy(html, "fr") == html


def test_what_word_writes_becomes_what_is_kept():
    html = tidy(read("word"), "fr")
    assert html.startswith(
        "<h2>Les socles de protection</h2>\n<p>Un droit <strong>pour tous</strong>"
    )
    assert "<h3>Three steps</h3>" in html
    assert (
        "<ul><li>Mesurer<ol><li>dans les villes</li><li>dans les campagnes</li></ol></li>"
        '<li><a href="https://example.org/agir" rel="noopener noreferrer">Agir</a></li></ul>'
        in html
    )
    assert '<thead><tr><th scope="col">Pays</th><th scope="col">Part</th></tr></thead>' in html
    assert '<sup><a href="#fn-1" id="fnref-1" role="doc-noteref"' in html
    assert html.endswith(
        '<section class="footnotes" role="doc-endnotes" aria-label="Notes"><ol><li id="fn-1">Voir '
        '<em>Le Rapport</em>, <a href="https://example.org/rapport" rel="noopener noreferrer">page '
        '3</a>. <a href="#fnref-1" role="doc-backlink" aria-label="Retour au texte" '
        'rel="noopener noreferrer">↩</a></li></ol></section>'
    )


@given(ANYTHING)
def test_tidying_twice_is_tidying_once(html):
    once = tidy(html, "fr")
    assert tidy(once, "fr") == once


@given(ANYTHING)
def test_what_is_tidy_is_safe(html):
    once = tidy(html, "fr")
    assert text.sanitise(once) == once


@given(st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs")), max_size=80))
def test_plain_words_are_kept(words):
    assert "".join(text.plain(tidy(words)).split()) == "".join(text.plain(words).split())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("<p></p>", ""),
        ("un\ndeux\n\ntrois & quatre", "<p>un<br>deux</p>\n<p>trois &amp; quatre</p>"),
        ("un <em>deux</em>", "<p>un <em>deux</em></p>"),
        ("<div>un</div><div><p>deux</p></div>", "<p>un</p>\n<p>deux</p>"),
        ("<h1>A</h1><h3>B</h3><h6>C</h6>", "<h2>A</h2>\n<h4>B</h4>\n<h4>C</h4>"),
        ("<h2>A</h2><h5>B</h5>", "<h2>A</h2>\n<h4>B</h4>"),
        ("<h2><b>A</b></h2>", "<h2>A</h2>"),
        (
            "<table><tr><th>a<th>b<tr><th>c<td>d</table>",
            '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
            '<tbody><tr><th scope="row">c</th><td>d</td></tr></tbody></table>',
        ),
        (
            "<table><caption>T</caption><tr><td>a</table>",
            "<table><caption>T</caption><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        (f'<p><img src="/fr/space{PICTURE}" alt="a"></p>', f'<p><img src="{PICTURE}" alt="a"></p>'),
        ('<p>a<img src="https://example.org/x.png" alt="b"></p>', "<p>a</p>"),
        ('<p>dit <span lang="en">by hand</span></p>', '<p>dit <span lang="en">by hand</span></p>'),
        ('<p>a<sup><a href="#fn-9" id="fnref-9" role="doc-noteref">9</a></sup></p>', "<p>a</p>"),
        ("<p>a<s>b</s></p>", "<p>a</p>"),
    ],
)  # fmt: skip
def test_what_is_written_and_what_is_kept(written, kept):
    assert tidy(written) == kept


def test_notes_are_numbered_as_they_come():
    def note(n):
        return f'<li id="fn-{n}">note {n} <a href="#fnref-{n}">↩</a></li>'

    def reference(n):
        return f'<sup><a href="#fn-{n}" id="fnref-{n}">{n}</a></sup>'

    html = tidy(
        f'<p>b{reference(2)} a{reference(1)}</p><section class="footnotes"><ol>{note(1)}{note(2)}'
        "</ol></section>",
        "es",
    )
    assert html.index("note 2") < html.index("note 1")
    assert '<p>b<sup><a href="#fn-1" id="fnref-1"' in html
    assert html.count("doc-backlink") == 2
    assert 'aria-label="Notas"' in html


def test_pictures_that_say_nothing_are_told_by_their_place():
    html = f'<img src="{PICTURE}" alt="a"><img src="x"><img src="/es/space{PICTURE}" alt=" ">'
    assert pictures_without_words(html) == [2]
    assert pictures_without_words("<p>un</p>") == []
