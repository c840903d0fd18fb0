"""Why a file is refused, in words that say what to do next."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "too_large": _("This file is larger than %(limit)d MB. Make it smaller and send it again."),
    "unknown_type": _(
        "Accepted kinds of files: %(kinds)s. This is none of them. Choose another file."
    ),
    "name_mismatch": _(
        "The name says “%(name)s”, but the content is %(kind)s. Correct the name or the file."
    ),
    "bad_name": _(
        "The name of this file holds a path or hidden characters. Give it a plain name and send it "
        "again."
    ),
    "damaged_pdf": _(
        "This PDF is damaged and cannot be read. Save it again and send the new file."
    ),
    "damaged_document": _(
        "This document is damaged and cannot be read. Save it again and send the new file."
    ),
    "damaged_picture": _(
        "This picture is damaged and cannot be read. Save it again and send the new file."
    ),
    "encrypted": _(
        "This file is protected by a password. Save it without a password and send it again."
    ),
    "two_kinds": _(
        "Something else is hidden before, inside or after this document. Save it again from the "
        "program it was written with."
    ),
    "macros": _(
        "This document contains macros. Save it without them, or as PDF, and send it again."
    ),
    "script": _(
        "This file contains a program that runs when it is opened. Save it without, and send it "
        "again."
    ),
    "embedded": _(
        "Other files are embedded in this document. Take them out, or show them as pictures or "
        "tables, and send it again."
    ),
    "external": _(
        "This document loads something from another place when it is opened, such as a template or "
        "a linked picture. Put it into the document itself, or save it as PDF, and send it again."
    ),
    "bomb": _(
        "This file unpacks to far more than a document needs. Make it smaller and send it again."
    ),
    "too_many_parts": _(
        "This file has more parts than a document needs. Save it again, or as PDF, and send the "
        "new file."
    ),
    "bad_path": _(
        "Parts of this file have names that lead out of it. Save it again from the program it was "
        "written with."
    ),
    "too_many_pixels": _("This picture has too many pixels. Make it smaller and send it again."),
    "too_many_pixels_inside": _(
        "A picture in this file has too many pixels. Make the picture smaller and send the file "
        "again."
    ),
    "not_cleaned": _(
        "The personal data could not be taken out of this file. Save it again from the program it "
        "was written with, and send the new file."
    ),
    "infected": _(
        "A virus was found in this file (%(virus)s). Nothing was kept. Check the computer it comes "
        "from."
    ),
    "not_checked": _(
        "This file could not be checked for viruses, and was not kept. Try again in a few minutes."
    ),
}
# Several messages of one reason, which differ in what they call the file.
CODES = {
    "damaged_pdf": "damaged",
    "damaged_document": "damaged",
    "damaged_picture": "damaged",
    "too_many_pixels_inside": "too_many_pixels",
}


def refused(reason: str, **params) -> ValidationError:
    return ValidationError(MESSAGES[reason], code=CODES.get(reason, reason), params=params or None)
