"""The network's words: found beside a text, edited by leads and the secretariat."""

import pytest

from portal.loading import load_terms
from portal.models import Term
from portal.translating.glossary import suggestions
from tests.factories import (
    create_executive,
    create_language_lead,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db
GLOSSARY = "/en/space/translations/glossary/"


def create_term(fr: str, en: str, es: str, **values) -> Term:
    return Term.objects.create(word_fr=fr, word_en=en, word_es=es, **values)


def found(source: str, target: str = "", languages=("fr", "es"), **values):
    spoken, written = languages
    result = suggestions(
        Term.objects.all(),
        source=source,
        source_language=spoken,
        target=target,
        target_language=written,
        **values,
    )
    return [(one.source, one.target, one.is_used) for one in result]


def test_a_term_is_found_whatever_its_accents_number_and_elision():
    create_term("organisation membre", "member organisation", "organización miembro")
    create_term("adhésion", "membership", "afiliación")
    assert found("L’ADHESION des organisations membres.") == [
        ("adhésion", "afiliación", False),
        ("organisation membre", "organización miembro", False),
    ]
    assert found("Une organisation et un membre") == []


def test_the_translation_is_looked_through_for_it():
    create_term("cotisation", "dues", "cuota", variants_es="contribución\n")
    source = "La cotisation."
    assert found(source, "La cuota.") == [("cotisation", "cuota", True)]
    assert found(source, "Las contribuciones.") == [("cotisation", "cuota", True)]
    assert found(source, "El pago.") == [("cotisation", "cuota", False)]


def test_a_longer_term_hides_the_shorter_one_within_it():
    create_term("programme", "programme", "programa")
    create_term("programme mondial", "world programme", "programa mundial")
    assert [one for one, *_rest in found("Le programme mondial")] == ["programme mondial"]
    assert [one for one, *_rest in found("Le programme mondial est un programme.")] == [
        "programme mondial",
        "programme",
    ]


def test_a_name_that_stays_is_asked_for_as_it_is():
    create_term("Global Social Policy", "Global Social Policy", "x", stays=True)
    assert found("Lire Global Social Policy", "Leer Política") == [
        ("Global Social Policy", "Global Social Policy", False)
    ]
    assert found("Lire Global Social Policy", "Leer Global Social Policy")[0][2] is True


def test_mark_up_is_left_out():
    create_term("strong", "strong", "fuerte")
    assert found("<p><strong>Texte</strong></p>", is_html=True) == []


@pytest.mark.slow
def test_terms_stand_beside_the_text_with_a_warning(client):
    create_term("rapport annuel", "annual report", "informe anual", note="Every year.")
    lead = create_language_lead("es")
    client.force_login(lead)
    text = create_publication(title_fr="Le rapport annuel")
    page = f"/en/space/translations/publication/{text.pk}/es/"
    html = client.get(page).content.decode()
    assert '<strong lang="es">informe anual</strong>' in html and "Every year." in html
    assert "not in the translation" not in html
    client.post(page, {"title": "La memoria", "summary": "R", "body": ""})
    assert "not in the translation" in client.get(page).content.decode()
    client.post(page, {"title": "El informe anual", "summary": "R", "body": ""})
    assert "not in the translation" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("who", "base"),
    [
        (create_language_lead, GLOSSARY),
        (create_secretary, GLOSSARY.replace("space", "secretariat")),
    ],
)
def test_leads_and_the_secretariat_edit_and_versions_are_kept(client, who, base):
    person = who()
    client.force_login(person)
    sent = {"word_fr": "axe", "word_en": "axis", "word_es": "eje", "field": "programme"}
    assert client.post(f"{base}new/", sent).status_code == 302
    term = Term.objects.get()
    client.post(f"{base}{term.pk}/", sent | {"word_es": "línea"})
    assert client.get(f"{base}?word=LINEA").context["terms"].count() == 1
    assert client.get(f"{base}?word=zzz").context["terms"].count() == 0
    html = client.get(f"{base}{term.pk}/").content.decode()
    assert ">eje</span>" in html and person.full_name in html
    answer = client.post(f"{base}new/", sent)
    assert b"This term is already in the glossary." in answer.content
    client.post(f"{base}{term.pk}/", {"act": "delete"})
    assert (Term.objects.count(), Term.history.count()) == (0, 3)


def test_an_executive_reads_the_glossary_and_does_not_edit_it(client):
    client.force_login(create_executive())
    base = GLOSSARY.replace("space", "secretariat")
    term = create_term("axe", "axis", "eje")
    assert client.get(base).status_code == 200
    assert f"{base}{term.pk}/" not in client.get(base).content.decode()
    assert client.post(f"{base}{term.pk}/", {"act": "delete"}).status_code == 404
    assert Term.objects.count() == 1


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    client.force_login(create_language_lead())
    client.get(GLOSSARY)
    for number in range(2):
        create_term(f"mot {number}", f"word {number}", f"palabra {number}")
        with django_assert_num_queries(5):
            client.get(GLOSSARY)
        create_term(f"autre {number}", f"other {number}", f"otra {number}")


def test_a_network_starts_with_the_words_it_has_and_keeps_its_own():
    """What the network has removed does not come back."""
    assert load_terms().created == 35
    axes = ["Bien-être social et développement social", "Partenariats Nord-Sud"]
    assert found(axes[0]) == [
        ("bien-être social", "bienestar social", False),
        ("développement social", "desarrollo social", False),
    ]
    assert [one for one, *_rest in found(axes[1])] == ["partenariat Nord-Sud"]
    Term.objects.filter(word_en="dues").delete()
    assert load_terms().created == 0
    assert not Term.objects.filter(word_en="dues").exists()
