"""Readers are not sent the spaces that templates are indented with."""

import re

import pytest
from django.template.loader import get_template

from tests import factories


@pytest.mark.django_db
def test_no_line_of_a_page_is_indented(client):
    factories.create_network()
    factories.create_publication()
    for address in ("/fr/", "/fr/publications/", "/fr/members/"):
        html = client.get(address).content.decode()
        # The choices of a field are written by Django's own templates.
        ours = re.sub(r"<select.*?</select>", "", html, flags=re.DOTALL)
        assert re.findall(r"\n[ \t]+\S.*", ours) == []


def test_where_spaces_are_text_they_stay():
    assert "\n  " in get_template("mfa/recovery_codes/index.html").template.source
    assert "\n  " not in get_template("portal/home.html").template.source


def test_lines_stay_lines():
    """An error is told by the number of its line."""
    template = get_template("portal/home.html").template
    with open(template.origin.name, encoding="utf-8") as file:
        assert template.source.count("\n") == file.read().count("\n")
