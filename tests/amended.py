"""A campaign whose entries live: faults with two hands, demands that are reviewed, a fund, tasks, clauses, a month."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pbwidgets.campaign import read_campaign
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.organise.register import save_units

STREET, VILLAGE, SISTER, OFFICE = "9901S", "9901V1", "9901V2", "9901O"
OCTOBER, NOVEMBER = "2026-10", "2026-11"
UNIT, LEVEL, CLERK = (
    Actor("zhang", "filler", VILLAGE),
    Actor("li", "reviewer", STREET),
    Actor("wu", "filler", OFFICE),
)
IN_OCTOBER, IN_NOVEMBER = datetime(2026, 10, 20, 4, tzinfo=UTC), datetime(2026, 11, 10, 4, tzinfo=UTC)
_ROWS: Final = [
    (STREET, "甲街道", "subdistrict", None),
    (VILLAGE, "上坪村", "village", STREET),
    (SISTER, "下坪村", "village", STREET),
    (OFFICE, "城建办", "office", STREET),
]
TEXT: Final = """
format: 1
id: living
name: {zh: 台账活动, en: Living entries}
summary: {zh: 试验, en: A trial}
unit_kinds:
  - {id: subdistrict, name: {zh: 街道, en: Sub-district}}
  - {id: village, name: {zh: 村, en: Village}, parents: [subdistrict]}
  - {id: office, name: {zh: 科室, en: Office}, parents: [subdistrict]}
partition_by: village
review_levels: [{id: street, name: {zh: 街道, en: Sub-district}, unit_kind: subdistrict}]
periods:
  - id: "2026-10"
    begins: 2026-10-01
    ends: 2026-10-31
    phases:
      - id: fill
        name: &filling {zh: 填报, en: Filling}
        begins: 2026-10-01
        ends: 2026-10-31
        forms: &all [faults, demands, funds, tasks, clauses, month]
  - id: "2026-11"
    begins: 2026-11-01
    ends: 2026-11-30
    phases: [{id: fill, name: *filling, begins: 2026-11-01, ends: 2026-11-20, forms: *all}]
choices:
  kind: [{id: in, label: {zh: 收入, en: In}}, {id: out, label: {zh: 支出, en: Out}}]
  state:
    - {id: none, label: {zh: 未启动, en: Not begun}}
    - {id: begun, label: {zh: 推进中, en: Under way}}
    - {id: done, label: {zh: 已达标, en: Reached}}
tables:
  clauses:
    columns: {due: date}
    rows:
      - {id: team, name: {zh: 班子, en: Team}, due: 2026-12-15}
      - {id: rooms, name: {zh: 场所, en: Rooms}, due: 2026-11-30}
