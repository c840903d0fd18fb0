"""Nobody learns of a discreet member: no word of theirs anywhere public, and no figure.

Every public address in three languages is read in a world without discreet members, and again
when there is one of every category, each with words that nobody else has. The answers are the same
byte for byte, but for the figures of a region and of the world, which are named here one by one.
"""

import difflib
import io
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from members import associations, duplicates, likenesses, reach
from members.models import Organisation
from portal import open_data, sitemaps
from portal.mending import repair
from programme import emerging
from programme.models import EmergingIssue
from publications.models import Report
from publications.models.periods import Period
from publications.newsletters import drafting, rendering, sending
from publications.reports import making, member, region
from regions.models import Country, Region
from tests import factories as make
from tests.test_access import TABLE
from tests.test_access import world as access_world  # noqa: F401  a fixture
from tests.test_conventions import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LANGUAGES = ("fr", "en", "es")

# Words of discreet members alone: name, acronym, site, mail, description, associations, facet,
# people, sources of figures.
WORDS = (
    *("Xylophane", "XYLQ", "quokkalith", "Zibelline", "Vermicule", "Cachetterie", "CCHQ"),
    *("taniere", "Personnage", "Sourcelle", "Yatagane", "Wapitique"),
)
# A word of the network's lists that only they have chosen: no public page offers it.
ONLY_THEIRS = "Occulterie"
# Where a figure of a region or of the world may stand: any other page is the same to the byte.
WITH_FIGURES = {
    "portal:home",  # the nine regions with their members, and the reach of the world
    "portal:regions",  # the nine regions with their members
    "portal:region",  # members of the region, and its reach
    "members:directory",  # members of the world, and the reach of the world or of a region
}
# Addresses whose answer says nothing of members and is new each time.
EXEMPT = {
    "ready": "the state of the machine",
}


@pytest.fixture
def world(access_world, django_capture_on_commit_callbacks):  # noqa: F811
    """One of everything the addresses are about, and enough of each for plural forms."""
    with django_capture_on_commit_callbacks(execute=True):
        africa = Region.objects.get(code="R8")
        tanzania = make.create_country("TZ", region=africa)
        make.create_country("UG", region=africa)  # where there will only be a discreet member
        make.create_facet("population", ONLY_THEIRS)
        lake = Organisation.objects.get(slug="lake-council")
        lake.facets.set([make.create_facet("theme", "health"), make.create_facet("language", "sw")])
        for code, place in (("A", tanzania), ("C", tanzania), ("C", lake.country)):
            one = make.create_organisation(category=code, country=place)
            make.create_membership(one)
            one.facets.set([make.create_facet("theme", "health")])
        council = Organisation.objects.get(category__code="A")
        for name in ("Shared association", "Own association"):
            make.create_affiliation(council, name, is_public=True)
        abroad = make.create_organisation(category="B")
        abroad.regions.add(africa)
        make.create_activity(regions=[africa], axis=make.create_axis(1))
        make.create_grouping("SADC", countries=list(Country.objects.filter(region=africa)))
        make.create_grouping("EAC", countries=[Country.objects.get(code="UG")])
        year = timezone.localdate().year
        make.create_membership(lake, year=year)
    repair()
    open_data.measure()  # the sizes that the page shows are those of the files, seen or not
    return access_world | {"council": council, "lake": lake}


@pytest.fixture
def hide(world, django_capture_on_commit_callbacks):
    """Calling it makes discreet members of every category, in everything a member can be in."""

    def hidden() -> list[Organisation]:
        with django_capture_on_commit_callbacks(execute=True):
            return [discreet(code, world) for code in ("A", "B", "C")]

    return hidden


