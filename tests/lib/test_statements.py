"""Statements that are written once, and asked again with other values."""

import json

import pytest
from django.utils import translation

from portal.lib.statements import Asked, Statement, columns_of, constant
from publications.models import Publication
from regions.models import Region
from tests.factories import create_publication, create_region

pytestmark = pytest.mark.django_db


def newest(kind: str):
    rows = Publication.objects.public().filter(kind=kind).newest_first()[:2]
    return {
        "texts": Asked(rows, ["symbol", "title_fr"]),
        "regions": Asked(Region.objects.filter(publications__kind=kind), ["code"]),
    }


def test_each_set_is_told_in_its_order(django_assert_num_queries):
    region = create_region("R8")
    for number in (1, 2, 3):
        create_publication(symbol=f"P/2026/0{number}", title_fr="L’été, « 100 % »", kind="speech")
    create_publication(symbol="P/2026/04", kind="report", regions=[region])
    statement = Statement(newest, kind="(kind)")
    with django_assert_num_queries(2):
        speeches, reports = statement.ask(kind="speech"), statement.ask(kind="report")
    assert json.loads(speeches["texts"]) == [
        ["P/2026/03", "L’été, « 100 % »"],
        ["P/2026/02", "L’été, « 100 % »"],
    ]
    assert "regions" not in speeches
    assert json.loads(reports["regions"]) == [["R8"]]


def test_a_value_is_never_part_of_the_statement():
    create_publication(kind="speech")
    statement = Statement(newest, kind="(kind)")
    assert statement.ask(kind="speech' OR '1'='1") == {}
    assert statement.ask(kind="speech")


def test_it_is_the_same_in_every_language():
    statements = []
    for code in ("fr", "es"):
        with translation.override(code):
            statements.append(Statement(newest, kind="(kind)").written())
    assert statements[0] == statements[1]


def test_values_of_our_own_are_written_as_sql():
    written = [constant(value) for value in (True, None, 7, "l’an d'or 5 %")]
    assert written == ["TRUE", "NULL", "7", "'l’an d''or 5 %%'"]
    with pytest.raises(TypeError):
        constant(1.5)


def test_the_columns_of_a_record_leave_out_what_no_language_reads():
    names = columns_of(Publication, "counted")
    assert {"title_fr", "title_en", "title_es", "symbol"} <= set(names)
    assert not {"title", "counted"} & set(names)
