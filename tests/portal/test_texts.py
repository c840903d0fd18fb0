"""What is translated, by whom, and what must exist in all three languages."""

import pytest
from django.apps import apps

from portal import texts
from portal.lib.translations import LANGUAGES, Translatable
from tests.factories import (
    create_activity,
    create_axis,
    create_category,
    create_contact,
    create_cycle,
    create_document,
    create_event,
    create_executive,
    create_issue,
    create_language_lead,
    create_network,
    create_newsletter,
    create_organisation,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db

PRINCIPAL = {"identity", "page", "region", "cycle", "axis", "challenge", "category", "newsletter"}


def rows_of(code: str, user, language: str = "es") -> set:
    return set(texts.kind_with(code).translatable_by(user, language))


def test_every_translatable_model_is_at_the_translation_desk():
    translatable = {
        model
        for model in apps.get_models()
        if issubclass(model, Translatable) and not model._meta.abstract
    }
    assert {kind.model for kind in texts.kinds()} == translatable
    assert len({kind.code for kind in texts.kinds()}) == len(texts.kinds())


def test_the_fields_of_a_kind_are_told_in_their_order():
    fields = texts.kind_with("publication").described_fields
    told = [(field.name, field.is_html, field.is_line) for field in fields]
    assert told == [("title", False, True), ("summary", False, False), ("body", True, False)]


def test_principal_information_is_named_and_gives_its_reason():
    found = {kind.code for kind in texts.kinds() if kind.why_principal}
    assert found == PRINCIPAL
    old = create_axis(2, cycle=create_cycle(2000))
    now = create_axis(1)
    assert list(texts.kind_with("axis").principal_rows()) == [now]
    assert old not in texts.kind_with("axis").principal_rows()
    create_publication()
    assert texts.kind_with("publication").principal_rows().count() == 0


def test_a_lead_translates_into_the_own_language_alone():
    lead, text = create_language_lead("es"), create_publication(state="draft")
    assert rows_of("publication", lead, "es") == {text}
    assert rows_of("publication", lead, "en") == set()
    assert rows_of("publication", lead, "fr") == set()
    create_publication(original_language="es", title_es="Original")
    assert rows_of("publication", lead, "es") == {text}


def test_a_lead_is_not_shown_what_is_the_secretariats():
    lead, region = create_language_lead("es"), create_region()
    create_publication(access="secretariat")
    create_publication(state="withdrawn")
    create_event(is_public=False)
    create_document(organisation=create_organisation(), audience="organisation")
    create_organisation(status="applicant")
    create_issue(state="sent")
    for code in ("publication", "event", "document", "issue"):
        assert rows_of(code, lead) == set()
    assert {one.status for one in rows_of("organisation", lead)} == {"active"}
    document, event = create_document(), create_event(regions=[region])
    assert (rows_of("document", lead), rows_of("event", lead)) == ({document}, {event})


def test_a_discreet_member_is_shown_to_a_lead_whose_mandate_names_it():
    hidden = create_organisation(discreet=True)
    assert rows_of("organisation", create_language_lead("es")) == set()
    named = create_language_lead("es")
    named.mandates.get().sees.add(hidden)
    assert rows_of("organisation", named) == {hidden}


def test_an_executive_translates_the_texts_of_one_region():
    region, other = create_region("R8"), create_region("R2")
    executive = create_executive(region)
    own = create_activity(regions=[region])
    create_activity(regions=[region, other])
    create_activity(regions=[other])
    create_activity()
    letter = create_newsletter(region)
    create_newsletter(other)
    create_newsletter()
    create_network()
    for language in LANGUAGES[1:]:
        assert rows_of("activity", executive, language) == {own}
        assert rows_of("newsletter", executive, language) == {letter}
        assert rows_of("region", executive, language) == {region}
        for code in ("identity", "axis", "category", "page"):
            assert rows_of(code, executive, language) == set()


def test_the_secretariat_translates_everything_and_others_nothing():
    publication = create_publication(access="secretariat")
    create_category("A")
    secretary = create_secretary()
    assert rows_of("publication", secretary) == {publication}
    assert len(rows_of("category", secretary)) == 1
    for person in (create_contact(), create_person()):
        for kind in texts.kinds():
            assert kind.translatable_by(person, "es").count() == 0
            assert kind.seen_by(person).count() == 0


def test_an_executive_who_leads_a_language_does_both():
    region = create_region()
    person = create_executive(region)
    person.mandates.create(kind="language_lead", language="es")
    own = create_publication(regions=[region])
    other = create_publication()
    assert rows_of("publication", person, "es") == {own, other}
    assert rows_of("publication", person, "en") == {own}
    assert set(texts.kind_with("publication").approvable_by(person, "es")) == {own}


def test_every_kind_has_addresses():
    region = create_region()
    records = {
        "publication": create_publication(regions=[region]),
        "event": create_event(),
        "activity": create_activity(),
        "organisation": create_organisation(),
        "document": create_document(),
        "issue": create_issue(),
        "newsletter": create_newsletter(region),
        "identity": create_network(),
        "region": region,
        "cycle": create_cycle(),
        "axis": create_axis(),
        "category": create_category(),
    }
    for code, record in records.items():
        kind = texts.kind_with(code)
        assert kind.edit_url(record).startswith("/en/")
        assert texts.kind_of(record) is kind
        found = texts.records_of(kind, kind.all_rows(), [str(record.pk), "x", "9" * 40])
        assert found == {str(record.pk): record}


def test_words_are_counted_without_mark_up():
    publication = create_publication(title_fr="Un rapport", body_fr="<p>Trois mots <b>ici</b></p>")
    assert texts.kind_with("publication").words(publication, "fr") == 2 + 1 + 3
