"""The demonstration network: complete, visibly an example, valid, and the same every time."""

import datetime
from collections import Counter
from io import BytesIO, StringIO
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from pypdf import PdfReader

from members import joining, numbering
from members.models import Derogation, Mandate, Membership, Organisation, User
from portal import demo
from portal.demo.building import build
from portal.demo.people import SECRETARY
from portal.demo.texts import EXAMPLE
from portal.lib.tidying import tidy
from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import ContactMessage
from programme.models import Activity, Challenge, EmergingIssue, Event, Level, Second
from publications.filtering import LibraryFilter
from publications.models import (
    Author,
    Bounce,
    Correction,
    Issue,
    IssueCorrection,
    IssueItem,
    Newsletter,
    Publication,
    PublicationFile,
    ReportBatch,
    Series,
    Subscriber,
    Subscription,
    Suppression,
)
from publications.models.library import PublicationState
from publications.models.newsletters import POINTERS, IssueState
from regions.models import Region

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MADE = {
    "organisations": 90,
    "facets": 447,
    "own members": 18,
    "people": 89,
    "publications": 60,
    "editorial life": 14,
    "events": 33,
    "activities": 20,
    "emerging issues": 6,
    "issues of newsletters": 30,
    "subscriptions": 193,
    "axes followed": 20,
    "messages": 3,
    "threads": 4,
    "documents for members": 3,
    "partners": 4,
    "invoices": 86,
    "applications": 7,
    "advice": 2,
    "work of the desk": 3,
    "answers": 4,
    "imports": 1,
    "batches of reports": 2,
}
TODAY = timezone.localdate()


def of_the_desk():
    """The library’s own texts: what members propose has its own tests below."""
    return Publication.objects.filter(proposed_for=None)


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The whole network, made once for this module and undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        created = build()
        yield created
        transaction.set_rollback(True)


def test_everything_is_made(demonstration):
    # The secretary comes first and is counted apart.
    assert demonstration == MADE
    assert Organisation.objects.count() == 90
    assert of_the_desk().count() == 60
    assert Event.objects.count() == 33
    assert Activity.objects.count() == 20
    assert ContactMessage.objects.waiting().count() == 3


def test_a_second_time_changes_nothing(demonstration):
    histories = [
        model.history.count() for model in (Organisation, Membership, Mandate, Publication, Event)
    ]
    assert set(build().values()) == {0}
    assert histories == [
        model.history.count() for model in (Organisation, Membership, Mandate, Publication, Event)
    ]


def test_every_organisation_is_visibly_an_example(demonstration):
    for organisation in Organisation.objects.all():
        for code in LANGUAGES:
            name = organisation.own_text("name", code)
            assert not name or name.endswith(EXAMPLE[code])
        assert organisation.email.endswith("@example.org")
    for email in (
        *User.objects.values_list("email", flat=True),
        *Subscriber.objects.values_list("email", flat=True),
        *ContactMessage.objects.values_list("email", flat=True),
    ):
        assert email.endswith("@example.org")


def test_regions_are_uneven_and_none_is_empty(demonstration):
    assert [Organisation.objects.active().in_region(r).count() for r in Region.objects.all()] == [
        *(6, 21, 5),
        *(10, 7, 8),
        *(12, 14, 9),
    ]
    discreet = Organisation.objects.filter(discreet=True)
    assert sorted(organisation.region.code for organisation in discreet) == ["R5", "R6"]


def test_there_is_one_seat_for_each_country_with_a_national_organisation(demonstration):
    national = Organisation.objects.active().of_category("A")
    countries = set(national.values_list("country", flat=True))
    seats = list(national.filter(seat_country=F("country")).values_list("seat_country", flat=True))
    assert sorted(seats) == sorted(countries)
    [without] = national.filter(seat_country=None)
    assert without.slug == "flanders-council"
    assert [derogation.organisation for derogation in Derogation.objects.all()] == [without]
    assert not Organisation.objects.seat_holders().exclude(category__code="A").exists()


