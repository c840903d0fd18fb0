"""The licences a text can be under, and where each is written down."""

from django.utils.translation import gettext_lazy as _

PAGES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-ND 4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC BY-NC-SA 4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC BY-NC-ND 4.0": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
NONE = ("", _("none: all rights reserved"))


def choices(present: str = "") -> list[tuple[str, str]]:
    """What can be chosen; another licence that a text is under already stays among them."""
    known = list(PAGES)
    if present and present not in PAGES:
        known.append(present)
    return [*((code, code) for code in known), NONE]


def page_of(licence: str) -> str:
    """The address of the licence's own words, empty for one that is not known."""
    return PAGES.get(licence, "")
