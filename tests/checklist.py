"""An invented checklist campaign with standings by hand, for charts, blocks and the board."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from pbwidgets.campaign import Campaign, to_json
from pbwidgets.charts import View
from pbwidgets.scoring.frames import (
    COLUMNS,
    ENTRIES,
    LISTED,
    STANDING_STATES,
    STANDINGS,
    SUBMISSIONS,
    UNITS,
    to_frame,
)
from pbwidgets.store.photos import PHOTO_COLUMNS, link_pictures, list_photos, make_pictures
from pbwidgets.store.snapshot_files import write_frames
from pbwidgets.workflows.ground.snapshots import PHOTOS, RECORDS, RUNNING, SCORES

TOWN = "990300"
VILLAGES = (
    "青禾村", "上坪村", "石湾村", "柳溪村", "东岭村", "南塘村", "梅坑村", "白沙村", "竹园村", "松岗村", "河口村",
    "文昌社区", "新桥社区", "湖滨社区",
)  # fmt: skip
HEADINGS = {"four": "四项标准", "six": "六个规范", "room": "阵地建设", "work": "重点工作"}
NAMES = (
    "组织设置", "领导班子", "经费保障", "活动场所", "党员队伍规范化", "组织活动规范化", "运行机制规范化",
    "服务群众规范化", "党建责任规范化", "工作任务规范化", "办公桌椅", "党旗悬挂", "公示栏更新", "档案柜", "电教设备",
)  # fmt: skip
USUAL: Sequence[str] = (
    "reached", "reached", "reached", "claimed", "under_way", "reached", "due_soon", "reached", "not_begun",
    "reached", "overdue",
)  # fmt: skip
"""States in turn."""


def both(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh": zh, "en": en or zh}


FAULTS: dict[str, object] = {
    "id": "faults",
    "name": both("场所问题", "Faults of premises"),
    "unit_kind": "village",
    "filled_by": "subdistrict",
    "occurrence": "many",
    "lasts": "campaign",
    "reviewed": False,
    "title": "what",
    "life": {
        "steps": [
            {"field": "found_on", "name": both("已发现", "Found")},
            {"field": "fixed_on", "name": both("已整改", "Put right")},
            {"field": "closed_on", "name": both("已销号", "Closed")},
        ],
        "due": "due_on",
    },
    "fields": [
        {"id": "what", "type": "text", "required": True, "label": both("问题", "What is wrong")},
        {"id": "holder", "type": "text", "identifies": True, "label": both("责任人", "Who")},
        {"id": "found_on", "type": "date", "required": True, "label": both("发现日期", "Found")},
        {"id": "before", "type": "image", "label": both("整治前照片", "Before")},
        {"id": "due_on", "type": "date", "required": True, "label": both("整改时限", "Due")},
        {"id": "fixed_on", "type": "date", "later": {"by": "unit"}, "label": both("整改日期", "Put right")},
        {"id": "after", "type": "image", "later": {"by": "unit"}, "label": both("整治后照片", "After")},
        {
            "id": "closed_on",
            "type": "date",
            "later": {"by": "subdistrict"},
            "label": both("销号日期", "Closed"),
        },
    ],
}
"""A form whose entries live: two hands, and photos before and after."""

_LINES: dict[str, object] = {
    "id": "lines",
    "type": "repeat",
    "rows": "standards",
    "label": both("标准"),
    "life": {"state": "state", "begun": ["under_way"], "done": ["reached"], "due": "row/due"},
    "fields": [
        {
            "id": "state",
            "type": "select_one",
            "choices": "state",
            "later": {"by": "unit"},
            "label": both("进度"),
        },
    ],
}

STANDARDS: dict[str, object] = {
    "id": "standards",
    "name": both("标准"),
    "unit_kind": "village",
    "lasts": "campaign",
    "fields": [_LINES],
}
"""A form with a fixed row for each check."""

LISTS: list[dict[str, object]] = [
    {"id": "red", "name": both("红", "Red"), "of": "compliance", "when": "${check_overdue} > 0", "tone": "error",
     "group": "light"},
    {"id": "green", "name": both("绿", "Green"), "of": "compliance", "tone": "good", "group": "light"},
    {"id": "accountable", "name": both("问责名单", "Accountable"), "of": "compliance",
     "when": "${check_overdue} > 3", "decided": True, "audience": "top"},
]  # fmt: skip


def checklist(checks: int = 10) -> Campaign:
    """Campaign of one sub-district whose villages have a fixed row for each check, under four headings."""
    return Campaign.model_validate(checklist_file(checks))


def checklist_file(checks: int = 10) -> dict[str, object]:
    """The same as its file has it."""
    heads = list(HEADINGS)
    rows = [
        {
            "id": f"c{at}",
            "name": both(
                NAMES[at % len(NAMES)] + (str(at) if at >= len(NAMES) else ""), f"Standard no. {at}"
            ),
            "heading": heads[at * len(heads) // checks],
            "due": "2026-12-15",
        }
        for at in range(checks)
    ]
    return {
        "format": 1,
        "id": "standards_of_own",
        "name": both("基层党建“三化”建设", "Three-way building"),
        "summary": both("测试"),
        "unit_kinds": [
            {"id": "subdistrict", "name": both("街道", "sub-district")},
            {"id": "village", "name": both("村", "village"), "parents": ["subdistrict"]},
        ],
        "partition_by": "village",
        "periods": [{"id": "2026-11", "begins": "2026-11-01", "ends": "2026-11-30"}],
        "review_levels": [{"id": "subdistrict", "name": both("街道审核"), "unit_kind": "subdistrict"}],
        "choices": {
            "state": [
                {"id": "under_way", "label": both("推进中")},
                {"id": "reached", "label": both("已达标")},
            ],
            "headings": [{"id": one, "label": both(name, one.title())} for one, name in HEADINGS.items()],
        },
        "tables": {"standards": {"columns": {"heading": "text", "due": "date"}, "rows": rows}},
        "forms": [FAULTS, STANDARDS],
        "lists": LISTS,
        "tracks": [
            {
                "id": "compliance",
                "name": both("达标情况", "Compliance"),
                "kind": "checklist",
                "unit_kind": "village",
                "headings": "headings",
                "forms": ["standards"],
                "checks": [{"rows": "standards/lines", "heading": "row/heading"}],
            }
        ],
    }


def code_of(place: int) -> str:
    return f"{TOWN}{place + 1:03d}"


def villages(count: int = 14) -> dict[str, str]:
    """Names of the villages by code."""
    return {
        code_of(at): VILLAGES[at % len(VILLAGES)] + (f"{at}组" if at >= 14 else "") for at in range(count)
    }


def standings_of(campaign: Campaign, names: Mapping[str, str], states: Sequence[str] = USUAL) -> pd.DataFrame:
    """A row for each village and row of the table, the states in turn."""
    table = campaign.tables["standards"]
    rows = [
        {
            "campaign": campaign.id,
            "period": "2026-11",
            "unit_code": code,
            "track_id": "compliance",
            "check_id": "standards",
            "part": row.id,
            "heading": row.cell("heading"),
            "state": (state := states[(at * 5 + place * 3) % len(states)]),
            "value": float(state == "reached"),
            "least": 1.0,
            "due_on": row.cell("due"),
            "overdue_days": 12 + at if state == "overdue" else 0,
        }
        for at, code in enumerate(names)
        for place, row in enumerate(table.rows)
    ]
    return to_frame(rows, STANDINGS)


def every_state(campaign: Campaign, names: Mapping[str, str]) -> pd.DataFrame:
    """The same with every state there is."""
    return standings_of(campaign, names, STANDING_STATES)


def view_of(campaign: Campaign, lang: str = "zh_CN") -> View:
    return View(
        campaign, "2026-11", "compliance", TOWN, "云顶街道", lang=lang, synthetic=True, day=date(2026, 11, 30)
    )


def units_of(names: Mapping[str, str]) -> pd.DataFrame:
    """The sub-district and its villages."""
    rows = [{"unit_code": TOWN, "unit_name": "云顶街道", "kind": "subdistrict"}]
    rows += [
        {"unit_code": code, "unit_name": name, "kind": "village", "parent_code": TOWN}
        for code, name in names.items()
    ]
    return to_frame([{**row, "synthetic": True} for row in rows], UNITS)


FOUND: Sequence[Mapping[str, object]] = (
    {"what": "公示栏破损", "found_on": "2026-10-05", "due_on": "2026-10-20", "state": "found_on", "overdue_days": 41},
    {
        "what": "档案乱堆", "found_on": "2026-10-08", "due_on": "2026-11-10", "fixed_on": "2026-11-12",
        "closed_on": "2026-11-15", "state": "closed_on", "overdue_days": 5, "is_closed": True, "flags": "closed_late",
    },
    {"what": "活动室闲置", "found_on": "2026-11-02", "due_on": "2026-12-20", "state": "found_on", "due_moved": 1},
)  # fmt: skip
"""A fault not put right in time, one closed late, and one that was put off."""


def faults_of(
    campaign: Campaign, names: Mapping[str, str], photos: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Entries and answers of three faults of the first three villages, with photos by their hashes in turn."""
    entries, answers, left = [], [], list(photos)
    for code, found in zip(names, FOUND, strict=False):
        entry = {
            "campaign": campaign.id,
            "period": "*",
            "form_id": "faults",
            "unit_code": code,
            "occurrence": 1,
        }
        own = {key: value for key, value in found.items() if key in SUBMISSION_FIELDS}
        entries.append({**entry, "row_id": "", "version": 1, "opened_on": found["found_on"], **found})
        own["before"] = left.pop(0) if left else ""
        own["after"] = left.pop(0) if left and "fixed_on" in own else ""
        answers += [
            {**entry, "version": 1, "field": key, "value": value, "state": "submitted"}
            for key, value in own.items()
            if value
        ]
    return to_frame(entries, ENTRIES), to_frame(answers, SUBMISSIONS)


