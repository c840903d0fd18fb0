"""Codes of certificates, and the public page that says whether one holds."""

import datetime
from itertools import combinations

import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import deciding, merging, unmerging
from members.models import Membership, Organisation
from members.models.organisations import Status
from portal.lib import network, revision
from publications import certificates
from publications.models import Certificate, Report
from publications.models.certificates import CertificateState
from publications.reports import certificate, comparing, making
from tests import factories

pytestmark = pytest.mark.django_db
CODE = certificates.new_code()
HOSTILE = "<b>Conseil</b> & ‮لسلجم‬ المجلس 🌍 " + "Sehrlangername" * 11


@pytest.fixture
def period():
    factories.create_network()
    return factories.create_membership(factories.create_organisation(name="Lake council"))


def answer_to(client, code: str, language: str = "en"):
    return client.get(f"/{language}/verify/{code}/")


# -- Codes -----------------------------------------------------------------------------------------


def test_each_wrong_character_and_each_two_swapped_are_told():
    wrong = {
        CODE[:place] + other + CODE[place + 1 :]
        for place in range(len(CODE))
        for other in certificates.ALPHABET
    }
    for one, two in combinations(range(len(CODE)), 2):
        swapped = list(CODE)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        wrong.add("".join(swapped))
    for code in wrong - {CODE}:
        with pytest.raises(ValidationError):
            certificates.read(code)


def test_a_code_is_read_however_it_is_typed():
    assert certificates.read(f" {CODE[:5].lower()} - {CODE[5:]}") == CODE
    with pytest.raises(ValidationError) as caught:
        certificates.read(CODE[:9])
    assert caught.value.code == "length"


# -- Issuing ---------------------------------------------------------------------------------------


def test_a_period_keeps_its_code_until_the_paper_would_say_something_else(period):
    first = certificates.issue(period)
    assert certificates.issue(period).pk == first.pk
    organisation = period.organisation
    setattr(organisation, f"name_{organisation.original_language}", "Lake and river council")
    organisation.save()
    second = certificates.issue(period)
    first.refresh_from_db()
    assert first.state_on(timezone.localdate()) == CertificateState.REPLACED
    assert second.state_on(timezone.localdate()) == CertificateState.VALID
    assert second.code != first.code


@pytest.mark.parametrize("count", [1, 3])
def test_those_that_say_what_is_true_are_compared_together(django_assert_num_queries, count):
    factories.create_network()
    year = timezone.localdate().year
    others = [factories.create_organisation(name=f"Beside {n}") for n in range(count)]
    for other in others:
        factories.create_membership(other)
    certificate.prepare(others, year)
    issued = set(Certificate.objects.values_list("code", flat=True))
    subjects = list(Organisation.objects.filter(pk__in=[one.pk for one in others]))
    revision.current(), network.current()
    wanted = [
        Report(kind="certificate", organisation=one, year=year, language="fr") for one in subjects
    ]
    with django_assert_num_queries(8):
        assert comparing.standing_of_each(wanted) == [None] * count
    assert set(Certificate.objects.values_list("code", flat=True)) == issued
    Membership.objects.filter(organisation=others[0]).update(number="M/2026/999")
    certificate.prepare(subjects, year)
    assert Certificate.objects.count() == len(issued) + 1
    assert Certificate.objects.exclude(replaced_at=None).count() == 1


def test_a_report_in_each_language_has_the_same_code(period):
    organisation, year = period.organisation, period.starts_on.year
    certificate.prepare([organisation], year)
    codes = {certificate.data(organisation, year, code)["code"] for code in ("fr", "en", "es")}
    assert codes == {certificates.written(Certificate.objects.get().code)}


# -- What the public page says ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "est valable"), ("en", "is valid"), ("es", "es válido")],
)
def test_a_valid_one_says_so_and_whose_it_is(client, period, language, said):
    answer = answer_to(client, certificates.issue(period).code, language)
    html = answer.content.decode()
    assert said in html
    assert "Lake council" in html
    assert period.number in html
    assert answer.cookies == {}
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]


def test_of_a_discreet_member_nothing_is_said_but_that(client, period):
    organisation = period.organisation
    organisation.discreet = True
    organisation.save()
    html = answer_to(client, certificates.issue(period).code).content.decode()
    assert "This certificate is valid." in html
    for told in ("Lake council", organisation.slug, period.number, str(period.ends_on.year)):
        assert told not in html.partition("<main")[2].partition("</main>")[0]


def expired(period):
    period.ends_on = timezone.localdate() - datetime.timedelta(days=1)
    period.starts_on = period.ends_on - datetime.timedelta(days=10)
    period.save()


