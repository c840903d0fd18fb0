"""Pictures of long texts: drawn anew, shown to the readers of the text, cleared when unused."""

import datetime
import re
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from portal import pictures
from portal.lib import pdf
from portal.lib.prose import closed_address
from portal.models import Page, Picture, TranslationDraft
from tests import factories
from tests.documents import a_pdf
from tests.publications.desk_form import as_stored, page_of, typed

pytestmark = pytest.mark.django_db

SEND = "/en/space/pictures/"
JSON = {"HTTP_ACCEPT": "application/json"}


def drawn(kind="JPEG", size=(40, 30), mode="RGB", **saving) -> bytes:
    target = BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(target, kind, **saving)
    return target.getvalue()


def with_gps() -> bytes:
    """A photograph lying on its side, which says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of an example"
    exif.get_ifd(0x8825)[2] = (1.0, 17.0, 0.0)
    return drawn(exif=exif, comment=b"secret comment")


def send(client, content: bytes, name="lake.jpg", **values):
    data = {"file": SimpleUploadedFile(name, content), "language": "en"}
    return client.post(SEND, data | {"alternative": "A lake at dawn"} | values, **JSON)


def content_of(picture) -> bytes:
    with picture.file.open("rb") as file:
        return file.read()


@pytest.fixture
def contact(client):
    person = factories.create_contact(factories.create_organisation(category="C"))
    client.force_login(person)
    return person


def stored_files() -> list[str]:
    return default_storage.listdir("pictures")[1] if default_storage.exists("pictures") else []


@pytest.fixture(autouse=True)
def no_files_left():
    before = set(stored_files())
    yield
    for name in set(stored_files()) - before:
        default_storage.delete(f"pictures/{name}")


# -- Sending ---------------------------------------------------------------------------------------


def test_a_picture_is_drawn_anew_without_what_the_camera_wrote(client, contact):
    answer = send(client, with_gps())
    assert answer.status_code == 201
    picture = Picture.objects.get()
    assert answer.json() == {
        "src": f"/en/space/pictures/{picture.name}",
        "width": 30,  # turned the right way up
        "height": 40,
    }
    kept = content_of(picture)
    image = Image.open(BytesIO(kept))
    assert (image.size, dict(image.getexif()), image.info.get("comment")) == ((30, 40), {}, None)
    assert b"Camera" not in kept
    assert (picture.size, picture.sent_by) == (len(kept), contact)
    assert picture.alternative_en == "A lake at dawn"
    assert re.fullmatch(r"[\w-]{22}\.jpg", picture.name)
    assert picture.unused_since is not None


@pytest.mark.parametrize(
    ("kind", "mode", "kept_mode"),
    [("PNG", "RGBA", "RGBA"), ("PNG", "P", "RGB"), ("PNG", "L", "RGB"), ("JPEG", "CMYK", "RGB")],
)
def test_every_kind_of_picture_is_understood(client, contact, kind, mode, kept_mode):
    name = "a.png" if kind == "PNG" else "a.jpeg"
    assert send(client, drawn(kind, mode=mode), name).status_code == 201
    assert Image.open(BytesIO(content_of(Picture.objects.get()))).mode == kept_mode


def test_a_large_picture_is_made_smaller(client, contact):
    answer = send(client, drawn(size=(3200, 400))).json()
    assert (answer["width"], answer["height"]) == (1600, 200)


def test_what_hides_behind_a_picture_is_not_kept(client, contact):
    send(client, drawn() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in content_of(Picture.objects.get())


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (SVG, "a.svg", "Accepted kinds of files: JPG, PNG"),
        (SVG, "a.png", "Accepted kinds of files: JPG, PNG"),
        (a_pdf(), "a.jpg", "Accepted kinds of files: JPG, PNG"),
        (b"GIF89a" + b"\x00" * 30, "a.gif", "Accepted kinds of files: JPG, PNG"),
        (drawn("PNG"), "a.jpg", "The name says"),
        (drawn()[:200], "a.jpg", "damaged"),
        (b"", "a.jpg", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(client, contact, content, name, said):
    before = stored_files()
    answer = send(client, content, name)
    assert answer.status_code == 400
    assert said in " ".join(answer.json()["errors"])
    assert (Picture.objects.count(), stored_files()) == (0, before)


def test_a_picture_of_a_hundred_megapixels_is_refused(client, contact):
    answer = send(client, drawn("PNG", size=(10_000, 10_000), mode="1"), "a.png")
    assert "too many pixels" in answer.json()["errors"][0]


def test_a_picture_that_is_too_heavy_is_refused(client, contact):
    answer = send(client, b"\xff\xd8\xff" + b"\x00" * pictures.LARGEST, "a.jpg")
    assert "larger than 8" in answer.json()["errors"][0]


def test_a_picture_without_words_is_refused(client, contact):
    answer = send(client, drawn(), alternative=" ")
    assert answer.json() == {"errors": ["This field is required."]}
    assert Picture.objects.count() == 0


def test_without_the_editor_the_page_gives_the_mark_up(client, contact):
    data = {"file": SimpleUploadedFile("a.jpg", drawn()), "alternative": "Lake", "language": "en"}
    assert client.post(SEND, data).status_code == 302
    html = client.get(SEND).content.decode()
    assert f"&lt;figure&gt;&lt;img src=&quot;/pictures/{Picture.objects.get().name}" in html


def test_the_addresses_of_text_and_editor_are_those_of_the_pages():
    picture = factories.create_picture()
    assert picture.get_absolute_url() == f"/pictures/{picture.name}"
    assert reverse("portal:pictures") == closed_address()
    assert reverse("portal:picture", kwargs={"name": "x"}) == closed_address() + "x"


# -- Who sees it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 200),
        ({"access": "members"}, 404),
        ({"access": "secretariat"}, 404),
        ({"state": "draft"}, 404),
        ({"state": "withdrawn"}, 404),
    ],
)
def test_the_public_sees_the_pictures_of_public_texts_alone(client, values, status):
    picture = factories.create_picture(publications=[factories.create_publication(**values)])
    answer = client.get(picture.get_absolute_url())
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = client.get(picture.get_absolute_url(), headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304


def test_a_public_address_does_not_know_who_asks(client):
    picture = factories.create_picture(
        publications=[factories.create_publication(access="members")]
    )
    client.force_login(factories.create_secretary())
    assert client.get(picture.get_absolute_url()).status_code == 404
    answer = client.get(closed_address() + picture.name)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    answer.close()


def test_one_public_text_is_enough(client):
    texts = [factories.create_publication(), factories.create_publication(state="draft")]
    picture = factories.create_picture(publications=texts)
    answer = client.get(picture.get_absolute_url())
    assert answer.status_code == 200
    answer.close()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("sender", 200),
        ("colleague", 200),
        ("member", 404),
        # What an organisation is still writing is nobody else's business.
        ("executive", 404),
        ("lead", 404),
        ("secretary", 200),
    ],
)
def test_a_draft_is_illustrated_for_those_who_work_on_it(client, who, status):
    region = factories.create_region("R8")
    sender = factories.create_contact(factories.create_organisation(category="C"))
    proposing = factories.create_organisation(category="C")
    draft = factories.create_publication(state="draft", regions=[region], proposed_for=proposing)
    picture = factories.create_picture(publications=[draft], sent_by=sender)
    people = {
        "sender": sender,
        "colleague": factories.create_contact(proposing),
        "member": factories.create_contact(factories.create_organisation(category="C")),
        "executive": factories.create_executive(region),
        "lead": factories.create_language_lead("es"),
        "secretary": factories.create_secretary(),
    }
    client.force_login(people[who])
    answer = client.get(closed_address() + picture.name)
    assert answer.status_code == status
    answer.close()


def test_an_unknown_name_is_not_found(client):
    assert client.get("/pictures/AAAAAAAAAAAAAAAAAAAAAA.jpg").status_code == 404


# -- In a text -------------------------------------------------------------------------------------


@pytest.fixture
def at_desk(client):
    client.force_login(factories.create_secretary())
    return client


def image(picture, alt="Un lac") -> str:
    return f'<p>Un texte.</p><img src="/en/space/pictures/{picture.name}" alt="{alt}">'


def test_a_text_and_its_picture_find_each_other(at_desk, django_capture_on_commit_callbacks):
    picture = factories.create_picture()
    with django_capture_on_commit_callbacks(execute=True):
        answer = at_desk.post("/en/secretariat/publications/new/", typed(body_fr=image(picture)))
    assert answer.status_code == 302
    picture.refresh_from_db()
    publication = picture.publications.get()
    assert f'<img src="/pictures/{picture.name}" alt="Un lac">' in publication.body_fr
    assert picture.unused_since is None
    with django_capture_on_commit_callbacks(execute=True):
        at_desk.post(page_of(publication), as_stored(publication, body_fr="<p>Sans.</p>"))
    picture.refresh_from_db()
    assert picture.publications.count() == 0
    assert picture.unused_since is not None


def test_a_picture_without_words_is_refused_at_the_field(at_desk):
    body = image(factories.create_picture(), alt=" ")
    answer = at_desk.post("/en/secretariat/publications/new/", typed(body_fr=body))
    assert answer.context["form"].errors["body_fr"] == [
        "Picture 1 has no alternative text. Say in a sentence what it shows."
    ]


@pytest.mark.slow
def test_each_area_shows_the_picture_from_an_address_that_answers_there(at_desk):
    publication = factories.create_publication(symbol="P/2026/14")
    picture = factories.create_picture(publications=[publication])
    publication.body_fr = image(picture).replace("/en/space", "")
    publication.save()
    public, closed = f'src="/pictures/{picture.name}"', f'src="/fr/space/pictures/{picture.name}"'
    for address, shown in (
        ("/fr/publications/P-2026-14/", public),
        ("/fr/space/library/P-2026-14/", closed),
        ("/fr/secretariat/publications/P-2026-14/preview/", closed),
    ):
        assert shown in at_desk.get(address).content.decode()
    field = at_desk.get("/fr/secretariat/publications/P-2026-14/").content.decode()
    assert f"/fr/space/pictures/{picture.name}" in field


def test_the_pictures_of_a_page_are_public(at_desk, django_capture_on_commit_callbacks):
    page = Page.objects.create(slug="about", title_fr="À propos", body_fr="<p>Texte</p>")
    picture = factories.create_picture()
    data = {"title_fr": "À propos", "body_fr": image(picture)}
    with django_capture_on_commit_callbacks(execute=True):
        at_desk.post("/en/secretariat/pages/about/", data)
    assert list(page.pictures.all()) == [picture]
    answer = at_desk.get(picture.get_absolute_url())
    assert answer.status_code == 200
    answer.close()


def test_a_pdf_holds_the_pictures_of_its_text(settings):
    picture = factories.create_picture()
    html = (
        '<html lang="fr"><head><title>T</title></head><body>'
        f'<img src="{picture.get_absolute_url()}" alt="Un lac"></body></html>'
    )
    assert pdf.from_html(html).count(b"/Image") >= 1
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.from_html(html.replace("/pictures/", "https://example.org/pictures/"))


# -- Clearing --------------------------------------------------------------------------------------


def test_what_no_text_shows_goes_after_a_while():
    now = timezone.now()
    old = now - pictures.KEPT_UNUSED - datetime.timedelta(hours=1)
    publication = factories.create_publication()
    shown = factories.create_picture(publications=[publication])
    fresh = factories.create_picture()
    gone = factories.create_picture(unused_since=old)
    orphan = factories.create_picture(unused_since=None)
    in_a_draft = factories.create_picture(unused_since=old)
    TranslationDraft.objects.create(
        kind="publication",
        key=str(publication.pk),
        language="es",
        source_language="fr",
        texts={"body": image(in_a_draft)},
    )
    past_the_forms = factories.create_picture(unused_since=old)
    publication.body_es = image(past_the_forms)
    publication.save()

    assert pictures.clear_unused(now=now) == 1

    assert set(Picture.objects.all()) == {
        shown,
        fresh,
        orphan,
        past_the_forms,
        in_a_draft,
    }
    assert not default_storage.exists(gone.file.name)
    orphan.refresh_from_db()
    assert orphan.unused_since == now
    assert list(past_the_forms.publications.all()) == [publication]


def test_a_deleted_text_leaves_its_pictures_to_the_schedule():
    publication = factories.create_publication()
    picture = factories.create_picture(publications=[publication])
    publication.delete()
    now = timezone.now()
    assert pictures.clear_unused(now=now) == 0
    assert pictures.clear_unused(now=now + pictures.KEPT_UNUSED) == 1
    assert not Picture.objects.filter(pk=picture.pk).exists()
