"""From a received application to a member, back again within ten minutes, or to a refusal."""

import datetime
import threading
from io import BytesIO

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from members import (
    admitting,
    advising,
    applying,
    deciding,
    dues,
    invitations,
    joining,
    notices,
    seats,
    transitions,
)
from members.models import (
    Acceptance,
    Advice,
    Application,
    Invitation,
    Invoice,
    Membership,
    Notice,
    Organisation,
    StatusChange,
)
from members.models.notices import NoticeState
from publications.models import Report
from tests.factories import (
    create_application,
    create_band,
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_facet,
    create_mandate,
    create_membership,
    create_network,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LATER = datetime.timedelta(minutes=11)


@pytest.fixture(autouse=True)
def network():
    return create_network()


def received(**values) -> Application:
    """An application whose sending is on record, as the form leaves it."""
    application = create_application(**values)
    application.events.create(
        kind="submitted", state="submitted", at=timezone.now(), public_from=timezone.now()
    )
    return application


def refused(act, *args, **values) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        act(*args, **values)
    return caught.value


def accepted(application: Application, **values) -> Acceptance:
    return deciding.accept(application, by=create_secretary(), **values)


# -- Advice ----------------------------------------------------------------------------------------


def test_the_executives_of_the_region_are_asked_once_each_in_their_language():
    region = create_region("R8")
    executive = create_executive(region, language="es")
    create_executive(create_region("R4"))
    application = received()
    assert advising.ask_regions(application) == 1
    assert advising.ask_all() == 0
    notice = Notice.objects.get()
    assert (notice.person, notice.language) == (executive, "es")
    token = advising.token_of(application)
    assert f"/es/secretariat/applications/advice/{token}/" in notice.text
    assert advising.application_in(token) == application.pk
    assert advising.application_in(f"{token}x") is None
    # An executive named since then is asked by the next run.
    create_executive(region)
    assert advising.ask_all() == 1


def test_sending_asks_the_region(settings):
    executive = create_executive(create_region("R8"))
    application = create_application(state="draft", people=2)
    applying.submit(application)
    assert Notice.objects.get(kind="advice_asked").person == executive


def test_an_international_applicant_is_put_to_each_of_its_regions():
    one, two = create_executive(create_region("R1")), create_executive(create_region("R2"))
    create_executive(create_region("R3"))
    application = received(category="B")
    application.regions.set([create_region("R1"), create_region("R2")])
    assert advising.ask_regions(application) == 2
    for person, code in ((one, "R1"), (two, "R2")):
        deciding.advise(
            application, region=create_region(code), opinion="reserved", text="Hm.", by=person
        )
    application.refresh_from_db()
    assert application.state == "advised"
    assert {a.region.code for a in advising.latest_advice(application)} == {"R1", "R2"}


def test_an_advice_moves_the_application_and_its_grounds_stay_inside():
    executive = create_executive()
    application = received()
    deciding.advise(
        application,
        region=create_region(),
        opinion="unfavourable",
        text="Their board resigned.",
        by=executive,
    )
    application.refresh_from_db()
    assert application.state == "advised"
    shown = application.events.public().last()
    assert (shown.kind, shown.text) == ("advised", "")
    # A second thought replaces the first, which stays on record.
    deciding.advise(
        application, region=create_region(), opinion="favourable", text="A new one.", by=executive
    )
    [latest] = advising.latest_advice(application)
    assert (latest.opinion, Advice.objects.count()) == ("favourable", 2)


@pytest.mark.parametrize("state", ["more_asked", "accepted", "refused", "withdrawn"])
def test_no_advice_is_taken_when_none_is_waited_for(state):
    error = refused(
        deciding.advise,
        create_application(state=state),
        region=create_region(),
        opinion="favourable",
        text="Good.",
        by=create_executive(),
    )
    assert error.code == "not_under_review"
    assert not Advice.objects.exists()


def test_an_advice_has_grounds_and_a_region_that_is_concerned():
    application, by = received(), create_executive()
    values = {"opinion": "favourable", "by": by}
    assert list(
        refused(
            deciding.advise, application, region=create_region(), text=" ", **values
        ).message_dict
    ) == ["text"]
    other = refused(
        deciding.advise, application, region=create_region("R4"), text="Good.", **values
    )
    assert other.code == "other_region"


# -- Accepting -------------------------------------------------------------------------------------


def test_an_acceptance_makes_the_member_with_all_it_applied_with():
    application = received(
        category="A",
        language="es",
        name="Consejo del lago (ejemplo)",
        acronym="CL",
        description="Reúne a las asociaciones.",
        website="https://lago.example.org/",
        organisation_email="info@lago.example.org",
        founded=1987,
    )
    application.facets.add(create_facet())
    acceptance = accepted(application)
    organisation = Organisation.objects.get()
    assert acceptance.organisation == organisation
    assert organisation.original_language == "es"
    assert organisation.name_es == "Consejo del lago (ejemplo)"
    assert organisation.description_es == "Reúne a las asociaciones."
    assert not organisation.name_fr
    assert (organisation.slug, organisation.acronym) == ("consejo-del-lago-ejemplo", "CL")
    assert (organisation.founded, organisation.email) == (1987, "info@lago.example.org")
    assert list(organisation.facets.all()) == [create_facet()]
    assert (organisation.status, organisation.seat_country_id) == ("active", "KE")
    membership = organisation.memberships.get()
    assert (membership.starts_on, membership.ends_on) == joining.first_period(TODAY)
    assert membership.number == f"M/{TODAY.year}/001"
    change = organisation.status_changes.get()
    assert (change.after, change.changed_by) == ("active", acceptance.decided_by)
    application.refresh_from_db()
    assert (application.state, application.organisation) == ("accepted", organisation)


def test_an_international_applicant_gets_its_regions_and_one_at_risk_its_discretion():
    application = received(category="B", asks_discretion=True)
    application.regions.set([create_region("R1"), create_region("R2")])
    organisation = accepted(application).organisation
    assert organisation.country is None
    assert {region.code for region in organisation.regions.all()} == {"R1", "R2"}
    assert organisation.discreet
    assert not accepted(received(asks_discretion=True), discreet=False).organisation.discreet


@pytest.mark.slow
def test_each_person_gets_one_welcome_with_the_invitations_ten_minutes_later(
    django_capture_on_commit_callbacks,
):
    application = received(people=2, language="fr", email="applicant@example.org")
    head, contact, second = application.people.all()
    second.email = head.email.upper()
    second.language = "es"
    second.save()
    with django_capture_on_commit_callbacks(execute=True):
        acceptance = accepted(application, words="Nous nous réjouissons.")
    assert mail.outbox == []
    assert notices.send_due() == 0
    assert notices.send_due(timezone.now() + LATER) == 3
    letters = {message.to[0]: message for message in mail.outbox}
    assert set(letters) == {head.email, contact.email, "applicant@example.org"}
    links = {
        person: [word for word in letters[person].body.split() if "/invitations/" in word]
        for person in letters
    }
    assert {person: len(found) for person, found in links.items()} == {
        head.email: 2,  # as head and as contact
        contact.email: 1,
        "applicant@example.org": 0,
    }
    assert "Nous nous réjouissons." in letters[contact.email].body
    assert acceptance.membership.number in letters[contact.email].body
    assert Invitation.objects.open().count() == 3
    assert {invitation.kind for invitation in Invitation.objects.all()} == {"head", "contact"}


def test_the_welcome_says_what_the_category_gives_and_who_else_is_there():
    create_category("C", benefits_en="A page\nA library", invitations_en="Forum")
    national = create_organisation(name="National council", category="A")
    accepted(received(people=1, language="en"))
    text = Notice.objects.filter(kind="welcome").first().text
    assert "- A page\n- A library" in text
    assert "- Forum" in text
    assert str(national.name_en) in text


def test_no_letter_names_a_discreet_national_organisation():
    national = create_organisation(name="Secret council", category="A", discreet=True)
    accepted(received(people=1))
    texts = " ".join(notice.text for notice in Notice.objects.filter(kind="welcome"))
    assert "Secret council" not in texts
    assert seats.national_of(Organisation.objects.exclude(pk=national.pk).get()) is None


@pytest.mark.slow
def test_the_certificate_is_made_by_itself(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        organisation = accepted(received(name="Lake Council (example)")).organisation
    report = Report.objects.get(kind="certificate", organisation=organisation)
    assert (report.state, report.language, report.year) == ("done", "en", TODAY.year)
    with report.file.open("rb") as file:
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(file.read())).pages)
    # The last words of a name are not parted.
    assert "Lake Council (example)" in " ".join(text.split())
    assert organisation.memberships.get().number in text