def discreet(code: str, world: dict) -> Organisation:
    africa = Region.objects.get(code="R8")
    country = {"A": Country.objects.get(code="UG"), "C": Country.objects.get(code="KE")}.get(code)
    name = {"A": "Xylophane", "B": "Yatagane", "C": "Wapitique"}[code]
    one = make.create_organisation(
        category=code,
        country=country,
        name=name,
        slug=f"{name.lower()}-{code.lower()}",
        acronym="XYLQ",
        website=f"https://quokkalith-{code}.example/",
        email=f"zibelline-{code}@quokkalith.example",
        description_en="Vermicule work",
        description_fr="Vermicule",
        discreet=True,
        founded=1931,
    )
    if country is None:
        one.regions.add(africa)
    one.facets.set(
        [make.create_facet("theme", "health"), make.create_facet("population", ONLY_THEIRS)]
    )
    make.create_membership(one)
    contact = make.create_contact(one, full_name="Personnage Example")
    for issue in EmergingIssue.objects.open_to(one):
        emerging.second(issue, one, by=contact)
    if one.category.has_own_members:
        kept = {"is_public": True, "website": "https://taniere.example", "acronym": "CCHQ"}
        place = Country.objects.get(code="UG")
        make.create_affiliation(one, "Cachetterie", country=place, **kept)
        shared = make.create_affiliation(
            one, "Shared association", country=Country.objects.get(code="TZ"), is_public=True
        )
        known = world["council"].affiliations.get(association__name="Shared association")
        likenesses.decide(known.association, shared.association, decision="same", by=None)
        associations.count(one, figure=77, source="Sourcelle", as_of=timezone.localdate(), by=None)
    publication = make.Publication.objects.get(symbol="P/2026/14")
    publication.organisations.add(one)
    writer = one.mandates.first().person
    make.Publication.objects.filter(pk=publication.pk).update(proposed_for=one, proposed_by=writer)
    publication.steps.create(kind="proposed", state="proposed", by=writer, reason="Vermicule")
    for activity in make.Activity.objects.all():
        activity.organisations.add(one)
    make.create_thread(one, by=one.mandates.first().person)
    repair()
    return one


# -- Reading answers -------------------------------------------------------------------------------


def read(answer) -> tuple[int, str, str]:
    """Status, where it leads, and its text; a PDF as the text that is read back from it.

    What is drawn by lot for each answer (the tokens of forms) is left out: sooner or later its
    letters spell any short word.
    """
    content = answer.getvalue() if answer.streaming else answer.content
    if content.startswith(b"%PDF-") and len(content) > 1000:
        text = read_pdf(content)
    else:
        text = re.sub(r'value="shown:[^"]*"', "", content.decode("utf-8", "replace"))
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
        text = re.sub(r"<responseDate>[^<]*", "", text)
    return answer.status_code, answer.get("Location", ""), text


def read_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def words_in(text: str) -> set[str]:
    return {word for word in WORDS if word.casefold() in text.casefold()}


def address(world: dict, name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name, kwargs=world["arguments"].get(name))


QUERIES = {
    "members:directory": (
        *("?country=KE", "?country=UG", "?region=R8", "?region=R8&category=C", "?category=A"),
        *("?grouping=sadc", "?grouping=eac", "?theme=health", "?population=Occulterie"),
        *("?word=Xylophane", "?word=XYLQ", "?word=vermicule", "?language=sw", "?page=2"),
    ),
    "members:directory_csv": ("?country=UG", "?country=KE", "?region=R8", "?word=Xylophane"),
    "members:directory_json": ("?country=UG", "?region=R8", "?population=Occulterie"),
    "members:directory_geojson": ("?country=UG", "?region=R8", "?word=quokkalith"),
    "portal:search": (
        *(f"?q={word}" for word in (*WORDS, "council", "health", "1931")),
        # Near their names, and their beginnings: nothing is suggested, nothing begins so.
        *(
            "?q=xylophanne",
            "?q=Wapitque",
            "?q=Xylo*",
            '?q="Vermicule work"',
            "?q=council&region=R8",
        ),
    ),
    "programme:events": ("?region=R8", "?past=1"),
    "publications:list": ("?region=R8", "?country=UG", "?sort=title"),
}


# Further addresses of the same views: each set of open data, each kind of record in the sitemap.
FURTHER = [
    *(("portal:data_file", {"name": name, "kind": "csv"}) for name in open_data.SETS),
    *(("portal:data_file", {"name": name, "kind": "json"}) for name in open_data.SETS),
    *(("sitemap_section", {"section": name, "number": 0}) for name in sitemaps.SECTIONS),
]


def public_answers(world: dict) -> dict[tuple[str, str], tuple]:
    """(name of the address, address) → what an anonymous reader gets."""
    found = {}
    theirs = ("account_", "mfa_", "admin:")  # asked for a log-in; they know nothing of members
    for name in sorted(PUBLIC - EXEMPT.keys()):
        if name.startswith(theirs):
            continue
        for language in LANGUAGES:
            try:
                path = address(world, name, language)
            except NoReverseMatch as error:
                pytest.fail(f"{name} needs arguments in test_access.arguments: {error}")
            method = TABLE[name][0]
            for query in ("", *QUERIES.get(name, ())) if method == "get" else ():
                found[name, path + query] = read(Client().get(path + query))
    for name, arguments in FURTHER:
        with translation.override("en"):
            path = reverse(name, kwargs=arguments)
        found[name, path] = read(Client().get(path))
    return found


