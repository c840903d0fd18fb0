"""What is new in an answer, and what only repeats the mail it answers.

Cut conservatively: what is not surely history stays, answers written between quoted lines stay
as they are, and an answer that would be left without a word is kept whole.
"""

import re

# Our own mails ask to write above this; whatever a program quotes below it was ours.
MARK = "##-"

_ORIGINAL = re.compile(
    r"^[\s>]*-{2,}\s*(?:original message|original appointment|forwarded message|message d.origine|"
    r"message original|message transféré|mensaje original|mensaje reenviado)\s*-{2,}\s*$",
    re.I,
)
# "On … wrote:", "Le … a écrit :", "El … escribió:", over one line or two.
_ATTRIBUTION_END = re.compile(r"(?:wrote|a écrit|escribió|escribio)\s*:\s*$", re.I)
_ATTRIBUTION_START = re.compile(r"^[\s>]*(?:on|le|el|em|am)\b", re.I)
_FROM = re.compile(r"^[\s>]*\*?(?:from|de)\s*:\*?\s*\S", re.I)
_SENT = re.compile(r"^[\s>]*\*?(?:sent|date|envoyé|enviado(?: el)?|fecha)\s*:\*?\s*\S", re.I)
_TO = re.compile(r"^[\s>]*\*?(?:to|à|para)\s*:\*?\s*\S", re.I)
_SUBJECT = re.compile(r"^[\s>]*\*?(?:subject|objet|asunto)\s*:", re.I)


def without_history(whole: str) -> str:
    """The part of a mail that its author wrote anew."""
    lines = whole.replace("\u00a0", " ").split("\n")
    originals = whole.split("\n")
    end = len(lines)
    for number, line in enumerate(lines):
        if MARK in line or _ORIGINAL.match(line) or is_header_block(lines, number):
            end = number
            break
    end = before_quotation(lines, end)
    text = "\n".join(originals[:end]).strip()
    return text or whole.strip()


def is_header_block(lines: list[str], start: int) -> bool:
    """Whether the head of an earlier mail begins here, as Outlook writes it: from whom, when, to
    whom, about what, in lines that follow each other."""
    if not _FROM.match(lines[start]):
        return False
    following = [line for line in lines[start + 1 : start + 8] if line.strip(" >")][:5]
    return all(any(kind.match(line) for line in following) for kind in (_SENT, _TO, _SUBJECT))


def before_quotation(lines: list[str], end: int) -> int:
    """Where the quoted lines at the very end begin, with the line that says whose they are."""
    last = end
    while last and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith(">")):
        last -= 1
    if last == end and end == len(lines):
        return end
    quoted = any(line.lstrip().startswith(">") for line in lines[last:end])
    attributed = attribution(lines, last)
    if attributed < last and (quoted or end < len(lines)):
        return attributed
    # A rule above the head of an earlier mail belongs to it.
    while last and re.fullmatch(r"\s*[_-]{5,}\s*", lines[last - 1]):
        last -= 1
    return last if quoted or end < len(lines) else end


def attribution(lines: list[str], end: int) -> int:
    """The beginning of "On … somebody wrote:" just above, of at most three lines."""
    if not end or not _ATTRIBUTION_END.search(lines[end - 1]):
        return end
    for start in range(end - 1, max(end - 4, -1), -1):
        if not lines[start].strip():
            break
        if _ATTRIBUTION_START.match(lines[start]):
            return start
    return end - 1 if _ATTRIBUTION_END.search(lines[end - 1]) else end