@pytest.mark.parametrize("state", ["draft", "more_asked", "accepted", "refused", "withdrawn"])
def test_only_what_is_under_review_is_accepted(state):
    application = create_application(state=state)
    assert refused(accepted, application).code == "no_such_step"
    assert not Organisation.objects.exists()
    assert not Acceptance.objects.exists()


def test_a_second_a_is_refused_and_nothing_is_written(django_capture_on_commit_callbacks):
    holder = create_organisation(category="A")
    application = received(category="A", people=1)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert refused(accepted, application).code == "seat_taken"
    assert callbacks == []
    application.refresh_from_db()
    assert (application.state, application.organisation) == ("submitted", None)
    assert list(Organisation.objects.all()) == [holder]
    for model in (Acceptance, Invitation, Membership, Notice, Report, StatusChange):
        assert not model.objects.exists(), model


def test_the_first_period_is_invoiced_once_the_acceptance_is_final():
    create_band()
    acceptance = accepted(create_application(people=1))
    assert dues.invoice_accepted(TODAY) == 0
    Acceptance.objects.update(final_at=acceptance.decided_at)
    assert [dues.invoice_accepted(TODAY) for _again in range(2)] == [1, 0]
    invoice = Invoice.objects.get()
    assert (invoice.membership, invoice.amount) == (acceptance.membership, 100)
    dues.cancel(invoice, reason="Agreed by telephone", by=create_secretary())
    assert dues.invoice_accepted(TODAY) == 0