def figures_hidden(text: str) -> str:
    """The text without what a figure of a region or of the world may change."""
    for language in LANGUAGES:
        with translation.override(language):
            text = text.replace(f" {translation.gettext('Not every source is named.')}", "")
    return re.sub(r"\d+(?:[\s\u00a0\u202f]\d{3})*", "#", " ".join(text.split()))


# -- The public ------------------------------------------------------------------------------------


def test_every_public_address_is_the_same_and_says_no_word(world, hide):
    before = public_answers(world)
    assert len(before) > 150
    hidden = hide()
    after = public_answers(world)
    assert before.keys() == after.keys()
    telling = {
        key: words_in(text.replace(key[1].split("?")[-1], ""))
        for key, (_status, _to, text) in after.items()
        if "?" not in key[1] and words_in(text)
    }
    assert telling == {}
    assert [key for key in after if "?" not in key[1] and ONLY_THEIRS in after[key][2]] == []
    differing = {
        key: list(difflib.unified_diff(before[key][2].split("\n"), answer[2].split("\n"), n=0))[2:]
        for key, answer in after.items()
        if answer != before[key] and key[0] not in WITH_FIGURES
    }
    assert not differing, "\n".join(map(str, differing.items()))
    for key, answer in after.items():
        if key[0] in WITH_FIGURES:
            assert figures_hidden(answer[2]) == figures_hidden(before[key][2]), key
    assert {one.category.code for one in hidden} == {"A", "B", "C"}


def test_the_directory_filtered_below_a_region_is_the_same_to_the_byte(world, hide):
    pages = [
        f"/{language}/members/{query}"
        for language in LANGUAGES
        # A country without a public member is not understood: the page is the whole directory's.
        for query in ("?country=KE", "?category=A", "?grouping=eac", "?theme=health")
    ]

    def figure_free(path):
        # The only figure of the world on a filtered page: members and countries in its lead.
        text = Client().get(path).content.decode()
        return re.sub(r'<p class="lead">.*?</p>', "", text, count=1, flags=re.DOTALL)

    before = [figure_free(path) for path in pages]
    hide()
    for path, earlier in zip(pages, before, strict=True):
        now = figure_free(path).split("\n")
        changed = list(difflib.unified_diff(earlier.split("\n"), now, n=0))
        assert not changed, "\n".join([path, *changed])


def test_the_address_of_a_discreet_member_answers_like_one_that_does_not_exist(world, hide):
    for one in hide():
        for language in LANGUAGES:
            path = f"/{language}/members/{one.slug}/"
            nowhere = f"/{language}/members/no-such-organisation/"
            answer, other = Client().get(path), Client().get(nowhere)
            assert answer.status_code == other.status_code == 404
            told = answer.content.decode().replace(one.slug, "no-such-organisation")
            assert told == other.content.decode()


def test_figures_of_region_and_world_do_count_them(world, hide):
    africa = Region.objects.get(code="R8")
    members, speaks_for = Organisation.objects.active().count(), reach.of_world().organisations
    country = reach.of_country(Country.objects.get(code="UG"))
    hide()
    assert Organisation.objects.active().count() == members + 3
    # The three lists share one association with a public one, and name one more each.
    assert reach.of_world().organisations == speaks_for + 3
    assert reach.of_region(africa).others
    assert reach.of_country(Country.objects.get(code="UG")) == country


# -- Letters and reports ---------------------------------------------------------------------------


def quarter() -> Period:
    return Period.of(timezone.localdate())


def test_no_letter_tells_of_them_in_any_skin(world, hide):
    hide()
    mail.outbox.clear()  # what told the secretariat of a message of theirs
    letter = make.create_newsletter(Region.objects.get(code="R8"))
    letter.issues.all().delete()
    for language in LANGUAGES:
        make.create_subscription(newsletter=letter, language=language)
    issue = drafting.draft(letter, quarter())
    for code in LANGUAGES:
        setattr(issue, f"subject_{code}", f"Subject {code}")
    issue.save()
    make.declare_ready(issue)
    sending.start(issue)
    sending.send_due()
    issue.refresh_from_db()
    for language in LANGUAGES:
        sent = rendering.letter(issue, language)
        assert words_in(f"{sent.subject} {sent.html} {sent.text}") == set()
        text = read_pdf(rendering.printed(issue, language))
        assert text and words_in(text) == set()
    assert len(mail.outbox) >= 3
    for message in mail.outbox:
        assert words_in(message.message().as_string()) == set()


