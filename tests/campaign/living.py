"""A small campaign with lives, a table, a checklist and lists that is right, as text; tests change one thing in it."""

LIVING = """\
format: 1
id: living
name: {zh: 活的活动, en: Living}
summary: {zh: 试验, en: A trial}
unit_kinds:
  - {id: town, name: {zh: 镇, en: Town}}
  - {id: village, name: {zh: 村, en: Village}, parents: [town]}
  - {id: firm, name: {zh: 企业, en: Firm}, role: partner}
partition_by: village
periods:
  - id: "2026-11"
    begins: 2026-11-01
    ends: 2026-11-30
    phases:
      - {id: fill, name: {zh: 填报, en: Filling}, begins: 2026-11-01, ends: 2026-11-30, forms: [standards, faults, setup]}
review_levels:
  - {id: town, name: {zh: 镇验收, en: Town}, unit_kind: town}
choices:
  state:
    - {id: under_way, label: {zh: 推进中, en: Under way}}
    - {id: reached, label: {zh: 已达标, en: Reached}}
  aims:
    - {id: system, label: {zh: 组织, en: System}}
    - {id: service, label: {zh: 服务, en: Service}}
  money:
    - {id: comes, label: {zh: 收入, en: Comes}}
    - {id: goes, label: {zh: 支出, en: Goes}}
tables:
  lines:
    columns: {heading: aims, domain: text, due: date, points: number}
    rows:
      - {id: team, name: {zh: 班子, en: Team}, heading: system, due: 2026-11-20, points: 2}
      - {id: room, name: {zh: 场所, en: Room}, heading: service, domain: 农村, due: 2026-11-25}
forms:
  - id: standards
    name: {zh: 标准, en: Standards}
    unit_kind: village
    lasts: campaign
    fields:
      - id: lines
        type: repeat
        rows: lines
        when: "${row/domain} = '' or ${row/domain} = ${unit_domain}"
        label: {zh: 各项, en: Lines}
        life: {state: state, begun: [under_way], done: [reached], due: row/due}
        fields:
          - {id: state, type: select_one, choices: state, later: {by: unit}, label: {zh: 进度, en: State}}
          - {id: note, type: text, relevant: "${row} = 'team' or ${row/points} > 1", later: true, label: {zh: 说明, en: Note}}
      - {id: extra, type: repeat, label: {zh: 其他, en: More}, fields: [{id: what, type: text, label: {zh: 内容, en: What}}]}
  - id: faults
    name: {zh: 问题, en: Faults}
    unit_kind: village
    filled_by: town
    occurrence: many
    lasts: campaign
    reviewed: false
    title: fault
    life:
      steps:
        - {field: found_on, name: {zh: 已发现, en: Found}}
        - {field: fixed_on, name: {zh: 已整改, en: Fixed}, within_days: 15}
        - {field: closed_on, name: {zh: 已销号, en: Closed}, when: "${fault} != ''"}
      due: due_on
    fields:
      - {id: fault, type: text, required: true, label: {zh: 问题, en: Fault}}
      - {id: helper, type: unit, kinds: [firm], label: {zh: 帮扶, en: Helper}}
      - {id: secret, type: text, sensitive: true, label: {zh: 内情, en: Secret}}
      - {id: found_on, type: date, required: true, label: {zh: 发现, en: Found}}
      - {id: due_on, type: date, required: true, label: {zh: 时限, en: Due}}
      - {id: fixed_on, type: date, later: {by: helper}, label: {zh: 整改, en: Fixed}}
      - {id: closed_on, type: date, later: {by: town}, label: {zh: 销号, en: Closed}}
  - id: funds
    name: {zh: 台账, en: Funds}
    unit_kind: village
    occurrence: many
    lasts: campaign
    keeps: [{measure: lowest, message: {zh: 余额不足, en: Too little}}]
    fields:
      - {id: kind, type: select_one, choices: money, required: true, label: {zh: 类别, en: Kind}}
      - {id: amount, type: decimal, required: true, label: {zh: 金额, en: Amount}}
      - {id: booked_on, type: date, required: true, label: {zh: 日期, en: Date}}
  - id: setup
    name: {zh: 目标, en: Setup}
    unit_kind: town
    prefill: {form: setup}
    fields:
      - {id: target, type: integer, label: {zh: 目标数, en: Target}}
      - {id: words, type: text, label: {zh: 说明, en: Words}}
measures:
  - {id: reached, name: {zh: 达标, en: Reached}, form: standards, field: lines, aggregate: count, where: "${entry_state} = 'reached' and ${row/heading} = 'system'"}
  - {id: overdue, name: {zh: 逾期, en: Overdue}, form: faults, aggregate: count, where: "${entry_overdue} and selected(${entry_flags}, 'late:fixed_on')"}
  - {id: days, name: {zh: 天数, en: Days}, form: faults, aggregate: days_to_close}
  - {id: lowest, name: {zh: 最低余额, en: Lowest}, form: funds, field: amount, aggregate: running, sign_field: kind, signs: {comes: 1, goes: -1}, dated_by: booked_on, at: lowest}
tracks:
  - id: compliance
    name: {zh: 达标, en: Compliance}
    kind: checklist
    unit_kind: village
    headings: aims
    forms: [standards, faults]
    checks:
      - {rows: standards/lines, heading: row/heading}
      - {id: enough, measure: reached, heading: system, at_least: setup/target, due: 2026-11-25}
      - {id: money, measure: lowest, heading: service, at_least: 0, at_most: "${reached} + 5", due: fill}
      - {id: quick, name: {zh: 无逾期, en: In time}, when: "${overdue} = 0", applies: "${reached} > 0"}
lists:
  - {id: red, name: {zh: 红, en: Red}, of: compliance, when: "${check_overdue} > 2", tone: error, group: light}
  - {id: green, name: {zh: 绿, en: Green}, of: compliance, tone: good, group: light}
  - {id: accountable, name: {zh: 问责, en: Accountable}, of: compliance, when: "${red_months} >= 2", decided: true, audience: top}
listed:
  - {id: red_months, name: {zh: 列红次数, en: Times red}, list: red}
"""  # noqa: E501 -- a field a line, as in real campaign files
