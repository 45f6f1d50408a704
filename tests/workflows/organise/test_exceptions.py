"""Lists of units whose deadline is extended: a line that is no unit and no heading is never passed over."""

import pytest
from counties import SISTER, VILLAGE

from pbwidgets.errors import ProblemsError
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.exceptions import find_listed_units


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    return Desk(small, Actor("sun", "organiser"), contest)


def test_a_mistyped_first_unit_is_named_and_not_taken_for_a_heading(desk: Desk) -> None:
    with pytest.raises(ProblemsError, match="上坪寸"):
        find_listed_units(desk, "village_application", "上坪寸\n下坪村\n")


@pytest.mark.parametrize("heading", ["单位", "序号\t单位名称（必填）", "Unit\tTownship", "\n 编 码 "])
def test_a_heading_of_known_words_is_passed_over(desk: Desk, heading: str) -> None:
    found = find_listed_units(desk, "village_application", f"{heading}\n上坪村\n\n下坪村\n")
    assert found == (VILLAGE, SISTER)
