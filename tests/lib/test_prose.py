"""The field of a long text: what it tells the editor, what it keeps, when it has changed."""

import json
import re

import pytest
from django import forms
from django.utils import translation

from portal.lib import prose
from portal.lib.prose import ProseField, ProseFormField, ProseWidget
from portal.models import Page
from publications.models import Publication

NAME = "AAAAAAAAAAAAAAAAAAAAAA.jpg"
IMAGE = f'<img src="/pictures/{NAME}" alt="a">'


class TextForm(forms.Form):
    text = ProseFormField(required=False)


def form_over(model) -> forms.ModelForm:
    return forms.modelform_factory(model, fields=["body_fr", "body_en"])()


@pytest.mark.parametrize("model", [Publication, Page])
def test_every_form_over_a_text_has_the_editor(model):
    fields = form_over(model).fields
    for code in ("fr", "en"):
        assert isinstance(fields[f"body_{code}"], ProseFormField)
        assert fields[f"body_{code}"].widget.attrs["lang"] == code


def test_a_column_of_prose_is_a_column_of_text():
    _name, path, _arguments, options = ProseField("text", blank=True).deconstruct()
    assert (path, options) == (
        "django.db.models.TextField",
        {"verbose_name": "text", "blank": True},
    )


@pytest.mark.parametrize(
    ("language", "bold"),
    [("fr", "Important (gras)"), ("en", "Important (bold)"), ("es", "Importante (negrita)")],
)
def test_the_editor_speaks_the_language_of_the_page(language, bold):
    with translation.override(language):
        html = ProseWidget(attrs={"lang": "en"}).render("text", "<p>a</p>", attrs={"id": "a"})
        words = prose.labels()
    assert words["bold"] == bold
    assert all(words.values())
    assert json.dumps(bold, ensure_ascii=False).strip('"') in html
    assert f'data-pictures="/{language}/space/pictures/"' in html
    assert re.search(r'<textarea name="text"[^>]* lang="en"[^>]*>\s*&lt;p&gt;a', html)
    assert "required" not in re.search(r"<textarea[^>]*>", html)[0]


def test_a_field_shows_pictures_from_where_they_answer():
    html = IMAGE
    with translation.override("es"):
        assert ProseWidget().format_value(html) == f'<img src="/es/space/pictures/{NAME}" alt="a">'
    assert prose.picture_names(html + '<img src="/pictures/x.jpg" alt="b">') == {NAME}
    assert prose.with_pictures(html, str.lower) == f'<img src="{NAME.lower()}" alt="a">'


def test_what_is_sent_is_tidied_and_made_safe():
    form = TextForm({"text": "<h1 onclick=x()>A</h1><script>b</script><p>c"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "<h2>A</h2>\n<p>c</p>"


def test_pictures_without_words_are_named_by_their_place():
    image = f'<img src="/fr/space/pictures/{NAME}" alt="">'
    with translation.override("en"):
        form = TextForm({"text": f'{image}<img src="/pictures/{NAME}" alt="a">{image}'})
        assert form.errors["text"] == [
            "Pictures 1, 3 have no alternative text. Say in a sentence what each shows."
        ]


def test_an_empty_paragraph_is_no_text():
    field = ProseFormField()
    with pytest.raises(forms.ValidationError):
        field.clean("<p></p>")


@pytest.mark.parametrize(
    ("initial", "sent", "changed"),
    [
        ("<p>a</p>", "<p>a</p>", False),
        ("<p>a</p>\n<p>b</p>", "<p>a</p><p>b</p>", False),
        ("<p>a</p>", "<p>a</p>\r\n", False),
        (None, "", False),
        (None, "<p></p>", False),
        (IMAGE, IMAGE.replace("/pictures/", "/fr/space/pictures/"), False),
        ("<p>a</p>", "<p>b</p>", True),
        ("<p>a</p>", "<h2>a</h2>", True),
    ],
)  # fmt: skip
def test_only_another_text_counts_as_a_change(initial, sent, changed):
    assert ProseFormField().has_changed(initial, sent) is changed
