"""What a reader can choose: the letter of the world or of a region, or an axis of the programme.

Each has a code that stands in forms and in the addresses of mails: ``world``, ``R8``, ``axis-12``
(the key of the axis, since the next programme cycle counts its axes anew).
"""

from programme.models import Axis
from publications.models import Newsletter

Choice = Newsletter | Axis
AXIS = "axis-"


def code_of(choice: Choice) -> str:
    return choice.code if isinstance(choice, Newsletter) else f"{AXIS}{choice.pk}"


def letters() -> list[Newsletter]:
    """All letters, the world's first."""
    return list(Newsletter.objects.select_related("region"))


def axes() -> list[Axis]:
    """The axes that can be followed: those of the current cycle."""
    return list(Axis.objects.of_current_cycle())


def with_code(code: str) -> Choice | None:
    """The choice of a code, an axis of an earlier cycle included; None for any other word."""
    if code.startswith(AXIS):
        number = code.removeprefix(AXIS)
        return Axis.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    return Newsletter.objects.with_code(code).select_related("region").first()


def all_with(codes: list[str]) -> list[Choice]:
    """The choices of some codes, in three queries; unknown codes are left out."""
    wanted = set(codes)
    found: list[Choice] = [letter for letter in letters() if letter.code in wanted]
    return found + [axis for axis in axes() if code_of(axis) in wanted]


def title_of(choice: Choice, language: str):
    """The name of a choice as it is told to a reader, with its real language."""
    if isinstance(choice, Newsletter) and choice.region:
        return choice.region.text("name", language)
    return choice.text("title", language)
