"""Who translates what, by when; and the mails about it."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Notice
from portal import texts
from portal.models import TranslationTask
from portal.translating import giving
from tests.factories import (
    create_contact,
    create_language_lead,
    create_organisation,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def people():
    return create_language_lead("es"), create_language_lead("es"), create_secretary()


def give(record, to, by, kind="publication", **values):
    return giving.give(texts.kind_with(kind), record, "es", to=to, by=by, **values)


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_a_text_is_given_to_a_lead_who_is_told(people):
    lead, other, secretary = people
    text = create_publication()
    give(text, lead, secretary)
    assert (TranslationTask.objects.get().person, kinds()) == (lead, ["translation_given"])
    give(text, other, secretary)
    assert TranslationTask.objects.get().person == other
    assert kinds() == ["translation_given"] * 2
    with pytest.raises(ValidationError):
        give(text, lead, lead)
    own = create_publication()
    give(own, lead, lead)
    assert kinds() == ["translation_given"] * 2


def test_nothing_is_given_to_who_does_not_see_it(people):
    lead, _other, secretary = people
    hidden = create_organisation(discreet=True)
    for person in (lead, create_contact(), create_language_lead("en")):
        with pytest.raises(ValidationError):
            give(hidden, person, secretary, kind="organisation")
    lead.mandates.get().sees.add(hidden)
    lead.__dict__.pop("standing", None)
    give(hidden, lead, secretary, kind="organisation")
    assert TranslationTask.objects.count() == 1


def test_a_lead_chooses_among_oneself(people):
    lead, other, secretary = people
    assert list(giving.translators("es", by=lead)) == [lead]
    assert set(giving.translators("es", by=secretary)) == {lead, other, secretary}


def test_what_is_due_is_told_once_before_and_once_after(people):
    lead, _other, secretary = people
    today = timezone.localdate()
    give(create_publication(), lead, secretary, due_on=today + 10 * DAY)
    Notice.objects.all().delete()
    giving.remind(today)
    assert kinds() == []
    for day in (8, 9, 10):
        giving.remind(today + day * DAY)
    assert kinds() == ["translation_due"]
    for day in (11, 30):
        giving.remind(today + day * DAY)
    assert kinds() == ["translation_due", "translation_overdue"]


def test_missed_days_heal_and_what_is_translated_is_done(people):
    lead, _other, secretary = people
    today = timezone.localdate()
    text = create_publication()
    give(text, lead, secretary, due_on=today + DAY)
    Notice.objects.all().delete()
    giving.remind(today + 40 * DAY)
    assert kinds() == ["translation_overdue"]
    text.title_es, text.summary_es = "Informe", "Resumen."
    text.save()
    giving.remind(today)
    assert TranslationTask.objects.open().count() == 0


def test_a_reminder_never_tells_of_a_text_that_is_no_longer_seen(people):
    lead, _other, secretary = people
    text = create_publication()
    give(text, lead, secretary, due_on=timezone.localdate())
    Notice.objects.all().delete()
    text.access = "secretariat"
    text.save()
    giving.remind()
    assert kinds() == []


def test_a_lead_lets_go_of_what_is_the_own(people):
    lead, other, secretary = people
    task = give(create_publication(), lead, secretary)
    with pytest.raises(ValidationError):
        giving.drop(task, by=other)
    giving.drop(task, by=lead)
    assert TranslationTask.objects.count() == 0
