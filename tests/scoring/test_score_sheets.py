"""Six score sheets worked by hand in Excel, recalculated by LibreOffice, agree with the scores.

Each workbook in ``score_sheets`` stands alone: ``units``, ``facts`` and ``marks`` hold what was handed in and
marked, ``score`` computes every line with the functions of a spreadsheet. Nothing in them was computed by the
code under test.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from office import Office
from openpyxl import load_workbook

from pbwidgets.campaign import read_campaign
from pbwidgets.scoring.frames import COLUMNS, FINAL, Records, Scores, empty_records, to_frame
from pbwidgets.scoring.pipeline import score_campaign

pytestmark = pytest.mark.xdist_group("office")

ROOT = Path(__file__).resolve().parents[2]
CAMPAIGN = ROOT / "parameters" / "campaigns" / "sanji_lianzheng.yaml"
FILES = sorted(Path(__file__).with_name("score_sheets").glob("*.xlsx"))
COMMON = {"campaign": "sanji_lianzheng", "period": "2026"}
# rows of a layer that belong to no line of the campaign
SUBTOTALS = ("base", "applicable", "bonus", "missing", "total")


Row = dict[str, Any]


@dataclass(frozen=True)
class ScoreSheet:
    """One workbook after recalculation: what it takes in, and what it says about one unit."""

    unit: str
    track: str
    units: list[Row]
    facts: list[Row]
    marks: list[Row]
    maxima: dict[tuple[str, str], float]
    cells: dict[tuple[str, str], Any]  # points by layer and line, subtotals and results by their names


def read_rows(sheet: Any) -> Iterator[Row]:
    """Rows below the heads in row 3; a head ends with its English name."""
    heads = [str(cell.value).split("\n")[-1] for cell in sheet[3]]
    for values in sheet.iter_rows(min_row=4, values_only=True):
        yield dict(zip(heads, values, strict=True))


def read_sheet(path: Path) -> ScoreSheet:
    book = load_workbook(path, data_only=True)
    score = book["score"]
    filled = [row for row in score.iter_rows(min_row=5, values_only=True) if row[0] and row[0] != "group"]
    return ScoreSheet(
        unit=score["B2"].value,
        track=score["G2"].value,
        units=list(read_rows(book["units"])),
        facts=list(read_rows(book["facts"])),
        marks=list(read_rows(book["marks"])),
        maxima={(row[0], row[1]): row[3] for row in filled if row[3] is not None},
        # LibreOffice leaves out the value of a formula that gives an empty text
        cells={(row[0], row[1]): None if row[7] == "" else row[7] for row in filled},
    )


def build_records(sheet: ScoreSheet) -> Records:
    units = [
        {
            **row,
            "unit_code": row["code"],
            "unit_name": row["name"],
            "parent_code": row["parent"],
            "synthetic": True,
        }
        for row in sheet.units
    ]
    answers: dict[tuple[Any, ...], list[str]] = {}
    for fact in sheet.facts:
        key = tuple(fact[name] for name in ("form", "unit", "entry", "field", "row"))
        answers.setdefault(key, []).append(str(fact["value"]))
    submissions = [
        # a choice of several is one answer with spaces
        {**COMMON, "form_id": form, "unit_code": unit, "occurrence": entry, "field": field, "row": row,
         "value": " ".join(values), "version": 1, "state": "accepted"}
        for (form, unit, entry, field, row), values in answers.items()
    ]  # fmt: skip
    ratings = [
        {**COMMON, **mark, "unit_code": sheet.unit, "criterion_id": mark["criterion"],
         "rater_id": mark["rater"], "recused": mark["recused"] == "yes", "submission_version": 1}
        for mark in sheet.marks
    ]  # fmt: skip
    vetoes = [
        {**COMMON, "unit_code": row["code"], "kind": row["gate"], "basis": row["basis"], "status": "in_force"}
        for row in sheet.units
        if row["gate"]
    ]
    townships = [row["code"] for row in sheet.units if row["kind"] == "township"]
    nominations = [
        {**COMMON, "track_id": sheet.track, "unit_code": row["code"], "order": row["nominated"],
         "status": "in_force", "by_unit": next(code for code in townships if row["code"].startswith(code))}
        for row in sheet.units
        if row["nominated"]
    ]  # fmt: skip
    rows = {"units": units, "submissions": submissions, "ratings": ratings, "vetoes": vetoes}
    rows["nominations"] = nominations
    return replace(empty_records(), **{name: to_frame(part, COLUMNS[name]) for name, part in rows.items()})


@pytest.fixture(scope="module")
def recalculated(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the workbooks with the values that LibreOffice computed for their formulas."""
    out = tmp_path_factory.mktemp("recalculated")
    office.convert(FILES, "xlsx", out)
    return out


@cache
def score_sheet(path: Path) -> tuple[ScoreSheet, Scores]:
    sheet = read_sheet(path)
    return sheet, score_campaign(read_campaign(CAMPAIGN), "2026", build_records(sheet))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def scored(request: pytest.FixtureRequest, recalculated: Path) -> tuple[ScoreSheet, Scores]:
    return score_sheet(recalculated / request.param.name)


