"""A member's yearly report: against a count by hand, in all its skins, for its own people alone."""

import csv
import datetime
import io
import json
from decimal import Decimal

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pypdf import PdfReader

from members import confirmations, dues
from members.models import Headcount, Invoice
from portal.lib import year_parts
from portal.lib.translations import Text
from programme.models import Activity, Event, Second
from publications.models import Issue, IssueItem, Publication, Report
from publications.reports import making, member, showing
from tests import factories

pytestmark = pytest.mark.django_db


def year() -> int:
    return timezone.localdate().year


@pytest.fixture
def world():
    """A member in two periods, one paid in part, and what it did beside others of its region."""
    factories.create_network()
    south = factories.create_region("R8")
    axes = [factories.create_axis(number) for number in range(1, 8)]
    council = factories.create_organisation(category="A", name="العربية <b>œuvre</b> & cie 🌍")
    today = timezone.localdate()
    old = factories.create_membership(council, year=year() - 1)
    factories.create_invoice(council, membership=old, amount=Decimal("40.00"), currency="USD")
    now = factories.create_membership(council)
    invoice = factories.create_invoice(council, membership=now)
    dues.record_payment(invoice, amount=Decimal("60.50"), currency="EUR", by=None, letter=False)
    factories.create_contact(council)
    other = factories.create_organisation(name="Beside")
    factories.create_activity(axis=axes[2], organisations=[council, other], starts_on=today)
    factories.create_activity(organisations=[other], starts_on=today)
    factories.create_activity(
        organisations=[council],
        starts_on=datetime.date(year() - 3, 1, 1),
        ends_on=datetime.date(year() - 1, 12, 31),
    )
    issue = factories.create_emerging_issue(region=south)
    Second.objects.create(issue=issue, organisation=council)
    Second.objects.create(issue=issue, organisation=other)
    both = factories.create_publication(regions=[south], axes=axes[:2], published_on=today)
    both.organisations.set([council, other])
    factories.create_publication(regions=[south], axes=axes[:1], published_on=today)
    hidden = factories.create_publication(published_on=today, access="secretariat")
    hidden.organisations.set([council])
    for state in ("sent", "draft"):
        letter = factories.create_issue(
            period="2026-Q3" if state == "sent" else "2026-Q2",
            state=state,
            sent_at=timezone.now() if state == "sent" else None,
        )
        IssueItem.objects.create(
            issue=letter, section="publications", publication=both, in_en=True, in_fr=True
        )
    factories.create_event(regions=[south], organisations=[council, other], days=0)
    factories.create_event(regions=[south], organisations=[council], days=20)
    factories.create_event(organisations=[council], days=-400)
    factories.create_event(organisations=[council], days=0, is_cancelled=True)
    return {"council": council, "other": other, "south": south, "invoice": invoice}


def lines_of(data: dict) -> dict[str, int]:
    return {part["code"]: len(part["lines"]) for part in data["parts"]}


def test_the_year_counts_what_a_count_by_hand_finds(world):
    council, today = world["council"], timezone.localdate()
    data = member.data(council, year(), "en")
    first = datetime.date(year(), 1, 1)
    texts = [one for one in Publication.objects.all() if one.is_announced]
    own = {one.pk for one in texts if council in one.organisations.all()}
    assert lines_of(data) == {
        "activities": sum(
            council in one.organisations.all()
            and one.starts_on <= today
            and (one.ends_on is None or one.ends_on >= first)
            for one in Activity.objects.all()
        ),
        "events": sum(
            council in one.organisations.all()
            and first <= one.starts_at.date() <= today
            and not one.is_cancelled
            for one in Event.objects.all()
        ),
        "seconds": sum(one.organisation_id == council.pk for one in Second.objects.all()),
        "publications": len(own),
        "letters": sum(
            letter.state == "sent" and any(i.publication_id in own for i in letter.items.all())
            for letter in Issue.objects.all()
        ),
    }
    assert set(lines_of(data).values()) == {1}
    assert (data["region_publications"], data["own_in_region"]) == (2, 1)
    assert [axis["count"] for axis in data["axes"]] == [2, 1, 0, 0, 0, 0, 0]
    assert "Beside" not in str(data)


def test_the_dues_are_those_of_the_periods_of_the_year_in_each_currency(world):
    data = member.data(world["council"], year(), "en")
    [period] = data["membership"]
    assert [period[key] for key in ("amount", "paid", "waived", "balance", "currency")] == [
        "100.00",
        "60.50",
        "0.00",
        "39.50",
        "EUR",
    ]
    before = member.data(world["council"], year() - 1, "en")
    assert [(row["currency"], row["balance"]) for row in before["totals"]] == [("USD", "40.00")]
    assert [(row["currency"], row["balance"]) for row in data["totals"]] == [("EUR", "39.50")]


