"""Rules that real score sheets have, with nothing calculated in the form, against sheets worked out by hand.

The points were worked out on paper from the words of the rules, the reasons written as a clerk would sign them,
and a spreadsheet recalculated by LibreOffice gives the same points once more.
"""

import math
from pathlib import Path
from typing import get_args

import pytest
import yaml
from office import Office
from openpyxl import Workbook, load_workbook

from pbwidgets.campaign import compare_campaigns
from pbwidgets.campaign.reader import check_campaign, examine_campaign, read_campaign, validate
from pbwidgets.campaign.rules import Rule
from pbwidgets.scoring.frames import UNITS as UNIT_COLUMNS
from pbwidgets.scoring.frames import to_frame
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.reasons import word_reason

FILE = Path(__file__).with_name("sheet_rules") / "campaign.yaml"
OTHER = Path(__file__).with_name("all_shapes") / "campaign.yaml"
NAN = float("nan")
A, B, C, D = "9901001", "9901002", "9901003", "9902001"
UNITS = [
    ("99", "虚构县", "county", None),
    ("9901", "东乡", "township", "99"),
    ("9902", "西乡", "township", "99"),
    (A, "青山村", "village", "9901"),
    (B, "白石村", "village", "9901"),
    (C, "河水村", "village", "9901"),
    (D, "孤山村", "village", "9902"),
]
FACTS = {
    A: {
        "attitude": "fair", "plan": "no", "summary": "no", "minutes": 4, "new_ways": "yes", "promoted": "yes",
        "press": "yes", "notices": 3, "again": "no", "mended": "no", "late": 2, "coverage": 88.5,
        "attendance": 92.3, "satisfaction": 90, "growth": 8,
    },
    B: {
        "attitude": "good", "plan": "yes", "summary": "yes", "minutes": 2, "new_ways": "no", "promoted": "no",
        "press": "no", "notices": 2, "again": "yes", "mended": "no", "late": 5, "coverage": 90,
        "attendance": 95, "satisfaction": 80, "growth": 8,
    },
    C: {
        "attitude": "poor", "plan": "no", "summary": "no", "minutes": 0, "new_ways": "yes", "promoted": "no",
        "press": "no", "notices": 4, "again": "yes", "mended": "yes", "late": 20, "coverage": 30.25,
        "attendance": 80.5, "satisfaction": 85.5, "growth": 9,
    },
    D: {
        "summary": "no", "minutes": 9, "promoted": "yes", "press": "no", "notices": 1, "mended": "no",
        "late": 0, "coverage": 89.95, "attendance": 94.99, "satisfaction": 70, "growth": -1,
    },
}  # fmt: skip
HONOURS = {
    A: [("文明村", 2), ("文明村", 3), ("平安村", 1)],  # the same project twice: the higher
    B: "none",
    D: [(None, 2), (None, 2)],  # not named, so not known to be the same
}
PETITIONS = {A: ["1号", "2号"], B: "none", C: "none"}

# worked out by hand; of D two townships' villages are no group, and what was not answered is missing
POINTS = {
    "attitude_line": (1.5, 2, 0, NAN),
    # 1 + 0.5; 2; 3.5 would leave 1.5 and stops at 2; whether D has a plan is not known
    "papers_line": (3.5, 3, 2, NAN),
    # 1 + 2 + 2 stops at 3; nothing; 1; D: what is not answered does not hold
    "extras_line": (3, 0, 1, 2),
    # 5 + 1 + 1; (5 + 1) doubled; (5 + 3) doubled and halved; D: again or not is not known
    "notices_line": (-7, -12, -8, NAN),
    # 2 cost nothing; 3 beyond, 1.5; 18 beyond, 9, of which 3
    "late_line": (10, 8.5, 7, 10),
    # 1.5 below: 0.15; none; 59.75 below stops at 15; 0.05 below: 0.005
    "coverage_line": (19.85, 20, 15, 19.995),
    # 2.7 below are 3 steps; none; 14.5 are 15; 0.01 is one
    "attendance_line": (11.5, 13, 5.5, 12.5),
    # the mean is 255.5 / 3; B is 15.5 / 3 behind; C is above it
    "satisfaction_line": (20, 20 - 15.5 / 6, 20, 20),
    # C first; A and B share the second and third place: (11 + 10) / 2
    "growth_line": (10.5, 10.5, 12, 12),
    # 3 + 1; none; left blank; 2 + 2
    "honours_line": (4, 0, NAN, 4),
    # two; none; none; left blank
    "petitions_line": (12, 18, 18, NAN),
}
TOTALS = (88.85, 80.42, 72.5, 80.5)

