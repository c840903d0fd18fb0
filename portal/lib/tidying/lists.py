"""Lists: paragraphs with a mark in front become real ones."""

import re

from lxml.html import HtmlElement

LIST_LEVEL = re.compile(r"mso-list:\s*(?!ignore)\S+\s+level([1-9])", re.IGNORECASE)
LIST_MARK = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
NUMBERED = re.compile(r"\(?(?:([0-9]{1,3})|[A-Za-z]|[ivxIVX]{1,4})[.)]")


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
