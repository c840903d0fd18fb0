"""Headings, paragraphs and tables in the form in which they are kept."""

import re

import lxml.html
from lxml.html import HtmlElement

from portal.lib.tidying.trees import BLOCKS, has_text, inner, is_empty

BLANKS = re.compile(r"[ \t\r\n\u00a0]{2,}")


def paragraphs(text: str) -> str:
    """Plain text typed into the field without an editor: a blank line begins a paragraph."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts)


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
