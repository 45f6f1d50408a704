"""A made-up checklist campaign over the register of the small county: two months, three lights, two lists to decide."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counties import OPERATOR, OTHER_VILLAGE, SISTER, make_register

from pbwidgets import store
from pbwidgets.campaign import Campaign
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import close_campaign, open_definition
from pbwidgets.workflows.organise.register import save_units

CHECKLIST = "made_up"
OCTOBER, NOVEMBER = "2026-10", "2026-11"
NEIGHBOUR = "990101002002"
AFTER = datetime(2026, 12, 5, tzinfo=UTC)
"""When everything was written: both months are over."""


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def make_checklist(**more: Any) -> Campaign:
    """Villages must have met once by 15 October, and three times by the end of the month."""
    held = {"measure": "held"}
    light = {"of": "compliance", "group": "light"}
    return Campaign.model_validate(
        {
            "format": 1,
            "id": CHECKLIST,
            "name": words("达标创建", "To standard"),
            "summary": words("虚构", "Made up"),
            "unit_kinds": [
                {"id": "county", "name": words("县", "County")},
                {"id": "township", "name": words("乡镇", "Township"), "parents": ["county"]},
                {"id": "village", "name": words("村", "Village"), "parents": ["township"]},
            ],
            "partition_by": "village",
            "periods": [
                {"id": OCTOBER, "begins": "2026-10-01", "ends": "2026-10-31"},
                {"id": NOVEMBER, "begins": "2026-11-01", "ends": "2026-11-30"},
            ],
            "counts_from": "submitted",
            "forms": [
                {
                    "id": "monthly", "name": words("月报", "Monthly report"), "unit_kind": "village",
                    "fields": [{"id": "held", "type": "integer", "label": words("开会次数", "Meetings")}],
                }
            ],
            "measures": [
                {
                    "id": "held", "name": words("开会", "meetings"), "form": "monthly", "aggregate": "sum",
                    "field": "held",
                }
            ],
            "tracks": [
                {
                    "id": "compliance", "name": words("达标情况", "Compliance"), "kind": "checklist",
                    "unit_kind": "village",
                    "checks": [
                        {"id": "meet", "name": words("按期开会", "Met"), "at_least": 1, "due": "2026-10-15", **held},
                        {"id": "often", "name": words("常开会", "Met often"), "at_least": 3, **held},
                    ],
                }
            ],
            "lists": [
                {"id": "red", "name": words("红牌", "Red"), "when": "${check_overdue} > 0", "tone": "error", **light},
                {"id": "green", "name": words("绿牌", "Green"), "tone": "good", **light},
                {
                    "id": "commended", "name": words("通报表扬", "Commended"), "of": "compliance",
                    "when": "${check_reached} = 2", "decided": True,
                },
                {
                    "id": "accountable", "name": words("问责名单", "Accountable"), "of": "compliance",
                    "when": "${red_months} >= 2", "decided": True, "audience": "top",
                },
            ],
            "listed": [
                {"id": "red_months", "name": words("红牌月数", "Red months"), "list": "red"},
                {"id": "held_to_account", "name": words("问责次数", "Times accountable"), "list": "accountable"},
            ],
            **more,
        }
    )  # fmt: skip


def open_month(workspace: Workspace, period_id: str, held: dict[str, int], **more: Any) -> Opened:
    """A month opened, with the meetings that villages have handed in."""
    opened = open_definition(workspace, OPERATOR, make_checklist(**more), period_id)
    given = [
        (SubmissionKey(CHECKLIST, period_id, "monthly", unit, 0), {"held": n}) for unit, n in held.items()
    ]
    with workspace.store.write(OPERATOR, AFTER) as w:
        store.submit_many(w, given)
    return opened


def make_november(folder: Path) -> Path:
    """A workspace: VILLAGE and OTHER_VILLAGE are red in October, which is closed, and VILLAGE in November again."""
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        october = open_month(workspace, OCTOBER, {SISTER: 3, NEIGHBOUR: 1})
        close_campaign(Desk(workspace, OPERATOR, october, "zh_CN", AFTER))
        take_snapshot(workspace, open_month(workspace, NOVEMBER, {SISTER: 3, NEIGHBOUR: 1, OTHER_VILLAGE: 2}))
    return folder