def test_what_no_band_prices_is_left_to_the_finance_desk():
    acceptance = accepted(create_application(people=1))
    Acceptance.objects.update(final_at=acceptance.decided_at)
    assert dues.invoice_accepted(TODAY) == 0
    assert not Invoice.objects.exists()


def test_a_receiver_that_fails_undoes_the_acceptance(monkeypatch):
    def fail(acceptance):
        raise ValueError

    receiver = admitting.Receiver(fail, fail)
    monkeypatch.setattr(admitting, "_receivers", [*admitting._receivers, receiver])
    with pytest.raises(ValueError):
        accepted(received(people=1))
    assert not Organisation.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("day", "end"),
    [("2026-01-01", "2026-12-31"), ("2026-10-02", "2026-12-31"), ("2026-10-03", "2027-12-31")],
)
def test_who_joins_late_in_a_year_is_a_member_until_the_end_of_the_next(day, end):
    date = datetime.date.fromisoformat
    assert joining.first_period(date(day)) == (date(day), date(end))


# -- A former member that returns ------------------------------------------------------------------


def former_member(**values) -> Organisation:
    former = create_organisation(category="C", status="withdrawn", name="Old Council", **values)
    create_membership(former, year=TODAY.year - 5)
    return former


def test_a_former_member_comes_back_under_its_own_record():
    former = former_member()
    contact = create_contact(former, email="here@example.org")
    application = received(category="A", people=1)
    application.people.filter(kind="contact").update(email=contact.email)
    acceptance = accepted(application, former=former)
    former.refresh_from_db()
    assert Organisation.objects.get() == former
    assert (former.status, former.category.code, former.seat_country_id) == ("active", "A", "KE")
    assert former.name_en == "Old Council (example)"
    assert former.memberships.count() == 2
    assert not acceptance.is_new
    # Who acts for it already is welcomed, and invited to nothing.
    assert [invitation.kind for invitation in Invitation.objects.all()] == ["head"]
    assert Notice.objects.filter(kind="welcome").count() == 3
    assert not Notice.objects.filter(kind="status").exists()


