"""A list from a file: what is understood, what is refused, and what confirming writes."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from members import reach, rolls
from members.models import Affiliation, Association, Roll
from portal.lib.sheets import writing
from tests.factories import (
    create_affiliation,
    create_contact,
    create_country,
    create_organisation,
    create_person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def umbrella():
    create_country("TZ", name_fr="Tanzanie", name_en="Tanzania", name_es="Tanzanía")
    return create_organisation(category="A", country=create_country("KE"))


def staged(umbrella, text, *, encoding="utf-8", takes_off=False) -> Roll:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    with translation.override("en"):
        return rolls.stage(
            umbrella,
            file=io.BytesIO(content),
            name="list.csv",
            takes_off=takes_off,
            by=create_person(),
        )


def problems(roll) -> list[tuple[int, str]]:
    return [(row["line"], row["problem"]) for row in roll.rows if row["problem"]]


@pytest.mark.parametrize(
    ("headings", "yes"),
    [
        ("Nom;Sigle;Pays;Type;Site;Publié;Depuis", "oui"),
        ("Name,Acronym,Country,Kind,Website,Published,Since", "yes"),
        ("NOMBRE\tSIGLAS\tPAÍS\tTIPO\tSITIO\tPUBLICADO\tDESDE", "sí"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_is_read_in_each_language_delimiter_and_encoding(umbrella, headings, yes, encoding):
    delimiter = max(";,\t", key=headings.count)
    line = delimiter.join(["Île aux abris", "IAA", "Tanzanie", "", "abris.example", yes, "1987"])
    [row] = staged(umbrella, f"{headings}\r\n{line}\r\n", encoding=encoding).rows
    assert row["problem"] == ""
    assert (row["name"], row["acronym"], row["country"]) == ("Île aux abris", "IAA", "TZ")
    assert (row["website"], row["is_public"], row["since"]) == (
        "https://abris.example",
        True,
        1987,
    )


@pytest.mark.parametrize("way", ["TZ", "tz", "Tanzanie", "TANZANIA", "tanzanía", " Tanzania "])
def test_a_country_by_code_or_name(umbrella, way):
    [row] = staged(umbrella, f"name,country\nLake,{way}\n").rows
    assert row["country"] == "TZ"


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_spreadsheet_is_read_too(umbrella, kind):
    rows = [["Nom", "Depuis"], ["Île aux abris", 1987], ["Lac", "bientôt"]]
    content = b"".join(writing.written(kind, [writing.Sheet("List", rows)]))
    good, bad = staged(umbrella, content).rows
    assert (good["name"], good["since"], good["problem"]) == ("Île aux abris", 1987, "")
    assert bad["line"] == 3 and bad["problem"]


def test_a_formula_is_refused(umbrella):
    assert problems(staged(umbrella, "name\n=1+1\n"))[0][1].startswith("A formula")


def test_without_a_country_it_is_the_umbrellas(umbrella):
    assert staged(umbrella, "name\nLake\n").rows[0]["country"] == "KE"


def test_what_cannot_be_understood_is_refused_line_by_line(umbrella):
    roll = staged(
        umbrella,
        "name,country,kind,website,published,since\n"
        ",KE,,,,\n"
        "One,Atlantis,,,,\n"
        "Two,KE,club,,,\n"
        "Three,KE,,not a site,,\n"
        "Four,KE,,,perhaps,\n"
        "Five,KE,,,,2999\n"
        "\n"
        "Six,KE,,,,\n"
        "SIX,KE,,,,\n",
    )
    found = problems(roll)
    assert [line for line, _problem in found] == [2, 3, 4, 5, 6, 7, 10]
    assert found[1][1] == "Unknown country: Atlantis."
    assert found[2][1].startswith("Unknown kind: club. Known are: association, ")
    assert found[-1][1] == "The same association as in line 9."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_headings"),
        (b"one,two\n1,2\n", "no_headings"),
        (b"name\n\n", "empty"),
        (b"PK\x03\x04\x00\x00", "damaged"),
        (b"%PDF-1.7", "unknown_type"),
        (b"name\n" + b"x\n" * 1_100_000, "too_large"),
        (b"name\n" + b"".join(b"a%d\n" % n for n in range(5001)), "too_long"),
    ],
)
def test_what_is_no_list_is_refused_whole(umbrella, content, code):
    with pytest.raises(ValidationError) as refusal:
        staged(umbrella, content)
    assert refusal.value.code == code
    assert not Roll.objects.exists()


def test_nothing_is_written_before_it_is_confirmed(umbrella):
    create_affiliation(umbrella, "Stays as it is")
    create_affiliation(umbrella, "Gets a site")
    create_affiliation(umbrella, "Goes")
    roll = staged(
        umbrella,
        "name,website,published\nStays as it is,,\nGets a site,site.example,yes\nNew,,\n"
        ",no-name.example,\n",
        takes_off=True,
    )
    found = rolls.difference(roll)
    assert [len(part) for part in found] == [1, 1, 1, 1, 1]
    assert Association.objects.count() == 3
    by = create_person()
    rolls.write(roll, by=by)
    names = umbrella.affiliations.values_list("association__name", flat=True)
    assert set(names) == {"Stays as it is", "Gets a site", "New"}
    changed = Affiliation.objects.get(association__name="Gets a site")
    assert (changed.association.website, changed.is_public) == ("https://site.example", True)
    assert (changed.source, changed.recorded_by) == ("list.csv", by)
    new = Association.objects.get(name="New")
    assert [key.key for key in new.keys.all()] == ["name:new"]
    assert [row.history_user for row in new.history.all()] == [by]
    assert not Roll.objects.exists()


def test_what_the_file_does_not_name_stays_unless_one_asked(umbrella):
    create_affiliation(umbrella, "Stays")
    rolls.write(staged(umbrella, "name\nNew\n"), by=create_person())
    assert umbrella.affiliations.count() == 2


def test_the_downloaded_list_can_be_uploaded_again_and_changes_nothing(umbrella):
    create_affiliation(umbrella, "=Formula", is_public=True, since=1990, website="https://x.org")
    create_affiliation(umbrella, "Refugio", acronym="RF")
    text = "".join(rolls.as_csv(Affiliation.objects.under(umbrella).by_name(), "es"))
    assert "'=Formula" in text
    found = rolls.difference(staged(umbrella, text, takes_off=True))
    assert [len(part) for part in found] == [0, 0, 2, 0, 0]


@pytest.mark.slow
def test_a_thousand_lines_take_few_queries(umbrella, django_assert_max_num_queries):
    roll = staged(umbrella, "name\n" + "".join(f"Association {n}\n" for n in range(1000)))
    by = create_person()
    with django_assert_max_num_queries(60):
        rolls.write(roll, by=by)
    assert reach.of_organisation(umbrella).organisations == 1000


def test_what_nobody_confirmed_is_forgotten_after_a_week(umbrella):
    old, fresh = staged(umbrella, "name\nA\n"), staged(umbrella, "name\nB\n")
    Roll.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timezone.timedelta(days=8))
    assert rolls.forget_old() == 1
    assert list(Roll.objects.all()) == [fresh]


# -- The pages -------------------------------------------------------------------------------------


@pytest.fixture
def contact(client, umbrella):
    person = create_contact(umbrella)
    client.force_login(person)
    return person


def test_the_tab_leads_to_ones_own_list_and_only_umbrellas_have_it(client, contact, umbrella):
    answer = client.get("/en/space/own-members/")
    assert answer.url == f"/en/space/own-members/{umbrella.slug}/"
    assert "/en/space/own-members/" in client.get(answer.url).content.decode()
    client.force_login(create_contact(create_organisation(category="C")))
    page = client.get("/en/space/organisation/").content.decode()
    assert "/en/space/own-members/" not in page
    assert client.get("/en/space/own-members/").url == "/en/space/"


def test_adding_changing_and_taking_off_by_hand(client, contact, umbrella):
    address = f"/en/space/own-members/{umbrella.slug}/new/"
    values = {"name": "Lake", "country": "KE", "kind": "association"}
    assert client.post(address, values).status_code == 302
    again = client.post(address, values)
    assert "“Lake” is on your list already." in again.content.decode()
    entry = umbrella.affiliations.get()
    page = f"/en/space/own-members/entries/{entry.pk}/"
    assert client.post(page, values | {"is_public": "on", "since": "1999"}).status_code == 302
    entry.refresh_from_db()
    assert (entry.is_public, entry.since, entry.recorded_by) == (True, 1999, contact)
    client.post(f"{page}remove/")
    assert not umbrella.affiliations.exists()


def test_uploading_shows_first_and_writes_then(client, contact, umbrella):
    file = io.BytesIO(b"name,country\nLake,KE\nMoon,Atlantis\n")
    file.name = "list.csv"
    answer = client.post(f"/en/space/own-members/{umbrella.slug}/upload/", {"file": file})
    shown = client.get(answer.url).content.decode()
    assert "Lake" in shown and "Unknown country: Atlantis." in shown
    assert not umbrella.affiliations.exists()
    assert client.post(answer.url).status_code == 302
    assert umbrella.affiliations.get().association.name == "Lake"
    assert client.get(answer.url).status_code == 404


def test_recording_a_figure(client, contact, umbrella):
    address = f"/en/space/own-members/{umbrella.slug}/number/"
    day = timezone.localdate().isoformat()
    values = {"figure": "120", "source": "Annual report", "as_of": day}
    assert client.post(address, values).status_code == 302
    assert client.post(address, values | {"figure": "130"}).status_code == 302
    assert umbrella.headcounts.get().figure == 130
    refused = client.post(address, values | {"as_of": "2999-01-01"})
    assert "This day has not come yet." in refused.content.decode()
    page = client.get(f"/en/space/own-members/{umbrella.slug}/").content.decode()
    assert "130" in page and "Annual report" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_for_three(
    client, contact, umbrella, rows, django_assert_num_queries
):
    client.get("/en/contact/")
    for _ in range(rows):
        create_affiliation(umbrella)
    with django_assert_num_queries(10):
        client.get(f"/en/space/own-members/{umbrella.slug}/")