def test_a_cancelled_invoice_is_neither_told_nor_due(world):
    Invoice.objects.update(cancelled_at=timezone.now(), cancel_reason="An example.")
    data = member.data(world["council"], year(), "en")
    assert data["membership"][0]["invoice"] == "" and data["totals"] == []
    assert "dues" not in {row["what"] for row in data["due"]}


def test_what_is_due_next_stands_by_its_day(world):
    council = world["council"]
    data = member.data(council, year(), "en")
    assert [row["date"] for row in data["due"]] == sorted(row["date"] for row in data["due"])
    found = {(row["what"], row["amount"], row["currency"]): row for row in data["due"]}
    assert set(found) == {
        ("dues", "39.50", "EUR"),
        ("dues", "40.00", "USD"),
        ("renewal", "", ""),
        ("roles", "", ""),
    }
    renewal = found["renewal", "", ""]
    assert (renewal["date"], renewal["opens_on"]) == (f"{year()}-12-31", f"{year()}-11-01")
    asked = council.mandates.get().since + datetime.timedelta(days=365)
    assert found["roles", "", ""]["date"] == asked.isoformat()
    council.status = "ended"
    assert "renewal" not in {
        row["what"] for row in member.due_rows(council, council.current_membership, [], None)
    }


def test_roles_that_fall_due_in_the_same_month_are_counted_together(world):
    council, today = world["council"], timezone.localdate()
    council.mandates.all().delete()
    for days in (10, 340, 400):
        person = factories.create_person()
        factories.create_mandate(
            person, organisation=council, since=today - datetime.timedelta(days=days)
        )
    first, second, third = (
        row.since + datetime.timedelta(days=365) for row in council.mandates.order_by("since")
    )
    assert first < today < second < today + datetime.timedelta(days=30) < third
    assert confirmations.next_for(council, today) == (first, 2)
    for confirmed, following in ((first, (second, 1)), (second, (third, 3))):
        council.mandates.filter(since=confirmed - datetime.timedelta(days=365)).update(
            confirmed_at=timezone.now()
        )
        assert confirmations.next_for(council, today) == following
    assert confirmations.next_for(world["other"], today) is None


def test_a_part_is_absent_until_an_app_registers_it(world, monkeypatch):
    monkeypatch.setattr(year_parts, "_parts", {})
    assert member.data(world["council"], year(), "en")["parts"] == []

    def found(organisations, first, last, language):
        assert (first, organisations) == (datetime.date(year(), 1, 1), [world["council"]])
        return {
            one.pk: [year_parts.YearLine(first, Text("Forêt", "fr"), "X/1", ["a"])]
            for one in organisations
        }

    for code, position in (("later", 2), ("sooner", 1)):
        year_parts.register(year_parts.YearPart(code, code, position, found))
    parts = member.data(world["council"], year(), "en")["parts"]
    assert [part["code"] for part in parts] == ["sooner", "later"]
    assert parts[0]["lines"] == [
        {
            "date": f"{year()}-01-01",
            "title": {"value": "Forêt", "language": "fr"},
            "symbol": "X/1",
            "details": ["a"],
        }
    ]