def early(period):
    issued = Certificate.objects.filter(membership=period)
    issued.update(starts_on=timezone.localdate() + datetime.timedelta(days=1))


def suspended(period):
    period.organisation.status = Status.SUSPENDED
    period.organisation.save()


def taken_back(period):
    period.delete()


def replaced(period):
    Certificate.objects.update(replaced_at=timezone.now())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (expired, "This certificate has expired."),
        (early, "This certificate is not valid yet."),
        (suspended, "This certificate is no longer valid."),
        (taken_back, "This certificate is no longer valid."),
        (replaced, "This certificate has been replaced."),
    ],
)
def test_one_that_does_not_hold_says_why(client, period, change, said):
    code = certificates.issue(period).code
    change(period)
    html = answer_to(client, code).content.decode()
    assert said in html
    assert "This certificate is valid." not in html


def test_an_unknown_code_and_a_typing_error_are_told_apart(client, period):
    unknown = answer_to(client, CODE)
    assert (unknown.status_code, "No certificate has this code" in unknown.content.decode()) == (
        404,
        True,
    )
    mistyped = answer_to(client, CODE[:9] + ("2" if CODE[9] != "2" else "3"))
    assert mistyped.status_code == 404
    assert "contains a typing error" in mistyped.content.decode()


def test_the_form_leads_to_the_answer_and_the_printed_address_to_the_language(client, period):
    code = certificates.issue(period).code
    typed = client.get("/es/verify/", {"code": certificates.written(code).lower()})
    assert (typed.status_code, typed.url) == (302, f"/es/verify/{code}/")
    assert client.get("/es/verify/", {"code": "ABC"}).status_code == 422
    printed = client.get(f"/verify/{code}/", headers={"accept-language": "es"})
    assert (printed.status_code, printed.url) == (302, f"/es/verify/{code}/")


def test_codes_cannot_be_tried_one_after_the_other(client, period):
    for _try in range(120):
        last = client.head(f"/en/verify/{CODE}/")
    assert last.status_code == 404
    assert answer_to(client, CODE).status_code == 429


# -- What is taken back and made one ---------------------------------------------------------------


def test_of_two_members_made_one_the_kept_certificate_stays_valid(client, period):
    other = factories.create_membership(factories.create_organisation(name="River council"))
    kept, removed = (certificates.issue(row).code for row in (period, other))
    secretary = factories.create_secretary()
    merge = merging.merge_organisations(
        period.organisation, other.organisation, choices={}, by=secretary
    )
    assert "This certificate is valid." in answer_to(client, kept).content.decode()
    assert "This certificate has been replaced." in answer_to(client, removed).content.decode()

    unmerging.undo(merge, by=secretary)
    for code in (kept, removed):
        assert "This certificate is valid." in answer_to(client, code).content.decode()


def test_a_certificate_of_the_removed_moves_where_the_kept_has_none(client, period):
    other = factories.create_membership(factories.create_organisation(name="River council"))
    code = certificates.issue(other).code
    merging.merge_organisations(
        period.organisation, other.organisation, choices={}, by=factories.create_secretary()
    )
    assert Certificate.objects.current().get(code=code).membership == period


def test_the_code_of_an_acceptance_that_was_undone_is_no_longer_valid(client):
    factories.create_network()
    secretary = factories.create_secretary()
    application = factories.create_application(people=1)
    now = timezone.now()
    application.events.create(kind="submitted", state="submitted", at=now, public_from=now)
    acceptance = deciding.accept(application, by=secretary)
    certificate.prepare([acceptance.organisation], acceptance.membership.starts_on.year)
    code = Certificate.objects.get().code
    assert "This certificate is valid." in answer_to(client, code).content.decode()
    deciding.take_back(application, by=secretary)
    html = answer_to(client, code).content.decode()
    assert "This certificate is no longer valid." in html
    assert "This certificate is valid." not in html


# -- The paper -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_paper_of_a_hostile_name_is_one_page_with_its_code(period):
    organisation = period.organisation
    organisation.name_en = HOSTILE
    organisation.save()
    year = period.starts_on.year
    certificate.prepare([organisation], year)
    data = certificate.data(organisation, year, "en")
    content = making.render_data(kind="certificate", data=data, language="en")
    with pypdfium2.PdfDocument(content) as pdf:
        assert len(pdf) == 1
        said = "".join(pdf[0].get_textpage().get_text_bounded().split())
    assert "<b>Conseil</b>&" in said
    assert "Sehrlangername" * 11 in said
    assert data["code"] in said
