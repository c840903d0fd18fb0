"""Numbers given once, whoever asks at the same moment: M/2026/014, F/2026/0001, R/2026/0001."""

from django.db import transaction
from django.db.models.functions import Length

from members.models import Membership, NumberSeries

CERTIFICATES, INVOICES, RECEIPTS = "M", "F", "R"
# So many numbers are compared with the database at a time.
BLOCK = 500


def next_document_number(letter: str, year: int) -> str:
    """The next number of an invoice or a receipt: F/2026/0001.

    Call it inside the transaction that uses it: the row of the series stays locked until then, so
    that no two get the same number, and a transaction that fails leaves no gap.
    """
    with transaction.atomic():
        series = locked(letter, year)
        series.last += 1
        series.save(update_fields=["last"])
    return f"{letter}/{year}/{series.last:04d}"


def next_number(year: int) -> str:
    """The next certificate number of a year."""
    [number] = next_numbers(year, 1)
    return number


def next_numbers(year: int, count: int) -> list[str]:
    """The next certificate numbers of a year.

    The row of the year stays locked until the transaction of the caller ends, so call it as late
    as possible; numbers that somebody recorded by hand are passed over.
    """
    found: list[str] = []
    with transaction.atomic():
        series = locked(CERTIFICATES, year, begin=highest_certificate)
        while len(found) < count:
            size = min(count - len(found), BLOCK)
            block = [f"M/{year}/{series.last + n:03d}" for n in range(1, size + 1)]
            taken = set(
                Membership.objects.filter(number__in=block).values_list("number", flat=True)
            )
            found += [number for number in block if number not in taken]
            series.last += size
        series.save(update_fields=["last"])
    return found


def locked(letter: str, year: int, *, begin=lambda year: 0) -> NumberSeries:
    """The series of a year, locked until the transaction ends; begun where there is none."""
    # Asked for the beginning only where the row is missing.
    defaults = {"last": lambda: begin(year)}
    NumberSeries.objects.get_or_create(letter=letter, year=year, defaults=defaults)
    return NumberSeries.objects.select_for_update().get(letter=letter, year=year)


def highest_certificate(year: int) -> int:
    """The highest number that is on record for a year whose series has not begun."""
    last = (
        Membership.objects.filter(number__regex=rf"^M/{year}/[0-9]+$")
        .order_by(Length("number").desc(), "-number")  # the thousandth comes after the 999th
        .values_list("number", flat=True)
        .first()
    )
    return int(last.rsplit("/", 1)[1]) if last else 0
