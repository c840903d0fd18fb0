"""What reports say of their figures: claims that hold, addresses as they are printed."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from portal.lib.templatetags import paper
from publications.reports import showing
from publications.reports.kinds import KINDS
from publications.templatetags import reports
from tests import factories


def counts(*numbers: int) -> list[dict]:
    return [{"number": place, "count": count} for place, count in enumerate(numbers, start=1)]


def grouping(name: str, covered: int, states: int, *, label: str = "") -> dict:
    return {"acronym": name, "label": label, "covered": covered, "states": states}


def test_what_comes_first_says_whether_it_does_so_alone():
    assert reports.leading(counts(1, 4, 2)) == {"count": 4, "numbers": [2], "is_shared": False}
    assert reports.leading(counts(4, 1, 4)) == {"count": 4, "numbers": [1, 3], "is_shared": True}
    assert reports.leading(counts(0, 0)) is None
    assert reports.leading([]) is None


def test_what_was_done_under_an_axis_is_all_of_it():
    axis = {"number": 3, "title": {"value": "Law", "language": "en"}, "members": ["a", "b"]}
    done = {"activities": [1], "events": [1, 2], "publications": [1, 2, 3]}
    assert reports.done_by_axis([axis | done]) == [
        {"number": 3, "label": {"value": "Law", "language": "en"}, "count": 6}
    ]


def test_the_grouping_covered_best_is_that_of_the_largest_share():
    best = reports.covered_best([grouping("A", 9, 20), grouping("B", 1, 2), grouping("C", 0, 0)])
    assert best == {
        "names": ["B"],
        "covered": 1,
        "states": 2,
        "share": 50,
        "is_shared": False,
    }
    best = reports.covered_best([grouping("A", 3, 9), grouping("", 1, 3, label="Lake union")])
    assert (best["names"], best["share"], best["is_shared"]) == (["A", "Lake union"], 33, True)


def test_no_grouping_is_covered_best_where_none_is_covered():
    assert reports.covered_best([grouping("A", 0, 4)]) is None
    assert reports.covered_best([]) is None


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://lake.example.org/", "lake.example.org"),
        ("http://lake.example.org/en/about/", "lake.example.org/en/about"),
        ("lake.example.org", "lake.example.org"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_on_paper(address, written):
    assert paper.bare_address(address) == written


@pytest.mark.parametrize(
    ("kind", "data", "path"),
    [
        ("certificate", {"address": "https://x.example/verify/A/"}, "https://x.example/verify/A/"),
        ("member", {}, ""),
        ("region", {"region": {"code": "R8"}}, "/es/regions/R8/"),
        ("programme", {}, "/es/programme/"),
        ("directory", {"region": None}, "/es/members/"),
    ],
)
def test_a_report_leads_to_where_its_subject_is_read_for_good(kind, data, path, settings):
    address = showing.permanent_address(kind, data, "es")
    if path.startswith("/"):
        assert address == f"{settings.SITE_URL}{path}"
    else:
        assert address == path


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shares", "claim"),
    [
        ([(3, 4), (1, 4)], "Couverture la plus large\u00a0: A, un membre dans 3\u00a0États sur 4"),
        ([(1, 2), (2, 4)], "Couverture la plus large\u00a0: A, B, un membre dans 50\u00a0% de"),
        ([(0, 2)], "Aucun État de ces groupements ne compte de membre"),
    ],
)
def test_a_region_claims_no_more_than_its_groupings_show(shares, claim):
    factories.create_network()
    region = factories.create_region("R8")
    data = KINDS["region"].data(region, 2026, "fr")
    data["groupings"] = []
    values = showing.context(kind="region", data=data, language="fr")
    grid = {"cells": [], "chart": {"width": 9, "height": 9, "cells": []}, "alternative": "x"}
    values["data"]["groupings"] = [
        grouping(name, *share) | grid | {"lists": []}
        for name, share in zip("AB", shares, strict=False)
    ]
    with translation.override("fr"):
        html = render_to_string("publications/reports/_region_sections.html", values)
    assert claim.replace("\u00a0", " ") in html.replace("\u00a0", " ")
