"""Who receives a letter: who asked for it, and the people of the region's members."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from members.models import Mandate, Organisation
from publications.models import LetterLeft, Newsletter, Subscriber
from publications.newsletters import board, recipients, sending, suppressing
from tests import factories as make
from tests.publications.test_subscribing import country_of, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Newsletter:
    make.create_network()
    return make.create_newsletter(make.create_region("R8"))


def readers(letter: Newsletter) -> set[tuple[str, str, str]]:
    """Address, language, audience of all who receive the letter now."""
    recipients.take_in_members(letter)
    found = list(recipients.of(letter).values_list("email", "letter_language", "audience"))
    # Each reader once, and the counts at the desk say the same.
    assert len({email for email, _, _ in found}) == len(found)
    counted = recipients.counts([letter])[letter.pk]
    assert sum(counted.values()) == len(found)
    for _, language, audience in found:
        assert counted[language, audience] == len(
            [one for one in found if one[1:] == (language, audience)]
        )
    return set(found)


def test_members_receive_the_letter_of_their_region_in_their_language(letter):
    member(letter.region, language="es", email="es@example.org")
    member(letter.region, language="fr", email="FR@example.org")
    member(make.create_region("R2"), email="elsewhere@example.org")
    assert readers(letter) == {
        ("es@example.org", "es", "members"),
        ("fr@example.org", "fr", "members"),
    }
    assert readers(make.create_newsletter(None)) == set()


def test_an_organisation_without_a_country_belongs_to_the_regions_it_works_in(letter):
    other = make.create_region("R2")
    organisation = make.create_organisation(country=None, category="B")
    organisation.regions.set([letter.region, other])
    person = make.create_person(email="b@example.org", language="en")
    make.create_mandate(person, organisation=organisation)
    assert readers(letter) == {("b@example.org", "en", "members")}
    assert readers(make.create_newsletter(other)) == {("b@example.org", "en", "members")}
    assert set(recipients.letters_for(person)) == set(Newsletter.objects.all())


def test_two_mandates_are_one_reader(letter):
    person = member(letter.region)
    another = make.create_organisation(country=country_of(letter.region))
    make.create_mandate(person, "finance", organisation=another)
    assert len(readers(letter)) == 1


def test_who_also_subscribed_is_read_to_as_a_member(letter):
    make.create_subscription(newsletter=letter, email="member@example.org", language="fr")
    member(letter.region, language="es")
    assert readers(letter) == {("member@example.org", "es", "members")}


def test_a_mandate_that_ends_takes_its_reader_along(letter):
    person = member(letter.region)
    assert len(readers(letter)) == 1
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Mandate.objects.update(since=yesterday, until=yesterday)
    assert readers(letter) == set()
    assert list(recipients.letters_for(person)) == []
    # What they asked for themselves stays.
    make.create_subscription(newsletter=letter, email=person.email)
    assert readers(letter) == {(person.email, "es", "public")}


@pytest.mark.parametrize("kind", ["executive", "language_lead", "secretariat", "treasurer"])
def test_mandates_for_no_member_bring_no_letter(letter, kind):
    person = make.create_person()
    subject = {"executive": {"region": letter.region}, "language_lead": {"language": "es"}}
    make.create_mandate(person, kind, **subject.get(kind, {}))
    assert readers(letter) == set()


@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {"status": "lapsed"}])
def test_an_organisation_that_is_no_member_any_more_receives_nothing(letter, change):
    member(letter.region)
    Organisation.objects.update(**change)
    assert readers(letter) == set()


def test_somebody_who_may_not_log_in_any_more_receives_nothing(letter):
    person = member(letter.region)
    person.is_active = False
    person.save()
    assert readers(letter) == set()


def test_who_left_stays_away_whatever_mandate_comes(letter):
    person = member(letter.region)
    LetterLeft.objects.create(person=person, newsletter=letter)
    another = make.create_organisation(country=country_of(letter.region))
    make.create_mandate(person, "finance", organisation=another)
    assert readers(letter) == set()
    make.create_subscription(newsletter=letter, email=person.email, language="fr")
    assert readers(letter) == {(person.email, "fr", "public")}


def test_a_new_address_of_a_person_receives_in_place_of_the_old(letter):
    person = member(letter.region)
    readers(letter)
    person.email = "new@example.org"
    person.save()
    assert readers(letter) == {("new@example.org", "es", "members")}


def test_people_of_a_discreet_member_are_written_to_and_named_nowhere(letter, client):
    person = member(letter.region, discreet=True)
    assert readers(letter) == {(person.email, "es", "members")}
    issue = make.create_issue(newsletter=letter, state="ready")
    sending.start(issue)
    sending.deliver(issue)
    [message] = mail.outbox
    organisation = Organisation.objects.get()
    assert organisation.name_en not in message.body
    client.force_login(make.create_executive(letter.region))
    page = client.get("/en/secretariat/newsletters/").content.decode()
    assert person.email not in page


@pytest.mark.parametrize(
    "change",
    [
        {"paused_until": timezone.localdate() + datetime.timedelta(days=30)},
        {"suppressed_at": timezone.now()},
        {"erased_at": timezone.now()},
    ],
)
@pytest.mark.parametrize("kind", ["public", "members"])
def test_nobody_is_written_to_who_pauses_or_is_suppressed_or_erased(letter, change, kind):
    if kind == "public":
        make.create_subscription(newsletter=letter, email="member@example.org")
    else:
        member(letter.region)
        recipients.take_in_members(letter)
    assert len(readers(letter)) == 1
    Subscriber.objects.update(**change)
    assert readers(letter) == set()


def test_a_pause_is_over_on_its_day(letter):
    make.create_subscription(newsletter=letter)
    Subscriber.objects.update(paused_until=timezone.localdate())
    assert len(readers(letter)) == 1


def test_a_person_of_a_suppressed_address_is_taken_in_as_such(letter):
    suppressing.suppress("member@example.org", "complaint")
    member(letter.region)
    assert readers(letter) == set()
    assert Subscriber.objects.get().suppressed_at is not None


@pytest.mark.parametrize("number", [1, 3])
def test_members_are_taken_in_by_as_many_questions(letter, number, django_assert_num_queries):
    people = [member(letter.region, email=f"member-{place}@example.org") for place in range(number)]
    make.create_subscriber(email="member-0@example.org", language="es")
    with django_assert_num_queries(7):
        assert recipients.take_in_members(letter) == number
    found = Subscriber.objects.order_by("email").values_list("email", "person")
    assert list(found) == [(person.email, person.pk) for person in people]
    assert Subscriber.objects.get(email="member-0@example.org").language == "es"


def test_freezing_keeps_each_once_with_their_audience(letter):
    member(letter.region, language="fr")
    make.create_subscription(newsletter=letter, email="member@example.org", language="en")
    make.create_subscription(newsletter=letter, language="es")
    issue = make.create_issue(newsletter=letter, state="ready")
    sending.start(issue)
    sending.freeze(issue)
    assert set(issue.deliveries.values_list("language", "audience")) == {
        ("fr", "members"),
        ("es", "public"),
    }


def test_who_leaves_after_freezing_is_left_out(letter):
    person = member(letter.region)
    issue = make.create_issue(newsletter=letter, state="ready")
    sending.start(issue)
    LetterLeft.objects.create(person=person, newsletter=letter)
    sending.deliver(issue)
    assert mail.outbox == []
    assert dict(sending.totals(issue)) == {"skipped": 1}


@pytest.mark.parametrize("number", [1, 3])
def test_the_board_counts_members_in_as_many_questions(letter, number, django_assert_num_queries):
    for place in range(number):
        region = letter.region if place == 0 else make.create_region(f"R{place}")
        make.create_newsletter(region)
        member(region, email=f"member-{place}@example.org", language="fr")
        make.create_subscription(newsletter=make.create_newsletter(region), language="es")
    letters = list(Newsletter.objects.all())
    with django_assert_num_queries(5):
        recipients.counts(letters)
    rows = board.rows(Newsletter.objects.all())
    assert [row.readers for row in rows] == [[("fr", 1), ("en", 0), ("es", 1)]] * number
