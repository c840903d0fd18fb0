"""Each certificate number once."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from members import joining, numbering
from members.models import Membership
from tests.factories import create_membership, create_organisation

pytestmark = pytest.mark.django_db


def test_numbers_follow_each_other_and_begin_anew_each_year():
    assert [numbering.next_number(2026) for _again in range(2)] == ["M/2026/001", "M/2026/002"]
    assert numbering.next_number(2027) == "M/2027/001"


def test_a_series_begins_after_what_is_on_record():
    create_membership(create_organisation(), year=2020, number="M/2020/999")
    create_membership(create_organisation(), year=2020, number="M/2020/1000")
    create_membership(create_organisation(), year=2020, number="M/2020/old")
    assert numbering.next_number(2020) == "M/2020/1001"


def test_numbers_recorded_by_hand_are_passed_over():
    assert numbering.next_number(2026) == "M/2026/001"
    create_membership(create_organisation(), year=2026, number="M/2026/003")
    assert numbering.next_numbers(2026, 3) == ["M/2026/002", "M/2026/004", "M/2026/005"]


def test_many_numbers_cost_few_queries(django_assert_max_num_queries):
    numbering.next_number(2026)
    with django_assert_max_num_queries(12):
        numbers = numbering.next_numbers(2026, 2000)
    assert len(set(numbers)) == 2000


def test_a_number_is_not_lost_with_a_decision_that_fails():
    with pytest.raises(RuntimeError), transaction.atomic():
        numbering.next_number(2026)
        raise RuntimeError
    assert numbering.next_number(2026) == "M/2026/001"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_get_two_numbers():
    organisations = [create_organisation() for _one in range(4)]
    start = threading.Barrier(len(organisations))
    errors = []

    def record(organisation):
        try:
            start.wait()
            for year in (2024, 2025, 2026):
                joining.add_period(
                    organisation,
                    starts_on=datetime.date(year, 1, 1),
                    ends_on=datetime.date(year, 12, 31),
                )
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=(one,)) for one in organisations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    numbers = set(Membership.objects.values_list("number", flat=True))
    assert numbers == {f"M/{year}/{n:03d}" for year in (2024, 2025, 2026) for n in (1, 2, 3, 4)}
