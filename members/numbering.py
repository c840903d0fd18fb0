"""Certificate numbers: M/2026/014, each given once, whoever asks at the same moment."""

from django.db import transaction
from django.db.models.functions import Length

from members.models import CertificateSeries, Membership

# So many numbers are compared with the database at a time.
BLOCK = 500


def next_number(year: int) -> str:
    [number] = next_numbers(year, 1)
    return number


def next_numbers(year: int, count: int) -> list[str]:
    """The next certificate numbers of a year.

    The row of the year stays locked until the transaction of the caller ends, so call it as late
    as possible; numbers that somebody recorded by hand are passed over.
    """
    found: list[str] = []
    with transaction.atomic():
        CertificateSeries.objects.get_or_create(year=year, defaults={"last": highest(year)})
        series = CertificateSeries.objects.select_for_update().get(year=year)
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


def highest(year: int) -> int:
    """The highest number that is on record for a year whose series has not begun."""
    last = (
        Membership.objects.filter(number__regex=rf"^M/{year}/[0-9]+$")
        .order_by(Length("number").desc(), "-number")  # the thousandth comes after the 999th
        .values_list("number", flat=True)
        .first()
    )
    return int(last.rsplit("/", 1)[1]) if last else 0
