"""The back room opens every list and form for the secretariat, and leaves the verbs alone."""

import datetime
import re
from decimal import Decimal

import pytest
from django.contrib import admin
from django.core import mail
from django.urls import reverse

from members import dues
from members.models import Invitation, Notice, Organisation, Renewal
from portal.models import ContactMessage, Heartbeat
from programme.models import Challenge
from publications.models import ListFollow, Report, ReportBatch, Series, TranslationWish
from regions.models import CountryIncome
from tests.factories import (
    TOTP_SECRET,
    create_activity,
    create_axis,
    create_band,
    create_contact,
    create_country,
    create_emerging_issue,
    create_event,
    create_facet,
    create_grouping,
    create_invoice,
    create_issue,
    create_membership,
    create_network,
    create_organisation,
    create_picture,
    create_publication,
    create_question,
    create_region,
    create_secretary,
    create_subscription,
)

pytestmark = pytest.mark.django_db
MODELS = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
)


@pytest.fixture
def secretary(client):
    person = create_secretary()
    client.force_login(person)
    return person


@pytest.fixture
def records(secretary):
    create_network()
    organisation = create_organisation(category="A")
    period, before = (
        create_membership(organisation, year=datetime.date.today().year - ago) for ago in (0, 1)
    )
    Renewal.objects.create(previous=before, membership=period)
    create_contact(organisation)
    country = create_country()
    create_grouping(countries=[country])
    region = create_region()
    publication = create_publication(regions=[region])
    create_picture(publications=[publication])
    publication.corrections.create(wording_fr="Une faute (exemple).")
    Series.objects.create(slug="papers", title_fr="Cahiers (exemple)")
    asked = {"email": "reader@example.org", "language": "es"}
    TranslationWish.objects.create(publication=publication, **asked)
    ListFollow.objects.create(query="kind=report", **asked)
    create_event(regions=[region])
    create_emerging_issue(region=region)
    create_activity(axis=create_axis())
    Challenge.objects.get_or_create(number=1, defaults={"title_fr": "Défi (exemple)"})
    issue = create_issue()
    issue.corrections.create(wording_fr="Une date")
    issue.deliveries.create(
        subscriber=create_subscription(newsletter=issue.newsletter).subscriber, language="en"
    )
    Report.objects.create(kind="region", region=region, language="en", year=2026)
    ReportBatch.objects.create(kind="region", year=2026)
    Invitation.objects.create(email="a@example.org", kind="contact", organisation=organisation)
    ContactMessage.objects.create(
        name="A", email="a@example.org", subject="S", text="T", language="fr"
    )
    create_question(organisation.category.code)
    create_facet()
    Notice.objects.create(
        kind="dues", key="1", email="a@example.org", language="en", subject="S", text="T"
    )
    create_band()
    CountryIncome.objects.create(country=country, year=2026, group="high")
    invoice = create_invoice(organisation=create_organisation())
    dues.record_payment(invoice, amount=Decimal("10.00"), currency="EUR", by=secretary)
    dues.waive(invoice, amount=Decimal("5.00"), reason="R", by=secretary)
    Heartbeat.record("worker")
    organisation.status_changes.create(before="applicant", after="active")
    organisation.derogations.create(country=country, reason="R", granted_by=secretary)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_front_of_the_back_room(client, secretary, language):
    answer = client.get(f"/{language}/secretariat/records/")
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.slow
def test_every_list_and_every_form_opens(client, records):
    for name in MODELS:
        answer = client.get(reverse(f"admin:{name}_changelist"), {"q": "x"})
        assert answer.status_code == 200, name
    opened = set()
    for model, model_admin in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        record = model._default_manager.first()
        if record is None:
            continue
        page = client.get(reverse(f"admin:{name}_change", args=[record.pk]))
        assert page.status_code == 200, name
        history = client.get(reverse(f"admin:{name}_history", args=[record.pk]))
        assert history.status_code == 200, name
        add = client.get(reverse(f"admin:{name}_add"))
        expected = 200 if model_admin.has_add_permission(page.wsgi_request) else 403
        assert add.status_code == expected, name
        opened.add(name)
    assert set(MODELS) - opened <= {
        "mfa_authenticator",
        "portal_page",
        "portal_searchdocument",
    }


