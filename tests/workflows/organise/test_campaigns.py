"""Opening campaigns and importing the register."""

from datetime import timedelta
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, VILLAGE, VILLAGE_ANSWERS, key_of

from pbwidgets.campaign import campaign_version, read_campaign
from pbwidgets.errors import DataError, ProblemsError, RightsError, UsageError
from pbwidgets.settings import load_settings
from pbwidgets.store import Actor, history, load_units
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace, today
from pbwidgets.workflows.organise.campaigns import (
    changes_since_opening,
    check_campaigns,
    open_campaign,
    open_definition,
)
from pbwidgets.workflows.organise.register import import_register


def change(workspace: Workspace, old: str, new: str) -> None:
    file = workspace.campaign_file(CAMPAIGN)
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def hand_in_village(workspace: Workspace, opened: Opened) -> None:
    from datetime import UTC, datetime

    filler, key = Actor("zhang", "filler", VILLAGE), key_of("village_application", VILLAGE)
    hand_in(Desk(workspace, filler, opened, now=datetime(2026, 5, 1, tzinfo=UTC)), key, VILLAGE_ANSWERS, 0)


def test_opening_a_changed_file_makes_a_new_version_and_old_answers_keep_theirs(
    small: Workspace, contest: Opened
) -> None:
    hand_in_village(small, contest)
    change(small, "全年不少于3件，逐件填写", "全年不少于4件，逐件填写")
    again = open_campaign(small, OPERATOR, CAMPAIGN)
    assert again.version != contest.version
    assert (
        small.opened().version
        == again.version
        == campaign_version(read_campaign(small.campaign_file(CAMPAIGN)))
    )
    with small.store.read() as reader:
        (version,) = history(reader, key_of("village_application", VILLAGE))
    assert version.campaign_version == contest.version


def test_opening_the_same_file_again_keeps_the_version(small: Workspace, contest: Opened) -> None:
    assert open_campaign(small, OPERATOR, CAMPAIGN).version == contest.version


def test_changes_since_opening_count_the_answers_they_affect(small: Workspace, contest: Opened) -> None:
    hand_in_village(small, contest)
    assert changes_since_opening(small, contest.campaign) == ()
    change(
        small,
        "capable_members, type: integer, required: true, minimum: 0",
        "capable_members, type: integer, required: true, minimum: 1",
    )
    (effect,) = changes_since_opening(small, read_campaign(small.campaign_file(CAMPAIGN)))
    found = effect.change
    assert (found.kind, found.address, found.keys) == (
        "changed",
        "village_application.capable_members",
        ("minimum",),
    )
    assert (effect.handed_in, effect.failing) == (1, ())


def test_a_campaign_that_was_never_opened_has_no_changes(tmp_path: Path, contest: Opened) -> None:
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace(tmp_path) as empty:
        assert changes_since_opening(empty, contest.campaign) == ()


def test_without_a_named_period_the_one_that_is_open_goes_on_and_else_that_of_today_is_opened(
    small: Workspace,
) -> None:
    monthly = small.read_campaign("sanhua_jianshe")
    days = {"before": today() - timedelta(9), "now": today(), "after": today() + timedelta(9)}
    periods = [
        one.model_copy(update={"id": name, "begins": day, "ends": day, "phases": ()})
        for one, (name, day) in zip(monthly.periods, days.items(), strict=False)
    ]
    laid = monthly.model_copy(update={"periods": tuple(periods)})
    assert open_definition(small, OPERATOR, laid).period_id == "now"
    open_definition(small, OPERATOR, laid, "before")
    assert open_definition(small, OPERATOR, laid).period_id == "before"


def test_a_wrong_file_is_not_opened(small: Workspace, contest: Opened) -> None:
    change(small, "partition_by: township", "partition_by: townshp")
    with pytest.raises(ProblemsError, match="township"):
        open_campaign(small, OPERATOR, CAMPAIGN)
    assert small.opened().version == contest.version


def test_an_unknown_period_lists_the_existing_ones(small: Workspace) -> None:
    with pytest.raises(UsageError, match="2026"):
        open_campaign(small, OPERATOR, CAMPAIGN, "2031")


@pytest.mark.parametrize("role", ["filler", "reviewer", "leader", "analyst", "admin"])
def test_only_the_organiser_may_open_campaigns_and_import_units(
    small: Workspace, tmp_path: Path, role: str
) -> None:
    with pytest.raises(RightsError, match=role):
        open_campaign(small, Actor("x", role, "990101"), CAMPAIGN)
    with pytest.raises(RightsError, match=role):
        import_register(small, Actor("x", role, "990101"), tmp_path / "units.csv")


def test_a_register_is_imported_completely_or_not_at_all(small: Workspace, tmp_path: Path) -> None:
    organiser = Actor("sun", "organiser")
    file = tmp_path / "units.csv"
    head = "编码,名称,类别,上级编码\n990101,演示县,county,\n"
    file.write_text(
        f"{head}990101003,金穗镇,township,990101\n990101003001,,village,990101009\n", encoding="utf-8-sig"
    )
    before = len(small.units())
    with pytest.raises(ProblemsError, match=r"units\.csv:"):
        import_register(small, organiser, file)
    assert len(small.units()) == before
    file.write_text(f"{head}990101003,金穗镇,township,990101\n", encoding="utf-8-sig")
    assert import_register(small, organiser, file).content == 2
    with small.store.read() as reader:
        assert "金穗镇" in set(load_units(reader)["unit_name"])


def test_checking_without_a_workspace_says_how_to_create_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="pbwidgets init"):
        check_campaigns(load_settings(tmp_path))


def test_the_campaigns_of_a_workspace_are_checked(small: Workspace) -> None:
    assert check_campaigns(small.settings).content == ()
    change(small, "counts_from: accepted", "counts_from: acepted")
    (problem,) = check_campaigns(small.settings).content
    assert problem.line("en").startswith(f"{small.campaign_file(CAMPAIGN)}:")