def test_statuses_agree_with_periods(demonstration):
    assert Counter(Organisation.objects.values_list("status", flat=True)) == {
        "active": 86,
        "applicant": 2,
        "grace": 1,
        "lapsed": 1,
    }
    current = Membership.objects.on(TODAY).values("organisation")
    assert set(Organisation.objects.filter(pk__in=current).values_list("status", flat=True)) == {
        "active"
    }
    assert Organisation.objects.filter(pk__in=current).count() == 86
    assert joining.refresh_statuses() == 0
    assert numbering.next_number(TODAY.year).startswith(f"M/{TODAY.year}/")


def test_members_joined_over_half_a_century(demonstration):
    years = {organisation.member_since.year for organisation in Organisation.objects.active()}
    newest = TODAY - datetime.timedelta(days=40)
    assert (min(years), max(years)) == (1972, newest.year)
    for organisation in Organisation.objects.active():
        periods = list(organisation.memberships.order_by("starts_on"))
        for earlier, later in pairwise(periods):
            assert later.starts_on == earlier.ends_on + datetime.timedelta(days=1)


def test_translations_are_uneven_and_every_state_is_used(demonstration):
    languages = Counter()
    states = set()
    for publication in of_the_desk():
        languages[sum(bool(publication.own_text("title", code)) for code in LANGUAGES)] += 1
        states |= {state for _, state in publication.languages()}
        assert publication.translation_state(publication.original_language) == "ready"
    assert languages == {3: 18, 2: 22, 1: 20}
    assert states == set(TranslationState.values)
    for code in LANGUAGES:
        assert 0 < of_the_desk().missing_in(code).count() < 60
        assert 0 < Organisation.objects.missing_in(code).count() < 90
    assert Publication.objects.filter(state_es="in_progress", body_es__isnull=False).count() == 0


def test_saving_a_publication_keeps_its_states(demonstration):
    with transaction.atomic():
        for publication in of_the_desk():
            before = publication.languages()
            publication.save()
            assert publication.languages() == before
        transaction.set_rollback(True)


def test_publications_are_complete(demonstration):
    assert Counter(of_the_desk().values_list("access", flat=True)) == {
        "public": 54,
        "members": 5,
        "secretariat": 1,
    }
    assert set(Publication.objects.values_list("kind", flat=True)) == set(Publication.Kind.values)
    assert set(Publication.objects.values_list("axes__number", flat=True)) == {1, 2, 3, 4, 5, 6, 7}
    tables = 0
    for publication in of_the_desk():
        publication.full_clean()
        body = publication.own_text("body", publication.original_language)
        assert publication.own_text("summary", publication.original_language)
        assert body.count("<h2>") == 3
        assert tidy(body, publication.original_language) == body
        tables += "<table>" in body
    assert tables > 5


def test_one_text_has_all_that_a_text_can_have(demonstration):
    publication = Publication.objects.get(symbol="P/2026/14")
    picture = publication.pictures.get()
    assert picture.unused_since is None
    for code in ("fr", "en"):
        body = publication.own_text("body", code)
        alternative = getattr(picture, f"alternative_{code}")
        assert f'<img src="/pictures/{picture.name}" alt="{alternative}"' in body
        assert '<sup><a href="#fn-1" id="fnref-1" role="doc-noteref"' in body
        assert "<figcaption>" in body
        assert "<span lang=" in body


def test_proposals_stand_at_every_step(demonstration):
    proposals = Publication.objects.exclude(proposed_for=None)
    states = list(proposals.order_by("symbol").values_list("state", flat=True))
    assert states == [state for state in PublicationState.values if state in states]
    assert len(states) == len(PublicationState.values)
    for proposal in proposals:
        proposal.full_clean()
        assert proposal.own_text("title", proposal.original_language).endswith(
            EXAMPLE[proposal.original_language]
        )
        assert proposal.steps.last().state == proposal.state
        assert proposal.proposed_by.email.endswith("@example.org")


