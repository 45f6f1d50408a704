"""Who may do what: the design's table, copied by hand, against the one in the code."""

import os

import pytest

from pbwidgets.errors import RightsError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.rights import (
    RIGHTS,
    Scope,
    authorise,
    codes_within,
    may,
    operator,
    units_in_scope,
)

COUNTY, TOWN, VILLAGE, OTHER_TOWN, OTHER_VILLAGE = "99", "9901", "9901A", "9902", "9902A"
REGISTER = to_frame(
    [
        {"unit_code": code, "unit_name": code, "kind": kind, "parent_code": parent, "synthetic": True}
        for code, kind, parent in [
            (COUNTY, "county", None),
            (TOWN, "township", COUNTY),
            (VILLAGE, "village", TOWN),
            (OTHER_TOWN, "township", COUNTY),
            (OTHER_VILLAGE, "village", OTHER_TOWN),
        ]
    ],
    UNITS,
)
WHERE = {"own": TOWN, "below": VILLAGE, "outside": OTHER_VILLAGE, "above": COUNTY, "whole campaign": None}
EVERYWHERE = set(WHERE)

# The design's table for somebody in a township; what is not listed is refused.
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("filler", "view"): {"own"},
    ("filler", "fill"): {"own"},
    ("reviewer", "view"): {"own", "below"},
    ("reviewer", "inspect"): {"own", "below"},
    ("reviewer", "fill_on_behalf"): {"below"},
    ("reviewer", "rate"): {"below"},
    ("reviewer", "review"): {"below"},
    ("reviewer", "nominate"): {"own"},
    ("reviewer", "note"): {"below"},
    ("reviewer", "reset_password"): {"below"},
    ("reviewer", "survey"): {"below"},
    ("leader", "view"): {"own", "below"},
    ("leader", "inspect"): {"own", "below"},
    ("leader", "rate"): {"own", "below"},
    ("analyst", "view"): EVERYWHERE,
    ("organiser", "view"): EVERYWHERE,
    ("organiser", "inspect"): EVERYWHERE,
    ("organiser", "veto"): EVERYWHERE,
    ("organiser", "recuse"): EVERYWHERE,
    ("organiser", "exception"): EVERYWHERE,
    ("organiser", "decide"): EVERYWHERE,
    ("organiser", "report"): EVERYWHERE,
    ("organiser", "survey"): EVERYWHERE,
    ("organiser", "allot"): EVERYWHERE,
    ("organiser", "note"): EVERYWHERE,
    ("organiser", "open_campaign"): EVERYWHERE,
    ("organiser", "import_units"): EVERYWHERE,
    ("admin", "accounts"): EVERYWHERE,
    ("admin", "reset_password"): EVERYWHERE,
}
ROLES = ("filler", "reviewer", "leader", "analyst", "organiser", "admin")
ACTIONS = ("view", "inspect", "fill", "fill_on_behalf", "rate", "review", "recuse", "nominate", "veto",
           "exception", "decide", "report", "note", "allot",
           "open_campaign", "import_units", "accounts", "reset_password", "survey", "back_up")  # fmt: skip


def is_allowed(actor: Actor, action: str, unit_code: str | None) -> bool:
    try:
        authorise(actor, action, unit_code, REGISTER)  # type: ignore[arg-type]  parametrised
    except RightsError:
        return False
    return True


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_design_says_and_nothing_else(role: str, action: str) -> None:
    actor = Actor("somebody", role, TOWN)
    allowed = {place for place, unit_code in WHERE.items() if is_allowed(actor, action, unit_code)}
    assert allowed == EXPECTED.get((role, action), set())


def test_the_design_table_covers_every_role_and_action_in_the_code() -> None:
    assert set(RIGHTS) == {*ROLES, "operator"}
    assert {action for scopes in RIGHTS.values() for action in scopes} == set(ACTIONS)


@pytest.mark.parametrize("unit_code", [COUNTY, TOWN, VILLAGE])
def test_a_reviewer_of_the_top_level_records_vetoes_anywhere_below(unit_code: str) -> None:
    authorise(Actor("county", "reviewer", COUNTY), "veto", unit_code, REGISTER, [COUNTY])


def test_a_unit_without_one_above_it_is_at_the_top_only_where_it_takes_part_there() -> None:
    with pytest.raises(RightsError, match=VILLAGE):
        authorise(Actor("county", "reviewer", COUNTY), "veto", VILLAGE, REGISTER, [OTHER_TOWN])


@pytest.mark.parametrize("role", ["filler", "reviewer", "leader"])
def test_an_account_whose_unit_takes_no_part_may_do_nothing(role: str) -> None:
    units = REGISTER[REGISTER["unit_code"] != TOWN]
    actor = Actor("somebody", role, TOWN)
    assert not any(
        may(actor, action, code, units, [COUNTY]) for action in RIGHTS[role] for code in (TOWN, VILLAGE)
    )


def test_a_reviewer_below_the_top_level_records_no_veto() -> None:
    with pytest.raises(RightsError, match="9901A"):
        authorise(Actor("town", "reviewer", TOWN), "veto", VILLAGE, REGISTER)


def test_an_unknown_role_may_do_nothing() -> None:
    with pytest.raises(RightsError, match="visitor"):
        authorise(Actor("x", "visitor", COUNTY), "view", COUNTY, REGISTER)


def test_an_account_without_a_unit_has_no_scope_of_its_own() -> None:
    with pytest.raises(RightsError, match=VILLAGE):
        authorise(Actor("x", "reviewer"), "rate", VILLAGE, REGISTER)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_operator_may_do_everything(action: str) -> None:
    authorise(operator("chen"), action, OTHER_VILLAGE, REGISTER)  # type: ignore[arg-type]  parametrised


def test_the_command_line_acts_as_the_system_user_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("USER", "li")
    assert operator().name == "cli:li"
    assert operator("王组织委员").name == "王组织委员"
    monkeypatch.delenv("USER")
    monkeypatch.delenv("USERNAME", raising=False)
    assert operator().name == f"cli:{os.getuid()}"


@pytest.mark.parametrize("role", sorted(RIGHTS))
def test_units_in_scope_are_those_that_authorise_allows(role: str) -> None:
    for unit in (COUNTY, TOWN, VILLAGE):
        actor = Actor("somebody", role, unit)

        def within(scope: Scope, own: str = unit) -> frozenset[str]:
            return codes_within(scope, own, REGISTER, [COUNTY])

        for action in RIGHTS[role]:
            passed = [code for code in REGISTER["unit_code"] if may(actor, action, code, REGISTER, [COUNTY])]
            assert list(units_in_scope(actor, action, REGISTER, within)["unit_code"]) == passed
