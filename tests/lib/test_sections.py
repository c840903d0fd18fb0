"""What the sections of a newsletter must be."""

import pytest

from portal.lib import sections
from publications.models import IssueItem
from publications.models.newsletters import POINTERS


def test_each_section_has_a_column_for_what_it_tells_of():
    for section in sections.registered():
        field = IssueItem._meta.get_field(POINTERS[section.code])
        assert field.related_model is section.whole().model
        assert field.null


def test_sections_come_in_a_fixed_order_and_have_a_written_rule():
    found = sections.registered()
    assert [section.code for section in found] == ["emerging", "publications", "events", "members"]
    assert len({section.position for section in found}) == len(found)
    for section in found:
        assert section.found.__doc__


def test_a_section_is_absent_until_an_app_registers_it(monkeypatch):
    [first, *others] = sections.registered()
    monkeypatch.setattr(sections, "_sections", {})
    assert sections.registered() == []
    sections.register(*others)
    assert first not in sections.registered()


@pytest.mark.django_db
def test_an_item_points_to_nothing_else():
    item = IssueItem(section="members", organisation_id=7)
    assert item.told_pk == 7
    constraint = IssueItem._meta.constraints[0]
    constraint.validate(IssueItem, item)
    for wrong in (
        IssueItem(section="members"),
        IssueItem(section="events", organisation_id=7),
        IssueItem(section="members", organisation_id=7, event_id=7),
        IssueItem(section="unknown", organisation_id=7),
    ):
        with pytest.raises(Exception, match="issue_item_is_what_its_section_holds"):
            constraint.validate(IssueItem, wrong)