def test_series_corrections_and_positions(demonstration):
    assert [series.publications.count() > 2 for series in Series.objects.all()] == [True, True]
    for series in Series.objects.all():
        series.full_clean()
        assert series.text("title").value.endswith(")")
    for author in Author.objects.exclude(orcid=""):
        author.full_clean()
    assert Author.objects.exclude(orcid="").count() == 3
    assert Correction.objects.count() == 1
    [older] = Publication.objects.exclude(replaced_by=None)
    assert (older.kind, older.replaced_by.kind) == ("position", "position")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_facet_of_the_library_offers_a_choice(demonstration, language):
    """Each kind, level and challenge has a text, and so has each language."""
    asked = LibraryFilter({}, language=language)
    facets = asked.facets(asked.counted(Publication.objects.public(), kept=False))
    assert [facet.name for facet in facets if len(facet.options) < 2] == []
    values = {facet.name: {option.value for option in facet.options} for facet in facets}
    assert values["kind"] == set(Publication.Kind.values)
    assert values["level"] == set(Level.values)
    assert values["language"] == set(LANGUAGES)
    assert values["challenge"] == {str(challenge.number) for challenge in Challenge.objects.all()}
    assert values["series"] == {series.slug for series in Series.objects.all()}
    assert {option.word.language for facet in facets for option in facet.options} >= {language}


def test_what_was_taken_back_says_so_in_three_languages(demonstration, client):
    [publication] = Publication.objects.taken_back()
    publication.full_clean()
    for language, told in (
        ("fr", "mettre des personnes en danger"),
        ("en", "put people at risk"),
        ("es", "en peligro"),
    ):
        answer = client.get(f"/{language}/publications/{publication.dashed_symbol}/")
        assert answer.status_code == 410
        assert told in answer.content.decode()


def test_one_text_has_all_that_is_said_of_a_text(demonstration):
    publication = Publication.objects.get(symbol="P/2026/14")
    assert publication.doi.startswith("10.5555/")
    assert len(publication.references.splitlines()) == 2
    assert publication.last_reviewed_on is not None
    assert publication.challenges.exists()
    assert len(set(Publication.objects.values_list("licence", flat=True))) == 2


def test_files_are_tagged_documents_in_their_language(demonstration):
    files = list(PublicationFile.objects.select_related("publication"))
    assert (len(files), len({file.publication_id for file in files})) == (53, 23)
    assert len({file.digest for file in files}) == 53
    for file in files:
        assert (file.media_type, file.is_tagged) == ("application/pdf", True)
        assert file.pages >= 1
        assert file.publication.is_available(file.language)
    with files[0].file.open() as stored:
        content = stored.read()
    assert len(content) == files[0].size
    reader = PdfReader(BytesIO(content))
    assert reader.trailer["/Root"]["/Lang"] == files[0].language
    assert files[0].publication.symbol in reader.pages[0].extract_text()


def test_events_lie_before_and_after_today(demonstration):
    now = timezone.now()
    assert (Event.objects.upcoming(now).count(), Event.objects.past(now).count()) == (16, 17)
    assert Event.objects.public().count() == 31
    for event in Event.objects.all():
        event.full_clean()
        assert event.local_start.weekday() < 5


def test_one_region_sleeps(demonstration):
    region = Region.objects.get(code="R3")
    long_ago = TODAY - datetime.timedelta(days=365)
    assert region.publications.count() == 2
    assert not region.publications.filter(published_on__gte=long_ago).exists()
    assert not region.events.filter(starts_at__date__gte=long_ago).exists()
    assert not region.newsletter.issues.filter(sent_at__date__gte=long_ago).exists()
    assert not Mandate.objects.current().filter(region=region).exists()
    with_executive = set(
        Mandate.objects.current().filter(kind="executive").values_list("region__code", flat=True)
    )
    assert with_executive == {f"R{number}" for number in range(1, 10)} - {"R3"}


