"""Refusals name what they are about."""

import ast
import re
from pathlib import Path
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

SOURCE = Path(__file__).resolve().parents[3] / "src" / "pbwidgets"
CODED = re.compile(
    r"(_id|_code|_kind|_unit|field_path|\b(state|status|role|kind|level|own|action))( or '')?$"
)
"""Expressions whose value is an id or a code."""
NAMED = {
    "unit": VILLAGE,
    "own": VILLAGE,
    "by": VILLAGE,
    "line": "v1_unity",
    "criterion": "v1_unity",
    "form": "village_application",
    "track": "village",
    "layer": "county",
    "source": "on_site",
    "level": "county",
    "state": "returned",
    "role": "filler",
    "action": "rate",
    "status": "lifted",
    "campaign": "sanji_lianzheng",
}
"""What refusals name by an id or a code, with one that has words."""
AS_GIVEN = {"check", "field", "kind", "name", "number", "period", "report", "value", "veto"}
"""What stands as it is: numbers of records, years, what somebody typed that does not exist; checks: there are none."""


def coded_arguments() -> set[str]:
    """Arguments of errors in the store and the workflows that get an id or a code."""
    found = set()
    for path in [*(SOURCE / "store").rglob("*.py"), *(SOURCE / "workflows").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error"):
                found |= {
                    key.arg for key in node.keywords if key.arg and CODED.search(ast.unparse(key.value))
                }
    return found


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


def test_every_id_and_code_that_an_error_may_hold_has_words(desk: Desk) -> None:
    assert coded_arguments() - AS_GIVEN <= set(NAMED)
    error = DataError("store.not_your_turn", **NAMED)
    name_parts(error, desk.opened.campaign, desk.units, desk.lang)
    raw = [name for name, value in error.args_of_message.items() if re.search("[a-z_]{2,}", str(value))]
    assert raw == []
