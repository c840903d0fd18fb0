"""An application goes from state to state as its life allows, and each step is kept."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import applying
from members.models import Application
from members.models.applications import STEPS, ApplicationState
from tests.factories import (
    create_application,
    create_contact,
    create_country,
    create_executive,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
STATES = ApplicationState.values


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_step_and_every_refusal(before, after):
    application = create_application(state=before)
    if after in STEPS[ApplicationState(before)]:
        event = applying.move(application, after, kind="note")
        assert (event.state, application.state) == (after, after)
    else:
        with pytest.raises(ValidationError) as caught:
            applying.move(application, after, kind="note")
        assert caught.value.code == "no_such_step"
        assert application.state == before
        assert application.events.count() == 0


def test_a_step_that_somebody_else_took_meanwhile_is_refused():
    application = create_application(state="submitted")
    other = Application.objects.get(pk=application.pk)
    applying.move(other, "refused", kind="refused")
    with pytest.raises(ValidationError):
        applying.move(application, "accepted", kind="accepted")


def test_an_end_has_its_day_and_taking_it_back_opens_again():
    application = create_application(state="submitted")
    applying.move(application, "accepted", kind="accepted")
    assert application.closed_at is not None
    applying.move(application, "submitted", kind="taken_back")
    assert application.closed_at is None


def test_the_applicant_sees_an_event_from_its_day_on():
    application = create_application(state="submitted")
    now = timezone.now()
    applying.note(application, kind="note", text="between us")
    applying.note(application, kind="advised", public_from=now)
    applying.note(application, kind="accepted", public_from=now + datetime.timedelta(minutes=10))
    assert [event.kind for event in application.events.public()] == ["advised"]
    assert [event.kind for event in application.events.internal()] == ["note", "accepted"]
    later = now + datetime.timedelta(minutes=11)
    assert application.events.public(later).count() == 2


def test_who_sees_which_applications():
    here, there = create_region("R8"), create_region("R4")
    own = create_application(country=create_country("KE", region=here), state="submitted")
    create_application(country=create_country("BR", region=there), state="submitted")
    create_application(country=create_country("KE"), state="draft")
    international = create_application(category="B", state="advised")
    international.regions.set([here])
    seen = Application.objects.run_by
    assert set(seen(create_executive(here))) == {own, international}
    assert seen(create_secretary()).count() == 3
    assert seen(create_contact()).count() == 0
