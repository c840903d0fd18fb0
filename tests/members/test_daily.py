"""Duties are done each for itself."""

import datetime

import pytest

from members import daily
from tests.factories import create_membership, create_organisation

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 3, 1)


def failing(today):
    raise ValueError("this duty cannot be done")


def test_one_duty_that_fails_does_not_keep_the_others(monkeypatch, caplog):
    organisation = create_organisation()
    create_membership(organisation, year=2025)
    monkeypatch.setattr(daily, "DUTIES", (failing, *daily.DUTIES))
    done = daily.do_what_is_due(TODAY)
    assert done["test_daily.failing"] == 0
    assert done["joining.refresh_statuses"] == 1
    assert "test_daily.failing failed" in caplog.text


def test_run_twice_or_late_everything_is_done_once():
    organisation = create_organisation()
    create_membership(organisation, year=2025)
    # It is now in grace, and the desk knows that nobody is its contact.
    assert sum(daily.do_what_is_due(TODAY).values()) == 2
    assert sum(daily.do_what_is_due(TODAY + datetime.timedelta(days=3)).values()) == 0
