"""Make the font files of this folder from unpacked npm packages and Python wheels.

Usage: python make_fonts.py FOLDER [DESTINATION]

FOLDER holds the unpacked packages under the names given in PACKAGES and SCRIPTS (see README.md
for the versions). Needs fontTools and brotli; nothing else in the project runs this script.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PACKAGES = {
    "web Alegreya": "fontsource-variable-alegreya",
    "web Commissioner": "fontsource-variable-commissioner",
    "full Alegreya": "expo-alegreya",
    "full Commissioner": "expo-commissioner",
}

# What French, English and Spanish prose needs. Ÿ is only in the latin-ext source, so it is there.
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x131, 0x152, 0x153, 0x2C6, 0x2DA, 0x2DC),
    *(0x2009, 0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E),
    *(0x2022, 0x2026, 0x202F, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2122, 0x2212),
]
LATIN_EXTENDED = [
    *range(0x100, 0x180),
    *(0x18F, 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1CD, 0x1DD), *range(0x1E6, 0x1E8)),
    *(*range(0x1FA, 0x200), *range(0x218, 0x21C), 0x237, 0x259),
    *(*range(0x1E80, 0x1E86), 0x1E9E, *range(0x1EA0, 0x1EFA)),
]
# Names in other scripts, in print alone: the wheel's module, the file, the characters.
SCRIPTS = {
    "noto-sans": (
        "fontpkg_noto_sans",
        "NotoSans[wdth,wght].ttf",
        [
            *range(0x180, 0x250),
            *(*range(0x2B0, 0x300), *range(0x300, 0x370)),
            *(*range(0x370, 0x530), *range(0x1C80, 0x1C89), *range(0x1E00, 0x2000)),
            *(*range(0x2116, 0x2117), 0xFFFD),
        ],
    ),
    "noto-sans-arabic": (
        "fontpkg_noto_sans_arabic",
        "NotoSansArabic[wdth,wght].ttf",
        [*range(0x600, 0x700), *range(0x750, 0x780), *range(0x8A0, 0x900), 0x200C, 0x200D],
    ),
    "noto-sans-devanagari": (
        "fontpkg_noto_sans_devanagari",
        "NotoSansDevanagari[wdth,wght].ttf",
        [*range(0x900, 0x980), *range(0x1CD0, 0x1D00), *range(0xA8E0, 0xA900), 0x200C, 0x200D],
    ),
}
# No combining marks: shaping composes a decomposed accent when the composed letter is there.

# The weights the design uses; the sources reach further (Alegreya to 900, Commissioner 100 to 900),
# at the price of 6 kB more for each reader.
WEIGHTS = (400, 700)

# The sources have no glyph for these; each borrows the drawing of its nearest relative. Without it
# a French "93 %" changes face, and text copied from a PDF loses its spaces.
BORROWED = {0x202F: 0x2009, 0x2010: 0x2D, 0x2011: 0x2D}

FEATURES = ["calt", "ccmp", "kern", "liga", "lnum", "locl", "onum", "pnum", "rvrn", "tnum"]


def borrow(font):
    for table in font["cmap"].tables:
        if table.isUnicode():
            for wanted, relative in BORROWED.items():
                if wanted not in table.cmap and relative in table.cmap:
                    table.cmap[wanted] = table.cmap[relative]


def subset(font, characters, flavor):
    borrow(font)
    options = Options()
    options.layout_features = FEATURES
    options.flavor = flavor
    options.hinting = False
    options.notdef_outline = True
    # Copyright, family, licence and its address stay in the file: the licence asks for them.
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17, 25]
    options.name_languages = [0x409]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.flavor = flavor
    return font


def write(font, path):
    font.save(path)
    print(f"{path.name}: {path.stat().st_size} bytes, {len(font.getBestCmap())} characters")


def make_web(folder, destination):
    """Variable WOFF2 files for browsers: one for the three languages, one for the rest of Latin."""
    styles = [
        ("Alegreya", "normal", "alegreya"),
        ("Alegreya", "italic", "alegreya-italic"),
        ("Commissioner", "normal", "commissioner"),
    ]
    for family, slope, name in styles:
        source = folder / PACKAGES[f"web {family}"] / "files"
        for script, characters in (("latin", LATIN), ("latin-ext", LATIN_EXTENDED)):
            font = TTFont(source / f"{family.lower()}-{script}-wght-{slope}.woff2")
            font = subset(font, characters, "woff2")
            font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
            suffix = "" if script == "latin" else "-ext"
            write(font, destination / f"{name}{suffix}.woff2")


def make_print(folder, destination):
    """Static TrueType files for PDF, where a variable weight range is not understood."""
    styles = [
        ("Alegreya", "400Regular", "alegreya-400"),
        ("Alegreya", "400Regular_Italic", "alegreya-400-italic"),
        ("Alegreya", "500Medium", "alegreya-500"),
        ("Alegreya", "700Bold", "alegreya-700"),
        ("Commissioner", "400Regular", "commissioner-400"),
        ("Commissioner", "600SemiBold", "commissioner-600"),
        ("Commissioner", "700Bold", "commissioner-700"),
    ]
    for family, style, name in styles:
        source = folder / PACKAGES[f"full {family}"] / style / f"{family}_{style}.ttf"
        font = subset(TTFont(source), LATIN + LATIN_EXTENDED, None)
        write(font, destination / f"{name}.ttf")


def make_scripts(folder, destination):
    """Static regular and bold of the scripts; all features, without which they are not joined."""
    for name, (module, file, characters) in SCRIPTS.items():
        for weight in WEIGHTS:
            font = TTFont(folder / module / "files" / file)
            font = instancer.instantiateVariableFont(font, {"wght": weight, "wdth": 100})
            options = Options()
            options.layout_features = ["*"]
            options.hinting = False
            options.notdef_outline = True
            options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17, 25]
            options.name_languages = [0x409]
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=[0x20, *characters])
            subsetter.subset(font)
            write(font, destination / f"{name}-{weight}.ttf")


if __name__ == "__main__":
    packages = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    make_web(packages, target)
    make_print(packages, target)
    make_scripts(packages, target)