REASONS = {
    ("attitude_line", A): "民主评议为“一般”，得1.5分。",
    ("attitude_line", D): "缺少“民主评议”数据，本项不计分。总分中暂缺本项。",
    ("papers_line", A): "无方案，扣1分；无总结，扣0.5分；得3.5分。",
    ("papers_line", C): "无方案，扣1分；无总结，扣0.5分；会议记录不足4份，扣2分；扣至最低2分，得2分。",
    ("papers_line", D): "数据不全，无法判断是否存在“无方案”情形，本项不计分。总分中暂缺本项。",
    ("extras_line", A): "有创新做法，得1分；经验被推广，得2分；被党报刊载，得2分；以满分为限，得3分。",
    ("extras_line", B): "没有得分情形，得0分。",
    ("notices_line", A): "通报批评3次，第1次扣5分，其余每1次扣1分，扣7分，计-7分。",
    (
        "notices_line",
        B,
    ): "通报批评2次，第1次扣5分，其余每1次扣1分，因“同一问题再次通报”加倍扣分，扣12分，计-12分。",
    ("notices_line", C): "通报批评4次，第1次扣5分，其余每1次扣1分，因“同一问题再次通报”加倍扣分、"
    "因“及时整改到位”减半扣分，扣8分，计-8分。",
    ("notices_line", D): "数据不全，无法判断是否存在“同一问题再次通报”情形，本项不计分。总分中暂缺本项。",
    ("late_line", A): "迟报材料2份，2份以内不扣分，得10分。",
    ("late_line", B): "迟报材料5份，超出2份的3份，每1份扣0.5分，扣1.5分，计8.5分。",
    ("late_line", C): "迟报材料20份，超出2份的18份，每1份扣0.5分，按上限扣3分，计7分。",
    ("late_line", D): "迟报材料0份，不扣分，得10分。",
    (
        "coverage_line",
        A,
    ): "组织覆盖率88.5%，低于90%，差1.5%，每差1%扣0.1分，扣0.15分，得19.85分。不足1%的按比例扣分。",
    ("coverage_line", B): "组织覆盖率90%，达到90%，得20分。",
    (
        "attendance_line",
        A,
    ): "到会率92.3%，低于95%，差2.7%，每差1%扣0.5分，扣1.5分，得11.5分。不足1%的按1%扣分。",
    (
        "satisfaction_line",
        B,
    ): "群众满意度80%，同一乡镇内平均85.17%，差5.17%，每差1%扣0.5分，扣2.58分，得17.42分。"
    "不足1%的按比例扣分。",
    (
        "growth_line",
        A,
    ): "集体收入增幅8%，同一乡镇内共3个，列第2名，得10.5分。同名次共2个，取第2至第3名分值的平均数。",
    ("honours_line", A): "获奖级别分（同一“获奖项目”就高）4分，每1分计1分，得4分。",
    ("honours_line", C): "缺少“获奖级别分”数据，本项不计分。总分中暂缺本项。",
    ("petitions_line", B): "越级上访0起，不扣分，得18分。",
    ("petitions_line", D): "缺少“越级上访”数据，本项不计分。总分中暂缺本项。",
}


@pytest.fixture(scope="module")
def campaign():
    return read_campaign(FILE)