@pytest.mark.slow
def test_page_pdf_and_csv_show_the_same_figures_to_those_they_are_for(world, client):
    council = world["council"]
    report = making.request(kind="member", subject=council, language="en", year=year())
    assert making.make(report), report.error
    report.refresh_from_db()
    address = f"/fr/space/documents/{report.pk}/"
    client.force_login(factories.create_contact(council))
    html = client.get(address).content.decode()
    table = client.get(f"{address}csv").content
    for stranger in (factories.create_contact(world["other"]), factories.create_person()):
        client.force_login(stranger)
        assert [client.get(address + path).status_code for path in ("", "csv")] == [404, 404]
    with report.file.open() as file:
        content = file.read()
    with pikepdf.open(io.BytesIO(content)) as document:
        [attached] = document.attachments.values()
        assert attached.get_file().read_bytes() == table
    with translation.override("en"):
        values = showing.context(kind="member", data=report.data, language="en")
        printed = render_to_string(member.TEMPLATE, values)
    pages = PdfReader(io.BytesIO(content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    body = html.split('class="report"')[1]
    assert "&lt;b&gt;œuvre&lt;/b&gt; &amp; cie" in printed and "<b>œuvre" not in printed + body
    for amount in ("100.00", "60.50", "39.50"):
        for skin in (body, printed, text.replace("\u00a0", " ")):
            assert f"{amount}\u00a0EUR" in skin or f"{amount} EUR" in skin
        assert amount in table.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    totals = {row[0]: row[2] for row in rows if row[1] == ""}
    figures = [part.split("</dd>")[0] for part in body.split("<dd>")[1:]]
    printed_figures = [part.split("</dd>")[0] for part in printed.split("<dd>")[1:]]
    assert figures == printed_figures
    assert figures[:6] == [totals[key] for key in (*lines_of(report.data), "people")]
    assert figures[6:] == [totals[key] for key in ("periods", "region_members", "region_events")]
    assert "You contributed to 1 of the 2 documents of your region" in text


@pytest.mark.parametrize("more", [0, 3])
def test_the_year_asks_the_database_as_often_for_more(world, more, django_assert_num_queries):
    council = world["council"]
    for _ in range(more):
        factories.create_activity(organisations=[council])
        found = factories.create_publication(published_on=timezone.localdate())
        found.organisations.add(council)
        issue = factories.create_emerging_issue()
        Second.objects.create(issue=issue, organisation=council)
    subject = type(council).objects.get(pk=council.pk)
    with django_assert_num_queries(23):
        member.data(subject, year(), "en")


@pytest.fixture
def several(world):
    """Members of two regions and of none, with and without anything to tell, one of them new."""
    elsewhere = factories.create_region("R2")
    france = factories.create_country("FR", region=elsewhere)
    far = factories.create_organisation(name="Far", category="A", country=france)
    placed = factories.create_organisation(name="Placed")
    nowhere = factories.create_organisation(name="Nowhere")
    for one in (placed, nowhere):
        one.country = None
        one.save()
    placed.regions.add(elsewhere)
    later = factories.create_organisation(name="Later")
    factories.create_membership(later, year=year() + 1)
    for one in (world["other"], far, placed, nowhere):
        factories.create_membership(one)
    factories.create_contact(far)
    text = factories.create_publication(
        regions=[elsewhere], axes=[], published_on=timezone.localdate()
    )
    text.organisations.set([far, placed, world["council"]])
    Headcount.objects.create(
        organisation=far, figure=40, as_of=timezone.localdate(), source="Register (example)"
    )
    return [*world.values()][:2] + [far, placed, nowhere, later]


def as_text(found) -> str:
    return found.message % found.params if isinstance(found, Exception) else json.dumps(found)


def one_by_one(organisation, language: str) -> str:
    try:
        return as_text(member.data(organisation, year(), language))
    except ValidationError as error:
        return as_text(error)


def test_several_together_are_told_what_each_is_told_alone(several):
    for language in ("fr", "en", "es"):
        fresh = [type(one).objects.get(pk=one.pk) for one in several]
        together = member.data_of_each(fresh, year(), language)
        assert [(one, as_text(found)) for one, found in together] == [
            (one, one_by_one(type(one).objects.get(pk=one.pk), language)) for one in several
        ]
    far = member.data(several[2], year(), "en")
    assert (far["region"]["code"], far["own_in_region"], far["reach"]["organisations"]) == (
        "R2",
        1,
        40,
    )


def test_several_ask_the_database_about_as_often_as_one(several, django_assert_num_queries):
    here = [type(one).objects.get(pk=one.pk) for one in several[:2]]
    with django_assert_num_queries(23):
        assert len(list(member.data_of_each(here, year(), "en"))) == 2


def test_the_page_of_a_report_needs_a_finished_one(world, client):
    report = Report.objects.create(
        kind="member", organisation=world["council"], language="en", year=year()
    )
    client.force_login(factories.create_secretary())
    assert client.get(f"/en/space/documents/{report.pk}/").status_code == 404


@pytest.mark.slow
def test_a_report_kept_in_the_earlier_form_is_read_and_made_again(world, client):
    council, title = world["council"], {"value": "Forêt", "language": "fr"}
    data = member.data(council, year(), "fr")
    told_since = ("quarter", "membership", "totals", "parts", "due")
    told_since += ("region_publications", "own_in_region")
    earlier = {key: value for key, value in data.items() if key not in told_since} | {
        "category": "Conseil",
        "activities": [{"title": title, "axis": 3, "starts_on": f"{year()}-01-02"}],
        "publications": [
            {"symbol": "X/1", "title": title, "date": f"{year()}-01-03", "languages": []}
        ],
    }
    report = Report.objects.create(
        kind="member",
        organisation=council,
        language="fr",
        year=year(),
        state="done",
        data=earlier,
        expired_at=timezone.now(),
    )
    client.force_login(factories.create_contact(council))
    address = f"/fr/space/documents/{report.pk}/"
    html = client.get(address).content.decode()
    assert "Conseil" in html and "Axe 3" in html and "X/1" in html
    # What it was not told is not told to be nothing.
    assert "Adhésion et cotisation" not in html and "Enjeux émergents appuyés" not in html
    rows = client.get(f"{address}csv").content.decode("utf-8-sig").splitlines()
    assert f"publications,{year()}-01-03 X/1,Forêt" in rows
    assert not [row for row in rows if row.startswith(("dues", "due_", "own_in_region"))]
    Report.objects.update(state="queued")
    report.refresh_from_db()
    assert making.make(report), report.error
    report.refresh_from_db()
    assert report.file and [len(part["lines"]) for part in report.data["parts"]] == [1, 1]
