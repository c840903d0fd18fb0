"""Renewal: when it is reminded of, what it adds, and that it happens once."""

import datetime
import threading
import time
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone, translation

from members import daily, invitations, joining, renewals
from members.models import Invoice, Mandate, Membership, Notice, Organisation, Renewal, Thread
from members.models.notices import NoticeState
from tests.factories import (
    create_band,
    create_contact,
    create_country,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
END = datetime.date(2026, 12, 31)
NEXT = (datetime.date(2027, 1, 1), datetime.date(2027, 12, 31))


@contextmanager
def at(day: datetime.date):
    """The clock stands at nine on that day."""
    moment = datetime.datetime.combine(day, datetime.time(9), datetime.UTC)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(timezone, "now", lambda: moment)
        clock.setattr(time, "time", moment.timestamp)
        yield


def create_member(**values):
    """A member whose period of 2026 is its last, with one contact."""
    organisation = create_organisation(**values)
    last = create_membership(organisation, year=2026)
    return organisation, last, create_contact(organisation)


def refusal(organisation, last, by, **values) -> ValidationError:
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        renewals.renew(organisation, last=last, by=by, **values)
    return caught.value


# -- What a renewal adds ---------------------------------------------------------------------------


@pytest.mark.parametrize("day", [datetime.date(2026, 11, 1), END, datetime.date(2027, 3, 31)])
def test_before_lapsing_the_new_period_follows_the_last_without_a_gap(day):
    organisation, last, contact = create_member()
    with at(day):
        joining.refresh_statuses()
        organisation.refresh_from_db()
        renewal = renewals.renew(organisation, last=last, by=contact)
    assert (renewal.membership.starts_on, renewal.membership.ends_on) == NEXT
    organisation.refresh_from_db()
    assert (organisation.status, organisation.memberships.count()) == ("active", 2)
    last.refresh_from_db()
    assert last.ends_on == END


def test_who_lapsed_comes_back_from_today():
    organisation, last, contact = create_member(status="lapsed")
    day = datetime.date(2027, 6, 10)
    with at(day):
        renewal = renewals.renew(organisation, last=last, by=contact)
    assert (renewal.membership.starts_on, renewal.membership.ends_on) == (
        day,
        datetime.date(2028, 6, 9),
    )
    assert organisation.status == "active"


def test_a_lapse_that_nobody_has_noted_yet_counts_all_the_same():
    organisation, last, contact = create_member(status="grace")
    day = END + 91 * DAY
    with at(day):
        renewal = renewals.renew(organisation, last=last, by=contact)
        assert renewal.membership.starts_on == day
        assert joining.refresh_statuses(day) == 0
    assert organisation.status == "active"


@pytest.mark.parametrize(
    ("day", "last"),
    [("2027-01-01", "2027-12-31"), ("2028-02-29", "2029-02-28"), ("2027-03-01", "2028-02-29")],
)
def test_a_period_lasts_a_year(day, last):
    found = renewals.a_year_from(datetime.date.fromisoformat(day))
    assert found == datetime.date.fromisoformat(last)


def test_it_issues_the_invoice_and_confirms_to_all_who_answer_for_the_dues():
    create_band(amount=Decimal("80.00"))
    organisation, last, contact = create_member()
    finance = create_person(language="fr")
    create_mandate(finance, "finance", organisation=organisation)
    with at(END):
        renewal = renewals.renew(organisation, last=last, by=contact, note="New address")
    [invoice] = Invoice.objects.all()
    assert (invoice.membership, invoice.amount) == (renewal.membership, Decimal("80.00"))
    assert (renewal.person, renewal.note, renewal.previous) == (contact, "New address", last)
    done = Notice.objects.filter(kind="renewal_done")
    assert {notice.email for notice in done} == {contact.email, finance.email}
    assert all(invoice.number in notice.text for notice in done)
    # The confirmation tells of the invoice: no second mail does.
    assert not Notice.objects.filter(kind="invoice").exists()


def test_a_note_waits_at_the_desk_as_a_message():
    organisation, last, contact = create_member()
    with at(END):
        renewals.renew(organisation, last=last, by=contact, note="Our head has changed")
    [thread] = Thread.objects.all()
    assert (thread.organisation, thread.turn) == (organisation, "secretariat")
    [message] = thread.messages.all()
    assert (message.text, message.author) == ("Our head has changed", contact)


def test_without_a_band_the_membership_is_renewed_and_the_invoice_follows():
    organisation, last, contact = create_member()
    with at(END):
        renewals.renew(organisation, last=last, by=contact)
    assert (organisation.memberships.count(), Invoice.objects.count()) == (2, 0)


def test_details_corrected_on_the_way_are_saved_with_it():
    organisation, last, contact = create_member()
    with at(END):
        renewals.renew(
            organisation, last=last, by=contact, details={"website": "https://new.example.org/"}
        )
    organisation.refresh_from_db()
    assert organisation.website == "https://new.example.org/"


# -- Refusals --------------------------------------------------------------------------------------


def test_a_period_is_renewed_once():
    organisation, last, contact = create_member()
    with at(END):
        renewals.renew(organisation, last=last, by=contact)
        assert refusal(organisation, last, contact).code == "already_renewed"
        newest = organisation.current_membership
        assert refusal(organisation, newest, contact).code == "not_yet"
    assert organisation.memberships.count() == 2


def test_it_opens_sixty_days_before_the_end():
    organisation, last, contact = create_member()
    with at(END - 61 * DAY):
        error = refusal(organisation, last, contact)
        assert error.messages == [
            "The membership runs until 31 December 2026. "
            "Nothing is to be done before 1 November 2026."
        ]
    with at(END - 60 * DAY):
        assert renewals.renew(organisation, last=last, by=contact)


@pytest.mark.parametrize("status", ["applicant", "suspended", "withdrawn", "excluded"])
def test_what_a_decision_ended_is_not_renewed(status):
    organisation, last, contact = create_member(status=status)
    with at(END):
        assert refusal(organisation, last, contact).code == "not_renewable"
    assert organisation.memberships.count() == 1


@pytest.mark.parametrize(
    ("discreet", "code", "told"),
    [
        (False, "seat_taken", "has become the national member of Country KE"),
        (True, "not_renewable", "This membership cannot be renewed here."),
    ],
)
def test_a_seat_taken_meanwhile_is_told_unless_its_holder_is_discreet(discreet, code, told):
    organisation, last, contact = create_member(category="A", status="lapsed")
    holder = create_organisation(name="Secret", category="A", discreet=discreet)
    with at(datetime.date(2027, 6, 1)):
        error = refusal(organisation, last, contact)
    assert error.code == code
    [message] = error.messages
    assert told in message
    assert str(holder) not in message
    organisation.refresh_from_db()
    assert (organisation.status, organisation.memberships.count()) == ("lapsed", 1)


def test_a_derogation_renews_without_the_seat():
    organisation, last, contact = create_member(category="A", status="lapsed")
    create_organisation(category="A")
    organisation.derogations.create(
        country=create_country(), reason="Two by treaty", granted_by=contact
    )
    with at(datetime.date(2027, 6, 1)):
        renewals.renew(organisation, last=last, by=contact)
    organisation.refresh_from_db()
    assert (organisation.status, organisation.seat_country) == ("active", None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_renew_once():
    create_band()
    today = timezone.localdate()
    organisation = create_organisation()
    last = create_membership(organisation, starts_on=today - 364 * DAY, ends_on=today)
    people = [create_contact(organisation) for _ in range(3)]
    answers = []

    def confirm(person):
        try:
            renewals.renew(organisation, last=last, by=person)
            answers.append("done")
        except ValidationError as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["already_renewed", "already_renewed", "done"]
    assert (Membership.objects.count(), Renewal.objects.count(), Invoice.objects.count()) == (
        2,
        1,
        1,
    )


# -- Links -----------------------------------------------------------------------------------------


def test_a_link_is_bound_to_person_organisation_and_period():
    organisation, last, contact = create_member()
    assert renewals.open_link(renewals.link_for(contact, last)) == (contact, organisation, last)


def test_a_link_stops_when_it_is_old_forged_or_its_person_has_left():
    organisation, last, contact = create_member()
    token = renewals.link_for(contact, last)
    assert renewals.open_link(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert renewals.open_link("nothing") is None
    with at(timezone.localdate() + 61 * DAY):
        assert renewals.open_link(token) is None
    create_contact(organisation)
    invitations.end_mandate(Mandate.objects.get(person=contact))
    assert renewals.open_link(token) is None


@pytest.mark.parametrize(("kind", "works"), [("head", True), ("finance", True), ("voter", False)])
def test_head_finance_and_contacts_renew_and_a_voter_does_not(kind, works):
    organisation, last, _contact = create_member()
    person = create_person()
    create_mandate(person, kind, organisation=organisation)
    assert (renewals.open_link(renewals.link_for(person, last)) is not None) is works


def test_a_link_of_somebody_who_may_no_longer_log_in_is_closed():
    _organisation, last, contact = create_member()
    contact.is_active = False
    contact.save()
    assert renewals.open_link(renewals.link_for(contact, last)) is None


# -- Reminders -------------------------------------------------------------------------------------

KINDS = {-60: "renewal_60", -30: "renewal_30", -7: "renewal_7", 0: "renewal_0"}
KINDS |= {30: "renewal_late_30", 60: "renewal_late_60"}


def reminders() -> list[str]:
    return list(
        Notice.objects.filter(kind__startswith="renewal_")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


@pytest.mark.parametrize(("days", "kind"), KINDS.items())
def test_each_reminder_comes_on_its_day_to_its_people_in_their_language(days, kind):
    organisation, last, contact = create_member()
    head = create_person(language="es")
    create_mandate(head, "head", organisation=organisation)
    day = END + days * DAY
    with at(day):
        joining.refresh_statuses(day)
        assert renewals.remind(day) == 1
    [notice] = Notice.objects.filter(kind=kind)
    assert (notice.email, notice.language, notice.organisation) == (head.email, "es", organisation)
    assert notice.key == f"membership:{last.pk}"
    assert contact.email not in notice.text
    assert "/es/renewal/" in notice.text


def test_a_reminder_says_until_when_and_when_it_lapses():
    organisation, _last, _contact = create_member()
    with at(END - 7 * DAY):
        renewals.remind(END - 7 * DAY)
    with at(END + 30 * DAY):
        joining.refresh_statuses(END + 30 * DAY)
        renewals.remind(END + 30 * DAY)
    before, after = Notice.objects.order_by("pk")
    assert "ends in 7 days, on 31 December 2026" in before.text
    assert "ended on 31 December 2026" in after.text
    assert "it lapses on 1 April 2027" in after.text
    assert str(organisation) in before.text.replace("\n", " ")


def test_nothing_is_due_before_the_first_nor_after_renewing():
    organisation, last, contact = create_member()
    with at(END - 61 * DAY):
        assert renewals.remind(END - 61 * DAY) == 0
    with at(END - 50 * DAY):
        renewals.renew(organisation, last=last, by=contact)
        assert renewals.remind(END - 30 * DAY) == 0
    with at(END):
        assert renewals.remind(END) == 0


def test_three_days_late_sends_the_one_that_is_due_now():
    create_member()
    with at(END + 3 * DAY):
        joining.refresh_statuses(END + 3 * DAY)
        assert renewals.remind(END + 3 * DAY) == 1
        assert renewals.remind(END + 3 * DAY) == 0
    assert reminders() == ["renewal_0"]


def test_what_waited_to_leave_is_taken_back_by_renewing():
    organisation, last, contact = create_member()
    with at(END):
        renewals.remind(END)
        Notice.objects.update(state=NoticeState.WAITING)
        renewals.renew(organisation, last=last, by=contact)
    states = dict(Notice.objects.values_list("kind", "state"))
    assert states["renewal_0"] == NoticeState.CANCELLED


def expected(
    ends_on: datetime.date, runs: list[datetime.date], renewed: datetime.date | None
) -> Counter:
    """What a member whose period ends that day is sent over some runs, the slow and sure way."""
    sent = set()
    for day in runs:
        if renewed is not None and day >= renewed:
            continue
        if day > ends_on + 90 * DAY:
            continue
        came = [days for days in KINDS if ends_on + days * DAY <= day]
        if came:
            sent.add(KINDS[max(came)])
    return Counter(sent)


@pytest.mark.slow
@pytest.mark.parametrize(
    "every",
    [
        pytest.param(1, marks=pytest.mark.slow, id="daily"),
        pytest.param(2, marks=pytest.mark.slow, id="every second day"),
        pytest.param(4, id="late"),
    ],
)
def test_a_simulated_year_sends_what_counting_by_hand_says(every):
    first = datetime.date(2026, 1, 1)
    runs = [first + days * DAY for days in range(0, 365, every)]
    members = []
    for number in range(6):
        organisation = create_organisation()
        ends_on = first + (37 * number + 20) * DAY
        last = create_membership(organisation, starts_on=ends_on - 364 * DAY, ends_on=ends_on)
        contact = create_contact(organisation)
        renews_on = ends_on + (-15 if number == 1 else 45) * DAY if number in (1, 4) else None
        members.append((organisation, last, contact, renews_on))
    for day in runs:
        with at(day):
            for organisation, last, contact, renews_on in members:
                due = renews_on is not None and renews_on <= day
                if due and not hasattr(last, "done"):
                    organisation.refresh_from_db()
                    renewals.renew(organisation, last=last, by=contact)
                    last.done = day
            daily.do_what_is_due(day)
            assert sum(daily.do_what_is_due(day).values()) == 0
    for organisation, last, contact, _renews_on in members:
        sent = Notice.objects.filter(email=contact.email, kind__in=KINDS.values())
        of_last = Counter(sent.filter(key=f"membership:{last.pk}").values_list("kind", flat=True))
        assert of_last == expected(last.ends_on, runs, getattr(last, "done", None))
        organisation.refresh_from_db()
        lapsed = any(day > last.ends_on + 90 * DAY for day in runs)
        if not hasattr(last, "done"):
            ended = any(day > last.ends_on for day in runs)
            assert organisation.status == ("lapsed" if lapsed else "grace" if ended else "active")
        steps = list(organisation.status_changes.order_by("pk").values_list("before", "after"))
        assert len(steps) == len(set(steps))


def test_reminding_many_takes_few_queries(django_assert_max_num_queries):
    for _ in range(5):
        create_member()
    with at(END):
        renewals.remind(END)
        with django_assert_max_num_queries(5):
            assert renewals.remind(END) == 0
    assert Organisation.objects.count() == 5
