"""Readers reached: the reads that are counted, and the subscribers of a language."""

import pytest

from portal import reached, texts
from tests.factories import (
    create_activity,
    create_issue,
    create_newsletter,
    create_region,
    create_subscription,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_other_counters(monkeypatch):
    monkeypatch.setattr(reached, "_counters", [])


def test_subscribers_of_the_letters_that_a_text_concerns():
    region, other = create_region("R8"), create_region("R2")
    for letter in (create_newsletter(), create_newsletter(region), create_newsletter(region)):
        create_subscription(newsletter=letter, language="es")
    create_subscription(newsletter=create_newsletter(other), language="es")
    create_subscription(newsletter=create_newsletter(region), language="fr")
    create_subscription(newsletter=create_newsletter(region), language="es", confirmed_at=None)
    here, nowhere = create_activity(regions=[region]), create_activity()
    kind = texts.kind_with("activity")
    found = reached.readers_reached(kind, [here, nowhere], "es")
    assert found == {str(here.pk): 3, str(nowhere.pk): 1}


def test_a_letter_is_read_by_its_own_subscribers():
    region = create_region()
    issue = create_issue(newsletter=create_newsletter(region))
    create_subscription(newsletter=create_newsletter(), language="es")
    create_subscription(newsletter=issue.newsletter, language="es")
    found = reached.readers_reached(texts.kind_with("issue"), [issue], "es")
    assert found == {str(issue.pk): 1}


def test_counted_reads_are_added():
    activity = create_activity()
    reached.register(lambda kind, keys, language: {keys[0]: 40} if language == "es" else {})
    kind = texts.kind_with("activity")
    assert reached.readers_reached(kind, [activity], "es") == {str(activity.pk): 40}
    assert reached.readers_reached(kind, [activity], "en") == {str(activity.pk): 0}
