"""Refusals name what they are about."""

from typing import get_args

import pytest
from counties import OTHER_VILLAGE, VILLAGE

from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor
from pbwidgets.wording import LANGUAGES, has_words
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import name_parts
from pbwidgets.workflows.ground.rights import Action
from pbwidgets.workflows.ground.workspace import Opened, Workspace


def refuse(desk: Desk, code: str, **args: str) -> str:
    error = DataError(code, **args)
    name_parts(error, desk.opened.campaign, desk.units, desk.lang)
    return error.message(desk.lang)


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    return Desk(small, Actor("zhang", "filler", VILLAGE), contest)


def test_a_refusal_names_units_states_and_levels(desk: Desk) -> None:
    said = refuse(desk, "store.not_your_turn", unit=VILLAGE, level="county", state="accepted:township")
    assert said == "上坪村的材料现在不由“县级复核”一级办理（状态：乡镇审核已通过）。"


def test_a_refusal_names_lines_and_forms(desk: Desk) -> None:
    assert "班子团结" in refuse(desk, "store.no_mark", unit=VILLAGE, criterion="v1_unity")
    assert "党建工作示范村申报表" in refuse(
        desk, "store.no_submission", unit=VILLAGE, form="village_application"
    )


def test_what_has_no_name_stays_as_it_was_typed(desk: Desk) -> None:
    assert "“9999”" in refuse(desk, "workflows.unknown_unit", unit="9999", nearest="99")


def test_of_units_with_one_name_the_code_is_given_as_well(desk: Desk) -> None:
    units = desk.units.assign(unit_name="大岭村")
    error = DataError("store.review_begun", unit=VILLAGE, state="submitted")
    name_parts(error, desk.opened.campaign, units, "zh_CN")
    assert error.message("zh_CN") == f"大岭村（{VILLAGE}）的材料不能撤回（状态：已提交）。"


def test_what_is_not_allowed_is_said_in_words(desk: Desk) -> None:
    with pytest.raises(RightsError, match="红旗村不在您的权限范围内（您所在单位：上坪村）"):
        desk.authorise("fill", OTHER_VILLAGE)
    with pytest.raises(RightsError, match="填报员没有此项权限（评分）"):
        desk.authorise("rate", VILLAGE)


def test_every_action_has_words() -> None:
    missing = [
        action
        for action in get_args(Action)
        for lang in LANGUAGES
        if not has_words(f"workflows.action.{action}", lang)
    ]
    assert missing == []