forms:
  - id: faults
    name: {zh: 场所问题, en: Faults}
    unit_kind: village
    filled_by: street
    occurrence: many
    lasts: campaign
    reviewed: false
    title: fault
    life: &put_right
      steps:
        - {field: found_on, name: {zh: 已发现, en: Found}}
        - {field: fixed_on, name: {zh: 已整改, en: Put right}}
        - {field: closed_on, name: {zh: 已销号, en: Closed}}
      due: due_on
    fields:
      - {id: fault, type: text, required: true, label: {zh: 问题, en: Fault}}
      - {id: found_on, type: date, required: true, label: {zh: 发现日期, en: Found on}}
      - {id: due_on, type: date, required: true, label: {zh: 整改时限, en: Due}}
      - {id: fixed_on, type: date, later: {by: unit}, label: {zh: 整改日期, en: Put right}}
      - {id: after, type: image, later: {by: unit}, label: {zh: 整改后照片, en: After}}
      - {id: closed_on, type: date, later: {by: street}, label: {zh: 销号日期, en: Closed}}
  - id: demands
    name: {zh: 群众诉求, en: Demands}
    unit_kind: village
    occurrence: many
    lasts: campaign
    title: demand
    life: *put_right
    fields:
      - {id: demand, type: text, required: true, label: {zh: 诉求, en: Demand}}
      - {id: caller, type: text, sensitive: true, label: {zh: 来电, en: Caller}}
      - {id: found_on, type: date, required: true, label: {zh: 登记日期, en: Taken down}}
      - {id: due_on, type: date, required: true, label: {zh: 办理时限, en: Due}}
      - {id: fixed_on, type: date, later: true, label: {zh: 办结日期, en: Done}}
      - {id: result, type: text, later: true, relevant: "${fixed_on} != ''", label: {zh: 结果, en: Result}}
      - {id: closed_on, type: date, later: {by: street}, label: {zh: 销号日期, en: Closed}}
      - id: visits
        type: repeat
        later: true
        label: {zh: 回访, en: Visits}
        fields:
          - {id: "on", type: date, required: true, label: {zh: 日期, en: Day}}
          - {id: marked, type: text, later: {by: street}, label: {zh: 核查, en: Checked}}
  - id: funds
    name: {zh: 关爱基金, en: Care fund}
    unit_kind: village
    occurrence: many
    lasts: campaign
    title: what
    keeps: [{measure: lowest, at_least: 0, message: {zh: 关爱基金余额不足, en: The care fund would fall below zero}}]
    fields:
      - {id: what, type: text, required: true, label: {zh: 事由, en: What for}}
      - {id: kind, type: select_one, choices: kind, required: true, label: {zh: 类别, en: Kind}}
      - {id: amount, type: decimal, minimum: 0, required: true, later: true, label: {zh: 金额, en: Amount}}
      - {id: moved_on, type: date, required: true, label: {zh: 日期, en: Day}}
  - id: tasks
    name: {zh: 工作任务, en: Tasks}
    unit_kind: village
    filled_by: street
    occurrence: many
    lasts: campaign
    reviewed: false
    title: task
    life:
      steps: [{field: given_on, name: {zh: 已下达, en: Given}}, {field: done_on, name: {zh: 已完成, en: Done}}]
      due: due_on
    fields:
      - {id: task, type: text, required: true, label: {zh: 任务, en: Task}}
      - {id: given_on, type: date, required: true, label: {zh: 下达日期, en: Given}}
      - {id: due_on, type: date, required: true, label: {zh: 时限, en: Due}}
      - {id: office, type: unit, kinds: [office], label: {zh: 责任科室, en: Office}}
      - {id: memo, type: text, sensitive: true, label: {zh: 内部说明, en: Memo}}
      - {id: done_on, type: date, later: {by: office}, label: {zh: 完成日期, en: Done}}
      - {id: proof, type: file, later: {by: office}, label: {zh: 佐证, en: Proof}}
  - id: clauses
    name: {zh: 达标清单, en: Clauses}
    unit_kind: village
    lasts: campaign
    fields:
      - {id: leader, type: text, required: true, label: {zh: 负责人职务, en: Post}}
      - id: lines
        type: repeat
        rows: clauses
        label: {zh: 条款, en: Clauses}
        life: {state: state, begun: [begun], done: [done], due: row/due}
        fields:
          - {id: state, type: select_one, choices: state, later: {by: unit}, label: {zh: 进度, en: State}}
          - {id: note, type: text, later: {by: unit}, label: {zh: 说明, en: Note}}
  - id: month
    name: {zh: 月报, en: Month}
    unit_kind: village
    reviewed: false
    prefill: {form: clauses}
    fields:
      - {id: leader, type: text, required: true, label: {zh: 负责人职务, en: Post}}
      - {id: members, type: integer, required: true, label: {zh: 党员数, en: Members}}
      - {id: photo, type: image, label: {zh: 照片, en: Photo}}
measures:
  - id: lowest
    name: {zh: 最低余额, en: Lowest balance}
    form: funds
    aggregate: running
    field: amount
    sign_field: kind
    signs: {in: 1, out: -1}
    dated_by: moved_on
    at: lowest
  - {id: members, name: {zh: 党员数, en: Members}, form: month, aggregate: latest, field: members}
tracks:
  - id: reached
    name: {zh: 达标, en: Reached}
    kind: checklist
    unit_kind: village
    forms: [clauses, month]
    checks:
      - {rows: clauses/lines}
      - {id: members, measure: members, at_least: 3}
"""


@contextmanager
def open_living(folder: Path) -> Iterator[Workspace]:
    """A workspace with the campaign open in October and November 2026."""
    with open_workspace(folder) as made:
        rows = [
            {"unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True}
            for code, name, kind, parent in _ROWS
        ]
        save_units(made, operator(), to_frame(rows, UNITS), IN_OCTOBER)
        path = folder / "living.yaml"
        path.write_text(TEXT, encoding="utf-8")
        campaign = read_campaign(path)
        for period_id in (OCTOBER, NOVEMBER):
            open_definition(made, operator(), campaign, period_id, Opening(now=IN_OCTOBER))
        yield made


def desk_of(workspace: Workspace, actor: Actor, period_id: str = OCTOBER, now: datetime = IN_OCTOBER) -> Desk:
    """Desk of somebody in a period."""
    return Desk(workspace, actor, workspace.opened("living", period_id), "zh_CN", now)
