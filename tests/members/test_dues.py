"""What is asked, invoiced, received and waived; every figure a decimal, every refusal told."""

import datetime
import random
import re
import threading
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from members import dues
from members.models import Invoice, Notice, Payment, Waiver
from members.models.dues import InvoiceState
from regions.models import CountryIncome
from tests.factories import (
    create_band,
    create_category,
    create_contact,
    create_country,
    create_invoice,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_region,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year


def eur(text: str) -> Decimal:
    return Decimal(text)


def pay(invoice: Invoice, amount: str, **values) -> Payment:
    return dues.record_payment(invoice, amount=eur(amount), currency="EUR", **values)


def refusal(act, *args, **values) -> str:
    """The code of what the verb refuses with."""
    with pytest.raises(ValidationError) as caught:
        act(*args, **values)
    error = caught.value
    if hasattr(error, "error_dict"):
        [[error]] = error.error_dict.values()
    return error.code


# -- What it costs ---------------------------------------------------------------------------------


def test_the_band_of_the_group_of_the_country_in_that_year_decides():
    category = create_category("C")
    kenya = create_country("KE")
    CountryIncome.objects.create(country=kenya, year=2024, group="low")
    CountryIncome.objects.create(country=kenya, year=2026, group="high")
    create_band(group="low", amount=eur("40.00"))
    create_band(group="high", amount=eur("300.00"))
    create_band(group="high", amount=eur("330.00"), from_year=2028)
    on = {
        year: dues.price_of(category, kenya, datetime.date(year, 1, 1)).amount
        for year in (2025, 2026, 2027, 2028)
    }
    # The list of 2026 holds from July, so a period that begins in January 2026 is still low.
    assert on == {
        2025: eur("40.00"),
        2026: eur("40.00"),
        2027: eur("300.00"),
        2028: eur("330.00"),
    }


def test_a_band_without_a_group_holds_for_every_country_that_has_none_of_its_own():
    create_band("B", amount=eur("1200.00"), currency="USD")
    flat = dues.price_of(create_category("B"), None, TODAY)
    assert flat == (eur("1200.00"), "USD", "")
    unknown = dues.price_of(create_category("B"), create_country("KE"), TODAY)
    assert unknown == (eur("1200.00"), "USD", "not_classified")
    create_band("B", group="not_classified", amount=eur("10.00"))
    assert dues.price_of(create_category("B"), create_country("KE"), TODAY).amount == eur("10.00")


def test_without_a_band_nothing_is_known_and_no_year_before_the_first():
    create_band(from_year=2027)
    category = create_category("C")
    assert dues.price_of(category, None, datetime.date(2026, 1, 1)) is None
    assert dues.price_of(category, None, datetime.date(2027, 1, 1)).amount == eur("100.00")


def test_the_table_of_a_category_shows_what_is_in_force():
    create_band(group="low", amount=eur("40.00"))
    create_band(group="low", amount=eur("50.00"), from_year=2020)
    create_band(group="high", amount=eur("300.00"))
    with translation.override("en"):
        table = dues.costs_of(create_category("C"), datetime.date(2026, 1, 1))
    assert [(label, price.amount) for label, price in table] == [
        ("low income", eur("50.00")),
        ("high income", eur("300.00")),
    ]


@pytest.mark.parametrize("values", [{"amount": eur("-1.00")}, {"currency": "eur"}])
def test_the_database_refuses_a_band_that_makes_no_sense(values):
    with pytest.raises(IntegrityError):
        create_band(**values)


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "1 234,50 EUR"), ("en", "1,234.50 EUR"), ("es", "1 234,50 EUR")],
)
def test_money_is_written_as_the_language_writes_it(language, written):
    with translation.override(language):
        shown = dues.money(eur("1234.50"), "EUR")
    assert " ".join(re.split("[\xa0\u202f]", shown)) == written


# -- Invoices --------------------------------------------------------------------------------------


