"""A small invented campaign that puts its teams in classes, open, with marks and answers on record."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from counties import OPERATOR

from pbwidgets.campaign import Campaign
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import (
    Actor,
    ClassDecision,
    Mark,
    MarkKey,
    SubmissionKey,
    Veto,
    decide_class_many,
    rate_many,
    record_veto,
    submit_many,
)
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units

CAMPAIGN, PERIOD, TRACK = "classed", "2026", "teams"
ROOT_UNIT, NORTH, SOUTH = "9901", "990101", "990102"
A, B, C, D, E = "990101001", "990101002", "990101003", "990102001", "990102002"
NAMES = dict(zip((A, B, C, D, E), ("一队", "二队", "三队", "四队", "五队"), strict=True))
MARKS = {A: 95, B: 88, C: 70, D: 40}  # E has no mark, so no total and no class
BODY = "定级领导小组"
SPRING, AUTUMN = date(2025, 12, 20), date(2026, 6, 30)
COUNTY = Actor("county", "reviewer", ROOT_UNIT)
FROM_TOTALS: Mapping[str, Any] = {"from_totals": [85, 60]}
SHARES: Mapping[str, Any] = {"shares_pct": [25, 50]}


def words(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh": zh, "en": en or zh}


def make_campaign(classes: Mapping[str, Any] = FROM_TOTALS) -> Campaign:
    """Districts and their teams; one rated line, a flag on faults, a gate that bars from the top class."""
    names = [words("一类", "class I"), words("二类", "class II"), words("三类", "class III")]
    flag = {"id": "lagging", "name": words("后进薄弱", "lagging"), "when": "${faults} >= 3", "proposes": 3}
    return Campaign.model_validate(
        {
            "format": 1,
            "id": CAMPAIGN,
            "name": words("分类定级", "Classes"),
            "summary": words("虚构"),
            "unit_kinds": [
                {"id": "county", "name": words("县")},
                {"id": "district", "name": words("片区"), "parents": ["county"]},
                {"id": "team", "name": words("小队", "team"), "parents": ["district"]},
            ],
            "partition_by": "district",
            "periods": [
                {"id": "2025", "begins": "2025-01-01", "ends": "2025-12-31"},
                {"id": PERIOD, "begins": "2026-01-01", "ends": "2026-12-31"},
            ],
            "review_levels": [{"id": "county", "name": words("县"), "unit_kind": "county"}],
            "layers": [{"id": "county", "name": words("县级评定", "County"), "level": "county"}],
            "counts_from": "submitted",
            "forms": [
                {
                    "id": "yearly",
                    "name": words("年报"),
                    "unit_kind": "team",
                    "fields": [{"id": "faults", "type": "integer", "label": words("问题数")}],
                }
            ],
            "measures": [
                {
                    "id": "faults", "name": words("问题数"), "form": "yearly",
                    "aggregate": "sum", "field": "faults",
                }
            ],
            "tracks": [
                {
                    "id": TRACK,
                    "name": words("小队定级", "Teams"),
                    "unit_kind": "team",
                    "forms": ["yearly"],
                    "layers": [{"id": "county"}],
                    "criteria": [
                        {"id": "all", "name": words("综合"), "points": 100, "rule": {"name": "rated"}}
                    ],
                    "gates": [{"id": "incident", "name": words("发生事件"), "effect": "cap"}],
                    "classes": {"names": names, "flags": [flag], **classes},
                    "decided_by": words(BODY, "the leading group"),
                }
            ],
        }
    )  # fmt: skip


def make_units() -> pd.DataFrame:
    """Columns ``UNITS``."""
    rows = [(ROOT_UNIT, "演示县", "county", None), (NORTH, "北片", "district", ROOT_UNIT)]
    rows += [(SOUTH, "南片", "district", ROOT_UNIT)]
    rows += [(code, name, "team", code[:6]) for code, name in NAMES.items()]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    return to_frame([{**dict(zip(names, row, strict=True)), "synthetic": True} for row in rows], UNITS)


def make_classed(folder: Path, classes: Mapping[str, Any] = FROM_TOTALS) -> Path:
    """Workspace with the campaign: B has three faults and so a flag, A has a veto that bars it from class one.

    In the period before A was in class three, B in class one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made_at = datetime(2026, 6, 1, 4, tzinfo=UTC)
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_units())
        open_definition(workspace, OPERATOR, make_campaign(classes), PERIOD)
        with workspace.store.write(OPERATOR, made_at) as w:
            answers = dict.fromkeys(NAMES, 0) | {B: 3}
            keys = {code: SubmissionKey(CAMPAIGN, PERIOD, "yearly", code) for code in NAMES}
            submit_many(w, [(keys[code], {"faults": count}) for code, count in answers.items()])
            rate_many(w, [
                Mark(MarkKey(CAMPAIGN, PERIOD, code, "all", "county", "county", "rater"), float(points))
                for code, points in MARKS.items()
            ])  # fmt: skip
            record_veto(w, Veto(CAMPAIGN, PERIOD, A, "incident", "通报", TRACK))
            before = {A: 3, B: 1}
            decide_class_many(w, [
                ClassDecision(CAMPAIGN, "2025", TRACK, code, number, SPRING, BODY, "摸底排查")
                for code, number in before.items()
            ])  # fmt: skip
    return folder
