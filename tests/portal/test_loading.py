"""Loading what every network starts from: complete, repeatable, and never against the network."""

import datetime
from io import StringIO

import nh3
import pytest
from django.core.management import call_command
from django.utils import timezone

from members.models import Category, Question
from members.models.questions import QuestionKind
from portal.lib.text import ALLOWED_ATTRIBUTES, ALLOWED_TAGS
from portal.lib.translations import LANGUAGES
from portal.loading import load_network
from portal.models import NetworkIdentity, Page
from programme.models import Axis, Cycle
from publications.models import Newsletter
from regions.models import Country, Grouping, GroupingMember, Region
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def network():
    return load_network()


def test_everything_is_loaded(network):
    assert {kind: (tally.created, tally.changed) for kind, tally in network.items()} == {
        "identity": (1, 0),
        "regions": (9, 0),
        "countries": (250, 0),
        "income groups": (1095, 0),
        "groupings": (14, 0),
        "links to groupings": (309, 0),
        "categories": (3, 0),
        "bands of dues": (11, 0),
        "facets": (39, 0),
        "cycles": (1, 0),
        "axes": (7, 0),
        "challenges": (8, 0),
        "newsletters": (10, 0),
        "pages": (4, 0),
        "terms": (35, 0),
    }
    assert Country.objects.count() == 250
    assert Country.objects.un_members().count() == 193
    assert GroupingMember.objects.count() == 309
    assert Newsletter.objects.filter(region=None).count() == 1


def test_a_second_time_changes_nothing(network):
    histories = Region.history.count(), Page.history.count(), Grouping.history.count()
    assert {(tally.created, tally.changed) for tally in load_network().values()} == {(0, 0)}
    assert (Region.history.count(), Page.history.count(), Grouping.history.count()) == histories


def test_a_new_category_asks_its_questions_and_an_old_one_keeps_its_own(network):
    asked = Question.objects.asked()
    assert {q.category.code for q in asked} == {"A", "B", "C"}
    assert {q.kind for q in asked} == set(QuestionKind.values)
    for question in asked:
        assert all(getattr(question, f"text_{code}") for code in LANGUAGES)
    choice = asked.get(kind=QuestionKind.CHOICE)
    assert choice.options.filter(label_es="").count() == 0 < choice.options.count()
    Question.objects.filter(category__code="C").delete()
    load_network()
    assert not Question.objects.filter(category__code="C").exists()


def test_the_command_tells_what_it_did():
    output = StringIO()
    call_command("load_network", stdout=output)
    assert "countries: 250 created, 0 changed, 0 unchanged" in output.getvalue().splitlines()
    output = StringIO()
    call_command("load_network", stdout=output)
    assert "countries: 0 created, 0 changed, 250 unchanged" in output.getvalue().splitlines()


def test_it_takes_few_queries(network, django_assert_max_num_queries):
    with django_assert_max_num_queries(80):
        load_network()


def test_what_the_network_edited_stays(network):
    Country.objects.filter(code="CY").update(region=Region.objects.get(code="R5"))
    Country.objects.filter(code="CI").update(name_es="Costa de Marfil")
    page = Page.objects.get(slug="about")
    page.title_en = "Who we are"
    page.save()
    NetworkIdentity.objects.filter(pk=1).update(sender="post@example.org")
    load_network()
    assert Country.objects.get(code="CY").region.code == "R5"
    assert Country.objects.get(code="CI").name_es == "Costa de Marfil"
    assert Page.objects.get(slug="about").title_en == "Who we are"
    assert NetworkIdentity.objects.get(pk=1).sender == "post@example.org"


def test_reset_puts_countries_back_and_leaves_pages(network):
    Country.objects.filter(code="CY").update(region=Region.objects.get(code="R5"))
    Country.objects.filter(code="CI").update(name_es="Costa de Marfil")
    Page.objects.filter(slug="about").update(title_en="Who we are")
    GroupingMember.objects.create(
        grouping=Grouping.objects.get(code="eu"), country_id="CH", since=datetime.date(2001, 1, 1)
    )
    tallies = load_network(reset=True)
    assert (tallies["countries"].changed, tallies["links to groupings"].created) == (2, 0)
    assert Country.objects.get(code="CY").region.code == "R2"
    assert Country.objects.get(code="CI").name_es == "Côte d’Ivoire"
    assert Page.objects.get(slug="about").title_en == "Who we are"
    assert not GroupingMember.objects.filter(grouping__code="eu", country="CH").exists()


def test_facts_follow_the_files(network):
    Country.objects.filter(code="FR").update(numeric="000", sort_es="")
    assert load_network()["countries"].changed == 1
    assert Country.objects.get(code="FR").numeric == "250"
    assert Country.objects.get(code="FR").sort_es != ""


def test_a_link_with_dates_of_the_network_is_not_doubled(network):
    mauritius = GroupingMember.objects.get(grouping__code="sadc", country="MU")
    mauritius.since = datetime.date(1995, 8, 28)
    mauritius.save()
    assert load_network()["links to groupings"].created == 0
    assert GroupingMember.objects.filter(grouping__code="sadc", country="MU").count() == 1


def test_a_link_that_has_ended_since_is_closed(network):
    ended = GroupingMember.objects.filter(until__isnull=False).first()
    until = ended.until
    GroupingMember.objects.filter(pk=ended.pk).update(until=None)
    assert load_network()["links to groupings"].changed == 1
    ended.refresh_from_db()
    assert ended.until == until


def test_countries_sort_as_each_language_does(network):
    names = list(
        Country.objects.filter(code__in=("ZM", "EG", "ES", "EC", "CI")).order_by("sort_fr")
    )
    assert [country.name_fr for country in names] == [
        "Côte d’Ivoire",
        "Égypte",
        "Équateur",
        "Espagne",
        "Zambie",
    ]


def test_the_cycle_covers_this_year_and_has_seven_axes_in_three_languages(network):
    cycle = Cycle.current()
    assert cycle.first_year <= timezone.localdate().year
    assert [axis.number for axis in cycle.axes.all()] == [1, 2, 3, 4, 5, 6, 7]
    for record in (*Axis.objects.all(), *Region.objects.all(), *Newsletter.objects.all()):
        assert [state for _, state in record.languages()] == ["ready", "ready", "ready"]


def test_a_network_with_cycles_of_its_own_keeps_them():
    factories.create_cycle(2024)
    tallies = load_network()
    assert (tallies["cycles"].created, tallies["axes"].created) == (0, 0)


def test_the_categories_are_rules(network):
    assert list(
        Category.objects.values_list("code", "label_es", "needs_country", "unique_per_country")
    ) == [
        ("A", "organización nacional", True, True),
        ("B", "organización internacional", False, False),
        ("C", "otra organización", True, False),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_allowed_html_in_three_languages(network, language):
    for page in Page.objects.all():
        body = page.own_text("body", language)
        assert page.own_text("title", language)
        assert len(body) > 800
        cleaned = nh3.clean(body, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, link_rel=None)
        assert cleaned.strip() == body.strip()
        assert all(f'href="/{other}/' not in body for other in LANGUAGES if other != language)
