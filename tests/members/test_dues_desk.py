"""The finance desk's pages: what each shows, records and refuses, and to whom."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members import dues, invitations
from members.models import Invitation, Invoice, Payment, Waiver
from tests.factories import (
    create_band,
    create_contact,
    create_country,
    create_executive,
    create_invoice,
    create_mandate,
    create_membership,
    create_network,
    create_organisation,
    create_region,
    create_secretary,
    create_treasurer,
)
from tests.test_access import TABLE, world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year
__all__ = ["world"]


def address(name: str, **kwargs) -> str:
    with translation.override("en"):
        return reverse(f"members:{name}", kwargs=kwargs or None)


@pytest.fixture
def desk(client) -> Client:
    create_network()
    client.force_login(create_treasurer())
    return client


# -- The finance desk opens dues and nothing else --------------------------------------------------

OWN = {
    "members:desk_dues",
    "members:desk_dues_csv",
    "members:desk_dues_account",
    "members:desk_dues_issue",
    "members:desk_dues_issue_one",
    "members:desk_dues_payment",
    "members:desk_dues_waiver",
    "members:desk_dues_cancel",
    "members:desk_dues_payment_back",
    "members:desk_dues_waiver_back",
    "members:desk_invoice",
    "members:desk_receipt",
}


@pytest.mark.slow
def test_the_finance_desk_opens_its_pages_and_no_other_of_the_secretariat(world, client):
    client.force_login(create_treasurer())
    opened = set()
    for name, (method, expected) in TABLE.items():
        if expected[0] == 200 or name in ("root", "permanent", "icon", "admin:login"):
            continue
        with translation.override("en"):
            where = reverse(name, kwargs=world["arguments"].get(name))
        if "/secretariat/" not in where and "/admin/" not in where:
            continue
        answer = getattr(client, method)(where)
        if answer.streaming:
            b"".join(answer.streaming_content)
        led_away = answer.status_code == 302 and "/login/" in answer.url
        if answer.status_code in (200, 302) and not led_away:
            opened.add(name)
    assert opened == OWN


def test_without_a_second_factor_the_finance_desk_stays_closed(client):
    create_network()
    treasurer = create_treasurer()
    treasurer.authenticator_set.all().delete()
    client.force_login(treasurer)
    answer = client.get(address("desk_dues"))
    assert answer.status_code == 302
    assert "second-factor" in answer.url


def test_the_area_of_the_finance_desk_begins_with_dues(desk):
    with translation.override("en"):
        assert desk.get(reverse("portal:space")).url == address("desk_dues")
    page = desk.get(address("desk_dues")).content.decode()
    assert "Work queue" not in page
    assert "Organisations</a>" not in page


def test_an_executive_sees_one_region_and_records_nothing(client):
    create_network()
    here = create_invoice(create_organisation(slug="here"))
    create_invoice(
        create_organisation(slug="abroad", country=create_country("BR", region=create_region("R4")))
    )
    client.force_login(create_executive(create_region("R8")))
    page = client.get(address("desk_dues")).content.decode()
    assert here.number in page
    assert "abroad" not in page
    assert "Issue the invoices" not in page
    account = client.get(address("desk_dues_account", slug="here")).content.decode()
    assert "Record a payment" not in account
    assert client.get(address("desk_dues_account", slug="abroad")).status_code == 404
    assert client.post(address("desk_dues_payment", pk=here.pk)).status_code == 403
    text = b"".join(client.get(address("desk_dues_csv")).streaming_content).decode()
    assert here.number in text
    assert text.count("\n") == 2


# -- The list --------------------------------------------------------------------------------------


def test_the_list_takes_the_same_queries_for_one_and_for_three(desk, django_assert_num_queries):
    create_invoice()
    desk.get(address("desk_dues"))
    with django_assert_num_queries(8):
        desk.get(address("desk_dues"))
    for _ in range(2):
        create_invoice()
    with django_assert_num_queries(8):
        page = desk.get(address("desk_dues")).content.decode()
    assert "3 invoices" in page


@pytest.mark.slow
def test_filters_find_by_number_name_year_state_and_region(desk):
    old = create_invoice(
        create_organisation(name="Lake council"),
        issued_on=datetime.date(2024, 2, 1),
        due_on=datetime.date(2024, 4, 1),
    )
    new = create_invoice()
    abroad = create_invoice(
        create_organisation(country=create_country("BR", region=create_region("R4")))
    )
    dues.record_payment(abroad, amount=abroad.amount, currency="EUR")

    def found(**query) -> set:
        return {i.pk for i in desk.get(address("desk_dues"), query).context["page"].object_list}

    assert found() == {old.pk, new.pk, abroad.pk}
    assert found(q="lake") == {old.pk}
    assert found(q=new.number.lower()) == {new.pk}
    assert found(year="2024") == {old.pk}
    assert found(state="overdue") == {old.pk}
    assert found(state="unpaid") == {old.pk, new.pk}
    assert found(state="paid", region="R4") == {abroad.pk}
    assert found(year="soon", state="odd", region="R99") == {old.pk, new.pk, abroad.pk}


def test_totals_stand_by_currency(desk):
    create_invoice(amount=Decimal("1234.50"))
    create_invoice(amount=Decimal("7.00"), currency="USD")
    totals = desk.get(address("desk_dues")).context["totals"]
    assert [(t.currency, t.remaining) for t in totals] == [
        ("EUR", Decimal("1234.50")),
        ("USD", Decimal("7.00")),
    ]


def test_the_csv_is_what_the_filter_shows_and_no_formula(desk):
    evil = create_organisation(name_fr="=cmd()", name_en="=cmd()", name_es="=cmd()")
    invoice = create_invoice(evil, amount=Decimal("80.50"))
    create_invoice(issued_on=datetime.date(2024, 2, 1), due_on=datetime.date(2024, 4, 1))
    answer = desk.get(address("desk_dues_csv"), {"year": YEAR})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["number"], row["organisation"]) == (invoice.number, "'=cmd()")
    assert (row["amount"], row["remaining"], row["state"]) == ("80.50", "80.50", "open")


# -- Acts ------------------------------------------------------------------------------------------


def test_a_payment_is_recorded_and_its_receipt_told(desk):
    invoice = create_invoice(create_organisation(slug="lake"))
    page = address("desk_dues_payment", pk=invoice.pk)
    assert "In EUR." in desk.get(page).content.decode()
    values = {"amount": "40.00", "received_on": TODAY, "method": "transfer", "reference": "Bank 7"}
    answer = desk.post(page, values, follow=True)
    assert answer.redirect_chain == [(address("desk_dues_account", slug="lake"), 302)]
    shown = answer.content.decode()
    assert f"Receipt: R/{YEAR}/0001" in shown
    assert "60.00\xa0EUR" in shown
    payment = Payment.objects.get()
    assert payment.recorded_by.standing.is_treasurer


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"amount": "100.01"}, "Only 100.00\xa0EUR remain of this invoice."),
        ({"amount": "0"}, "Give an amount above zero"),
        ({"amount": "ten"}, "Enter a number."),
        ({"method": "online"}, "Select a valid choice."),
        ({"received_on": TODAY + datetime.timedelta(days=1)}, "This day has not come yet."),
    ],
)
def test_a_payment_that_cannot_be_comes_back_with_its_reason(desk, values, said):
    invoice = create_invoice()
    values = {"amount": "10.00", "received_on": TODAY, "method": "cash"} | values
    answer = desk.post(address("desk_dues_payment", pk=invoice.pk), values)
    assert said in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_waiver_is_granted_whole_by_leaving_the_amount_empty(desk):
    invoice = create_invoice(create_organisation(slug="lake"))
    page = address("desk_dues_waiver", pk=invoice.pk)
    assert "This field is required" in desk.post(page, {"reason": ""}).content.decode()
    desk.post(page, {"amount": "", "reason": "Flood"})
    invoice.refresh_from_db()
    assert (invoice.balance, Waiver.objects.get().reason) == (Decimal("0.00"), "Flood")
    account = desk.get(address("desk_dues_account", slug="lake")).content.decode()
    assert "Flood" in account


def test_entries_and_invoices_are_taken_back_with_a_reason(desk):
    invoice = create_invoice(create_organisation(slug="lake"))
    payment = dues.record_payment(invoice, amount=Decimal("10.00"), currency="EUR")
    waiver = dues.waive(invoice, amount=Decimal("5.00"), reason="x", by=None)
    cancel = address("desk_dues_cancel", pk=invoice.pk)
    assert "Take back its payments first" in desk.post(cancel, {"reason": "y"}).content.decode()
    for name, entry in (("payment", payment), ("waiver", waiver)):
        page = address(f"desk_dues_{name}_back", pk=entry.pk)
        assert desk.get(page).status_code == 200
        assert desk.post(page, {"reason": "Bounced"}).status_code == 302
        entry.refresh_from_db()
        assert entry.cancel_reason == "Bounced"
    desk.post(cancel, {"reason": "Wrong category"})
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.cancel_reason) == (Decimal("100.00"), "Wrong category")
    shown = desk.get(address("desk_dues_account", slug="lake")).content.decode()
    assert "Wrong category" in shown


def test_the_invoices_of_a_year_are_shown_then_issued_row_by_row(desk):
    create_band("C", amount=Decimal("80.00"))
    create_membership(create_organisation(name="Lake"), year=YEAR)
    create_membership(create_organisation(name="Sea", category="B"), year=YEAR)
    before = desk.get(address("desk_dues_issue"), {"year": YEAR}).content.decode()
    assert "2 periods without an invoice" in before
    assert "80.00\xa0EUR" in before
    assert not Invoice.objects.exists()
    after = desk.post(address("desk_dues_issue"), {"year": YEAR}).content.decode()
    assert "1 invoice issued, 1 period without" in " ".join(after.split())
    assert f"No band of dues says what category B costs here in {YEAR}." in after
    assert Invoice.objects.count() == 1
    assert desk.post(address("desk_dues_issue"), {"year": "soon"}).status_code == 200
    assert Invoice.objects.count() == 1


def test_one_period_is_invoiced_from_the_account(desk):
    create_band()
    membership = create_membership(create_organisation(slug="lake"))
    page = address("desk_dues_issue_one", pk=membership.pk)
    assert "has been issued" in desk.post(page, follow=True).content.decode()
    assert "has its invoice already" in desk.post(page, follow=True).content.decode()


def test_the_secretariat_has_the_same_desk(client):
    create_network()
    create_invoice()
    client.force_login(create_secretary())
    page = client.get(address("desk_dues")).content.decode()
    assert "Issue the invoices of a year" in page


# -- In the organisation's own space ---------------------------------------------------------------


def test_people_see_their_own_invoices_receipts_and_what_remains(client):
    create_network()
    create_band(amount=Decimal("80.00"))
    organisation = create_organisation()
    invoice = create_invoice(organisation)
    dues.record_payment(invoice, amount=Decimal("40.00"), currency="EUR", reference="Bank 7")
    dues.waive(invoice, amount=Decimal("10.00"), reason="A private matter", by=None)
    foreign = create_invoice()
    client.force_login(create_contact(organisation))
    page = client.get(address("space_dues")).content.decode()
    for shown in (invoice.number, f"R/{YEAR}/0001", "50.00\xa0EUR remain", "80.00\xa0EUR"):
        assert shown in page
    for hidden in (foreign.number, "A private matter", "Record a payment", "Take back"):
        assert hidden not in page


def test_a_member_without_invoices_is_told_what_comes(client):
    create_network()
    client.force_login(create_contact())
    assert "No invoice yet." in client.get(address("space_dues")).content.decode()


def test_what_is_to_be_paid_first_stands_on_the_dashboard(client):
    create_network()
    organisation = create_organisation()
    create_invoice(organisation, membership=create_membership(organisation, year=YEAR - 1))
    late = create_invoice(
        organisation, issued_on=datetime.date(2024, 2, 1), due_on=datetime.date(2024, 4, 1)
    )
    dues.record_payment(late, amount=Decimal("40.00"), currency="EUR")
    client.force_login(create_contact(organisation))
    with translation.override("en"):
        page = client.get(reverse("portal:space")).content.decode()
    assert "Pay your dues, which are overdue" in page
    assert f"{late.number}: 60.00\xa0EUR, to be paid by 1 April 2024." in page


def test_who_applies_sees_what_each_category_costs(client):
    create_network()
    create_band("C", group="low", amount=Decimal("40.00"))
    create_band("C", group="high", amount=Decimal("0.00"))
    page = " ".join(client.get(address("apply")).content.decode().split())
    assert "<dt>low income</dt> <dd>40.00\xa0EUR</dd>".replace("\xa0", " ") in page.replace(
        "\xa0", " "
    )
    assert "<dt>high income</dt> <dd>nothing</dd>" in page


def test_a_treasurer_is_invited_for_the_network_and_for_nothing_smaller():
    create_network()
    invitation = Invitation(email="treasurer@example.org", kind="treasurer")
    invitations.invite(invitation, by=create_secretary())
    person = create_treasurer(email="treasurer@example.org")
    person.mandates.all().delete()
    assert invitations.accept(invitation, person=person).kind == "treasurer"
    assert person.standing.is_treasurer
    with pytest.raises(IntegrityError):
        create_mandate(person, "treasurer", organisation=create_organisation())
