"""The form on paper: the version handed in, for those who may see the unit."""

from datetime import UTC, datetime

import pytest
from counties import COUNTY, OTHER_VILLAGE, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of

from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, history
from pbwidgets.workflows.filling.drafts import hand_in, save_answers, take_back
from pbwidgets.workflows.filling.entries import open_submission
from pbwidgets.workflows.filling.paper import check_code, paper_secret, print_view
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace

FILLER = Actor("zhang", "filler", VILLAGE)
KEY = key_of("village_application", VILLAGE)
IN_TIME = datetime(2026, 11, 20, 15, tzinfo=UTC)


def test_the_paper_shows_the_version_handed_in_with_its_check_code(small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, {**VILLAGE_ANSWERS, "industry": "<茶叶>"}, 0)
    take_back(Desk(small, FILLER, contest), KEY)
    revision = open_submission(Desk(small, FILLER, contest), KEY).revision
    save_answers(Desk(small, FILLER, contest), KEY, {**VILLAGE_ANSWERS, "industry": "柑橘"}, revision)
    page = print_view(Desk(small, FILLER, contest), KEY)
    with small.store.read() as reader:
        code = check_code(paper_secret(small.settings.private), KEY, history(reader, KEY)[0])
    assert "&lt;茶叶&gt;" in page
    assert "柑橘" not in page
    assert f"第 1 版　提交时间：2026-11-20 23:00:00　校验码：{code}" in page
    assert "上坪村" in page
    assert "盖章" in page
    assert "src=" not in page
    assert "http" not in page


def test_another_version_has_another_check_code(small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    take_back(Desk(small, FILLER, contest), KEY)
    revision = open_submission(Desk(small, FILLER, contest), KEY).revision
    changed = {**VILLAGE_ANSWERS, "industry": "柑橘"}
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, changed, revision)
    with small.store.read() as reader:
        first, second = history(reader, KEY)
    assert check_code(b"x", KEY, first) != check_code(b"x", KEY, second)
    assert check_code(b"x", KEY, first) != check_code(b"y", KEY, first)  # nobody finds the answers by trying
    assert "茶叶" in print_view(Desk(small, FILLER, contest), KEY, 1)
    assert "柑橘" in print_view(Desk(small, FILLER, contest), KEY, 0)


def test_a_form_cannot_be_printed_before_it_is_handed_in(small: Workspace, contest: Opened) -> None:
    save_answers(Desk(small, FILLER, contest), KEY, {"industry": "茶叶"}, 0)
    with pytest.raises(DataError, match="还没有提交过"):
        print_view(Desk(small, FILLER, contest), KEY)


@pytest.mark.parametrize(
    "actor",
    [
        Actor("zhao", "filler", OTHER_VILLAGE),
        Actor("he", "leader", COUNTY),
        Actor("qian", "analyst"),
        Actor("sun", "organiser"),
        Actor("guan", "admin"),
    ],
)
def test_the_paper_is_for_the_unit_and_its_reviewers(actor: Actor, small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(RightsError, match="权限"):
        print_view(Desk(small, actor, contest), KEY)
    assert "茶叶" in print_view(Desk(small, Actor("li", "reviewer", TOWN), contest), KEY)
