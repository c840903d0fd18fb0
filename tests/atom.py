"""What RFC 4287 asks of a feed, checked on its XML."""

import re
from datetime import datetime
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The feed's and the entry's elements that stand there at most once.
ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+\Z")


def violations(content: bytes) -> list[str]:
    """Each "must" that the document does not keep, in words."""
    feed = ElementTree.fromstring(content)
    if feed.tag != f"{ATOM}feed":
        return [f"the document is a {feed.tag}"]
    found = [*of_container(feed, "feed"), *of_languages(feed)]
    has_author = feed.find(f"{ATOM}author") is not None
    seen = set()
    for entry in feed.findall(f"{ATOM}entry"):
        found += of_container(entry, "entry")
        if not has_author and entry.find(f"{ATOM}author") is None:
            found.append("an entry has no author")
        if entry.find(f"{ATOM}content") is None and not links(entry, "alternate"):
            found.append("an entry has neither content nor alternate link")
        name = (entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated"))
        if name in seen:
            found.append(f"an entry stands there twice: {name}")
        seen.add(name)
    if not links(feed, "self"):
        found.append("the feed has no link to itself")
    return found


def of_container(node, kind: str) -> list[str]:
    found = []
    for name in ("id", "title", "updated"):
        if len(node.findall(f"{ATOM}{name}")) != 1:
            found.append(f"{kind} has not exactly one {name}")
    for name in ONCE[kind]:
        if len(node.findall(f"{ATOM}{name}")) > 1:
            found.append(f"{kind} has more than one {name}")
    if not IRI.match(node.findtext(f"{ATOM}id", "")):
        found.append(f"{kind} has an id that is no IRI: {node.findtext(f'{ATOM}id')}")
    for name in ("updated", "published"):
        for date in node.findall(f"{ATOM}{name}"):
            if not DATE.match(date.text or "") or datetime.fromisoformat(date.text).tzinfo is None:
                found.append(f"{kind} has a {name} that is no date: {date.text}")
    pairs = [(link.get("type"), link.get("hreflang")) for link in links(node, "alternate")]
    if len(pairs) != len(set(pairs)):
        found.append(f"{kind} has two alternate links of one type and language: {pairs}")
    for link in node.findall(f"{ATOM}link"):
        if not IRI.match(link.get("href", "")):
            found.append(f"{kind} has a link that leads nowhere: {link.attrib}")
    for person in node.findall(f"{ATOM}author"):
        if len(person.findall(f"{ATOM}name")) != 1 or not person.findtext(f"{ATOM}name"):
            found.append(f"{kind} has an author without one name")
    for category in node.findall(f"{ATOM}category"):
        if not category.get("term"):
            found.append(f"{kind} has a category without a term")
    return found


def of_languages(feed) -> list[str]:
    wrong = [node.get(LANG) for node in feed.iter() if node.get(LANG) == ""]
    return [*(["a language is empty"] if wrong else []), *([] if feed.get(LANG) else ["no lang"])]


def links(node, rel: str) -> list:
    return [link for link in node.findall(f"{ATOM}link") if link.get("rel", "alternate") == rel]
