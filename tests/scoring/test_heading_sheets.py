"""A score sheet of headings settled as one, against sheets that were worked out by hand and by LibreOffice."""

from pathlib import Path

import numpy as np
import pytest
from office import Office
from openpyxl import Workbook, load_workbook

from pbwidgets.campaign.reader import check_campaign, read_campaign
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.sheet import explain_unit

FILE = Path(__file__).with_name("all_shapes") / "campaign_headings.yaml"
SOUTH, NORTH, EAST, WEST = "9901", "9902", "9903", "9904"
ANSWERS = ("meetings", "late", "notices", "awards", "media", "enterprises", "covered")
MARKS = ("duty", "spot_line", "community", "village")
FACTS = {
    SOUTH: ("街道", (4, 3, 0, 1, 2, 10, 9), (36, -1, 7, None)),
    NORTH: ("街道", (3, 9, 3, 2, 9, 0, 0), (30, 0, 8, None)),
    EAST: ("乡镇", (2, 0, 0, 0, 0, None, None), (32, 0, None, 15)),
    WEST: ("乡镇", (None, 1, 0, 2, 0, None, None), (28, -2, None, 18)),
}
POINTS = {
    # 20 - 6 - 1; 20 - 10 - 15 is below 0; 20; 20 - 2 - 2
    "discipline": (13, 0, 20, 16),
    # 2 + 3 + 2; 2 + 6 + 4 is above 8; 2; 2 + 6
    "reputation": (7, 8, 2, 8),
    # 12 + 7; 9 + 8; 6 + 2; the meetings are missing, so all of it is
    "organisation": (19, 17, 8, np.nan),
    # 90 %: 12 - 2 = 10; no enterprises: skipped
    "covered_line": (10, np.nan),
}
TOTALS = {
    SOUTH: 85.0,  # 36 + 13 + 19 + 10 + 7
    NORTH: 55.0,  # 30 + 0 + 17 + 8
    EAST: 75.0,  # 32 + 20 + 8 + 15
    WEST: 77.5,  # 28 + 16 + 18 of 80, brought to 100
}
REACHABLE = {SOUTH: 100.0, NORTH: 88.0, EAST: 100.0, WEST: 100.0}


@pytest.fixture(scope="module")
def campaign():
    return read_campaign(FILE)


def make_records(small, facts):
    units = [{"unit_code": "99", "unit_name": "虚构县", "kind": "county"}]
    answers, marks = [], []
    for code, (domain, given, marked) in facts.items():
        units.append(
            {"unit_code": code, "unit_name": code, "kind": "township", "parent_code": "99", "domain": domain}
        )
        answers += [
            small.answer(code, name, value)
            for name, value in zip(ANSWERS, given, strict=True)
            if value is not None
        ]
        marks += [
            small.mark(code, points, "county", line, source="county", comment="检查记录")
            for line, points in zip(MARKS, marked, strict=True)
            if points is not None
        ]
    frame = to_frame([{"synthetic": True, **unit} for unit in units], UNITS)
    return small.make_records(frame, submissions=answers, ratings=marks)


@pytest.fixture(scope="module")
def records(small):
    return make_records(small, FACTS)


@pytest.fixture(scope="module")
def scores(campaign, records):
    return score_campaign(campaign, "2026", records)


def test_the_file_has_no_problems_and_no_arithmetic_in_its_forms(campaign):
    assert check_campaign(FILE) == ()
    assert not [field for form in campaign.forms for _, field in form.leaves() if field.type == "calculate"]


@pytest.mark.parametrize("criterion", POINTS)
def test_every_heading_brings_what_was_worked_out_by_hand(small, scores, criterion):
    for unit, expected in zip(FACTS, POINTS[criterion], strict=False):
        given = small.pick(scores.points, "points", unit_code=unit, criterion_id=criterion, layer="county")
        assert given == pytest.approx(expected, nan_ok=True), unit


@pytest.mark.parametrize("unit", FACTS)
def test_every_total_is_what_was_worked_out_by_hand(small, scores, unit):
    where = {"unit_code": unit, "layer": "final"}
    assert small.pick(scores.totals, "total", **where) == pytest.approx(TOTALS[unit])
    assert small.pick(scores.totals, "reachable", **where) == pytest.approx(REACHABLE[unit])
    assert small.pick(scores.totals, "provisional", **where) == (unit == WEST)