def own(frame: Any, sheet: ScoreSheet) -> list[Row]:
    rows: list[Row] = frame[(frame["unit_code"] == sheet.unit) & (frame["track_id"] == sheet.track)].to_dict(
        "records"
    )
    return rows


def exact(value: float | None) -> float | None:
    """A number to its tenth decimal; None for no number.

    Sums and means in binary floats differ in the 14th digit with the order of their terms, and LibreOffice
    writes 15 digits; every mark and rule has at most a few decimals, so ten tell any two results apart.
    """
    return None if value is None or value != value else round(value, 10) + 0.0


def test_there_are_two_score_sheets_for_each_track() -> None:
    tracks = [load_workbook(path)["score"]["G2"].value for path in FILES]
    assert sorted(tracks) == ["pioneer", "pioneer", "township", "township", "village", "village"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_result_on_a_score_sheet_is_a_formula(path: Path) -> None:
    score = load_workbook(path)["score"]
    results = [row[7].value for row in score.iter_rows(min_row=5) if row[0].value]
    assert results
    assert [value for value in results if not str(value).startswith("=")] == []


def test_all_places_are_invented(scored: tuple[ScoreSheet, Scores]) -> None:
    codes = [row["code"] for row in scored[0].units]
    assert all(code.startswith("99") for code in codes)
    assert {fact["unit"] for fact in scored[0].facts} <= set(codes)


def test_points_of_every_line_in_every_layer_agree(scored: tuple[ScoreSheet, Scores]) -> None:
    sheet, scores = scored
    written = {
        key: exact(value) for key, value in sheet.cells.items() if key[0] != FINAL and key[1] not in SUBTOTALS
    }
    computed = {
        (row["layer"], row["criterion_id"]): exact(row["points"]) for row in own(scores.points, sheet)
    }
    assert computed == written


def test_the_maximum_of_every_line_agrees(scored: tuple[ScoreSheet, Scores]) -> None:
    sheet, scores = scored
    computed = {(row["layer"], row["criterion_id"]): row["max_points"] for row in own(scores.points, sheet)}
    assert computed == sheet.maxima


def test_totals_of_every_layer_and_the_final_one_agree(scored: tuple[ScoreSheet, Scores]) -> None:
    sheet, scores = scored
    written = {layer: exact(value) for (layer, name), value in sheet.cells.items() if name == "total"}
    assert {row["layer"]: exact(row["total"]) for row in own(scores.totals, sheet)} == written


def test_what_is_missing_or_provisional_agrees(scored: tuple[ScoreSheet, Scores]) -> None:
    sheet, scores = scored
    rows = own(scores.totals, sheet)
    written = {layer: value for (layer, name), value in sheet.cells.items() if name == "missing"}
    assert {row["layer"]: row["n_missing"] for row in rows} == written
    (final,) = (row for row in rows if row["layer"] == FINAL)
    assert final["provisional"] == (sheet.cells[FINAL, "provisional"] == "yes")


def test_rounded_total_status_and_rank_agree(scored: tuple[ScoreSheet, Scores]) -> None:
    sheet, scores = scored
    (row,) = own(scores.selection, sheet)
    assert exact(row["total"]) == exact(sheet.cells[FINAL, "rounded"])
    assert (row["status"], row["rank"]) == (sheet.cells[FINAL, "status"], sheet.cells[FINAL, "rank"])


EDGES = {
    "per_missing_item_full", "per_missing_item", "all_or_nothing_full", "all_or_nothing_none",
    "threshold_full", "threshold_then_per_unit", "threshold_floor",
    "capped_bonus_within", "capped_bonus", "capped_bonus_cap", "capped_bonus_beyond",
    "capped_deduction_none", "capped_deduction_cap",
    "discretion_none", "discretion_added", "discretion_taken",
    "rated", "rated_sources", "not_rated", "corrected",
    "not_applicable_left_out", "not_applicable_group_mean",
    "note_source_missing", "note_recused", "note_skip",
}  # fmt: skip


def test_the_sheets_together_meet_every_rule_and_edge(recalculated: Path) -> None:
    """Agreement is worth little where nothing happens: what the six must contain between them."""
    reasons: set[str] = set()
    sources: set[str] = set()
    statuses: set[str] = set()
    for path in FILES:
        sheet, scores = score_sheet(recalculated / path.name)
        statuses |= {row["status"] for row in own(scores.selection, sheet)}
        for row in own(scores.points, sheet):
            notes = json.loads(row["reason_args"] or "{}").get("notes", [])
            reasons |= {row["reason_code"], *(code for code, _ in notes)}
            sources.add(row["source"])
    assert EDGES - {reason.removeprefix("scoring.") for reason in reasons} == set()
    assert sources == {"computed", "marks", "corrected", "group_mean"}
    assert statuses == {"selected", "barred", "disqualified"}