@pytest.fixture(scope="module")
def records(small):
    answers = [
        small.answer(unit, name, value) for unit, facts in FACTS.items() for name, value in facts.items()
    ]
    for repeat, columns, told in (
        ("honours", ("project", "grade_points"), HONOURS),
        ("petitions", ("document",), PETITIONS),
    ):
        for unit, rows in told.items():
            if rows == "none":
                answers.append(small.answer(unit, repeat, "none"))
                continue
            answers += [
                small.answer(unit, f"{repeat}/{name}", value, row=at)
                for at, row in enumerate(rows)
                for name, value in zip(columns, row if isinstance(row, tuple) else (row,), strict=True)
                if value is not None
            ]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    units = to_frame([dict(zip(names, unit, strict=True)) for unit in UNITS], UNIT_COLUMNS)
    return small.make_records(units, submissions=answers)


@pytest.fixture(scope="module")
def scores(campaign, records):
    return score_campaign(campaign, "2026", records)


def test_the_file_has_no_problems_and_calculates_nothing_in_its_form(campaign):
    assert check_campaign(FILE) == ()
    assert {field.type for form in campaign.forms for _, field in form.leaves()}.isdisjoint({"calculate"})


MORE_POINTS = "        points: 3\n        bonus: true"
MEASURED = "          measure: attitude\n"
COUNTED = "          counts: earned\n"
PAPERS = "        points: 5\n        rule:\n          name: checklist\n          floor: 2\n"


def derive(expression):
    return f'derived: [{{id: more, name: {{zh: 多, en: More}}, expression: "{expression}"}}]\ntracks:\n'


MISTAKES = [
    ("choice: poor, points: 0}", "choice: por, points: 0}", "campaign.unknown_option, campaign.options_lacking"),
    (", {choice: poor, points: 0}]", "]", "campaign.options_lacking"),
    ("{choice: poor, points: 0}]", "{choice: poor, points: 0}, {choice: poor, points: 1}]", "campaign.repeated_id"),
    ("choice: good, points: 2}", "choice: good, points: 3}", "campaign.listed_above_points"),
    ("measure: attitude\n", "measure: plan\n", "campaign.rule_of_other_measure"),
    ("measure: late, beyond", "measure: attitude, beyond", "campaign.rule_of_other_measure"),
    ("field: attitude, aggregate: chosen", "field: minutes, aggregate: chosen", "campaign.aggregate_unfit"),
    ("field: attitude, aggregate: chosen", "aggregate: chosen", "campaign.measure_lacks_field"),
    ('when: "${plan} = 0"', 'when: "${plam} = 0"', "campaign.unknown_name"),
    ('when: "${again} = 1"', 'when: "${again} =="', "campaign.expression_syntax"),
    ("          floor: 2\n", "          floor: 6\n", "campaign.floor_above_points"),
    (MORE_POINTS, MORE_POINTS.replace("3", "0"), "campaign.bonus_without_points"),
    ("highest_per: honours/project", "highest_per: honours/projects", "campaign.unknown_field"),
    ("highest_per: honours/project", "highest_per: petitions/document", "campaign.highest_per_elsewhere"),
    ("highest_per: honours/project", "highest_per: honours", "campaign.aggregate_unfit"),
    ("aggregate: sum, highest_per: honours/project", "aggregate: latest, highest_per: honours/project",
     "campaign.highest_per_unused"),
    ("{id: late, type: integer,", "{id: late, type: integer, may_be_none: true,", "campaign.setting_without_meaning"),
    ("ties: mean_of_places", "ties: mean_of_place", "campaign.value_not_allowed"),
    (COUNTED, f"{COUNTED}          measure: plan\n", "campaign.key_of_other_choice"),
    (MEASURED, f"{MEASURED}          cases: []\n", "campaign.key_of_other_choice"),
    # an option that was chosen is no number, a yes is 1, and what is derived is a number
    ('when: "${plan} = 0"', 'when: "group_mean(${attitude}) > 1"', "campaign.chosen_as_number"),
    ("    layers: [{id: county}]\n", "    layers: [{id: county}]\n    tie_breaks: [{measure: attitude}]\n",
     "campaign.chosen_as_number"),
    ("tracks:\n", derive("${attitude} + 1"), "campaign.chosen_as_number"),
    ("tracks:\n", derive("'多'"), "campaign.derived_not_number"),
    ("tracks:\n", derive("if(${late} = 0, '无', ${late})"), "campaign.derived_not_number"),
    ("tracks:\n", derive("today()"), "campaign.derived_not_number"),
    ('when: "${plan} = 0"', 'when: "${plan} = 2"', "campaign.literal_not_flag"),
    # amounts that a line cannot lose
    ("highest_per: honours/project", "highest_per: honours/grade_points", "campaign.highest_per_itself"),
    ("en: no plan}, points: 1}", "en: no plan}, points: 4}", "campaign.case_above_points"),
    ("          cap: 15\n", "          cap: 4\n", "campaign.cap_below_first"),
    (PAPERS, PAPERS.replace("5", "0").replace("          floor: 2\n", ""),
     "campaign.points_do_not_add_up, campaign.deduction_without_floor"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "codes"), MISTAKES)
