"""HTML as passages of text with codes: what a translator writes, and what a tool protects.

A body is cut at its outermost blocks, so that a translator has a paragraph before the eyes and a
translation memory finds it again. The pieces put one after the other are the HTML, to the byte.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

OPEN, CLOSE, ALONE = "open", "close", "alone"
BLOCKS = {
    "blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre",
    "section", "table", "ul",
}  # fmt: skip
VOID = {"br", "hr", "img", "col", "wbr", "input"}
# The sanitiser writes these four, and only these; another way of writing them is a code.
WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\u00a0": "&nbsp;"}
_MEANT = {written: sign for sign, written in WRITTEN.items()}
_TOKEN = re.compile(
    r"""<!--.*?-->"""
    r"""|</?[A-Za-z][^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>"""
    r"""|&\#?\w{1,40};|[&<>\u00a0]""",
    re.DOTALL,
)
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")


class Code(NamedTuple):
    """A piece of mark-up: the opening or closing one of pair ``number``, or one that is alone."""

    raw: str
    role: str = ALONE
    number: int = 0


Piece = str | Code


def written(text: str) -> str:
    """A text as the sanitiser writes it into HTML."""
    return re.sub("[&<>\u00a0]", lambda match: WRITTEN[match[0]], text)


def html(pieces: Iterable[Piece]) -> str:
    return "".join(piece.raw if isinstance(piece, Code) else written(piece) for piece in pieces)


def passages(text: str) -> list[list[Piece]]:
    """The HTML cut at its outermost blocks; spaces between two go with the second's first code."""
    found: list[list[Piece]] = []
    depth, after_block = 0, True
    for piece in tokens(text):
        name, role = kind_of(piece)
        is_block = name in BLOCKS
        if depth == 0 and ((is_block and role != CLOSE) or after_block):
            found.append([])
        if is_block and name not in VOID:
            depth = max(depth + {OPEN: 1, CLOSE: -1}.get(role, 0), 0)
        found[-1].append(piece)
        after_block = depth == 0 and is_block and role != OPEN
    return [paired(pieces) for pieces in joined_spaces(found)]


def tokens(text: str) -> Iterable[Piece]:
    """Text and mark-up in turn."""
    plain, position = "", 0
    for match in _TOKEN.finditer(text):
        plain += text[position : match.start()]
        position = match.end()
        if match[0] in _MEANT:
            plain += _MEANT[match[0]]
            continue
        if plain:
            yield plain
        plain = ""
        yield Code(match[0])
    plain += text[position:]
    if plain:
        yield plain


def kind_of(piece: Piece) -> tuple[str, str]:
    """The element that a piece opens or closes."""
    match = _NAME.match(piece.raw) if isinstance(piece, Code) else None
    if match is None:
        return "", ALONE
    name = match[1].lower()
    if piece.raw.startswith("</"):
        return name, CLOSE
    return name, ALONE if name in VOID or piece.raw.endswith("/>") else OPEN


def joined_spaces(found: list[list[Piece]]) -> list[list[Piece]]:
    """No passage of spaces alone: nobody translates them."""
    result: list[list[Piece]] = []
    waiting = ""
    for pieces in found:
        if all(isinstance(piece, str) and not piece.strip(" \t\r\n") for piece in pieces):
            waiting += "".join(pieces)
            continue
        if waiting and isinstance(pieces[0], Code):
            pieces[0] = Code(waiting + pieces[0].raw)
        elif waiting:
            pieces[0] = waiting + pieces[0]
        waiting = ""
        result.append(pieces)
    if waiting and result and isinstance(result[-1][-1], Code):
        result[-1][-1] = Code(result[-1][-1].raw + waiting)
    elif waiting:
        result.append([waiting])
    return result


def paired(pieces: list[Piece]) -> list[Piece]:
    """The codes numbered; an opening and its closing one bear the same number."""
    result, opened, count = list(pieces), [], 0
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Code):
            continue
        name, role = kind_of(Code(piece.raw.strip(" \t\r\n")))
        if role == CLOSE and opened and opened[-1][1] == name:
            number, _name, position = opened.pop()
            result[position] = Code(pieces[position].raw, OPEN, number)
            result[index] = Code(piece.raw, CLOSE, number)
            continue
        count += 1
        result[index] = Code(piece.raw, ALONE, count)
        if role == OPEN:
            opened.append((count, name, index))
    return result


def alike(source: list[Piece], target: list[Piece]) -> list[Piece]:
    """The target with the source's number on each code that the source has too."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for piece in source:
        if isinstance(piece, Code) and piece.role != CLOSE:
            numbers.setdefault((piece.raw, piece.role), []).append(piece.number)
    highest = max((piece.number for piece in source if isinstance(piece, Code)), default=0)
    new: dict[int, int] = {}
    for piece in target:
        if isinstance(piece, Code) and piece.role != CLOSE:
            same = numbers.get((piece.raw, piece.role))
            new[piece.number] = same.pop(0) if same else (highest := highest + 1)
    return [
        piece._replace(number=new[piece.number]) if isinstance(piece, Code) else piece
        for piece in target
    ]


def aligned(source: str, target: str) -> list[tuple[list[Piece], list[Piece]]]:
    """Each passage of the source with that of the target.

    Where the two are not built alike, nothing says which passage translates which: the whole
    text is then one passage.
    """
    ours, theirs = passages(source), passages(target)
    if target and [shape(one) for one in ours] != [shape(one) for one in theirs]:
        whole = paired([piece for pieces in ours for piece in pieces])
        ours, theirs = [whole], [paired([piece for pieces in theirs for piece in pieces])]
    elif not target:
        theirs = [[] for _one in ours]
    return [(one, alike(one, other)) for one, other in zip(ours, theirs, strict=True)]


def shape(pieces: list[Piece]) -> str:
    """The element that a passage stands in."""
    first = pieces[0]
    return kind_of(Code(first.raw.strip()))[0] if isinstance(first, Code) else ""