@pytest.mark.parametrize("status", ["active", "grace", "suspended"])
def test_a_member_is_not_accepted_once_more(status):
    member = create_organisation(status=status)
    assert refused(accepted, received(), former=member).code == "is_member"
    assert Membership.objects.count() == 0


# -- Taking it back --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("advised", [False, True])
def test_within_ten_minutes_it_is_as_if_it_had_not_been(
    advised, django_capture_on_commit_callbacks
):
    application = received(category="A", people=2)
    if advised:
        deciding.advise(
            application,
            region=create_region(),
            opinion="favourable",
            text="Yes.",
            by=create_executive(),
        )
    with django_capture_on_commit_callbacks(execute=True):
        accepted(application)
    [file] = [report.file.name for report in Report.objects.all()]
    secretary = create_secretary()
    with django_capture_on_commit_callbacks(execute=True):
        deciding.take_back(application, by=secretary)
    for model in (Organisation, Membership, Invitation, Report, StatusChange):
        assert not model.objects.exists(), model
    assert not default_storage.exists(file)
    assert notices.send_due(timezone.now() + LATER) == 0
    application.refresh_from_db()
    assert (application.state, application.organisation, application.closed_at) == (
        "advised" if advised else "submitted",
        None,
        None,
    )
    acceptance = Acceptance.objects.get()
    assert acceptance.taken_back_by == secretary
    # The applicant never hears of it; the desk does.
    later = timezone.now() + LATER
    assert "accepted" not in {event.kind for event in application.events.public(later)}
    assert application.events.last().kind == "taken_back"
    # And the decision is open again: the seat is free, the numbers go on.
    again = accepted(application)
    assert again.organisation.seat_country_id == "KE"
    assert Notice.objects.filter(kind="welcome", state=NoticeState.WAITING).count() == 4


def test_a_former_member_is_what_it_was_again():
    former = former_member()
    before = list(StatusChange.objects.all())
    application = received(category="A", country=create_country("TZ"), people=1)
    accepted(application, former=former, discreet=True)
    deciding.take_back(application, by=create_secretary())
    former.refresh_from_db()
    assert (former.status, former.category.code, former.country_id) == ("withdrawn", "C", "KE")
    assert (former.discreet, former.seat_country) == (False, None)
    assert former.memberships.count() == 1
    assert list(StatusChange.objects.all()) == before
    assert not Invitation.objects.exists()


def too_late(application: Application):
    error = refused(deciding.take_back, application, by=create_secretary())
    assert error.code == "too_late"
    application.refresh_from_db()
    assert application.state == "accepted"
    assert Organisation.objects.exists()
    assert Invitation.objects.exists()


def test_after_ten_minutes_it_is_too_late():
    application = received(people=1)
    accepted(application)
    now = timezone.now()
    Acceptance.objects.update(decided_at=now - LATER, final_at=now)
    too_late(application)
    assert not Notice.objects.filter(state=NoticeState.CANCELLED).exists()


@pytest.mark.parametrize("state", ["leaving", "sent", "refused", "uncertain"])
def test_once_a_mail_has_left_it_is_too_late(state):
    application = received(people=1)
    accepted(application)
    Notice.objects.filter(pk=Notice.objects.first().pk).update(state=state)
    too_late(application)
    # What has not left yet still leaves.
    assert Notice.objects.filter(state=NoticeState.WAITING).exists()


def test_what_was_not_accepted_is_not_taken_back():
    error = refused(deciding.take_back, received(), by=create_secretary())
    assert error.code == "too_late"


def test_it_is_not_taken_back_twice():
    application = received()
    accepted(application)
    deciding.take_back(application, by=create_secretary())
    assert refused(deciding.take_back, application, by=create_secretary()).code == "too_late"


