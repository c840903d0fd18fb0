"""Prose with mark-up as text that reads well in any program: headings, lists, tables, links."""

from lxml import html as lxml_html

from portal.lib import text

BLOCKS = {"p", "h2", "h3", "h4", "li", "tr", "blockquote", "pre", "figure", "hr", "dt", "dd"}


def plain_text(prose: str) -> str:
    """The sanitised HTML as plain text. Pictures are told by their alternative text."""
    cleaned = text.sanitise(prose)
    if not cleaned.strip():
        return ""
    root = lxml_html.fragment_fromstring(cleaned, create_parent="div")
    lines: list[str] = []
    write(root, lines)
    joined = "\n".join(lines)
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return joined.strip()


def write(element, lines: list[str], *, mark: str = ""):
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in ("h2", "h3", "h4"):
            lines += ["", f"{'#' * int(tag[1])} {inline(child)}", ""]
        elif tag in ("ul", "ol"):
            for number, item in enumerate(child.iterchildren("li"), int(child.get("start") or 1)):
                write_item(item, lines, f"{number}." if tag == "ol" else "-")
            lines.append("")
        elif tag == "table":
            write_table(child, lines)
        elif tag == "hr":
            lines += ["", "* * *", ""]
        elif tag == "blockquote":
            inner: list[str] = []
            write(child, inner)
            quoted = [f"> {line}" for line in (inner or [inline(child)]) if line]
            lines += ["", *quoted, ""]
        elif tag == "figure" or tag in BLOCKS:
            lines += ["", inline(child), ""]
        else:
            write(child, lines)


def write_item(item, lines: list[str], mark: str):
    nested = [child for child in item if child.tag in ("ul", "ol")]
    for child in nested:
        item.remove(child)
    lines.append(f"{mark} {inline(item)}")
    for child in nested:
        inner: list[str] = []
        holder = item.makeelement("div")
        holder.append(child)
        write(holder, inner)
        lines += [f"  {line}" for line in inner if line]


def write_table(table, lines: list[str]):
    lines.append("")
    for caption in table.iter("caption"):
        lines.append(f"{inline(caption)}:")
    for row in table.iter("tr"):
        cells = [inline(cell) for cell in row if cell.tag in ("th", "td")]
        lines.append(" | ".join(cells))
    lines.append("")


def inline(element) -> str:
    """The words of an element in one line; the address of a link stands behind its words."""
    parts = [element.text or ""]
    for child in element:
        words = inline(child)
        if child.tag == "a":
            address = child.get("href", "")
            outside = address.startswith(("http://", "https://"))
            words = f"{words} ({address})" if outside and address != words else words
        elif child.tag == "img":
            words = f"[{child.get('alt', '')}]"
        elif child.tag == "br":
            words = " "
        elif child.tag == "sup" and words.isdigit():
            words = f"[{words}]"
        parts += [words, child.tail or ""]
    return " ".join("".join(parts).split())
