"""The colours keep what they promise: contrast, and nine regions that everybody can tell apart.

The figures are those that the design documents. Distances are measured in CAM02-UCS (Luo, Cui
and Li 2006), the space in which the nine were chosen; colour blindness is simulated after
Machado, Oliveira and Fernandes (2009), at full severity.
"""

import itertools
import math
import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
REGIONS = [f"r{number}" for number in range(1, 10)]


def tokens() -> dict[str, dict[str, str]]:
    """The colours of the light and of the dark mode; dark repeats only what differs."""
    light, dark = TOKENS.read_text("utf-8").split("@media (prefers-color-scheme: dark)", 1)

    def colours(css: str) -> dict[str, str]:
        return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", css))

    return {"light": colours(light), "dark": colours(light) | colours(dark)}


COLOURS = tokens()


def channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    red, green, blue = (linear(channel) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


# -- Contrast (WCAG 2.2) ---------------------------------------------------------------------------

DOCUMENTED = [
    # mode, colour, behind it, ratio
    ("light", "ink", "paper", 16.8),
    ("light", "ink", "mist", 15.3),
    ("light", "ink-2", "paper", 7.0),
    ("light", "ink-2", "mist", 6.4),
    ("light", "field", "paper", 3.9),
    ("light", "field", "mist", 3.5),
    ("light", "under", "paper", 5.1),
    ("light", "under", "mist", 4.6),
    ("light", "on-saffron", "saffron", 10.4),
    ("dark", "ink", "paper", 15.8),
    ("dark", "ink-2", "paper", 9.2),
    ("dark", "field", "paper", 4.4),
    ("dark", "under", "paper", 11.5),
    ("light", "ok", "ok-tint", 7.9),
    ("light", "warn", "warn-tint", 9.0),
    ("light", "error", "error-tint", 7.5),
    ("light", "info", "info-tint", 10.3),
    ("light", "neutral", "neutral-tint", 7.6),
]
ON_WHITE = dict(zip(REGIONS, (9.5, 9.3, 8.2, 4.8, 5.4, 4.9, 3.1, 3.1, 3.1), strict=True))
ON_NIGHT = dict(zip(REGIONS, (12.5, 11.4, 12.6, 8.6, 8.0, 8.7, 5.5, 5.3, 4.6), strict=True))
DOCUMENTED += [("light", region, "paper", ratio) for region, ratio in ON_WHITE.items()]
DOCUMENTED += [("dark", region, "paper", ratio) for region, ratio in ON_NIGHT.items()]


@pytest.mark.parametrize(("mode", "colour", "behind", "ratio"), DOCUMENTED)
def test_contrasts_are_those_documented(mode, colour, behind, ratio):
    measured = contrast(COLOURS[mode][colour], COLOURS[mode][behind])
    assert measured == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "behind"),
    [
        *itertools.product(("ink", "ink-2", "error", "ok"), ("paper", "mist")),
        ("on-button", "button"),
        ("on-saffron", "saffron"),
        *((name, f"{name}-tint") for name in ("ok", "warn", "error", "info", "neutral")),
    ],
)
def test_text_is_legible(mode, text, behind):
    assert contrast(COLOURS[mode][text], COLOURS[mode][behind]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("region", REGIONS)
def test_the_name_in_a_cell_is_legible(mode, region):
    written = "on-light-cell" if region in ("r7", "r8", "r9") else "on-dark-cell"
    rule = re.search(
        rf"\.{region} {{ --c: var\(--{region}\); --on-c: var\(--([a-z-]+)\); }}",
        TOKENS.read_text("utf-8"),
    )
    assert rule[1] == written
    assert contrast(COLOURS[mode][written], COLOURS[mode][region]) >= 4.5


# -- Nine colours apart ----------------------------------------------------------------------------

# Linear sRGB as somebody sees it who lacks one kind of cone.
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
CAT02 = ((0.7328, 0.4296, -0.1624), (-0.7036, 1.6975, 0.0061), (0.0030, 0.0136, 0.9834))
# From the sharpened responses of CAT02 to the cones of Hunt, Pointer and Estévez.
TO_CONES = (
    (0.74097968, 0.21802516, 0.04100582),
    (0.28535329, 0.62420157, 0.09044513),
    (-0.00962761, -0.00569803, 1.01532564),
)
WHITE = (95.047, 100.0, 108.883)
ADAPTING = 64 / math.pi / 5  # cd/m²: a screen in an office, after the sRGB standard
BACKGROUND = 20 / 100


def product(matrix, vector) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def adapted(xyz) -> list[float]:
    """The cones' compressed answers, once the eye has taken the white for white."""
    factor = 1 - math.exp((-ADAPTING - 42) / 92) / 3.6
    whites = product(CAT02, WHITE)
    sharpened = [
        answer * (factor * 100 / white + 1 - factor)
        for answer, white in zip(product(CAT02, xyz), whites, strict=True)
    ]
    return [compressed(answer) for answer in product(TO_CONES, sharpened)]


def level() -> float:
    k = 1 / (5 * ADAPTING + 1)
    return 0.2 * k**4 * 5 * ADAPTING + 0.1 * (1 - k**4) ** 2 * (5 * ADAPTING) ** (1 / 3)


def compressed(answer: float) -> float:
    power = (level() * abs(answer) / 100) ** 0.42
    return math.copysign(400 * power / (power + 27.13), answer) + 0.1


def appearance(rgb) -> tuple[float, float, float]:
    """J′, a′ and b′ of CAM02-UCS, for a linear sRGB colour."""
    red, green, blue = adapted([100 * part for part in product(TO_XYZ, rgb)])
    white = adapted(WHITE)
    base = 0.725 * BACKGROUND**-0.2
    contrast_power = 0.69 * (1.48 + math.sqrt(BACKGROUND))

    def achromatic(answers) -> float:
        return (2 * answers[0] + answers[1] + answers[2] / 20 - 0.305) * base

    a = red - 12 * green / 11 + blue / 11
    b = (red + green - 2 * blue) / 9
    hue = math.atan2(b, a)
    lightness = 100 * (achromatic((red, green, blue)) / achromatic(white)) ** contrast_power
    excentricity = (math.cos(hue + 2) + 3.8) / 4
    strength = 50000 / 13 * base * excentricity * math.hypot(a, b)
    strength /= red + green + 21 / 20 * blue
    chroma = strength**0.9 * math.sqrt(lightness / 100) * (1.64 - 0.29**BACKGROUND) ** 0.73
    colourfulness = chroma * level() ** 0.25
    radius = math.log(1 + 0.0228 * colourfulness) / 0.0228
    return (
        1.7 * lightness / (1 + 0.007 * lightness),
        radius * math.cos(hue),
        radius * math.sin(hue),
    )


def smallest_distance(mode: str, sight: str) -> float:
    seen = []
    for region in REGIONS:
        rgb = product(SIGHT[sight], [linear(part) for part in channels(COLOURS[mode][region])])
        seen.append(appearance([min(max(part, 0), 1) for part in rgb]))
    return min(math.dist(one, other) for one, other in itertools.combinations(seen, 2))


def test_the_measure_is_that_of_the_standard():
    """White is as light as can be and all but without colour; black is dark."""
    lightness, a, b = appearance((1, 1, 1))
    assert lightness == pytest.approx(100, abs=0.01)
    assert math.hypot(a, b) < 3  # the eye takes a screen's white for white nearly, not quite
    assert appearance((0, 0, 0))[0] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("sight", "distance"), [("normal", 15.2), ("deutan", 15.0), ("protan", 14.6), ("tritan", 14.3)]
)
def test_nine_regions_can_be_told_apart(sight, distance):
    assert smallest_distance("light", sight) == pytest.approx(distance, abs=0.15)


@pytest.mark.parametrize("sight", SIGHT)
def test_nine_regions_can_be_told_apart_at_night(sight):
    assert smallest_distance("dark", sight) >= 11.6
