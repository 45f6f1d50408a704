"""An invented checklist campaign with standings by hand, for charts, blocks and the board."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.charts import View
from pbwidgets.scoring.frames import STANDING_STATES, STANDINGS, to_frame

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


def checklist(checks: int = 10, **more: object) -> Campaign:
    """Campaign of one sub-district whose villages have a fixed row for each check, under four headings."""
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
    lines = {
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
    raw: dict[str, object] = {
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
        "forms": [
            {
                "id": "standards",
                "name": both("标准"),
                "unit_kind": "village",
                "lasts": "campaign",
                "fields": [lines],
            }
        ],
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
    return Campaign.model_validate({**raw, **more})


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
