"""What a text rests on: its references, one on each line, with their addresses as links."""

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

# An address ends before white space, quotes and brackets; punctuation at its end is the sentence's.
ADDRESS = re.compile(r"https?://[^\s<>\"'\[\]{}|\\^`]+")
AFTER = ".,;:!?)»”’"


def references(lines: str) -> list[SafeString]:
    """Each line of the references, with its addresses as links and nothing else of its own."""
    return [linked(line.strip()) for line in lines.splitlines() if line.strip()]


def linked(line: str) -> SafeString:
    parts, end = [], 0
    for match in ADDRESS.finditer(line):
        address = match[0].rstrip(AFTER)
        if match[0].count("(") and match[0][len(address) :].startswith(")"):
            address += ")"  # it belongs to an address like …/Name_(place)
        parts.append(conditional_escape(line[end : match.start()]))
        parts.append(format_html('<a href="{}" rel="nofollow">{}</a>', address, address))
        end = match.start() + len(address)
    parts.append(conditional_escape(line[end:]))
    return mark_safe("".join(parts))
