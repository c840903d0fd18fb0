"""What people write or paste, brought into the form in which texts are kept.

Word processors give mark-up of their own: lists that are paragraphs with a mark in front, notes
that are bookmarks, styles on every word. The form kept is plain: headings from h2, real lists, a
head on tables, notes numbered at the end. Bringing a kept text into it changes nothing. What
comes out has gone through ``sanitise``, which decides alone what is safe.
"""

import re
from functools import cache
from html import escape
from operator import itemgetter

import lxml.html
import nh3
from django.utils import translation
from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from portal.lib.text import ALLOWED_TAGS, CLOSED_PICTURE, PICTURE, sanitise

FOREIGN_TAGS = {
    "b",
    "center",
    "del",
    "div",
    "font",
    "h1",
    "h5",
    "h6",
    "i",
    "ins",
    "s",
    "strike",
    "u",
}
# What stands in a paragraph of its own, or holds such.
BLOCKS = {
    "blockquote", "div", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "section", "table", "ul",
}  # fmt: skip
IN_BLOCKS = re.compile(rf"</?(?:body|section|tr|{'|'.join(sorted(BLOCKS))})\b", re.IGNORECASE)
WRITTEN_BY_WORD = re.compile(r"mso-|class=\"?Mso|urn:schemas-microsoft-com", re.IGNORECASE)
LIST_LEVEL = re.compile(r"mso-list:\s*(?!ignore)\S+\s+level([1-9])", re.IGNORECASE)
LIST_MARK = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
NUMBERED = re.compile(r"\(?(?:([0-9]{1,3})|[A-Za-z]|[ivxIVX]{1,4})[.)]")
BOLD = re.compile(r"(?:^|[;\s])font-weight:\s*(?:bold|[6-9]00)", re.IGNORECASE)
UNBOLD = re.compile(r"(?:^|[;\s])font-weight:\s*(?:normal|[1-4]00)", re.IGNORECASE)
ITALIC = re.compile(r"(?:^|[;\s])font-style:\s*italic", re.IGNORECASE)
UNITALIC = re.compile(r"(?:^|[;\s])font-style:\s*normal", re.IGNORECASE)
RAISED = re.compile(r"(?:^|[;\s])vertical-align:\s*super", re.IGNORECASE)
LOWERED = re.compile(r"(?:^|[;\s])vertical-align:\s*sub(?!s|p)", re.IGNORECASE)
# What no XML can hold; nobody types it.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
BLANKS = re.compile(r"[ \t\r\n\u00a0]{2,}")


def tidy(html: str, language: str = "") -> str:
    """The text in the form in which it is kept; ``language`` is the one it is written in."""
    if not IN_BLOCKS.search(html):
        html = paragraphs(html)
    # Mark-up that is badly broken can need more than one round until nothing changes.
    for _round in range(6):
        before, html = html, tidied(html, language)
        if html == before:
            break
    return html


def tidied(html: str, language: str) -> str:
    if not html.strip():
        return ""
    is_from_word = bool(WRITTEN_BY_WORD.search(html))
    root = parsed(html)
    drop_wrappers(root)
    take_styles(root)
    make_lists(root)
    notes = take_notes(root, keeps_languages=not is_from_word)
    unwrap(root, keeps_languages=not is_from_word)
    set_lists(root)
    set_headings(root)
    set_tables(root)
    set_paragraphs(root)
    set_notes(root, notes, language)
    drop_hollow(root)
    for child in root:
        child.tail = "\n"
    return sanitise(inner(root)).strip()


