"""Which characters can be shown in print: by the fonts of this folder, or by those of the machine.

A character without a glyph is printed as a box, and makes a PDF inaccessible; who prints asks
here first. The machine's fonts are asked of Fontconfig, as the renderer does.
"""

import unicodedata
from ctypes.util import find_library
from functools import cache
from pathlib import Path

import cffi
from django.conf import settings
from fontTools.ttLib import TTFont

FOLDER = Path(settings.BASE_DIR) / "static" / "fonts"
EVERYWHERE = ("commissioner-400.ttf",)
IN_SCRIPTS = ("noto-sans-400.ttf", "noto-sans-arabic-400.ttf", "noto-sans-devanagari-400.ttf")
LIBRARIES = ("libfontconfig.so.1", "libfontconfig.1.dylib", find_library("fontconfig"))
DECLARED = """
typedef struct _FcConfig FcConfig;
typedef struct _FcPattern FcPattern;
typedef struct _FcCharSet FcCharSet;
typedef struct { int nfont; int sfont; FcPattern **fonts; } FcFontSet;
FcConfig *FcInitLoadConfigAndFonts(void);
FcFontSet *FcConfigGetFonts(FcConfig *config, int set);
int FcPatternGetCharSet(FcPattern *p, const char *object, int n, FcCharSet **c);
int FcCharSetHasChar(const FcCharSet *fcs, unsigned int ucs4);
"""


@cache
def covered_by(names: tuple[str, ...]) -> frozenset[str]:
    """The characters of some of our own fonts."""
    found: set[int] = set()
    for name in names:
        with TTFont(FOLDER / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(map(chr, found))


@cache
def machine():
    """Fontconfig with the character sets of the machine's fonts, or None where it is missing."""
    declared = cffi.FFI()
    declared.cdef(DECLARED)
    for name in filter(None, LIBRARIES):
        try:
            library = declared.dlopen(name)
        except OSError:
            continue
        fonts = library.FcConfigGetFonts(library.FcInitLoadConfigAndFonts(), 0)
        sets = []
        for index in range(fonts.nfont):
            found = declared.new("FcCharSet **")
            if library.FcPatternGetCharSet(fonts.fonts[index], b"charset", 0, found) == 0:
                sets.append(found[0])
        return library, sets
    return None


@cache
def machine_shows(character: str) -> bool:
    known = machine()
    return known is not None and any(
        known[0].FcCharSetHasChar(one, ord(character)) for one in known[1]
    )


def beyond_latin(text: str) -> set[str]:
    """The characters for which the everyday fonts are not enough."""
    return {c for c in set(text) - covered_by(EVERYWHERE) if not c.isspace() and not c.isascii()}


def in_our_scripts(characters: set[str]) -> bool:
    """Whether a font of ours for another script has one of them."""
    return not characters.isdisjoint(covered_by(IN_SCRIPTS))


def unshowable(characters: set[str]) -> set[str]:
    """Those that no font has. What has no shape of its own may be among them (see ``is_bare``)."""
    return {c for c in characters - covered_by(IN_SCRIPTS) if not machine_shows(c)}


def is_bare(character: str) -> bool:
    """Whether a character only changes its neighbours: without a font for it, it is left out."""
    return unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me", "Sk")
