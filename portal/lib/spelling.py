"""Words that a mistyped word may stand for: compared by what is left when a letter is taken out.

Two words one letter apart (one more, one less, another, two exchanged) have such a remainder in
common, so that an ordinary index finds the neighbours of a word on any database.
"""

SHORTEST, LONGEST = 4, 30  # letters of a word that has neighbours


def keys(folded: str) -> set[str]:
    """The word and all that is left of it without one letter; nothing for what has no spelling."""
    if not SHORTEST <= len(folded) <= LONGEST or not folded.isalpha():
        return set()
    return {folded} | {folded[:i] + folded[i + 1 :] for i in range(len(folded))}


def is_near(first: str, second: str) -> bool:
    """Whether one may have been typed for the other: one slip, or two in a long word."""
    slips = distance(first, second)
    return slips == 1 or (slips == 2 and min(len(first), len(second)) >= 8)


def distance(first: str, second: str) -> int:
    """The number of slips between two words: a letter more, less, another, or two exchanged."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
