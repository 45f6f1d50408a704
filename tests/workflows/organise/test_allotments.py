"""Places shared out among the nominating units, by the register or a table of weights."""

from pathlib import Path

import pytest
from counties import COUNTY, OTHER_TOWN, ROOT, TOWN

from pbwidgets.campaign import read_campaign
from pbwidgets.errors import DataError, ProblemsError, UsageError
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.allotments import set_allotments, share_places
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.weight_list import read_weights

ORGANISER = Actor("sun", "organiser")
TOWNS = [TOWN, OTHER_TOWN]


def test_places_follow_the_number_of_units_below_and_are_shown_with_current_ones(
    small: Workspace, contest: Opened
) -> None:
    set_allotments(Desk(small, ORGANISER, contest), "village", {TOWN: 6})
    shared = share_places(Desk(small, ORGANISER, contest), "village", total=10)
    assert shared.units["unit_code"].tolist() == TOWNS
    assert shared.units["weight"].tolist() == [2.0, 2.0]  # villages
    assert shared.units["allotted"].tolist() == [5, 5]
    assert shared.units["current"].fillna(0).tolist() == [6, 0]
    assert (shared.lowest, shared.highest, shared.open_places) == (4, 6, 0)
    assert shared.to_set() == {TOWN: 5, OTHER_TOWN: 5}


def test_shares_by_given_weights_stay_within_the_campaigns_bounds(small: Workspace, contest: Opened) -> None:
    weights = {TOWN: 9.0, OTHER_TOWN: 1.0}
    shared = share_places(Desk(small, ORGANISER, contest), "village", total=10, weights=weights)
    assert shared.to_set() == {TOWN: 6, OTHER_TOWN: 4}


def test_a_tie_is_left_open_and_cannot_be_set(small: Workspace, contest: Opened) -> None:
    shared = share_places(Desk(small, ORGANISER, contest), "village", total=9)
    assert shared.units[["allotted", "tied"]].to_numpy().tolist() == [[4, True], [4, True]]
    assert (shared.open_places, shared.tied_names) == (1, ["青禾镇", "望云乡"])
    with pytest.raises(DataError, match="青禾镇, 望云乡"):
        shared.to_set()


def test_the_campaigns_places_are_shared_unless_a_total_is_given(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match="名额总数100个"):
        share_places(Desk(small, ORGANISER, contest), "village")


def test_a_track_without_places_asks_for_a_total(small: Workspace, contest: Opened) -> None:
    plain = contest.campaign.model_dump(mode="json")
    village = next(track for track in plain["tracks"] if track["id"] == "village")
    village.update(places=None, waiting=0)
    again = open_definition(small, ORGANISER, type(contest.campaign).model_validate(plain))
    with pytest.raises(UsageError, match="--total"):
        share_places(Desk(small, ORGANISER, again), "village")


def test_a_track_without_nominations_has_nothing_to_share(small: Workspace, contest: Opened) -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / "sanji_lianzheng.yaml")
    assert campaign.track("township").nomination is None
    with pytest.raises(UsageError, match="全部参评"):
        share_places(Desk(small, ORGANISER, contest), "township", total=10)
    with pytest.raises(UsageError, match="village"):
        share_places(Desk(small, ORGANISER, contest), "vilage", total=10)


# -- weights -------------------------------------------------------------------------------------------


def write(folder: Path, text: str) -> Path:
    path = folder / "权重.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_weights_are_read_from_the_default_or_the_named_column(tmp_path: Path) -> None:
    path = write(
        tmp_path, f'单位编码,名称,权重,户数\n{TOWN},青禾镇,21,"1,300"\n{OTHER_TOWN},望云乡,0.5,900\n'
    )
    assert read_weights(path, TOWNS).content == {TOWN: 21.0, OTHER_TOWN: 0.5}
    assert read_weights(path, TOWNS, "户数").content == {TOWN: 1300.0, OTHER_TOWN: 900.0}


def test_every_wrong_weight_and_missing_unit_is_reported_with_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, f"unit_code,weight\n{TOWN},-1\n{TOWN},many\n{COUNTY},nan\n")
    with pytest.raises(ProblemsError, match="allotting") as raised:
        read_weights(path, TOWNS)
    assert [(problem.code, problem.place) for problem in raised.value.problems] == [
        ("allotting.unit_missing", ""),
        ("allotting.bad_weight", "2"),
        ("intake.no_number", "3"),
        ("allotting.repeated_unit", "3"),
        ("allotting.other_unit", "4"),
        ("allotting.bad_weight", "4"),
    ]
    with pytest.raises(ProblemsError, match="权重"):
        read_weights(write(tmp_path, f"unit_code,weights\n{TOWN},1\n"), TOWNS, "权重")