def test_past_issues_tell_of_public_things_only(demonstration):
    at_hand = {one.newsletter.code: one for one in Issue.objects.exclude(state=IssueState.SENT)}
    assert at_hand.keys() == {"R2", "R4", "R5", "R7", "R8", "world"}
    assert at_hand["R7"].state == IssueState.DRAFT
    assert at_hand["R7"].holder is not None
    for newsletter in Newsletter.objects.all():
        expected = 1 if newsletter.code == "R3" else None
        count = newsletter.issues.filter(state=IssueState.SENT).count()
        assert count == expected if expected else 2 <= count <= 3
    assert not Issue.objects.filter(sent_at__gt=timezone.now()).exists()
    # Publications have fixed dates, so that years from now past issues tell of none.
    # What was flagged in the last months is in the next letters, not always in past ones.
    sections = set(POINTERS) - {"emerging"} - ({"publications"} if TODAY.year > 2026 else set())
    assert {item.section for item in IssueItem.objects.all()} >= sections
    for item in IssueItem.objects.all():
        publication, event, organisation = item.publication, item.event, item.organisation
        assert publication is None or publication.is_public
        assert event is None or event.is_public
        assert organisation is None or organisation.is_public


@pytest.mark.parametrize(
    "address",
    ["", "regions/", "regions/R2/", "regions/R8/", "programme/", "programme/events/", "members/"]
    + ["newsletters/", "search/?q=protection", "pages/about/", "data/"],
)
def test_no_public_page_is_heavy(demonstration, client, address):
    """Sixty kilobytes of HTML, maps included, before it is compressed."""
    assert len(client.get(f"/fr/{address}").content) <= 60_000


def test_readers_follow_axes_pause_and_come_back(demonstration):
    assert Subscription.objects.filter(axis__isnull=False).values("axis").distinct().count() == 7
    assert Subscriber.objects.filter(paused_until__gt=TODAY).count() == 3
    assert {one.kind for one in Bounce.objects.all()} == {"hard", "soft", "complaint"}
    assert Suppression.objects.in_force().count() == 2
    assert Suppression.objects.get(lifted_at__isnull=False).lifted_why
    correction = IssueCorrection.objects.get()
    assert (correction.is_available("fr"), correction.is_available("es")) == (True, False)


def test_subscriptions_are_in_every_state_and_language(demonstration):
    assert set(Subscriber.objects.values_list("language", flat=True)) == set(LANGUAGES)
    letters = Subscription.objects.filter(newsletter__isnull=False)
    confirmed = letters.confirmed().count()
    waiting = letters.waiting().count()
    assert (confirmed > 120, waiting > 5, confirmed + waiting < 193) == (True, True, True)
    assert not Subscription.objects.filter(confirmed_at__lt=F("requested_at")).exists()
    assert not Subscription.objects.filter(Q(ended_at__gt=timezone.now())).exists()


def test_people_can_log_in_and_staff_have_a_code(demonstration, settings):
    settings.DEMONSTRATION = True
    assert [(email, role) for email, _, role in demo.logins()] == [
        (SECRETARY, "secretariat"),
        ("wanjiru.example@example.org", "regional executive, R8"),
        ("tomas.ejemplo@example.org", "finance desk"),
        ("awa.exemple@example.org", "head and contact of a member, Senegal"),
        ("jean.modele@example.org", "dues and contact of the same member"),
        ("marisol.ejemplo@example.org", "language lead, Spanish"),
    ]
    for email, password, _ in demo.logins():
        person = User.objects.get(email=email)
        assert person.check_password(password)
        assert EmailAddress.objects.filter(user=person, verified=True, primary=True).count() == 1
    staff = [authenticator.user.email for authenticator in Authenticator.objects.all()]
    assert sorted(staff) == [
        SECRETARY,
        "tomas.ejemplo@example.org",
        "wanjiru.example@example.org",
    ]
    usable = [person for person in User.objects.all() if person.has_usable_password()]
    assert len(usable) == 6
    lina, tomas, wanjiru = (User.objects.get(email=email).standing for email in sorted(staff))
    assert (lina.is_secretariat, wanjiru.is_secretariat) == (True, False)
    assert (tomas.is_treasurer, tomas.has_desk) == (True, False)
    assert [region.code for region in wanjiru.regions] == ["R8"]
    marisol = User.objects.get(email="marisol.ejemplo@example.org")
    assert marisol.standing.languages == ("es",)
    awa = User.objects.get(email="awa.exemple@example.org")
    assert [organisation.country_id for organisation in awa.standing.organisations] == ["SN"]


