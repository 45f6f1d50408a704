"""A small campaign whose entries live: clauses to reach, faults to put right, tasks; in the small county."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from counties import OPERATOR, TOWN, VILLAGE, lay_out, make_register
from serving import make_accounts

from pbwidgets.campaign import Campaign
from pbwidgets.store import Actor
from pbwidgets.workflows.filling.amending import begin_many
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units

LIVING, MONTH = "living", "2026-12"
_NAMES = (
    "组织设置",
    "班子建设",
    "经费保障",
    "场所规范",
    "队伍管理",
    "活动开展",
    "制度上墙",
    "服务群众",
    "责任落实",
    "任务完成",
)
_HEADINGS = {"four": "四个标准", "six": "六项常态", "hard": "硬件设施", "soft": "软件资料"}


def _words(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


def _choices(names: dict[str, str]) -> list[dict[str, Any]]:
    return [{"id": key, "label": _words(words)} for key, words in names.items()]


def _clauses(count: int, today: date) -> list[dict[str, Any]]:
    """Clauses, a quarter under each heading; some are overdue, some due soon."""
    headings = list(_HEADINGS)
    return [
        {
            "id": f"c{at + 1:02}",
            "name": _words(f"{_NAMES[at % len(_NAMES)]}第{at // len(_NAMES) + 1}条"),
            "heading": headings[at * len(headings) // count],
            "ware": "hardware" if at % 2 else "software",
            "due": (today + timedelta(days=(-12, 3, 40, 90, 200)[at % 5])).isoformat(),
        }
        for at in range(count)
    ]


def living_campaign(count: int = 40, today: date | None = None) -> Campaign:
    """The campaign, with this many clauses and its phase open on the day."""
    today = today or date.today()
    later, by_unit, by_level = {"later": True}, {"later": {"by": "unit"}}, {"later": {"by": "township"}}
    lines = [
        {"id": "state", "type": "select_one", "choices": "clause_state", "label": _words("进展"), **later},
        {
            "id": "reached_on", "type": "date", "label": _words("达标日期"), **later,
            "relevant": "${state} = 'reached'", "required": True,
        },
        {"id": "remark", "type": "text", "max_length": 30, "label": _words("备注"), **later},
        {"id": "photo", "type": "image", "label": _words("现场照片"), **later},
        {"id": "story", "type": "text", "max_length": 500, "label": _words("做法"), **later},
        {"id": "helper", "type": "unit", "kinds": ["village"], "label": _words("结对村"), **later},
    ]  # fmt: skip
    forms = [
        {
            "id": "standards", "name": _words("达标台账"), "unit_kind": "village", "lasts": "campaign",
            "fields": [
                {
                    "id": "lines", "type": "repeat", "label": _words("达标条款"), "rows": "clauses", "fields": lines,
                    "life": {"state": "state", "begun": ["under_way"], "done": ["reached"], "due": "row/due"},
                },
            ],
        },
        {
            "id": "faults", "name": _words("问题整改"), "unit_kind": "village", "filled_by": "township",
            "occurrence": "many", "lasts": "campaign", "title": "fault", "reviewed": False,
            "life": {
                "steps": [
                    {"field": "found_on", "name": _words("已发现")},
                    {"field": "fixed_on", "name": _words("已整改")},
                    {"field": "closed_on", "name": _words("已销号")},
                ],
                "due": "due_on",
            },
            "fields": [
                {"id": "fault", "type": "text", "max_length": 60, "required": True, "label": _words("问题")},
                {"id": "found_on", "type": "date", "required": True, "label": _words("发现日期")},
                {"id": "due_on", "type": "date", "required": True, "label": _words("整改期限")},
                {"id": "fixed_on", "type": "date", "label": _words("整改完成日期"), **by_unit},
                {"id": "after", "type": "image", "label": _words("整改后照片"), **by_unit},
                {"id": "closed_on", "type": "date", "label": _words("销号日期"), **by_level},
            ],
        },
        {
            "id": "tasks", "name": _words("任务交办"), "unit_kind": "village", "filled_by": "township",
            "occurrence": "many", "lasts": "campaign", "title": "task", "reviewed": False,
            "life": {"state": "state", "begun": ["under_way"], "done": ["done"], "due": "due_on"},
            "fields": [
                {"id": "task", "type": "text", "max_length": 60, "required": True, "label": _words("任务")},
                {"id": "due_on", "type": "date", "required": True, "label": _words("完成期限")},
                {"id": "state", "type": "select_one", "choices": "task_state", "label": _words("办理情况"), **by_unit},
                {"id": "result", "type": "text", "max_length": 200, "label": _words("办理结果"), **by_unit},
            ],
        },
    ]  # fmt: skip
    year = today.year
    phase = {
        "id": "fill", "name": _words("填报"), "begins": f"{year}-01-01", "ends": f"{year + 1}-12-31",
        "forms": ["standards", "faults", "tasks"],
    }  # fmt: skip
    return Campaign.model_validate(
        {
            "format": 1, "id": LIVING, "name": _words("达标演示"), "summary": _words("条款、问题、任务"),
            "unit_kinds": [
                {"id": "county", "name": _words("县")},
                {"id": "township", "name": _words("乡镇"), "parents": ["county"]},
                {"id": "village", "name": _words("村"), "parents": ["township"]},
            ],
            "partition_by": "township",
            "review_levels": [{"id": "township", "name": _words("乡镇"), "unit_kind": "township"}],
            "periods": [
                {
                    "id": MONTH, "begins": f"{year}-01-01", "ends": f"{year + 1}-12-31",
                    "phases": [phase],
                }
            ],
            "choices": {
                "clause_state": _choices({"not_begun": "未启动", "under_way": "推进中", "reached": "已达标"}),
                "task_state": _choices({"under_way": "办理中", "done": "已办结"}),
                "ware": _choices({"hardware": "硬件", "software": "软件"}),
                "headings": _choices(_HEADINGS),
            },
            "tables": {
                "clauses": {
                    "columns": {"heading": "text", "ware": "ware", "due": "date"},
                    "rows": _clauses(count, today),
                }
            },
            "forms": forms,
            "tracks": [
                {
                    "id": "standard", "name": _words("达标"), "kind": "checklist", "unit_kind": "village",
                    "headings": "headings", "warn_days": 7, "forms": ["standards"],
                    "checks": [{"rows": "standards/lines", "heading": "row/heading"}],
                }
            ],
        }
    )  # fmt: skip


def make_living_county(folder: Path, count: int = 40) -> Path:
    """A workspace with the units and accounts of the small county, and this campaign open."""
    lay_out(folder)
    shutil.rmtree(folder / "parameters" / "campaigns", ignore_errors=True)
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_definition(workspace, OPERATOR, living_campaign(count), MONTH)
        make_accounts(workspace)
    return folder


def fill_living_county(folder: Path, today: date | None = None) -> None:
    """Hand the clauses of the first village in, and begin two faults about it, one of them overdue."""
    today = today or date.today()
    with open_workspace(folder) as workspace:
        opened = workspace.opened()
        unit = Desk(workspace, Actor("filler", "filler", VILLAGE), opened, "zh_CN")
        level = Desk(workspace, Actor("reviewer", "reviewer", TOWN), opened, "zh_CN")
        lines = [{"row": "c04", "state": "under_way"}]
        hand_in(unit, opened.submission_key("standards", VILLAGE), {"lines": lines}, 0)
        for fault, due in (
            ("办公用房闲置", today - timedelta(days=5)),
            ("资料散乱", today + timedelta(days=20)),
        ):
            answers = {"fault": fault, "found_on": f"{today - timedelta(days=30)}", "due_on": f"{due}"}
            begin_many(level, "faults", [VILLAGE], answers)
