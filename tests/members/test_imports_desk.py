"""The pages of imports: a file goes in, its rows are looked at, confirmed, corrected, undone."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from members.imports import working
from members.models import ImportBatch, Notice, Organisation
from tests.factories import (
    create_category,
    create_country,
    create_executive,
    create_network,
    create_organisation,
    create_secretary,
)
from tests.members.spreadsheets import checked, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(client):
    create_network()
    for code in "ABC":
        create_category(code)
    create_country("KE", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    person = create_secretary()
    client.force_login(person)
    return person


TEXT = (
    "Name,Category,Country,E-mail,Contact 1: name,Contact 1: e-mail\n"
    "One,C,Kenia,,Awa Example,awa@example.org\nTwo,Z,KE,bad,,\n"
)


@pytest.mark.slow
def test_a_file_from_upload_to_undo(client, secretary):
    file = SimpleUploadedFile("members-2026.csv", TEXT.encode())
    answer = client.post("/en/secretariat/imports/", {"file": file})
    batch = ImportBatch.objects.get()
    page = f"/en/secretariat/imports/{batch.pk}/"
    assert answer["Location"] == f"{page}?follow=1"
    waiting = client.get(f"{page}?follow=1").content.decode()
    assert 'http-equiv="refresh"' in waiting and "Cancel" in waiting

    working.work_on(batch.pk)
    preview = client.get(page).content.decode()
    assert "2 rows read." in preview and "To be created: 1" in preview
    assert "Record 1 row" in preview and "This category does not exist." in preview
    assert "<ins>Kenya</ins>" in preview

    assert client.post(f"{page}confirm/").status_code == 302
    working.work_on(batch.pk)
    assert Organisation.objects.count() == 1
    done = client.get(page).content.decode()
    assert "Undo this import" in done and "Write to 1 new person" in done
    client.post(f"{page}invite/")
    assert Notice.objects.get().email == "awa@example.org"
    Notice.objects.all().delete()

    client.post(f"{page}undo/")
    working.work_on(batch.pk)
    assert not Organisation.objects.exists()
    assert "Undone on" in client.get(page).content.decode()


def test_a_file_that_cannot_be_read_is_refused_on_the_form(client, secretary):
    file = SimpleUploadedFile("a.csv", b"x,y\n1,2\n")
    answer = client.post("/en/secretariat/imports/", {"file": file})
    assert "No line with column names was found" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_rows_are_filtered_and_paged(client, secretary):
    lines = "".join(f"Name {n},C,KE\n" for n in range(30))
    create_organisation(name="Known")
    batch = checked(f"Name,Category,Country\n{lines}Known (example),C,KE\nX,Z,KE\n", by=secretary)
    page = f"/en/secretariat/imports/{batch.pk}/"
    assert "Page 1 of 2" in client.get(page).content.decode()
    assert "Name 29" in client.get(f"{page}?page=2").content.decode()
    refused = client.get(f"{page}?outcome=refused").content.decode()
    assert "Name 1" not in refused and "This category does not exist." in refused
    unchanged = client.get(f"{page}?outcome=unchanged").content.decode()
    assert "Known" in unchanged and "Name 1" not in unchanged
    assert client.get(f"{page}?outcome=nonsense&page=x&line=y").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(
    client, secretary, django_assert_num_queries, number
):
    for _time in range(number):
        checked("Name,Category,Country\nOne,Z,KE\n", by=secretary)
    client.get("/en/secretariat/imports/")
    with django_assert_num_queries(5):
        client.get("/en/secretariat/imports/")


@pytest.mark.parametrize("number", [1, 3])
def test_the_preview_asks_as_much_for_one_as_for_three(
    client, secretary, django_assert_num_queries, number
):
    batch = checked("Name,Category,Country\n" + "One,Z,KE\n" * number, by=secretary)
    client.get(f"/en/secretariat/imports/{batch.pk}/")
    with django_assert_num_queries(7):
        client.get(f"/en/secretariat/imports/{batch.pk}/")


def test_an_executive_sees_own_imports_only(client, secretary):
    executive = create_executive()
    own, other = checked(TEXT, by=executive), checked(TEXT, by=secretary)
    client.force_login(executive)
    assert client.get(f"/en/secretariat/imports/{own.pk}/").status_code == 200
    assert client.get(f"/en/secretariat/imports/{other.pk}/").status_code == 404
    page = client.get("/en/secretariat/imports/").content.decode()
    assert own.number in page and other.number not in page


def test_what_a_verb_refuses_is_shown(client, secretary):
    batch = checked("Name,Category,Country\nOne,Z,KE\n", by=secretary)
    answer = client.post(f"/en/secretariat/imports/{batch.pk}/confirm/", follow=True)
    assert "There is nothing to record." in answer.content.decode()


def test_cancelling_and_checking_again(client, secretary):
    client.post("/en/secretariat/imports/", {"file": SimpleUploadedFile("a.csv", TEXT.encode())})
    batch = ImportBatch.objects.get()
    client.post(f"/en/secretariat/imports/{batch.pk}/cancel/")
    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert working.work_on(batch.pk) is False
    client.post(f"/en/secretariat/imports/{batch.pk}/check/")
    assert working.work_on(batch.pk) is True


# -- The shell -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shell_checks_records_and_undoes(secretary, tmp_path, capsys):
    path = tmp_path / "members.csv"
    path.write_text(TEXT)
    call_command("import", "members", str(path))
    out = capsys.readouterr().out
    assert "checked; 2 rows read, 1 to create" in out
    assert "line 3, Category: 'Z': This category does not exist." in out
    assert not Organisation.objects.exists()

    call_command("import", "members", str(path), "--confirm", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert (facts["recorded"], facts["created"], facts["refused"]) == (True, 1, 1)
    assert {refusal["line"] for refusal in facts["refusals"]} == {3}
    assert Organisation.objects.count() == 1

    call_command("import", "undo", facts["number"], "--json")
    assert json.loads(capsys.readouterr().out)["undone"] is True
    assert not Organisation.objects.exists()


def test_the_shell_says_what_is_wrong(secretary, tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("x,y\n")
    for arguments, words in (
        (("members", str(tmp_path / "none.csv")), "There is no file"),
        (("members", str(path)), "No line with column names"),
        (("undo", "I/1900/001"), "There is no import"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import", *arguments)


def test_the_shell_names_the_lines_that_stop_an_undo(secretary):
    batch = recorded(checked("Name,Category,Country\nOne,C,KE\n", by=secretary), by=secretary)
    organisation = Organisation.objects.get()
    organisation.acronym = "X"
    organisation.save()
    with pytest.raises(CommandError, match="lines 2"):
        call_command("import", "undo", batch.number)
