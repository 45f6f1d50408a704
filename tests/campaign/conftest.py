"""A small campaign that is right, as text; tests change one thing in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.reader import read_campaign

SMALL = """\
format: 1
id: small
name: {zh: 小活动, en: Small}
summary: {zh: 试验, en: A trial}
unit_kinds:
  - {id: bureau, name: {zh: 局, en: Bureau}}
  - {id: branch, name: {zh: 支部, en: Branch}, parents: [bureau]}
partition_by: bureau
periods:
  - id: "2026"
    begins: 2026-01-01
    ends: 2026-12-31
    phases:
      - {id: fill, name: {zh: 填报, en: Filling}, begins: 2026-02-01, ends: 2026-11-30, forms: [record]}
review_levels:
  - {id: bureau, name: {zh: 局审核, en: Bureau}, unit_kind: bureau}
layers:
  - {id: self, name: {zh: 自评, en: Self}}
  - {id: bureau, name: {zh: 局评, en: Bureau}, level: bureau}
choices:
  yes_no:
    - {id: "yes", label: {zh: 是, en: "Yes"}}
    - {id: "no", label: {zh: 否, en: "No"}}
  kinds:
    - {id: study, label: {zh: 学习, en: Study}}
    - {id: service, label: {zh: 服务, en: Service}}
    - {id: visit, label: {zh: 走访, en: Visit}}
forms:
  - id: record
    name: {zh: 记录, en: Record}
    unit_kind: branch
    fields:
      - id: basics
        type: group
        label: {zh: 基本情况, en: Basics}
        fields:
          - {id: plan, type: select_one, choices: yes_no, required: true, label: {zh: 有无计划, en: Plan}}
          - {id: plan_file, type: file, max_count: 2, required: true, relevant: "${plan} = 'yes'", label: {zh: 计划文件, en: Plan file}}
          - {id: kinds_done, type: select_multiple, choices: kinds, label: {zh: 活动种类, en: Kinds}}
      - id: members
        type: integer
        minimum: 0
        maximum: 500
        label: {zh: 党员数, en: Members}
      - {id: fund, type: decimal, minimum: 0, label: {zh: 经费, en: Fund}}
      - {id: remark, type: text, max_length: 20, label: {zh: 备注, en: Remark}}
      - {id: explained, type: note, label: {zh: 说明, en: Note}}
      - id: meetings
        type: repeat
        label: {zh: 会议, en: Meetings}
        min_count: 1
        max_count: 5
        fields:
          - {id: held_on, type: date, required: true, constraint: ". <= today()", constraint_message: {zh: 日期不能晚于今天, en: Not in the future}, label: {zh: 日期, en: Date}}
          - {id: due, type: integer, minimum: 1, label: {zh: 应到, en: Due}}
          - {id: present, type: integer, minimum: 0, constraint: ". <= ${due}", label: {zh: 实到, en: Present}}
          - {id: share, type: calculate, calculation: "100 * ${present} div ${due}", label: {zh: 到会率, en: Share}}
      - {id: attendance, type: calculate, calculation: "sum(${meetings/present})", label: {zh: 总人次, en: Attendance}}
      - {id: reason, type: text, required: true, relevant: "${attendance} < 10", label: {zh: 原因, en: Reason}}
measures:
  - {id: meetings, name: {zh: 会议数, en: Meetings}, form: record, field: meetings, aggregate: count}
  - {id: presence, name: {zh: 到会率, en: Presence}, form: record, field: meetings/present, denominator: meetings/due, aggregate: share, not_applicable_when: "${members} = 0"}
  - {id: full, name: {zh: 满员会议, en: Full}, form: record, field: meetings, aggregate: count, where: "${present} = ${due}"}
tracks:
  - id: branches
    name: {zh: 支部, en: Branches}
    unit_kind: branch
    forms: [record]
    places: 3
    nomination: {by: bureau, allotment: {lowest: 1, usual: 2, highest: 3}}
    layers:
      - {id: self}
      - id: bureau
        sources:
          - {id: check, name: {zh: 检查, en: Check}, weight: 60}
          - {id: meeting, name: {zh: 评议, en: Meeting}, weight: 40}
    tie_breaks:
      - {criterion: life}
      - {measure: presence}
    criteria:
      - id: life
        name: {zh: 组织生活, en: Life}
        points: 60
        criteria:
          - id: life_meetings
            name: {zh: 会议, en: Meetings}
            points: 40
            rule: {name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}
          - id: life_presence
            name: {zh: 到会, en: Presence}
            points: 20
            rule: {name: threshold_then_per_unit, measure: presence, threshold: 90, points_per_unit: 0.1}
            not_applicable: {then: leave_out}
      - id: effect
        name: {zh: 成效, en: Effect}
        points: 40
        rule: {name: rated}
        anchors:
          - {points: 40, text: {zh: 好, en: Good}}
          - {points: 0, text: {zh: 差, en: Poor}}
    gates:
      - {id: falsified, name: {zh: 弄虚作假, en: Falsified}, effect: disqualify, when: "${meetings} = 0"}
"""  # noqa: E501 -- a field a line, as in real campaign files

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the small campaign with edits, each a pair of what stands there once and what comes instead."""

    def edited(*edits: tuple[str, str]) -> Path:
        text = SMALL
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the small campaign"
            text = text.replace(old, new)
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return edited


@pytest.fixture(scope="session")
def small_text() -> str:
    return SMALL


@pytest.fixture
def small(write: Write) -> Campaign:
    return read_campaign(write())