def test_a_mistake_in_one_of_these_rules_is_named_and_nothing_else(tmp_path: Path, old, new, codes):
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "campaign.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    problems = check_campaign(path)
    assert ", ".join(problem.code for problem in problems) == codes
    if codes == "campaign.options_lacking":
        assert "poor (不好)" in problems[0].message("zh_CN")
        assert "poor (poor)" in problems[0].message("en")
    for problem in problems:
        assert problem.message("zh_CN") != problem.message("en")


@pytest.mark.parametrize(
    ("old", "expression", "read"),
    [
        ('"${plan} = 0"', "${attitude} = '不好'", "${attitude} = 'poor'"),
        ('"${again} = 1"', "'good' != ${attitude} or is_missing(${attitude})", None),
        ("tracks:\n", "if(${attitude} = '好', 100, '')", "if(${attitude} = 'good', 100, '')"),
    ],
)
def test_a_label_in_a_condition_over_measures_becomes_the_id_of_its_option(
    tmp_path: Path, old, expression, read
):
    new = derive(expression) if old == "tracks:\n" else f'"{expression}"'
    path = tmp_path / "campaign.yaml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    reading = examine_campaign(path)
    assert reading.content == ()
    assert [note.code for note in reading.notes] == (["campaign.label_for_option"] if read else [])
    assert (read or expression) in read_campaign(path).model_dump_json().replace("\\", "")


def test_a_changed_rule_is_a_change_of_its_line(campaign):
    text = FILE.read_text(encoding="utf-8").replace("points: 0.5}\n", "points: 0.6}\n")
    changed, _ = validate(yaml.safe_load(text))
    assert [(change.address, change.keys) for change in compare_campaigns(campaign, changed)] == [
        ("villages.papers_line", ("rule",))
    ]


def test_with_all_shapes_every_rule_of_the_language_is_worked_out_by_hand(campaign):
    rules = {
        line.rule.name
        for one in (campaign, read_campaign(OTHER))
        for track in one.tracks
        for line in track.lines()
    }
    assert rules == {
        get_args(model.model_fields["name"].annotation)[0] for model in get_args(get_args(Rule)[0])
    }


@pytest.mark.parametrize("line", POINTS)
def test_every_line_brings_what_was_worked_out_by_hand(small, scores, line):
    for unit, expected in zip((A, B, C, D), POINTS[line], strict=True):
        given = small.pick(scores.points, "points", unit_code=unit, criterion_id=line)
        assert given == pytest.approx(expected, abs=1e-9, nan_ok=True), unit


def test_every_total_is_what_was_worked_out_by_hand(scores):
    totals = scores.selection.set_index("unit_code")["total"]
    assert [totals[unit] for unit in (A, B, C, D)] == pytest.approx(list(TOTALS))


