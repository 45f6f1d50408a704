"""A small county of one campaign: two townships with two villages each, opened, with nothing filled in."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pbwidgets.scoring.frames import UNITS
from pbwidgets.scoring import to_frame
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows import Opened, Workspace, open_campaign, open_workspace, save_units

ROOT = Path(__file__).resolve().parents[2]
OPERATOR = Actor("cli:tests", "operator")
COUNTY, TOWN, OTHER_TOWN = "990101", "990101001", "990101002"
VILLAGE, SISTER, OTHER_VILLAGE = "990101001001", "990101001002", "990101002001"
ROWS = [
    (COUNTY, "演示县", "county", None),
    (TOWN, "青禾镇", "township", COUNTY),
    (OTHER_TOWN, "望云乡", "township", COUNTY),
    (VILLAGE, "上坪村", "village", TOWN),
    (SISTER, "下坪村", "village", TOWN),
    (OTHER_VILLAGE, "红旗村", "village", OTHER_TOWN),
    ("990101002002", "向阳村", "village", OTHER_TOWN),
]
VILLAGE_ANSWERS: dict[str, Any] = {
    "five_good": ["team", "members"],
    "good_deeds": [{"title": "安装路灯", "done_on": "2026-05-06", "benefited": 40}],
    "pledge_ways": ["pledge"],
    "capable_members": 20,
    "members_with_deeds": 10,
    "centre_aspects": ["rules"],
    "centre_uses": ["education"],
    "distance_education": [],
    "industry": "茶叶",
}
SETUP_ANSWERS: dict[str, Any] = {
    "leading_group": "yes",
    "secretary_leads": "yes",
    "leader_in_charge": "yes",
    "staff_count": 2,
    "staff_names": "某甲某乙二人",
    "work_plan": "no",
    "village_scheme": "yes",
    "analyses": [],
    "meetings": [],
    "publicity": [],
}


def register() -> pd.DataFrame:
    rows = [
        {"unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True}
        for code, name, kind, parent in ROWS
    ]
    return to_frame(rows, UNITS)


def key_of(form_id: str, unit_code: str, occurrence: int = 0) -> SubmissionKey:
    return SubmissionKey("sanji_lianzheng", "2026", form_id, unit_code, occurrence)


@pytest.fixture(scope="session")
def opened_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made once; tests take copies, which is quicker than migrating a store each time."""
    folder = tmp_path_factory.mktemp("opened")
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, register())
        open_campaign(workspace, OPERATOR, "sanji_lianzheng")
    return folder


@pytest.fixture
def small(opened_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "small"
    shutil.copytree(opened_folder, folder)
    with open_workspace(folder) as workspace:
        yield workspace


@pytest.fixture
def campaign(small: Workspace) -> Opened:
    return small.opened()