def test_an_invoice_keeps_what_decided_its_amount_and_is_mailed():
    create_band(amount=eur("80.00"))
    organisation = create_organisation()
    contact = create_contact(organisation, language="es")
    membership = create_membership(organisation)
    invoice = dues.issue(membership, by=contact)
    assert (invoice.number, invoice.amount, invoice.balance) == (
        f"F/{YEAR}/0001",
        eur("80.00"),
        eur("80.00"),
    )
    assert (invoice.country_id, invoice.income_group) == ("KE", "not_classified")
    assert invoice.due_on == TODAY + datetime.timedelta(days=60)
    [notice] = Notice.objects.filter(kind="invoice")
    assert (notice.email, notice.language, notice.organisation) == (
        contact.email,
        "es",
        organisation,
    )
    assert f"F/{YEAR}/0001" in notice.text


def test_head_and_finance_answer_for_dues_and_contacts_only_without_them():
    create_band()
    organisation = create_organisation()
    create_contact(organisation)
    head, finance = create_person(), create_person()
    create_mandate(head, "head", organisation=organisation)
    create_mandate(finance, "finance", organisation=organisation)
    create_mandate(finance, "voter", organisation=organisation)
    gone = create_person()
    create_mandate(gone, "finance", organisation=organisation, until=datetime.date(2021, 1, 1))
    inactive = create_person(is_active=False)
    create_mandate(inactive, "finance", organisation=organisation)
    dues.issue(create_membership(organisation), by=None)
    emails = Notice.objects.filter(kind="invoice").values_list("email", flat=True)
    assert set(emails) == {head.email, finance.email}


def test_a_period_is_invoiced_once():
    create_band()
    membership = create_membership(create_organisation())
    dues.issue(membership, by=None)
    assert refusal(dues.issue, membership, by=None) == "already_issued"
    with pytest.raises(IntegrityError), transaction.atomic():
        create_invoice(membership.organisation, membership=membership)
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("bands", "code"), [([], "no_band"), ([{"amount": eur("0.00")}], "nothing_due")]
)
def test_without_a_price_there_is_no_invoice_and_no_number_is_lost(bands, code):
    for band in bands:
        create_band(**band)
    membership = create_membership(create_organisation())
    assert refusal(dues.issue, membership, by=None) == code
    create_band("A")
    other = create_membership(create_organisation(category="A"))
    assert dues.issue(other, by=None).number == f"F/{YEAR}/0001"


def test_a_transaction_that_fails_leaves_no_gap():
    create_band()
    first, second = (create_membership(create_organisation()) for _ in range(2))
    with pytest.raises(RuntimeError), transaction.atomic():
        dues.issue(first, by=None)
        raise RuntimeError
    assert dues.issue(second, by=None).number == f"F/{YEAR}/0001"


def test_numbers_begin_again_each_year():
    create_band()
    memberships = [create_membership(create_organisation()) for _ in range(3)]
    days = (datetime.date(2030, 12, 31), datetime.date(2031, 1, 1), datetime.date(2031, 1, 1))
    numbers = [
        dues.issue(membership, by=None, today=day).number
        for membership, day in zip(memberships, days, strict=True)
    ]
    assert numbers == ["F/2030/0001", "F/2031/0001", "F/2031/0002"]


def test_the_invoices_of_a_year_are_answered_row_by_row():
    create_band("C")
    member = create_membership(create_organisation())
    without_band = create_membership(create_organisation(category="B"))
    lapsed = create_membership(create_organisation(status="lapsed"))
    create_membership(create_organisation(), year=YEAR - 1)
    done = create_invoice()
    with translation.override("en"):
        answers = dues.issue_year(YEAR, by=None)
    assert {answer.membership for answer in answers} == {member, without_band}
    [issued] = [answer for answer in answers if answer.invoice]
    [refused] = [answer for answer in answers if not answer.invoice]
    assert issued.membership == member
    assert refused.refusal == f"No band of dues says what category B costs here in {YEAR}."
    assert not lapsed.invoices.exists()
    assert done.organisation.invoices.count() == 1
    assert [answer.membership for answer in dues.issue_year(YEAR, by=None)] == [without_band]


