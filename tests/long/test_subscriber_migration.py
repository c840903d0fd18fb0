"""Addresses gathered from rows that were one for each address and letter, in a database of 2026."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from django.conf import settings

BEFORE = """
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    old = MigrationExecutor(connection).loader.project_state(
        [("publications", "0013_place_publications")]
    ).apps
    Letter = old.get_model("publications", "Newsletter")
    Region = old.get_model("regions", "Region")
    Subscription = old.get_model("publications", "Subscription")
    Issue = old.get_model("publications", "Issue")
    region = Region.objects.create(code="R8", name_fr="R8")
    world = Letter.objects.create(title_fr="Monde")
    letter = Letter.objects.create(title_fr="R8", region=region)
    issue = Issue.objects.create(newsletter=letter, period="2026-Q1", symbol="L/R8/2026/01",
        covers_from="2026-01-01", covers_until="2026-03-31")
    def row(newsletter, email, language, **values):
        values = {k: f"2026-0{v}-01T00:00:00Z" for k, v in values.items()}
        return Subscription.objects.create(newsletter=newsletter, email=email, language=language,
            token=f"{email}{newsletter.pk}".replace("@", "")[:40].ljust(40, "x"), **values)
    one = row(letter, "ana@example.org", "fr", requested_at=1, confirmed_at=2)
    row(world, "ana@example.org", "es", requested_at=3, confirmed_at=4)
    row(world, "left@example.org", "en", requested_at=1, confirmed_at=2, ended_at=3)
    row(letter, "waits@example.org", "es", requested_at=5)
    twin = row(letter, "Ana@example.org", "en", requested_at=1)
    row(letter, "erased-4@erased.invalid", "en", requested_at=1, confirmed_at=2, ended_at=3)
    Delivery = old.get_model("publications", "Delivery")
    Delivery.objects.create(issue=issue, subscription=one, language="fr", state="sent")
    Delivery.objects.create(issue=issue, subscription=twin, language="en", state="skipped")
"""
AFTER = """
    import json
    from publications.models import Delivery, Subscriber
    print(json.dumps({
        "subscribers": {
            one.email: [
                one.language,
                str(one.confirmed_at)[:10],
                one.erased_at is not None,
                len(one.token),
                [[sub.newsletter.code, sub.is_confirmed, sub.ended_at is None, len(sub.old_token)]
                 for sub in one.subscriptions.order_by("newsletter__region")],
            ]
            for one in Subscriber.objects.all()
        },
        "deliveries": list(
            Delivery.objects.values_list("subscriber__email", "language", "state", "audience")
        ),
    }))
"""


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="about a database of its own")
def test_each_address_becomes_one_reader_with_all_its_choices(tmp_path):
    environment = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": ""}
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]

    def run(*command: str) -> str:
        done = subprocess.run(
            [*manage, *command], env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    run("migrate", "publications", "0013", "--verbosity", "0")
    run("shell", "--no-imports", "-c", textwrap.dedent(BEFORE))
    run("migrate", "--verbosity", "0")
    found = json.loads(run("shell", "--no-imports", "-c", textwrap.dedent(AFTER)))
    letters = found["subscribers"]
    # The language that was chosen last, both letters, and the tokens of both.
    assert letters["ana@example.org"] == [
        "es",
        "2026-02-01",
        False,
        40,
        [["world", True, True, 40], ["R8", True, True, 40]],
    ]
    assert letters["left@example.org"] == [
        "en",
        "2026-02-01",
        False,
        40,
        [["world", False, False, 40]],
    ]
    assert letters["waits@example.org"][1:] == ["None", False, 40, [["R8", False, True, 40]]]
    assert letters["erased-4@erased.invalid"][2]
    assert len(letters) == 4
    # Of two deliveries of one issue to one address, the first stays.
    assert found["deliveries"] == [["ana@example.org", "fr", "sent", "public"]]