@pytest.mark.parametrize(("line", "unit"), REASONS)
def test_the_reason_is_what_a_clerk_would_sign(small, campaign, scores, line, unit):
    where = {"unit_code": unit, "criterion_id": line}
    code, args = (small.pick(scores.points, name, **where) for name in ("reason_code", "reason_args"))
    assert word_reason(campaign, code, args, "zh_CN") == REASONS[line, unit]


def test_every_reason_stands_in_english_too(campaign, scores):
    for row in scores.points.to_dict("records"):
        text = word_reason(campaign, row["reason_code"], row["reason_args"], "en")
        assert text, row["criterion_id"]
        assert not any("一" <= sign <= "鿿" for sign in text)


# points of each line by the functions of a spreadsheet; row 2 is A, and a column is named by its field
FORMULAS = {
    "attitude_line": '=IF({attitude}="","",IF({attitude}="good",2,IF({attitude}="fair",1.5,0)))',
    "papers_line": '=IF(OR({plan}="",{summary}="",{minutes}=""),"",'
    'MAX(2,5-IF({plan}="no",1,0)-IF({summary}="no",0.5,0)-IF({minutes}<4,2,0)))',
    "extras_line": '=MIN(3,IF({new_ways}="yes",1,0)+IF({promoted}="yes",2,0)+IF({press}="yes",2,0))',
    "notices_line": '=IF(AND({notices}>0,OR({again}="",{mended}="")),"",-MIN(15,IF({notices}>0,4+{notices},0)'
    '*IF({again}="yes",2,1)*IF({mended}="yes",0.5,1)))',
    "late_line": "=10-MIN(3,MAX(0,{late}-2)*0.5)",
    "coverage_line": "=MAX(15,20-MAX(0,90-{coverage})*0.1)",
    "attendance_line": "=MAX(0,13-ROUNDUP(ROUND(MAX(0,95-{attendance}),9),0)*0.5)",
    "satisfaction_line": "=MAX(0,20-MAX(0,AVERAGEIF({township:},{township},{satisfaction:})-{satisfaction})*0.5)",
    "growth_line": "=AVERAGE(INDEX({places},RANKED):INDEX({places},RANKED+SHARED-1))",
}


@pytest.mark.xdist_group("office")
def test_a_spreadsheet_gives_the_same_points(small, scores, office: Office, tmp_path: Path):
    heads = ["township", *FACTS[A]]
    book = Workbook()
    page = book.active
    page.append([*heads, "", *FORMULAS])
    for row, (unit, facts) in enumerate(FACTS.items(), start=2):
        for at, name in enumerate(heads, start=1):
            page.cell(row, at, unit[:4] if name == "township" else facts.get(name))
        names = {name: f"{page.cell(row, at).column_letter}{row}" for at, name in enumerate(heads, start=1)}
        names |= {f"{name}:": f"${cell[:-1]}$2:${cell[:-1]}$5" for name, cell in names.items()}
        better = 'COUNTIFS({township:},{township},{growth:},">"&{growth})+1'
        equal = "COUNTIFS({township:},{township},{growth:},{growth})"
        for at, formula in enumerate(FORMULAS.values(), start=len(heads) + 2):
            text = formula.replace("RANKED", better).replace("SHARED", equal)
            for name, cell in {**names, "places": "$A$8:$D$8"}.items():
                text = text.replace(f"{{{name}}}", cell)
            page.cell(row, at, text)
    for at, points in enumerate((12, 11, 10, 0), start=1):
        page.cell(8, at, points)
    book.save(tmp_path / "sheet.xlsx")
    office.convert([tmp_path / "sheet.xlsx"], "xlsx", tmp_path / "out")
    read = load_workbook(tmp_path / "out" / "sheet.xlsx", data_only=True).active
    for row, unit in enumerate(FACTS, start=2):
        for at, line in enumerate(FORMULAS, start=len(heads) + 2):
            value = read.cell(row, at).value
            given = small.pick(scores.points, "points", unit_code=unit, criterion_id=line)
            assert (NAN if value in (None, "") else value) == pytest.approx(given, abs=1e-9, nan_ok=True)
            assert math.isnan(given) == (value in (None, "")), (unit, line)
