"""A workspace: choosing the campaign and period, and the errors for unknown ones."""

import stat
from datetime import date
from pathlib import Path

import pytest
from counties import COUNTY, OPERATOR

from pbwidgets.errors import DataError, UsageError
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


def test_requests_share_the_definition_and_each_has_its_own_frame_of_units(
    small: Workspace, contest: Opened
) -> None:
    assert small.opened().campaign is small.opened().campaign
    first, second = (small.taking_part(contest, date(2026, 6, 1)) for _ in range(2))
    assert first.equals(second)
    first["unit_name"] = "改过"
    assert small.taking_part(contest, date(2026, 6, 1)).equals(second)


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
    assert small.units()["valid_to"].isna().all()  # a caller's change is its own until it is saved
    save_units(small, OPERATOR, units)
    assert len(small.units(date(2026, 6, 30))) == len(units)
    assert set(units["unit_code"]) - set(small.units(date(2026, 7, 1))["unit_code"]) == {"990101002002"}
    assert COUNTY in set(small.units()["unit_code"])


@pytest.mark.parametrize(
    ("trace", "named"),
    [
        (".pbwidgets/evidence/ab/abc", ".pbwidgets/evidence"),
        (".pbwidgets/snapshots/contest-2026/newest.json", ".pbwidgets/snapshots"),
        ("outputs/contest/2026/unit/manifest.json", "outputs"),
    ],
)
def test_a_workspace_that_was_in_use_does_not_begin_anew(trace: str, named: str, tmp_path: Path) -> None:
    (tmp_path / trace).parent.mkdir(parents=True)
    (tmp_path / trace).touch()
    with pytest.raises(DataError, match=rf"留下的 {named}.*pbwidgets restore"), open_workspace(tmp_path):
        pass
    assert not (tmp_path / ".pbwidgets" / "store.sqlite").exists()
    (tmp_path / trace).unlink()
    with open_workspace(tmp_path) as workspace:
        assert workspace.units().empty


def test_the_private_folder_of_an_old_workspace_is_closed_to_others(small: Workspace) -> None:
    settings = small.settings
    settings.evidence.mkdir(exist_ok=True)
    for folder in (settings.private, settings.evidence):
        folder.chmod(0o755)
    with open_workspace(settings.workspace):
        modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (settings.private, settings.evidence)]
    assert modes == [0o700, 0o700]


def test_nearest_lists_what_is_allowed_even_if_nothing_is() -> None:
    assert nearest("x", []) == {"value": "x", "allowed": "—", "nearest": "—"}
    assert nearest("vilage", ["township", "village"])["nearest"] == "village"