def test_a_letter_in_the_archive_forgets_whoever_becomes_discreet(world, client):
    lake = world["lake"]
    lake.name_fr = lake.name_en = lake.name_es = "Xylophane"
    lake.save()
    letter = make.create_newsletter(Region.objects.get(code="R8"))
    letter.issues.all().delete()
    issue = drafting.draft(letter, quarter())
    issue.items.all().delete()
    issue.items.create(section="members", organisation=lake, position=1)
    issue.state, issue.sent_at = "sent", timezone.now()
    issue.save()
    page, printed = f"/en/newsletters/{issue.dashed_symbol}/", None
    assert words_in(client.get(page).content.decode()) == {"Xylophane"}
    lake.discreet = True
    lake.save()
    assert words_in(read(client.get(page))[2]) == set()
    printed = reverse("publications:issue_pdf", args=[issue.dashed_symbol, "en"])
    assert words_in(read(client.get(printed))[2]) == set()


def report_text(kind: str, subject, language: str) -> tuple[str, str]:
    """A report as everybody who may have it reads it: its page, and the rows attached to it."""
    row = Report(
        kind=kind,
        language=language,
        year=timezone.localdate().year,
        organisation=subject if isinstance(subject, Organisation) else None,
        region=subject if isinstance(subject, Region) else None,
    )
    row.save()
    assert making.make(row), row.error
    with row.file.open() as file:
        content = file.read()
    attached = b"".join(
        part for parts in PdfReader(io.BytesIO(content)).attachments.values() for part in parts
    )
    return read_pdf(content), attached.decode() + str(row.data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_report_on_another_member_or_on_the_region_names_them(world, hide, language):
    hide()
    for kind, subject in (
        ("member", world["lake"]),
        ("member", world["council"]),
        ("region", Region.objects.get(code="R8")),
    ):
        text, rows = report_text(kind, subject, language)
        assert text and words_in(text) == words_in(rows) == set()


def test_reports_differ_only_in_figures_of_the_region(world, hide):
    year, africa = timezone.localdate().year, Region.objects.get(code="R8")
    before = (
        member.data(world["lake"], year, "en"),
        member.data(world["council"], year, "en"),
        region.data(africa, year, "en"),
    )
    hide()
    after = (
        member.data(world["lake"], year, "en"),
        member.data(world["council"], year, "en"),
        region.data(africa, year, "en"),
    )

    def differing(one: dict, other: dict) -> set[str]:
        return {key for key in one if one[key] != other[key]}

    assert differing(before[0], after[0]) == {"region_members"}
    assert differing(before[1], after[1]) == {"region_members"}
    assert differing(before[2], after[2]) <= {"members", "up_to_date", "reach"}


# -- Other members, and people of the house who are not entitled -----------------------------------


@pytest.mark.parametrize(
    "who",
    ["contact", "other contact", "lapsed", "ended", "elsewhere", "language lead"],
)
def test_nobody_else_meets_them_in_any_page(world, hide, who):
    hide()
    client = Client()
    client.force_login(world["people"][who])
    told = {}
    for name, (method, _expected) in TABLE.items():
        if method != "get" or name in EXEMPT:
            continue
        status, _to, text = read(client.get(address(world, name, "en")))
        if status == 200 and words_in(text):
            told[name] = words_in(text)
    assert told == {}


def test_those_who_are_entitled_do_see_them(world, hide):
    hidden = {one.pk for one in hide()}
    for who in ("executive", "secretariat"):
        person = world["people"][who]
        person.__dict__.pop("standing", None)
        seen = Organisation.objects.visible_to(person).values_list("pk", flat=True)
        assert hidden <= set(seen)
    own = Organisation.objects.get(category__code="C", discreet=True).mandates.get().person
    assert Organisation.objects.visible_to(own).filter(discreet=True).count() == 1


# -- Refusals --------------------------------------------------------------------------------------


def test_no_duplicate_gives_them_away_to_whoever_asks_as_the_public(world, hide):
    keys = duplicates.keys(["Xylophane (exemple)"], "XYLQ", "https://quokkalith-A.example")
    hide()
    assert duplicates.near(Organisation.objects.public(), keys, country="UG") == []


def test_the_sweep_would_find_a_word(world, hide, monkeypatch):
    """The sweep itself is tried: were discretion forgotten, it would fail."""
    hide()
    Organisation.objects.filter(discreet=True).update(discreet=False)
    page = Client().get("/en/members/").content.decode()
    assert words_in(page) >= {"Xylophane", "Yatagane", "Wapitique"}
