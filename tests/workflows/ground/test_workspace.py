"""A workspace: choosing the campaign and period, and the errors for unknown ones."""

from datetime import date

import pytest
from counties import COUNTY, OPERATOR

from pbwidgets.errors import UsageError
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace


def test_the_campaign_opened_last_is_the_default(small: Workspace) -> None:
    opened = small.opened()
    assert (opened.campaign.id, opened.period_id) == ("sanji_lianzheng", "2026")
    assert small.opened("sanji_lianzheng", "2026") == opened


def test_an_unknown_campaign_or_period_suggests_the_nearest(small: Workspace) -> None:
    with pytest.raises(UsageError, match="是否想写“sanji_lianzheng”"):
        small.opened("sanji")
    with pytest.raises(UsageError, match="是否想写“2026”"):
        small.opened("sanji_lianzheng", "2062")
    with pytest.raises(UsageError, match="是否想写“sanji_lianzheng”"):
        small.read_campaign("sanji_lianzhen")


def test_with_no_open_campaign_the_error_says_how_to_open_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        open_workspace(tmp_path_factory.mktemp("empty")) as workspace,
        pytest.raises(UsageError, match="pbwidgets campaign open"),
    ):
        workspace.opened()


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2025, 6, 1), date(2026, 1, 1)),
        (date(2026, 6, 1), date(2026, 6, 1)),
        (date(2027, 6, 1), date(2026, 12, 31)),
    ],
)
def test_the_day_of_the_register_is_limited_to_the_period(contest: Opened, today: date, day: date) -> None:
    assert contest.day(today) == day


def test_units_on_a_day_exclude_those_already_dissolved(small: Workspace) -> None:
    from pbwidgets.workflows.organise.register import save_units

    units = small.units()
    units.loc[units["unit_code"] == "990101002002", "valid_to"] = "2026-06-30"
    save_units(small, OPERATOR, units)
    assert len(small.units(date(2026, 6, 30))) == len(units)
    assert set(units["unit_code"]) - set(small.units(date(2026, 7, 1))["unit_code"]) == {"990101002002"}
    assert COUNTY in set(small.units()["unit_code"])


def test_nearest_lists_what_is_allowed_even_if_nothing_is() -> None:
    assert nearest("x", []) == {"value": "x", "allowed": "—", "nearest": "—"}
    assert nearest("vilage", ["township", "village"])["nearest"] == "village"