def test_the_printed_code_opens_the_door(demonstration, settings):
    settings.DEMONSTRATION = True
    output = StringIO()
    call_command("demo", "code", stdout=output)
    authenticator = Authenticator.objects.get(user__email=SECRETARY)
    assert TOTP(authenticator).validate_code(output.getvalue().strip())


def test_nothing_happens_on_a_database_that_is_not_empty(demonstration, settings):
    settings.DEMONSTRATION = True
    output = StringIO()
    call_command("demo", "--if-empty", stdout=output)
    assert output.getvalue() == ("The database has organisations already: nothing was done.\n")


@pytest.mark.parametrize("arguments", [(), ("code",), ("--if-empty",), ("--scale", "2")])
def test_it_is_refused_outside_demonstration_mode(db, settings, arguments):
    settings.DEMONSTRATION = False
    before = Organisation.objects.count()
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("demo", *arguments)
    assert demo.logins() == []
    assert Organisation.objects.count() == before


@pytest.mark.parametrize("scale", ["0", "-1", "many", "1001"])
def test_a_wrong_scale_is_refused(db, settings, scale):
    settings.DEMONSTRATION = True
    with pytest.raises(CommandError, match="not a number from 1 to 1000"):
        call_command("demo", f"--scale={scale}")


def test_it_multiplies(demonstration):
    with transaction.atomic():
        created = build(scale=3)
        assert (created["organisations"], created["publications"]) == (170, 120)
        assert created["subscriptions"] > 350
        assert created["people"] == created["events"] == 0
        assert set(build(scale=3).values()) == {0}
        assert Organisation.objects.active().of_category("A").count() == 61
        for publication in Publication.objects.filter(published_on__year__lt=2023):
            publication.full_clean()
            assert publication.axes.count() >= 1
        for organisation in Organisation.objects.filter(slug__endswith="-3"):
            assert organisation.own_text("name", organisation.original_language).endswith(")")
            assert organisation.sort_fr and organisation.is_public
            assert organisation.memberships.on(TODAY).count() == 1
        assert numbering.next_number(TODAY.year) not in Membership.objects.values_list(
            "number", flat=True
        )
        transaction.set_rollback(True)


def test_one_batch_of_reports_is_whole_and_one_lacks_a_report(demonstration):
    states = [
        (batch.state, batch.counts["not_made"], batch.archives.exclude(file="").exists())
        for batch in ReportBatch.objects.order_by("pk")
    ]
    assert states == [("done", 1, True), ("done", 0, True)]


def test_three_regions_lift_what_they_share_and_one_issue_is_closed(demonstration):
    lifted = EmergingIssue.objects.lifted()
    assert sorted(issue.region.code for issue in lifted) == ["R4", "R7", "R9"]
    assert {issue.challenge.number for issue in lifted} == {1}
    assert {issue.lifted_on for issue in lifted} == {TODAY - datetime.timedelta(days=12)}
    [closed] = EmergingIssue.objects.exclude(closed_on=None)
    assert all(closed.own_text("outcome", code) for code in LANGUAGES)
    seconds = Second.objects.values("organisation")
    assert Organisation.objects.filter(pk__in=seconds, discreet=True).count() == 0
