"""Marks from paper: a reason is for the marks that it was typed with, and every other mark keeps its own."""

import pytest
from counties import SISTER, TOWN, VILLAGE

from pbwidgets.errors import RightsError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.review.rating import give_marks
from pbwidgets.workflows.review.visits.paper import PaperSheet, open_paper

UNITY, QUALITY, RECORD = "v1_unity", "v3_quality", "v7_record"


@pytest.fixture
def desk(rating_desk: Desk) -> Desk:
    return rating_desk


def read(desk: Desk) -> PaperSheet:
    return open_paper(desk, "village", [VILLAGE, SISTER])


def test_a_mark_without_a_typed_reason_keeps_the_comment_of_its_own_line(desk: Desk) -> None:
    for line, reason in ((UNITY, "班子有分歧"), (QUALITY, "台账不全")):
        give_marks(desk, *read(desk).to_marks({(VILLAGE, line): 5.0}, {VILLAGE: reason}))
    give_marks(desk, *read(desk).to_marks({(VILLAGE, QUALITY): 4.0, (SISTER, UNITY): 3.0}, {}))
    kept = read(desk).lines
    assert (kept[VILLAGE, UNITY].points, kept[VILLAGE, UNITY].comment("")) == (5.0, "班子有分歧")
    assert (kept[VILLAGE, QUALITY].points, kept[VILLAGE, QUALITY].comment("")) == (4.0, "台账不全")
    assert kept[SISTER, UNITY].comment("") == ""


def test_a_reason_of_another_line_is_none_for_a_line_that_must_have_one(desk: Desk) -> None:
    give_marks(desk, *read(desk).to_marks({(VILLAGE, UNITY): 5.0}, {VILLAGE: "班子有分歧"}))
    record = read(desk).lines[VILLAGE, RECORD]
    missing = record.find_fault(2.0, " ")
    assert missing is not None
    assert missing.message("zh_CN") == "请先写明理由。"
    assert record.find_fault(2.0, "平时掌握") is None
    give_marks(desk, *read(desk).to_marks({(VILLAGE, RECORD): 2.0}, {VILLAGE: "平时掌握"}))
    assert read(desk).lines[VILLAGE, RECORD].find_fault(1.0, "") is None


@pytest.mark.parametrize("points", [-0.5, 8.5, float("nan")])
def test_points_out_of_range_are_wrong(desk: Desk, points: float) -> None:
    assert "0到8" in str(read(desk).lines[VILLAGE, UNITY].find_fault(points, ""))


def test_an_emptied_mark_is_withdrawn_and_a_mark_that_never_was_is_not(desk: Desk) -> None:
    give_marks(desk, *read(desk).to_marks({(VILLAGE, UNITY): 5.0}, {}))
    marks, taken = read(desk).to_marks({(VILLAGE, UNITY): None, (SISTER, UNITY): None}, {})
    assert (marks, [key.unit_code for key in taken]) == ([], [VILLAGE])
    give_marks(desk, marks, taken)
    assert read(desk).lines[VILLAGE, UNITY].points is None


def test_units_of_others_are_refused(desk: Desk) -> None:
    with pytest.raises(RightsError, match="青禾镇不在您的权限范围内"):
        open_paper(desk, "village", [TOWN])