def test_the_explanation_is_what_a_clerk_would_sign(campaign, records, scores):
    north = explain_unit(campaign, scores, records, NORTH, "zh_CN").splitlines()
    assert north[north.index("2. 工作纪律（20分）") :][:8] == [
        "2. 工作纪律（20分）",
        "  基础分20分，各项扣分合计25分，按最低0分计。",
        "  2.1. 材料报送（扣分项，最多扣10分）",
        "    迟报材料9份，每1份扣2分，按上限扣10分，计-10分。",
        "  2.2. 通报批评（扣分项，最多扣30分）",
        "    通报批评3次，每1次扣5分，扣15分，计-15分。",
        "  2.3. 现场抽查（扣分项，最多扣5分）",
        "    不加不减，理由：检查记录。",
    ]
    assert north[north.index("  3.2. 工作影响（8分）") + 1] == "    基础分2分，各项合计加10分，按最高8分计。"
    west = explain_unit(campaign, scores, records, WEST, "zh_CN").splitlines()
    said = west[west.index("3. 组织建设（20分）") + 1]
    assert said == "  所列分项缺少评分或数据，本大项暂不计分。总分由其余各项按比例折算。"
    assert "4. 乡村振兴（20分）" in west
    assert "街道工作" not in "".join(west)


# -- the second calculator -----------------------------------------------------------------------------


def draw_facts(size):
    """Townships with numbers drawn at random, some of them missing."""
    rng = np.random.default_rng(20260301)
    facts = {}
    for at in range(size):
        street = bool(rng.random() < 0.5)
        given = [int(value) for value in rng.integers(0, (6, 8, 7, 4, 7, 3, 1), size=7)]
        given[6] = int(rng.integers(0, given[5] + 1))
        answers = [None if rng.random() < 0.12 and name < 5 else value for name, value in enumerate(given)]
        spot = None if rng.random() < 0.1 else -int(rng.integers(0, 6))
        own = int(rng.integers(0, 9 if street else 21))
        marks = (int(rng.integers(0, 41)), spot, own if street else None, None if street else own)
        facts[f"99{at + 10}"] = ("街道" if street else "乡镇", tuple(answers), marks)
    return facts


FORMULAS = (
    # discipline: nothing known is missing; what is missing is not deducted
    '=IF(COUNT(C{r},D{r},J{r})=0,"",MAX(0,20-IF(C{r}="",0,MIN(10,2*C{r}))-IF(D{r}="",0,MIN(30,5*D{r}))+N(J{r})))',
    # reputation
    '=IF(COUNT(E{r},F{r})=0,"",MIN(8,2+IF(E{r}="",0,MIN(6,3*E{r}))+IF(F{r}="",0,MIN(4,F{r}))))',
    # organisation: whole
    '=IF(COUNT(B{r},E{r},F{r})<3,"",MAX(0,12-3*MAX(0,4-B{r}))+N(M{r}))',
    # the domain's own lines, and what they stand for: without enterprises the first is skipped
    '=IF(A{r}="街道",IF(G{r}=0,0,MAX(0,12-0.2*INT(0.0000001+100-100*H{r}/G{r})))+K{r},N(K{r}))',
    # base that is there: 40 and 20 always, 20 of discipline and of organisation where they have points
    '=60+IF(L{r}="",0,20)+IF(N{r}="",0,20)',
    "=(I{r}+N(L{r})+N(N{r})+O{r})*100/P{r}",
)


@pytest.mark.xdist_group("office")
def test_libreoffice_works_out_the_same_totals(small, campaign, office: Office, tmp_path):
    facts = draw_facts(60)
    book = Workbook()
    sheet = book.active
    for row, (domain, answers, (duty, spot, community, village)) in enumerate(facts.values(), start=1):
        own = community if village is None else village
        sheet.append([domain, *answers, duty, spot, own, *(formula.format(r=row) for formula in FORMULAS)])
    (tmp_path / "out").mkdir()
    book.save(tmp_path / "sheet.xlsx")
    (made,) = office.convert([tmp_path / "sheet.xlsx"], "xlsx", tmp_path / "out")
    rows = list(load_workbook(made, data_only=True).active.iter_rows(values_only=True))
    scores = score_campaign(campaign, "2026", make_records(small, facts))
    county = scores.points[scores.points["layer"] == "county"].set_index(["unit_code", "criterion_id"])[
        "points"
    ]
    finals = scores.totals[scores.totals["layer"] == "final"].set_index("unit_code")["total"]
    for code, row in zip(facts, rows, strict=True):
        for at, heading in ((11, "discipline"), (12, "reputation"), (13, "organisation")):
            expected = np.nan if row[at] in ("", None) else row[at]
            assert county[code, heading] == pytest.approx(expected, abs=1e-9, nan_ok=True), (code, heading)
        assert finals[code] == pytest.approx(row[16], abs=1e-9), (code, row)
    assert {row[11] in ("", None) for row in rows} | {row[13] in ("", None) for row in rows} == {True, False}
