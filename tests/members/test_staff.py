"""Executives, presidents, language leads and the secretariat: invited at the desk, with terms."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import invitations
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import MandateKind
from tests.factories import (
    create_contact,
    create_executive,
    create_language_lead,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
STAFF = "/en/secretariat/people/staff/"
TODAY = timezone.localdate()
ONE_DAY = datetime.timedelta(days=1)
TYPED = {"full_name": "New Example", "email": "new@example.org", "mail_language": "fr"}


@pytest.fixture
def secretary(client):
    person = create_secretary()
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    "role",
    [
        {"kind": "executive", "region": "R8"},
        {"kind": "president", "region": "R8"},
        {"kind": "language_lead", "language": "es"},
        {"kind": "secretariat"},
        {"kind": "treasurer"},
        # What the role does not ask for is left out.
        {"kind": "secretariat", "region": "R8", "language": "es"},
    ],
)
def test_each_role_is_invited_from_the_desk(
    client, secretary, role, django_capture_on_commit_callbacks
):
    region = create_region("R8")
    data = role | TYPED
    if "region" in data:
        data["region"] = region.pk
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{STAFF}invite/", data).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.kind, invitation.invited_by) == (role["kind"], secretary)
    assert mail.outbox[0].to == ["new@example.org"]


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ({"kind": "executive"}, "region"),
        ({"kind": "language_lead"}, "language"),
        ({"kind": "contact"}, "kind"),
        ({"kind": "secretariat", "until": "2020-01-01"}, "until"),
        ({"kind": "secretariat", "email": "x"}, "email"),
    ],
)
def test_what_is_missing_is_said_at_the_field(client, secretary, role, field):
    answer = client.post(f"{STAFF}invite/", TYPED | role)
    assert list(answer.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_a_term_begins_and_ends_as_the_invitation_says(secretary):
    region, newcomer = create_region("R8"), create_person("new@example.org")
    since, until = TODAY + 10 * ONE_DAY, TODAY + 700 * ONE_DAY
    invitation = Invitation(
        kind="executive", region=region, email=newcomer.email, since=since, until=until
    )
    invitations.invite(invitation, by=secretary)
    mandate = invitations.accept(invitation, person=newcomer)
    assert (mandate.since, mandate.until) == (since, until)
    # Before its first day a role opens nothing.
    assert not newcomer.standing.has_desk
    assert list(Mandate.objects.planned()) == [mandate]


def test_an_invitation_whose_term_is_over_is_not_accepted(secretary):
    newcomer = create_person("new@example.org")
    invitation = Invitation(kind="secretariat", email=newcomer.email, until=TODAY)
    invitations.invite(invitation, by=secretary)
    Invitation.objects.update(until=TODAY - ONE_DAY)
    with pytest.raises(ValidationError):
        invitations.accept(invitation, person=newcomer)


# -- A language lead sees a discreet member only by name -------------------------------------------


def test_a_lead_sees_a_discreet_member_only_by_a_mandate_that_names_it():
    named, other = (create_organisation(discreet=True) for _one in range(2))
    open_one = create_organisation()
    lead = create_language_lead("es")
    visible = Organisation.objects.visible_to
    assert set(visible(lead)) == {open_one}
    lead.mandates.get().sees.add(named)
    lead = User.objects.get(pk=lead.pk)
    assert set(visible(lead)) == {open_one, named}
    assert not Organisation.objects.editable_by(lead).exists()
    lead.mandates.update(until=TODAY - ONE_DAY)
    assert set(visible(User.objects.get(pk=lead.pk))) == {open_one}
    assert other.discreet


def test_only_a_leads_mandate_names_members(secretary):
    discreet = create_organisation(discreet=True)
    executive = create_executive(create_region("R8"))
    with pytest.raises(ValidationError) as error:
        invitations.change_term(executive.mandates.get(), since=TODAY, until=None, sees=[discreet])
    assert error.value.error_dict["sees"]
    invitation = Invitation(kind="secretariat", email="new@example.org")
    with pytest.raises(ValidationError):
        invitations.invite(invitation, by=secretary, sees=[discreet])
    # A name in another kind of mandate shows nothing.
    contact = create_contact()
    contact.mandates.get().sees.add(discreet)
    contact = User.objects.get(pk=contact.pk)
    assert discreet not in Organisation.objects.visible_to(contact)


def test_the_names_come_with_the_invitation_and_stay_with_the_successor(secretary):
    discreet, newcomer = create_organisation(discreet=True), create_person("new@example.org")
    invitation = Invitation(kind="language_lead", language="es", email=newcomer.email)
    invitations.invite(invitation, by=secretary, sees=[discreet])
    mandate = invitations.accept(invitation, person=newcomer)
    assert list(mandate.sees.all()) == [discreet]
    successor = invitations.hand_over(mandate, to=create_person())
    assert list(successor.sees.all()) == [discreet]


def test_the_desk_names_members_and_keeps_the_history(client, secretary):
    discreet = create_organisation(discreet=True)
    create_organisation()
    mandate = create_language_lead("es").mandates.get()
    address = f"{STAFF}{mandate.pk}/"
    offered = client.get(address).context["term"].fields["sees"].queryset
    assert list(offered) == [discreet]
    until = TODAY + 30 * ONE_DAY
    data = {
        "act": "term",
        "term-since": "2024-01-01",
        "term-until": until.isoformat(),
        "term-sees": [discreet.pk],
        "term-reason": "Translates its page",
    }
    assert client.post(address, data).status_code == 302
    mandate.refresh_from_db()
    assert (mandate.until, list(mandate.sees.all())) == (until, [discreet])
    reasons = mandate.history.values_list("history_change_reason", flat=True)
    assert "Translates its page" in reasons
    wrong = client.post(address, data | {"term-until": "2023-01-01"})
    assert wrong.context["term"].errors


# -- The end and the successor ---------------------------------------------------------------------


def test_a_role_of_the_network_ends_and_is_handed_over(client, secretary):
    mandate = create_executive(create_region("R8")).mandates.get()
    address = f"{STAFF}{mandate.pk}/"
    data = {"act": "successor", "successor-email": "n@example.org", "successor-mail_language": "fr"}
    client.post(address, data)
    invitation = Invitation.objects.get()
    assert (invitation.replaces, invitation.region) == (mandate, mandate.region)
    assert "n@example.org" in client.get(address).content.decode()
    client.post(address, {"act": "end", "end-until": "", "end-reason": "Retires"})
    mandate.refresh_from_db()
    assert mandate.until == TODAY - ONE_DAY
    assert client.post(address, {"act": "nonsense"}).status_code == 200


def test_the_last_of_the_secretariat_stays(client, secretary):
    mandate = secretary.mandates.get()
    answer = client.post(f"{STAFF}{mandate.pk}/", {"act": "end"})
    assert answer.context["end"].non_field_errors()
    other = create_secretary()
    client.post(f"{STAFF}{other.mandates.get().pk}/", {"act": "end"})
    assert other.mandates.get().until == TODAY - ONE_DAY


def test_an_invitation_is_sent_again_or_withdrawn(client, secretary):
    invitation = Invitation.objects.create(kind="secretariat", email="new@example.org")
    address = f"{STAFF}invitations/{invitation.pk}/"
    assert client.post(address, {"act": "resend"}).status_code == 302
    client.post(address, {"act": "withdraw"})
    invitation.refresh_from_db()
    assert not invitation.is_open
    assert client.post(address, {"act": "resend"}).status_code == 404


def test_roles_of_organisations_are_not_settled_here(client, secretary):
    mandate = create_contact().mandates.get()
    assert client.get(f"{STAFF}{mandate.pk}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(client, secretary, django_assert_num_queries, rows):
    for number in range(rows):
        create_executive(create_region(f"R{number + 1}"))
        create_language_lead("es").mandates.get().sees.add(create_organisation(discreet=True))
        create_mandate(create_person(), MandateKind.PRESIDENT, region=create_region("R8"),
                       until=TODAY - ONE_DAY)  # fmt: skip
        Invitation.objects.create(kind="secretariat", email=f"{number}@example.org")
    client.get(STAFF)
    with django_assert_num_queries(8):
        client.get(STAFF)