def paragraphs(text: str) -> str:
    """Plain text typed into the field without an editor: a blank line begins a paragraph."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts)


def pictures_without_words(html: str) -> list[int]:
    """The places, counted from 1, of the portal’s own pictures that say nothing to the blind."""
    if "<img" not in html.lower():
        return []
    images = (image for image in parsed(html).iter("img") if is_own(image.get("src", "")))
    return [n for n, image in enumerate(images, 1) if not image.get("alt", "").strip()]


def is_own(address: str) -> bool:
    return bool(PICTURE.match(CLOSED_PICTURE.sub("", address)))


@cache
def loose() -> nh3.Cleaner:
    """Takes away what is never of use, and closes every element."""
    attributes = {tag: {"class", "id", "style"} for tag in ALLOWED_TAGS | FOREIGN_TAGS}
    own = {
        "*": {"dir", "lang"},
        "a": {"aria-label", "href", "hreflang", "name", "role", "title"},
        "abbr": {"title"},
        "img": {"alt", "height", "src", "width"},
        "ol": {"start"},
        "section": {"aria-label", "role"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    }
    for tag, names in own.items():
        attributes[tag] = attributes.get(tag, set()) | names
    return nh3.Cleaner(
        tags=ALLOWED_TAGS | FOREIGN_TAGS,
        attributes=attributes,
        clean_content_tags={"script", "style", "title", "xml"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def parsed(html: str) -> HtmlElement:
    clean = UNWRITABLE.sub("", loose().clean(html.replace("\r\n", "\n")))
    return lxml.html.fragment_fromstring(clean, create_parent="div")


def inner(element: HtmlElement) -> str:
    """What stands in an element, as HTML."""
    children = (lxml.html.tostring(child, encoding="unicode") for child in element)
    return escape(element.text or "", quote=False) + "".join(children)


# -- Words and their styles ------------------------------------------------------------------------


def drop_wrappers(root: HtmlElement):
    """Google wraps all in a bold element that is not bold."""
    for element in list(root.iter("b", "span")):
        if element.get("id", "").startswith("docs-internal-guid"):
            element.drop_tag()


def take_styles(root: HtmlElement):
    """Styles that mean something become elements; the others are forgotten."""
    for element in list(root.iter("b", "i", "span", "font")):
        style = element.get("style", "")
        if element.tag == "b":
            element.tag = "span" if UNBOLD.search(style) else "strong"
        elif element.tag == "i":
            element.tag = "span" if UNITALIC.search(style) else "em"
        if element.tag not in ("span", "font"):
            continue
        within = (
            []
            if set_apart(element)
            else [
                tag
                for tag, rule in (
                    ("strong", BOLD),
                    ("em", ITALIC),
                    ("sup", RAISED),
                    ("sub", LOWERED),
                )
                if rule.search(style)
            ]
        )
        for tag in within:
            wrap_content(element, tag)


def set_apart(element: HtmlElement) -> bool:
    """Within a heading, bold says nothing more."""
    return any(up.tag in ("h1", "h2", "h3", "h4", "h5", "h6") for up in element.iterancestors())


def wrap_content(element: HtmlElement, tag: str):
    wrapper = element.makeelement(tag)
    wrapper.text, element.text = element.text, None
    wrapper.extend(list(element))
    element.append(wrapper)


def unwrap(root: HtmlElement, *, keeps_languages: bool):
    """Leave only elements that mean something. Word says a language at every word: it is lost."""
    for element in list(root.iterdescendants()):
        style = element.get("style") or element.get("class")
        if element.get("lang") and (not keeps_languages or (style and element.tag == "span")):
            del element.attrib["lang"]
        if element.get("dir") == "ltr":
            del element.attrib["dir"]
        if element.tag == "img" and not is_own(element.get("src", "")):
            element.drop_tree()
            continue
        is_bare = element.tag == "span" and not element.get("lang")
        if element.tag == "a" and not element.get("href"):
            is_bare = True
        if is_bare or element.tag in ("font", "u", "ins", "center"):
            element.drop_tag()
        elif element.tag in ("del", "s", "strike"):
            element.drop_tree()
    for element in list(root.iter("strong")):
        if set_apart(element):
            element.drop_tag()


# -- Headings, paragraphs, tables ------------------------------------------------------------------


def set_headings(root: HtmlElement):
    """h1 is the title of the page: a text that uses it moves one step down as a whole."""
    for element in root.iter("p"):
        if element.get("class", "") in ("MsoTitle", "title"):
            element.tag = "h2"
    headings = list(root.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    step = 1 if any(heading.tag == "h1" for heading in headings) else 0
    for heading in headings:
        level = min(int(heading.tag[1]) + step, 4)
        heading.tag = f"h{level}"
        if not heading.text_content().strip() and heading.find(".//img") is None:
            heading.drop_tag()


def set_paragraphs(root: HtmlElement):
    for element in list(root.iter("div")):
        if element is root:
            continue
        if any(child.tag in BLOCKS for child in element):
            element.drop_tag()
        else:
            element.tag = "p"
    gather_loose(root)
    for element in list(root.iter("p")):
        is_only = len(element.getparent()) == 1 and not has_text(element.getparent())
        if element.getparent().tag in ("li", "td", "th", "figcaption") and is_only:
            element.drop_tag()
        elif is_empty(element):
            element.drop_tree()
    for element in root.iter():
        if element.tag != "pre" and not any(up.tag == "pre" for up in element.iterancestors()):
            element.text = element.text and BLANKS.sub(" ", element.text)
        if element is not root and not any(up.tag == "pre" for up in element.iterancestors()):
            element.tail = element.tail and BLANKS.sub(one_blank, element.tail)


def one_blank(match: re.Match) -> str:
    return "\n" if "\n" in match[0] and not match[0].strip("\n\r\t ") else " "


def gather_loose(root: HtmlElement):
    """Words that stand in no paragraph get one."""
    current, text = None, root.text or ""
    root.text = None
    if text.strip():
        current = root.makeelement("p")
        current.text = text
        root.insert(0, current)
    for child in list(root):
        if child is current:
            continue
        if child.tag in BLOCKS:
            current, tail = None, child.tail or ""
            if tail.strip():
                current = root.makeelement("p")
                current.text = tail
                child.tail = None
                child.addnext(current)
        elif current is None:
            current = root.makeelement("p")
            child.addprevious(current)
            current.append(child)
        else:
            current.append(child)


def has_text(element: HtmlElement) -> bool:
    return bool((element.text or "").strip()) or any((c.tail or "").strip() for c in element)


def is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and all(
        down.tag == "br" for down in element.iterdescendants()
    )


def drop_hollow(root: HtmlElement):
    """Emphasis on nothing, and paragraphs that held nothing else."""
    hollow = ("strong", "em", "sup", "sub", "span", "q", "cite", "p", "li", "ul", "ol", "figure")
    for element in reversed(list(root.iterdescendants(*hollow))):
        if not len(element) and not (element.text or "").strip():
            is_blank_between = bool(element.text) and element.tag not in BLOCKS
            drop = element.drop_tag if is_blank_between else element.drop_tree
            drop()


def set_tables(root: HtmlElement):
    """A table says which cells are headings: the first rows of headings are its head."""
    for table in list(root.iter("table")):
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        if not rows:
            table.drop_tree()
            continue
        caption = table.find("caption")
        title = inner(caption).strip() if caption is not None else ""
        for child in list(table):
            table.remove(child)
        table.text = None
        if title:
            table.append(lxml.html.fragment_fromstring(title, create_parent="caption"))
        heads = 0
        while heads < len(rows) - 1 and all(cell.tag == "th" for cell in rows[heads]):
            heads += 1
        for tag, part in (("thead", rows[:heads]), ("tbody", rows[heads:])):
            if part:
                group = table.makeelement(tag)
                group.extend(part)
                table.append(group)
        for n, row in enumerate(rows):
            row.tail = row.text = None
            for cell in row:
                for name in ("colspan", "rowspan"):
                    if cell.get(name) == "1":
                        del cell.attrib[name]
                if cell.tag == "th":
                    cell.set("scope", "col" if n < heads else "row")


# -- Lists of a word processor ---------------------------------------------------------------------


def list_level(element: HtmlElement) -> int:
    """How deep a paragraph of Word stands in a list; 0 outside one."""
    if element.tag != "p":
        return 0
    found = LIST_LEVEL.search(element.get("style", ""))
    return int(found[1]) if found else 0


def make_lists(root: HtmlElement):
    """Paragraphs with a mark in front become lists, one within the other."""
    done = set()
    for first in list(root.iter("p")):
        if first in done or not list_level(first):
            continue
        run = [first]
        while (follower := run[-1].getnext()) is not None and list_level(follower):
            run.append(follower)
        done.update(run)
        place, stack = first, []
        for paragraph in run:
            level, mark = list_level(paragraph), take_mark(paragraph)
            number = NUMBERED.match(mark)
            while stack and stack[-1][0] > level:
                stack.pop()
            tag = "ol" if number else "ul"
            if stack and stack[-1][0] == level and stack[-1][1].tag != tag:
                stack.pop()
            if not stack or stack[-1][0] < level:
                made = paragraph.makeelement(tag)
                if number and number[1] and int(number[1]) > 1:
                    made.set("start", number[1])
                if stack:
                    stack[-1][1][-1].append(made)
                else:
                    place.addprevious(made)
                stack.append((level, made))
            item = paragraph.makeelement("li")
            item.text = paragraph.text
            item.extend(list(paragraph))
            stack[-1][1].append(item)
            paragraph.tail = None
            if paragraph is not first:
                paragraph.getparent().remove(paragraph)
        first.getparent().remove(first)


def take_mark(paragraph: HtmlElement) -> str:
    """The mark or number in front, taken off."""
    for span in paragraph.iter():
        if LIST_MARK.search(span.get("style", "")):
            mark = span.text_content().strip()
            span.drop_tree()
            return mark
    return ""


def set_lists(root: HtmlElement):
    """A list within a list belongs to the item before it, and the words of an item stand bare."""
    for part in list(root.iter("ul", "ol")):
        before = part.getprevious()
        if part.getparent().tag in ("ul", "ol"):
            if before is not None and before.tag == "li":
                part.tail = None
                before.append(part)
            else:
                item = part.makeelement("li")
                part.addprevious(item)
                item.append(part)
    for item in list(root.iter("li")):
        first, rest = (item[0] if len(item) else None), item[1:]
        if first is not None and first.tag == "p" and all(c.tag in ("ul", "ol") for c in rest):
            first.drop_tag()


# -- Notes -----------------------------------------------------------------------------------------


def names(element: HtmlElement) -> set[str]:
    return {name for name in (element.get("id"), element.get("name")) if name}


def take_notes(root: HtmlElement, *, keeps_languages: bool) -> list[tuple[HtmlElement, str]]:
    """The references to notes, each with what its note says; the notes leave the text.

    Two places that point at each other are a reference and its note, the first of them the
    reference: so do Word, LibreOffice, Google, and the form in which texts are kept.
    """
    places = {name: element for element in root.iter() for name in names(element)}
    links = [link for link in root.iter("a") if link.get("href", "").startswith("#")]
    back = {link.get("href")[1:]: link for link in links}
    found, boxes, used = [], [], set()
    for link in links:
        target = places.get(link.get("href")[1:])
        if link in used or target is None or not names(link):
            continue
        returning = next((back[name] for name in names(link) if name in back), None)
        if returning is None or returning in used or returning is link:
            continue
        box = box_of(target, returning)
        if box is None or box in boxes or link in set(box.iter()):
            continue
        used |= {link, returning}
        boxes.append(box)
        found.append((link, box, returning))
    result = []
    for link, box, returning in found:
        returning.drop_tree()
        result.append((link, note_of(box, keeps_languages=keeps_languages)))
        parent = box.getparent()
        box.drop_tree()
        while parent is not root and parent.tag in ("ol", "section", "div") and is_empty(parent):
            parent, emptied = parent.getparent(), parent
            emptied.drop_tree()
    # What is left of a list of notes says nothing to nobody.
    for section in list(root.iter("section")):
        if "footnotes" in section.get("class", ""):
            section.drop_tree()
    return result


def box_of(target: HtmlElement, returning: HtmlElement) -> HtmlElement | None:
    """The element that holds one note: its item, its paragraph, or the box around them."""
    holders = [target, *target.iterancestors()]
    box = next((up for up in holders if up.tag in ("li", "p", "div", "aside")), None)
    if box is None or returning not in set(box.iter()) or box.getparent() is None:
        return None
    parent = box.getparent()
    is_boxed = parent.tag == "div" and (parent.get("id") or "footnote" in parent.get("style", ""))
    return parent if box.tag == "p" and is_boxed and parent.getparent() is not None else box


def note_of(box: HtmlElement, *, keeps_languages: bool) -> str:
    """What a note says, on one line of mark-up: words, links, emphasis."""
    within = {"a", "em", "strong", "b", "i", "cite", "abbr", "q", "span", "sub", "sup", "code"}
    for element in list(box.iterdescendants()):
        if element.tag not in within:
            if element.tag in BLOCKS or element.tag == "br":
                element.tail = " " + (element.tail or "")
            element.drop_tag()
    unwrap(box, keeps_languages=keeps_languages)
    for link in list(box.iter("a")):
        if link.get("href", "").startswith("#"):
            link.drop_tag()
    text = re.sub(r"\s+", " ", inner(box).replace("\u00a0", " ")).strip()
    return re.sub(r"^(?:<sup>\s*</sup>|\[\]|\s)+", "", text).strip()


def set_notes(root: HtmlElement, notes: list[tuple[HtmlElement, str]], language: str):
    """Number the references as they come, and set the notes at the end."""
    order = {link: place for place, link in enumerate(root.iter("a"))}
    kept = sorted(
        ((order[a], a, note) for a, note in notes if a in order and note), key=itemgetter(0)
    )
    taken = {link for _place, link, _note in kept}
    for link in list(root.iter("a")):
        # A reference to nowhere would be a promise.
        if link.get("href", "").startswith("#") and link not in taken:
            drop = link.drop_tree if link.get("role") == "doc-noteref" else link.drop_tag
            drop()
    items = []
    with translation.override(language or translation.get_language()):
        back, label = escape(_("Back to the text")), escape(_("Notes"))
    for n, (_place, link, note) in enumerate(kept, 1):
        reference(link, n)
        items.append(
            f'<li id="fn-{n}">{note} '
            f'<a href="#fnref-{n}" role="doc-backlink" aria-label="{back}">↩</a></li>'
        )
    if items:
        # A word processor draws a line above its notes; the section has its own.
        while len(root) and root[-1].tag == "hr":
            root.remove(root[-1])
        section = f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">'
        root.append(lxml.html.fragment_fromstring(f"{section}<ol>{''.join(items)}</ol></section>"))


def reference(link: HtmlElement, number: int):
    """<sup><a href="#fn-1" …>1</a></sup>, whatever it looked like before."""
    tail, link.tail = link.tail, None
    for name in list(link.attrib):
        del link.attrib[name]
    for child in list(link):
        link.remove(child)
    link.text = str(number)
    link.set("href", f"#fn-{number}")
    link.set("id", f"fnref-{number}")
    link.set("role", "doc-noteref")
    parent = link.getparent()
    if parent.tag == "sup" and len(parent) == 1 and not has_text(parent):
        parent.text = None
        parent.tail = (tail or "") + (parent.tail or "")
        return
    raised = link.makeelement("sup")
    link.addprevious(raised)
    raised.append(link)
    raised.tail = tail