# -- Payments --------------------------------------------------------------------------------------


def test_parts_are_added_up_in_decimals_until_nothing_remains():
    invoice = create_invoice(amount=eur("0.30"))
    for _ in range(3):
        pay(invoice, "0.10")
    invoice.refresh_from_db()
    assert (invoice.paid, invoice.balance, invoice.state) == (
        eur("0.30"),
        eur("0.00"),
        InvoiceState.PAID,
    )
    assert [p.receipt_number for p in invoice.payments.all()] == [
        f"R/{YEAR}/000{n}" for n in (1, 2, 3)
    ]


def test_a_payment_says_who_recorded_it_and_sends_a_receipt():
    organisation = create_organisation()
    contact, treasurer = create_contact(organisation), create_person()
    invoice = create_invoice(organisation)
    payment = pay(
        invoice,
        "40.00",
        by=treasurer,
        method="cheque",
        reference="No 12",
        received_on=TODAY - datetime.timedelta(days=3),
    )
    assert (payment.recorded_by, payment.method, payment.reference) == (
        treasurer,
        "cheque",
        "No 12",
    )
    assert (invoice.balance, invoice.state) == (eur("60.00"), InvoiceState.PARTLY_PAID)
    [notice] = Notice.objects.filter(kind="receipt")
    assert notice.email == contact.email
    assert payment.receipt_number in notice.subject
    assert "60.00\xa0EUR" in notice.text


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": eur("100.01")}, "too_much"),
        ({"amount": eur("0.00")}, "not_positive"),
        ({"amount": eur("-5.00")}, "not_positive"),
        ({"amount": eur("0.001")}, "not_positive"),
        ({"currency": "USD"}, "other_currency"),
        ({"received_on": TODAY + datetime.timedelta(days=1)}, "in_the_future"),
        ({"method": "online"}, "no_reference"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_and_nothing_is_written(values, code):
    invoice = create_invoice()
    values = {"amount": eur("10.00"), "currency": "EUR"} | values
    assert refusal(dues.record_payment, invoice, **values) == code
    invoice.refresh_from_db()
    assert (invoice.balance, Payment.objects.count()) == (eur("100.00"), 0)
    assert pay(invoice, "1.00").receipt_number == f"R/{YEAR}/0001"


def test_an_overpayment_is_told_what_remains():
    invoice = create_invoice()
    pay(invoice, "60.00")
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        pay(invoice, "50.00")
    assert caught.value.message_dict == {
        "amount": [
            "Only 40.00\xa0EUR remain of this invoice. Record what is too much on another invoice "
            "of the organisation, or send it back."
        ]
    }


def test_floats_are_no_money():
    with pytest.raises(TypeError):
        dues.record_payment(create_invoice(), amount=10.0, currency="EUR")


def test_an_online_payment_told_twice_is_recorded_once():
    invoice, other = create_invoice(), create_invoice()
    first = pay(invoice, "10.00", method="online", reference="tx-1")
    again = pay(invoice, "10.00", method="online", reference="tx-1")
    assert first == again
    invoice.refresh_from_db()
    assert invoice.balance == eur("90.00")
    for target, amount in ((other, "10.00"), (invoice, "11.00")):
        answer = refusal(pay, target, amount, method="online", reference="tx-1")
        assert answer == "reference_taken"
    assert Payment.objects.count() == 1


def test_a_payment_taken_back_stays_on_record_and_the_invoice_is_open_again():
    invoice, treasurer = create_invoice(), create_person()
    payment = pay(invoice, "100.00")
    assert refusal(dues.take_back, payment, reason=" ", by=treasurer) == "no_reason"
    dues.take_back(payment, reason="The cheque bounced", by=treasurer)
    invoice.refresh_from_db()
    payment.refresh_from_db()
    assert (invoice.paid, invoice.balance, invoice.state) == (
        eur("0.00"),
        eur("100.00"),
        InvoiceState.OPEN,
    )
    assert (payment.cancel_reason, payment.cancelled_by) == ("The cheque bounced", treasurer)
    assert refusal(dues.take_back, payment, reason="Again", by=treasurer) == "cancelled"
    assert pay(invoice, "100.00").receipt_number == f"R/{YEAR}/0002"


# -- Waivers and cancellations ---------------------------------------------------------------------


def test_a_waiver_is_whole_or_in_part_with_its_reason_and_author():
    invoice, secretary = create_invoice(), create_person()
    part = dues.waive(invoice, amount=eur("30.00"), reason="Flood", by=secretary)
    assert (part.reason, part.recorded_by, invoice.waived) == ("Flood", secretary, eur("30.00"))
    assert (invoice.balance, invoice.state) == (eur("70.00"), InvoiceState.PARTLY_PAID)
    whole = dues.waive(invoice, reason="Flood again", by=secretary)
    assert (whole.amount, invoice.state) == (eur("70.00"), InvoiceState.WAIVED)
    assert refusal(dues.waive, invoice, reason="More", by=secretary) == "settled"


def test_a_waiver_without_a_reason_or_above_the_rest_is_refused():
    invoice = create_invoice()
    assert refusal(dues.waive, invoice, reason="  ", by=None) == "no_reason"
    above = {"amount": eur("100.01"), "reason": "Flood"}
    assert refusal(dues.waive, invoice, **above, by=None) == "too_much"
    assert Waiver.objects.count() == 0


def test_a_cancelled_invoice_keeps_its_number_and_leaves_its_period_to_another():
    create_band()
    membership = create_membership(create_organisation())
    wrong = dues.issue(membership, by=None)
    assert refusal(dues.cancel, wrong, reason="", by=None) == "no_reason"
    dues.cancel(wrong, reason="Wrong category", by=None)
    right = dues.issue(membership, by=None)
    assert (wrong.state, right.number) == (InvoiceState.CANCELLED, f"F/{YEAR}/0002")
    assert refusal(pay, wrong, "1.00") == "cancelled"
    assert refusal(dues.waive, wrong, reason="x", by=None) == "cancelled"
    assert refusal(dues.cancel, wrong, reason="x", by=None) == "cancelled"


def test_an_invoice_with_money_on_it_is_not_cancelled():
    invoice = create_invoice()
    payment = pay(invoice, "1.00")
    assert refusal(dues.cancel, invoice, reason="x", by=None) == "has_payments"
    dues.take_back(payment, reason="Wrong invoice", by=None)
    dues.cancel(invoice, reason="x", by=None)
    assert invoice.state == InvoiceState.CANCELLED


@pytest.mark.parametrize(
    "values",
    [
        {"amount": eur("0.00"), "balance": eur("0.00")},
        {"balance": eur("100.01")},
        {"balance": eur("-0.01")},
        {"paid": eur("100.01")},
        {"currency": "eur"},
        {"due_on": TODAY - datetime.timedelta(days=1)},
        {"cancelled_at": timezone.now()},
    ],
    ids=lambda values: " ".join(values),
)
def test_the_database_refuses_an_invoice_that_makes_no_sense(values):
    with pytest.raises(IntegrityError):
        create_invoice(**values)


def test_the_database_refuses_entries_without_an_amount_or_a_reason():
    invoice = create_invoice()
    for model, values in ((Payment, {"receipt_number": "R/1"}), (Waiver, {"reason": "x"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(invoice=invoice, amount=eur("0.00"), **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.create(invoice=invoice, amount=eur("1.00"), reason="")


# -- States and totals -----------------------------------------------------------------------------


@pytest.mark.slow
def test_states_of_one_and_of_many_follow_the_same_rule():
    yesterday = TODAY - datetime.timedelta(days=1)
    past = {"issued_on": TODAY - datetime.timedelta(days=90), "due_on": yesterday}
    for dates in ({}, past):
        create_invoice(**dates)
        pay(create_invoice(**dates), "40.00")
        pay(create_invoice(**dates), "100.00")
        dues.waive(create_invoice(**dates), reason="x", by=None)
        dues.waive(create_invoice(**dates), amount=eur("10.00"), reason="x", by=None)
        mixed = create_invoice(**dates)
        pay(mixed, "50.00")
        dues.waive(mixed, reason="x", by=None)
        dues.cancel(create_invoice(**dates), reason="x", by=None)
    for state in InvoiceState:
        one_by_one = {i.pk for i in Invoice.objects.all() if i.state == state}
        assert {i.pk for i in Invoice.objects.in_state(state)} == one_by_one
        assert one_by_one, state
    assert Invoice.objects.overdue().count() == 3


def test_currencies_are_never_added_up():
    for amount, currency in (("0.10", "EUR"), ("0.20", "EUR"), ("7.00", "USD")):
        create_invoice(amount=eur(amount), currency=currency)
    dues.cancel(create_invoice(), reason="x", by=None)
    paid = create_invoice()
    pay(paid, "60.00")
    dues.waive(paid, amount=eur("5.00"), reason="x", by=None)
    assert dues.totals(Invoice.objects.all()) == [
        ("EUR", eur("100.30"), eur("60.00"), eur("5.00"), eur("35.30")),
        ("USD", eur("7.00"), eur("0.00"), eur("0.00"), eur("7.00")),
    ]


@pytest.mark.slow
def test_chance_never_loses_a_cent():
    chance = random.Random("dues")
    invoice = create_invoice(amount=eur("999.97"))
    entries = []
    for _ in range(60):
        cents = Decimal(chance.randint(1, 9_000)) / 100
        act = chance.choice(("pay", "waive", "back"))
        try:
            if act == "pay":
                entries.append(pay(invoice, str(cents)))
            elif act == "waive":
                entries.append(dues.waive(invoice, amount=cents, reason="x", by=None))
            elif entries:
                dues.take_back(entries.pop(chance.randrange(len(entries))), reason="x", by=None)
        except ValidationError:
            pass
        invoice.refresh_from_db()
        standing = sum(entry.amount for entry in entries)
        assert invoice.amount - standing == invoice.balance
        assert invoice.paid == sum(e.amount for e in entries if isinstance(e, Payment))


def test_what_is_overdue_is_told_once():
    organisation = create_organisation()
    create_contact(organisation)
    long_ago = {
        "issued_on": TODAY - datetime.timedelta(days=90),
        "due_on": TODAY - datetime.timedelta(days=30),
    }
    invoice = create_invoice(organisation, **long_ago)
    pay(create_invoice(create_organisation(), **long_ago), "100.00")
    create_invoice()
    assert dues.mark_overdue(TODAY) == 1
    assert dues.mark_overdue(TODAY + datetime.timedelta(days=3)) == 0
    invoice.refresh_from_db()
    assert invoice.marked_overdue_on == TODAY
    assert Notice.objects.filter(kind="invoice_overdue").count() == 1


def test_every_region_sees_its_own():
    here = create_invoice()
    abroad = create_invoice(
        create_organisation(country=create_country("BR", region=create_region("R4")))
    )
    assert list(Invoice.objects.in_region(create_region("R8"))) == [here]
    assert list(Invoice.objects.in_region(create_region("R4"))) == [abroad]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_leave_no_gap_and_never_take_more_than_remains():
    invoice = create_invoice()
    targets = [invoice, invoice, *(create_invoice() for _ in range(4))]
    answers = []

    def record(target: Invoice):
        try:
            answers.append(pay(target, "100.00").receipt_number)
        except ValidationError:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=(one,)) for one in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [*(f"R/{YEAR}/{n:04d}" for n in range(1, 6)), "refused"]
