"""While an import is being recorded, others still log in."""

import threading
import time

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from members.imports import committing
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_network,
    create_secretary,
)
from tests.members.spreadsheets import checked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROWS = 300


def test_somebody_logs_in_while_an_import_is_recorded(monkeypatch):
    # Whether this machine is fast enough is not the question here.
    monkeypatch.setattr(committing, "LOCK_SECONDS", 60.0)
    create_network()
    create_category("C")
    create_country("KE", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    secretary, member = create_secretary(), create_contact(email="member@example.org")
    lines = "".join(f"Council {n},C,KE,Awa {n},awa{n}@example.org\n" for n in range(ROWS))
    head = "Name,Category,Country,Contact 1: name,Contact 1: e-mail\n"
    batch = checked(head + lines, by=secretary)
    committing.confirm(batch, by=secretary)
    times: dict[str, float] = {}

    def commit():
        times["begun"] = time.monotonic()
        try:
            committing.commit(batch)
        finally:
            times["ended"] = time.monotonic()
            connection.close()

    thread = threading.Thread(target=commit)
    thread.start()
    while "begun" not in times:
        time.sleep(0.01)
    asked = time.monotonic()
    answer = Client().post(
        reverse("account_login"), {"login": member.email, "password": "correct horse battery"}
    )
    thread.join()
    assert answer.status_code == 302
    assert asked < times["ended"]
    batch.refresh_from_db()
    assert batch.state == "done", batch.error
    assert batch.created == ROWS
    member.refresh_from_db()
    assert member.last_login is not None
