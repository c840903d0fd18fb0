"""Countries are recognised by what people write."""

import json

import pytest

from portal.lib.text import fold
from regions.naming import VARIANTS, Countries, name_key, variants
from tests.factories import create_country

pytestmark = pytest.mark.django_db
COUNTRIES = VARIANTS.with_name("countries.json")


@pytest.fixture
def countries() -> Countries:
    for entry in json.loads(COUNTRIES.read_text("utf-8"))["countries"]:
        names = {f"name_{code}": name for code, name in entry["names"].items()}
        create_country(entry["code"], alpha3=entry["alpha3"], **names)
    return Countries()


@pytest.mark.slow
@pytest.mark.parametrize(
    "text, code",
    [
        ("KE", "KE"), ("ken", "KE"), ("Kenia", "KE"), ("Ivory Coast", "CI"),
        ("cote d'ivoire", "CI"), ("Costa de Marfil", "CI"), ("RDC", "CD"),
        ("Congo (Kinshasa)", "CD"), ("Congo, Democratic Republic of the", "CD"),
        ("Congo-Brazzaville", "CG"), ("Congo", "CG"), ("Corée du Sud", "KR"),
        ("Korea, Republic of", "KR"), ("North Korea", "KP"), ("USA", "US"), ("U.S.A.", "US"),
        ("Estados Unidos de América", "US"), ("EE. UU.", "US"), ("Royaume Uni", "GB"),
        ("Angleterre", "GB"), ("Hollande", "NL"), ("The Gambia", "GM"), ("Burma", "MM"),
        ("Swaziland", "SZ"), ("Cape Verde", "CV"), ("Turquie", "TR"), ("Viet Nam", "VN"),
        ("St. Lucia", "LC"), ("Sainte-Lucie", "LC"), ("Macedonia", "MK"), ("Tchéquie", "CZ"),
        ("Russian Federation", "RU"), ("Tanzania, United Republic of", "TZ"),
        ("ÉTATS-UNIS", "US"), ("Brasil", "BR"), ("Guinea", "GN"), ("Guinée-Bissau", "GW"),
        ("Palestine, State of", "PS"), ("Iran (Islamic Republic of)", "IR"),
    ],
)  # fmt: skip
def test_countries_as_people_write_them(countries, text, code):
    assert countries.find(text).code == code


@pytest.mark.slow
def test_what_is_no_country_is_not_taken_for_one(countries):
    for text in ("", "Atlantis", "the", "Republic", "Africa"):
        assert countries.find(text) is None
    assert countries.nearest("Kenja").code == "KE"
    assert countries.nearest("Xyzzyx") is None


@pytest.mark.slow
def test_no_way_of_writing_means_two_countries(countries):
    meant: dict[str, str] = {}
    for code, country in countries.by_code.items():
        names = [country.name_fr, country.name_en, country.name_es, *variants().get(code, ())]
        for name in names:
            assert meant.setdefault(name_key(name), code) == code, name


@pytest.mark.slow
def test_an_exact_name_needs_no_explanation(countries):
    assert countries.is_exact("cote d’ivoire", countries.by_code["CI"])
    assert not countries.is_exact("Ivory Coast", countries.by_code["CI"])
    assert fold("Côte") == "cote"
