"""A small invented campaign: districts over teams, a state and marks of made-up places (codes 99…)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.frames import COLUMNS, RECORD_FRAMES, Records, Scores, to_frame
from pbwidgets.scoring.pipeline import score_campaign

PERIOD = "2026"


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def number_field(field_id: str, **more: Any) -> dict[str, Any]:
    return {"id": field_id, "type": "integer", "label": words(field_id), **more}


FORMS = [
    {
        "id": "yearly",
        "name": words("年报"),
        "unit_kind": "team",
        "fields": [
            number_field("deeds"),
            number_field("faults"),
            number_field("done"),
            number_field("due"),
            {"id": "plan", "type": "select_one", "choices": "yes_no", "label": words("方案")},
            {"id": "ways", "type": "select_multiple", "choices": "ways", "label": words("方式")},
            {
                "id": "visits",
                "type": "repeat",
                "label": words("走访"),
                "fields": [
                    {"id": "kind", "type": "text", "label": words("类别")},
                    {"id": "held_on", "type": "date", "label": words("日期")},
                    number_field("people"),
                ],
            },
        ],
    },
    {
        "id": "setup",
        "name": words("创建"),
        "unit_kind": "district",
        "fields": [
            {"id": "scheme", "type": "select_one", "choices": "yes_no", "label": words("方案")},
            number_field("funds"),
        ],
    },
    {
        "id": "log",
        "name": words("日志"),
        "unit_kind": "team",
        "occurrence": "many",
        "fields": [number_field("hours")],
    },
    {
        "id": "incident",
        "name": words("事件"),
        "unit_kind": "team",
        "filled_by": "county",
        "fields": [number_field("incidents")],
    },
]


def measure(
    measure_id: str, form: str, aggregate: str, field: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "id": measure_id,
        "name": words(measure_id),
        "form": form,
        "aggregate": aggregate,
        "field": field,
        **more,
    }


MEASURES = [
    measure("deeds", "yearly", "sum", "deeds", unit={"zh": "件", "en": "deeds"}),
    measure("faults", "yearly", "sum", "faults"),
    measure("done_pct", "yearly", "share", "done", denominator="due", not_applicable_when="${due} = 0"),
    measure("plan", "yearly", "latest", "plan"),
    measure("incidents", "incident", "sum", "incidents", empty_is_zero=True),
]


def rated(line_id: str, points: float, **more: Any) -> dict[str, Any]:
    return {"id": line_id, "name": words(line_id), "points": points, "rule": {"name": "rated"}, **more}


def computed(line_id: str, points: float, rule: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": line_id, "name": words(line_id), "points": points, "rule": dict(rule), **more}


DEEDS = {"name": "per_missing_item", "measure": "deeds", "required": 3, "points_each": 10}


def make_track(**more: Any) -> dict[str, Any]:
    return {
        "id": "teams",
        "name": words("示范队"),
        "unit_kind": "team",
        "forms": ["yearly"],
        "layers": [{"id": "own"}, {"id": "district"}, {"id": "county"}],
        "criteria": [rated("unity", 60), computed("deeds_line", 40, DEEDS)],
        "places": 2,
        "waiting": 1,
        **more,
    }


def make_campaign(*tracks: Mapping[str, Any], **more: Any) -> Campaign:
    """Campaign of districts and teams under one county, with the tracks given."""
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "made_up",
            "name": words("创建活动"),
            "summary": words("虚构"),
            "unit_kinds": [
                {"id": "county", "name": words("县")},
                {"id": "district", "name": words("片区"), "parents": ["county"]},
                {"id": "team", "name": words("小队"), "parents": ["district"]},
            ],
            "partition_by": "district",
            "periods": [{"id": PERIOD, "begins": "2026-01-01", "ends": "2026-12-31"}],
            "review_levels": [
                {"id": "district", "name": words("片区"), "unit_kind": "district"},
                {"id": "county", "name": words("县"), "unit_kind": "county"},
            ],
            "layers": [
                {"id": "own", "name": words("自评")},
                {"id": "district", "name": words("片区审核"), "level": "district"},
                {"id": "county", "name": words("县级复核"), "level": "county"},
            ],
            "choices": {
                "yes_no": [{"id": "yes", "label": words("是")}, {"id": "no", "label": words("否")}],
                "ways": [{"id": way, "label": words(way)} for way in ("a", "b", "c")],
            },
            "forms": FORMS,
            "measures": MEASURES,
            "tracks": list(tracks) or [make_track()],
            **more,
        }
    )


def team_code(district: int, team: int) -> str:
    return f"99{district:02d}{team:03d}"


def make_units(sizes: Iterable[int] = (3, 2)) -> pd.DataFrame:
    """One county, a district for each size, and so many teams in it."""
    rows: list[dict[str, Any]] = [{"unit_code": "99", "unit_name": "虚构县", "kind": "county"}]
    for district, size in enumerate(sizes, start=1):
        above = f"99{district:02d}"
        rows.append(
            {"unit_code": above, "unit_name": f"片区{district}", "kind": "district", "parent_code": "99"}
        )
        rows += [
            {
                "unit_code": team_code(district, team),
                "unit_name": f"小队{district}-{team}",
                "kind": "team",
                "parent_code": above,
            }
            for team in range(1, size + 1)
        ]
    return to_frame([{"synthetic": True, **row} for row in rows], COLUMNS["units"])


def answer(
    unit: str, field: str, value: object, form: str = "yearly", row: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "unit_code": unit,
        "form_id": form,
        "field": field,
        "value": str(value),
        "row": row,
        "version": 1,
        "state": "accepted",
        **more,
    }


def mark(unit: str, points: float, layer: str = "county", line: str = "unity", **more: Any) -> dict[str, Any]:
    return {
        "unit_code": unit,
        "criterion_id": line,
        "layer": layer,
        "source": layer,
        "rater_id": "R001",
        "points": points,
        "comment": "",
        **more,
    }


def make_records(units: pd.DataFrame | None = None, **rows: list[dict[str, Any]]) -> Records:
    """Records with the rows given by frame, all others empty."""
    frames = {
        name: to_frame(
            [{"campaign": "made_up", "period": PERIOD, **row} for row in rows.get(name, [])], COLUMNS[name]
        )
        for name in RECORD_FRAMES
        if name != "units"
    }
    return Records(units=make_units() if units is None else units, **frames)


def score(campaign: Campaign, units: pd.DataFrame | None = None, **rows: list[dict[str, Any]]) -> Scores:
    return score_campaign(campaign, PERIOD, make_records(units, **rows))


def pick(frame: pd.DataFrame, column: str, **where: object) -> Any:
    """The one value of a column in the one row that meets all conditions."""
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    assert len(frame) == 1, f"{len(frame)} rows for {where}"
    return frame[column].iloc[0]


@pytest.fixture(scope="session")
def small() -> Any:
    """Everything in this file by name, for tests: importlib mode has no importable conftest."""
    names: Mapping[str, Callable[..., Any]] = {
        name: value for name, value in globals().items() if callable(value) and not name.startswith("_")
    }
    return type("Small", (), {**{name: staticmethod(value) for name, value in names.items()}, "DEEDS": DEEDS})