def test_it_is_not_taken_back_once_somebody_acts_for_the_new_member():
    application = received(people=1)
    acceptance = accepted(application)
    create_mandate(create_person(), organisation=acceptance.organisation)
    error = refused(deciding.take_back, application, by=create_secretary())
    assert error.code == "in_use"
    assert Organisation.objects.exists()
    assert Notice.objects.filter(state=NoticeState.WAITING).exists()


def test_an_invitation_of_before_outlives_what_is_taken_back():
    former = former_member()
    application = received(people=1)
    person = application.people.get(kind="contact")
    waiting = invitations.invite(
        Invitation(organisation=former, kind="contact", email=person.email), by=None
    )
    accepted(application, former=former)
    deciding.take_back(application, by=create_secretary())
    assert list(Invitation.objects.all()) == [waiting]


# -- Refusing --------------------------------------------------------------------------------------


def test_a_refusal_tells_the_applicant_why():
    application = received(language="fr")
    secretary = create_secretary()
    deciding.refuse(application, reason="Les statuts manquent.", by=secretary)
    application.refresh_from_db()
    assert application.state == "refused"
    event = application.events.public().last()
    assert (event.kind, event.text, event.by) == ("refused", "Les statuts manquent.", secretary)
    notice = Notice.objects.get()
    assert (notice.email, notice.language) == (application.email, "fr")
    assert "Les statuts manquent." in notice.text
    assert "/fr/apply/follow/" in notice.text


def test_a_refusal_has_a_reason():
    application = received()
    error = refused(deciding.refuse, application, reason=" ", by=create_secretary())
    assert list(error.message_dict) == ["reason"]
    application.refresh_from_db()
    assert application.state == "submitted"


@pytest.mark.parametrize("state", ["accepted", "refused", "withdrawn"])
def test_what_is_over_is_not_refused(state):
    application = create_application(state=state)
    error = refused(deciding.refuse, application, reason="x", by=create_secretary())
    assert error.code == "no_such_step"
    assert not Notice.objects.exists()


# -- Two at once -----------------------------------------------------------------------------------


def at_once(*acts) -> list:
    """What each act returned or raised, all begun at the same moment in threads of their own."""
    start = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(index, act):
        try:
            start.wait()
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def won_and_lost(results) -> tuple[Acceptance, ValidationError]:
    [won] = [result for result in results if isinstance(result, Acceptance)]
    [lost] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(lost, ValidationError), lost
    return won, lost


@pytest.mark.services
@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.django_db(transaction=True)
def test_two_acceptances_of_a_second_a_at_once(attempt):
    """One wins, the other gets the message; on PostgreSQL the database decides which."""
    create_network()
    by = create_secretary()
    applications = [received(category="A", people=1) for _one in range(2)]
    results = at_once(*(lambda a=a: deciding.accept(a, by=by) for a in applications))
    won, lost = won_and_lost(results)
    assert lost.code == "seat_taken"
    [organisation] = Organisation.objects.all()
    assert organisation.seat_country_id == "KE"
    assert Membership.objects.count() == 1
    assert {a.state for a in Application.objects.all()} == {"accepted", "submitted"}
    assert set(Notice.objects.values_list("key", flat=True)) == {won.key}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_secretaries_accept_the_same_application_at_once():
    create_network()
    people = [create_secretary() for _one in range(2)]
    application = received(people=1)
    copies = [Application.objects.get(pk=application.pk) for _one in people]
    results = at_once(
        *(lambda c=c, p=p: deciding.accept(c, by=p) for c, p in zip(copies, people, strict=True))
    )
    _won, lost = won_and_lost(results)
    assert lost.code == "no_such_step"
    assert Organisation.objects.count() == 1
    assert Acceptance.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_an_acceptance_and_a_reinstatement_at_once_seat_one():
    create_network()
    by = create_secretary()
    former = create_organisation(category="A", status="suspended")
    application = received(category="A")
    results = at_once(
        lambda: deciding.accept(application, by=by),
        lambda: transitions.change_status(former, "active", by=by, reason="Board"),
    )
    [lost] = [result for result in results if isinstance(result, Exception)]
    assert lost.code == "seat_taken"
    assert Organisation.objects.seat_holders().count() == 1
