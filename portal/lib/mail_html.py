"""The text of a mail that is written in HTML alone: lines, lists, quotations and links."""

import re
from html.parser import HTMLParser

BREAKING = {
    "address", "article", "blockquote", "center", "div", "dl", "dt", "dd", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section",
    "table", "tr", "ul",
}  # fmt: skip
SPACED = {"p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
# Nobody quotes deeper, and nobody reads more; both would cost without end.
DEEPEST = 9
LONGEST = 1_000_000
SILENT = {"head", "script", "style", "title", "template", "noscript"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self.current = ""
        self.depth = 0
        self.silent = 0
        self.link = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in SILENT:
            self.silent += 1
        if tag == "br":
            self.end_line(always=True)
        elif tag in BREAKING:
            self.end_line(spaced=tag in SPACED)
        if tag == "blockquote":
            self.depth = min(DEEPEST, self.depth + 1)
        elif tag == "li":
            self.current = "- "
        elif tag in ("td", "th") and self.current:
            self.current += " "
        elif tag == "a":
            self.link = given.get("href") or ""

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        if tag == "a":
            self.end_link()
        if tag in BREAKING:
            self.end_line(spaced=tag in SPACED)
        if tag == "blockquote":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data):
        if not self.silent:
            self.current += re.sub(r"[ \t\r\n\f]+", " ", data)

    def end_link(self):
        """The address behind the words, unless the words are the address."""
        address, self.link = self.link, ""
        if address.startswith(("http://", "https://")) and address not in self.current:
            self.current += f" <{address}>"

    def end_line(self, *, spaced: bool = False, always: bool = False):
        """End the line that was begun, or leave one empty; after some blocks a line stays empty."""
        text = self.current.strip()
        if text or always:
            self.lines.append((self.depth, text))
        if spaced and self.lines and self.lines[-1][1]:
            self.lines.append((self.depth, ""))
        self.current = ""


def as_text(html: str) -> str:
    """The HTML as a mail program would write it in plain text; quotations begin with ``>``."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    reader.end_line()
    while reader.lines and not reader.lines[-1][1]:
        reader.lines.pop()
    text = "\n".join(
        f"{'>' * depth} {line}".rstrip() if depth else line for depth, line in reader.lines
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip()