SUBMISSION_FIELDS = ("what", "found_on", "due_on", "fixed_on", "closed_on")


def listed_of(campaign: Campaign, standings: pd.DataFrame) -> pd.DataFrame:
    """Red with an overdue check, else green; never a row of the list that only the top sees."""
    late = set(standings.loc[standings["state"] == "overdue", "unit_code"])
    rows = [
        {
            "campaign": campaign.id,
            "period": "2026-11",
            "list_id": list_id,
            "unit_code": code,
            "proposed": (on := (code in late) == (list_id == "red")),
            "on_list": on,
            "reason_code": "",
            "reason_args": "{}",
        }
        for code in dict.fromkeys(standings["unit_code"])
        for list_id in ("red", "green")
    ]
    return to_frame(rows, LISTED)


def lay_snapshot(
    folder: Path, campaign: Campaign, frames: Mapping[str, pd.DataFrame], evidence: Path
) -> Path:
    """A snapshot of hand-made frames, with pictures of the photos of faults; all other frames are empty."""
    empty = {name: to_frame([], COLUMNS[name]) for name in (*RECORDS, *SCORES)}
    notes = {"unit_code": "string", "noted_on": "string", "text": "string"}
    photos = make_pictures(
        list_photos(
            frames.get("submissions", empty["submissions"]), {("faults", "before"), ("faults", "after")}
        ),
        evidence,
        folder / "cache",
    )
    every = {
        **empty,
        RUNNING: to_frame([], notes),
        PHOTOS: to_frame(photos, PHOTO_COLUMNS),
        **frames,
    }
    partition_of = {code: code for code in frames["units"]["unit_code"] if code != TOWN}
    write_frames(folder / "snapshot" / "frames", every, partition_of)
    link_pictures(photos, folder / "cache", folder / "snapshot" / PHOTOS)
    about = {"version": "1", "period": "2026-11", "day": "2026-11-30", "parts": {}}
    (folder / "snapshot" / "campaign.json").write_text(to_json(campaign), encoding="utf-8")
    (folder / "snapshot" / "snapshot.json").write_text(json.dumps(about), encoding="utf-8")
    return folder / "snapshot"
