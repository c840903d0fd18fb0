"""Two people with the same form open."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from members.forms.organisations import OrganisationForm, OwnOrganisationForm
from members.models import Facet
from portal.desk import PageForm
from portal.models import Page
from publications.forms.records import PublicationForm
from regions.forms import RegionForm
from tests.factories import (
    create_contact,
    create_country,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def sent(form, **typed) -> QueryDict:
    """What the browser sends of an open form when these values were typed into it."""
    data = QueryDict(mutable=True)
    for field in form:
        value = typed.get(field.name, field.value())
        if isinstance(value, list | tuple):
            data.setlist(field.html_name, [getattr(one, "pk", one) for one in value])
        elif value not in (None, False):
            data[field.html_name] = value
    return data


@pytest.fixture
def page():
    return Page.objects.create(slug="about", title_fr="Le réseau", title_en="The network")


def test_nobody_else_was_there(page):
    data = sent(PageForm(instance=page), title_fr="Notre réseau")
    form = PageForm(data, instance=Page.objects.get())
    assert form.is_valid() and form.saved()
    assert Page.objects.get().title_fr == "Notre réseau"


def test_the_second_to_save_sees_what_the_first_has_written(page):
    mine = sent(PageForm(instance=page), title_fr="Le mien", body_fr="<p>À moi</p>")
    Page.objects.filter(pk=page.pk).update(title_fr="Le sien", title_en="Theirs")
    form = PageForm(mine, instance=Page.objects.get())
    assert not form.is_valid()
    assert form.has_error("__all__", "changed_meanwhile")
    assert [(change.language, change.stored, change.is_contested) for change in form.meanwhile] == [
        ("fr", "Le sien", True),
        ("en", "Theirs", False),
    ]
    # What was typed stands in its field; what was not touched shows what is stored now.
    assert form["title_fr"].value() == "Le mien"
    assert form["body_fr"].value() == "<p>À moi</p>"
    assert form["title_en"].value() == "Theirs"
    assert Page.objects.get().title_fr == "Le sien"


def test_saving_again_after_having_looked_is_a_decision(page):
    mine = sent(PageForm(instance=page), title_fr="Le mien")
    Page.objects.filter(pk=page.pk).update(title_fr="Le sien", title_en="Theirs")
    refused = PageForm(mine, instance=Page.objects.get())
    assert not refused.is_valid()
    again = PageForm(sent(refused), instance=Page.objects.get())
    assert again.is_valid() and again.saved()
    stored = Page.objects.get()
    assert (stored.title_fr, stored.title_en) == ("Le mien", "Theirs")


def test_the_same_correction_by_two_is_not_contested(page):
    mine = sent(PageForm(instance=page), title_fr="Corrigé")
    Page.objects.filter(pk=page.pk).update(title_fr="Corrigé")
    form = PageForm(mine, instance=Page.objects.get())
    assert not form.is_valid()
    assert [change.is_contested for change in form.meanwhile] == [False]


def test_line_ends_and_blanks_are_no_change(page):
    Page.objects.filter(pk=page.pk).update(body_fr="<p>Un</p>\n<p>Deux</p>", title_es=None)
    data = sent(PageForm(instance=Page.objects.get()))
    data["body_fr"] = "<p>Un</p>\r\n<p>Deux</p> "
    assert PageForm(data, instance=Page.objects.get()).is_valid()


def test_who_is_a_moment_faster_wins_and_nothing_is_overwritten(page):
    """Both had looked; the row is locked and looked at once more before it is written."""
    data = sent(PageForm(instance=page), title_fr="Le mien")
    slower = PageForm(data, instance=Page.objects.get())
    assert slower.is_valid()
    Page.objects.filter(pk=page.pk).update(title_fr="Le sien")
    assert not slower.saved()
    assert slower.has_error("__all__", "changed_meanwhile")
    assert Page.objects.get().title_fr == "Le sien"


def test_a_post_without_fingerprints_is_not_compared(page):
    data = sent(PageForm(instance=page), title_fr="Le mien")
    del data["version"]
    Page.objects.filter(pk=page.pk).update(title_fr="Le sien")
    assert PageForm(data, instance=Page.objects.get()).is_valid()


def test_a_new_record_has_no_version():
    assert "version" not in OrganisationForm(user=create_secretary()).fields
    assert "version" in RegionForm(instance=create_region()).fields


def test_choices_links_and_boxes_are_compared_too():
    secretary = create_secretary()
    organisation = create_organisation(discreet=True)
    organisation.regions.add(create_region("R3"))
    mine = sent(OrganisationForm(instance=organisation, user=secretary), acronym="MINE")
    tanzania = create_country("TZ")
    type(organisation).objects.filter(pk=organisation.pk).update(country=tanzania, discreet=False)
    organisation.regions.add(create_region("R4"))
    stored = type(organisation).objects.get(pk=organisation.pk)
    form = OrganisationForm(mine, instance=stored, user=secretary)
    assert not form.is_valid()
    told = {change.label: change.stored for change in form.meanwhile}
    assert told["Country"] == str(tanzania)
    assert told["Discreet member"] == "no"
    assert "R4" in str(told["Regions of activity"]) or "(example)" in told["Regions of activity"]
    again = OrganisationForm(
        sent(form), instance=type(organisation).objects.get(pk=organisation.pk), user=secretary
    )
    assert again.is_valid()
    again.record()
    stored = type(organisation).objects.get(pk=organisation.pk)
    assert (stored.acronym, stored.country, stored.discreet) == ("MINE", tanzania, False)
    assert {region.code for region in stored.regions.all()} == {"R3", "R4"}


def test_themes_chosen_meanwhile_stay_chosen():
    secretary, organisation = create_secretary(), create_organisation()
    mine = sent(OrganisationForm(instance=organisation, user=secretary), acronym="MINE")
    theme = Facet.objects.create(kind="theme", code="moonlight", label_en="Moonlight")
    organisation.facets.add(theme)
    form = OrganisationForm(mine, instance=organisation, user=secretary)
    assert not form.is_valid()
    assert form["themes"].value() == [str(theme.pk)]


def test_the_record_of_an_organisation_is_looked_at_again_while_it_is_locked():
    secretary, organisation = create_secretary(), create_organisation()
    data = sent(OrganisationForm(instance=organisation, user=secretary), acronym="MINE")
    stored = type(organisation).objects.get(pk=organisation.pk)
    form = OrganisationForm(data, instance=stored, user=secretary)
    assert form.is_valid()
    type(organisation).objects.filter(pk=organisation.pk).update(acronym="THEIRS")
    with pytest.raises(ValidationError, match="Somebody else"):
        form.record()


def test_a_translation_declared_ready_meanwhile_is_not_undone():
    secretary = create_secretary()
    publication = create_publication(title_es="Informe", state_es="in_progress")
    mine = sent(PublicationForm(instance=publication, user=secretary), title_fr="Nouveau")
    publication.mark_translated("es")
    publication.save()
    again = type(publication).objects.get(pk=publication.pk)
    form = PublicationForm(mine, instance=again, user=secretary)
    assert not form.is_valid()
    assert form["state_es"].value() == "ready"


def test_a_name_that_is_the_secretariats_does_not_trouble_its_people():
    organisation = create_organisation(description_fr="Avant.")
    mine = sent(OwnOrganisationForm(instance=organisation), description_fr="Après.")
    mine.pop("name_fr")  # a disabled field is not sent
    type(organisation).objects.filter(pk=organisation.pk).update(name_fr="Neuf (exemple)")
    stored = type(organisation).objects.get(pk=organisation.pk)
    form = OwnOrganisationForm(mine, instance=stored)
    assert not form.is_valid()
    assert [change.is_contested for change in form.meanwhile] == [False]


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_page_tells_who_and_what_and_keeps_what_was_typed(client, language):
    organisation = create_organisation(slug="lake", description_fr="Avant.")
    first, second = create_contact(organisation), create_contact(organisation)
    address = f"/{language}/space/organisation/"
    client.force_login(second)
    opened = client.get(address).content.decode()
    version = re.search(r'name="version" value="([^"]+)"', opened)[1]
    client.force_login(first)
    client.post(address, {"description_fr": "Du premier.", "version": version, "name_fr": "x"})
    client.force_login(second)
    answer = client.post(address, {"description_fr": "Du second.", "version": version})
    shown = answer.content.decode()
    for expected in ("Du premier.", "Du second.", first.full_name):
        assert expected in shown
    organisation.refresh_from_db()
    assert organisation.description_fr == "Du premier."
    newer = re.search(r'name="version" value="([^"]+)"', shown)[1]
    answer = client.post(address, {"description_fr": "Des deux.", "version": newer})
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert organisation.description_fr == "Des deux."