@pytest.mark.slow
def test_one_group_of_fields_for_each_language(client, records):
    organisation = Organisation.objects.first()
    page = client.get(reverse("admin:members_organisation_change", args=[organisation.pk]))
    groups = page.context["adminform"].fieldsets
    assert [name for name, _options in groups] == [None, "Français", "English", "Español"]
    assert set(groups[3][1]["fields"]) == {"name_es", "description_es", "state_es"}


@pytest.mark.slow
def test_no_list_or_form_needs_what_the_content_policy_forbids(client, records):
    organisation = Organisation.objects.first()
    for page in (
        reverse("admin:index"),
        reverse("admin:members_organisation_changelist"),
        reverse("admin:members_organisation_change", args=[organisation.pk]),
    ):
        shown = client.get(page).content.decode()
        assert " style=" not in shown
        assert "onclick=" not in shown
        assert "<script>" not in shown
        assert "//cdn" not in shown


def form_data(client, path) -> dict:
    """What a browser would send back from the form as it stands."""
    form = client.get(path).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in data.items()}


@pytest.mark.slow
def test_the_statutes_hold_in_the_back_room_too(client, secretary):
    holder = create_organisation(category="A")
    other = create_organisation(category="C", country=holder.country)
    path = reverse("admin:members_organisation_change", args=[other.pk])
    data = form_data(client, path) | {"discreet": ""}
    assert "status" not in data
    assert "seat_country" not in data
    refused = client.post(path, data | {"category": holder.category_id})
    assert refused.status_code == 200
    assert len(refused.context["errors"]) == 1
    other.refresh_from_db()
    assert (other.category.code, other.seat_country) == ("C", None)
    assert client.post(path, data | {"acronym": "XYZ"}).status_code == 302
    other.refresh_from_db()
    assert other.acronym == "XYZ"
    assert other.history.first().history_user == secretary


def test_an_executive_is_invited_from_the_back_room(
    client, secretary, django_capture_on_commit_callbacks
):
    region = create_region()
    data = {"kind": "executive", "region": region.pk, "email": "e@example.org"}
    data |= {"mail_language": "en", "organisation": "", "language": "", "full_name": "Eva"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("admin:members_invitation_add"), data).status_code == 302
    assert Invitation.objects.get().invited_by == secretary
    assert len(mail.outbox) == 1
    again = client.post(reverse("admin:members_invitation_add"), data)
    assert again.status_code == 200
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "act"),
    [
        ("members_organisation", "delete"),
        ("members_user", "add"),
        ("members_membership", "add"),
        ("members_derogation", "add"),
        ("members_statuschange", "change"),
        ("publications_delivery", "change"),
        ("publications_issue", "add"),
        ("regions_region", "delete"),
    ],
)
def test_what_only_verbs_do_is_not_to_be_had(client, records, model, act):
    found = next(m for m in admin.site._registry if m._meta.label_lower.replace(".", "_") == model)
    args = [] if act == "add" else [found._default_manager.first().pk]
    assert client.post(reverse(f"admin:{model}_{act}", args=args), {"x": "y"}).status_code == 403


def test_the_secret_of_a_second_factor_is_not_shown(client, secretary):
    factor = secretary.authenticator_set.get()
    page = client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert page.status_code == 200
    assert TOTP_SECRET not in page.content.decode()


def test_a_minor_edit_is_said_in_the_back_room_too(client, secretary):
    axis = create_axis(3)
    address = reverse("admin:programme_axis_change", args=[axis.pk])
    page = client.get(address)
    assert "minor_edit" in page.content.decode()
    form = page.context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields} | {"title_fr": "Axe trois"}
    sent["minor_edit"] = "on"
    assert client.post(address, sent).status_code == 302
    axis.refresh_from_db()
    assert (axis.title_fr, axis.state_en) == ("Axe trois", "ready")
    assert "Minor edit" in axis.history.first().history_change_reason
    del sent["minor_edit"]
    client.post(address, sent | {"title_fr": "Axe 3"})
    axis.refresh_from_db()
    assert axis.state_en == "outdated"


@pytest.mark.parametrize("code", ["fr", "en", "es"])
def test_each_text_says_the_language_it_is_written_in(client, records, code):
    address = reverse("admin:publications_publication_change", args=[create_publication().pk])
    page = client.get(address).content.decode()
    for name in ("title", "summary", "body"):
        control = re.search(rf'<(?:input|textarea)[^>]*\bname="{name}_{code}"[^>]*>', page)[0]
        assert f'lang="{code}"' in control
