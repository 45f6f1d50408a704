"""A campaign written as a workbook reads back as the same campaign."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office as LibreOffice
from openpyxl import load_workbook

from pbwidgets.campaign import campaign_version, read_campaign, to_json
from pbwidgets.campaign.model import Campaign, Office
from pbwidgets.campaign.reader import validate
from pbwidgets.campaign.workbook import read_campaign_workbook, write_campaign_workbook
from pbwidgets.campaign.workbook.filling import rows_of
from pbwidgets.campaign.workbook.reading import check_campaign_workbook
from pbwidgets.campaign.yaml_text import to_yaml

ROOT = Path(__file__).parents[3]
CAMPAIGNS = sorted(
    [
        *(ROOT / "parameters" / "campaigns").glob("*.yaml"),
        *(ROOT / "tests" / "scoring" / "all_shapes").glob("campaign*.yaml"),
        *(ROOT / "tests" / "scoring" / "sheet_rules").glob("campaign*.yaml"),
    ]
)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_yaml_to_excel_to_yaml_gives_the_same_campaign(path: Path, lang: str, tmp_path: Path) -> None:
    campaign = read_campaign(path)
    workbook = write_campaign_workbook(campaign, tmp_path / "new" / "c.xlsx", lang=lang)
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(read_campaign_workbook(workbook).content), encoding="utf-8")
    assert campaign_version(read_campaign(again)) == campaign_version(campaign)
    assert list(read_campaign(again).choices) == list(campaign.choices)


def test_a_small_campaign_comes_back_whole(small: Campaign, tmp_path: Path) -> None:
    again = read_campaign_workbook(write_campaign_workbook(small, tmp_path / "c.xlsx")).content
    assert to_json(again) == to_json(small)


def test_several_kinds_stand_in_one_cell(small: Campaign, tmp_path: Path) -> None:
    form = small.forms[0].model_copy(update={"unit_kind": ("branch", "bureau")})
    made = small.model_copy(update={"partition_by": ("bureau", "branch"), "forms": (form,)})
    path = write_campaign_workbook(made, tmp_path / "c.xlsx", lang="en")
    cells = {str(row[2].value): row[1].value for row in load_workbook(path).worksheets[1].iter_rows()}
    assert cells["partition_by"] == "bureau, branch"
    assert to_json(read_campaign_workbook(path).content) == to_json(made)


def test_derived_measures_are_a_sheet_and_labels_become_ids(small: Campaign, tmp_path: Path) -> None:
    item = {"id": "rate", "name": {"zh": "率", "en": "Rate"}, "expression": "round(${meetings} div 4, 1)"}
    data = {**small.model_dump(mode="json", exclude_defaults=True), "derived": [item]}
    data["measures"][2]["where"] = "${plan} = '是'"
    made = Campaign.model_validate(data)
    read = read_campaign_workbook(write_campaign_workbook(made, tmp_path / "c.xlsx"))
    assert read.content.derived == made.derived
    assert read.content.measures[2].where == "${plan} = 'yes'"
    (note,) = read.notes
    assert (note.code, note.place.partition("!")[0]) == ("campaign.label_for_option", "指标")


def test_what_is_called_a_total_is_no_row_of_totals(small: Campaign, tmp_path: Path) -> None:
    words = small.unit_kinds[1].name.model_copy(update={"zh": "合计", "en": "total"})
    kinds = (small.unit_kinds[0], small.unit_kinds[1].model_copy(update={"name": words}))
    named = small.model_copy(update={"unit_kinds": kinds})
    again = read_campaign_workbook(write_campaign_workbook(named, tmp_path / "c.xlsx")).content
    assert to_json(again) == to_json(named)


def test_the_day_of_the_score_sheets_and_the_days_of_a_return_are_cells(
    small: Campaign, tmp_path: Path
) -> None:
    period = small.periods[0].model_copy(update={"visible_from": date(2026, 12, 20)})
    set_ = small.model_copy(update={"periods": (period,), "return_days": 0})
    again = read_campaign_workbook(write_campaign_workbook(set_, tmp_path / "c.xlsx")).content
    assert (again.periods[0].visible_from, again.return_days) == (date(2026, 12, 20), 0)


def test_the_office_of_the_documents_is_cells_and_no_part_of_a_campaign_without_one(
    small: Campaign, tmp_path: Path
) -> None:
    office = Office(
        sender="中共${unit}委员会",
        number="云组发",
        recipients=("各党支部", "机关各科室"),
        templates={"circular": "templates/circular.docx", "slides": "templates/county.pptx"},
    )
    signed = small.model_copy(update={"office": office})
    again = read_campaign_workbook(write_campaign_workbook(signed, tmp_path / "c.xlsx")).content
    assert again.office == office
    assert "office" not in to_json(small)
    assert campaign_version(small) == "c6ec10c9df6e"  # as before the file format had the key


def test_a_blank_workbook_asks_for_what_a_campaign_needs_and_nothing_else(blank_book: Path) -> None:
    problems = check_campaign_workbook(blank_book)
    assert {problem.code for problem in problems} == {"campaign.missing_key"}
    assert [problem.place for problem in problems] == [
        "活动!B3",
        "活动!B4",
        "活动!B6",
        "活动!B9",
        "单位类型",
        "周期",
        "评选类别",
    ]


def test_a_control_character_never_reaches_a_cell(small: Campaign, tmp_path: Path) -> None:
    odd = small.model_copy(update={"name": small.name.model_copy(update={"zh": "小\x07活动"})})
    write_campaign_workbook(odd, tmp_path / "c.xlsx", lang="zh_CN")
    assert read_campaign_workbook(tmp_path / "c.xlsx").content == small


def test_what_is_removed_from_a_cell_is_noted_with_its_place(small: Campaign, tmp_path: Path) -> None:
    path = write_campaign_workbook(small, tmp_path / "c.xlsx", lang="zh_CN")
    book = load_workbook(path)
    book.worksheets[1]["B4"] = "小\n活动\u202e"
    book.save(path)
    read = read_campaign_workbook(path)
    assert read.content == small
    notes = [(note.place.partition("!")[2], note.args["signs"]) for note in read.notes]
    assert notes == [("B4", "⟨U+000A⟩⟨U+202E⟩")]


def test_every_list_of_the_campaign_has_a_sheet(small: Campaign) -> None:
    rows = rows_of(small)
    counts = {key: len(found) for key, found in rows.items() if found}
    # counted in the text of the small campaign; survey has a row more for each group and repeat
    expected = {"campaign": 1, "unit_kinds": 2, "periods": 1, "phases": 1, "review_levels": 1, "layers": 2}
    expected |= {"settings": 1, "survey": 17, "choices": 5, "measures": 3, "tracks": 1, "track_layers": 2}
    expected |= {"sources": 2, "criteria": 4, "anchors": 2, "gates": 1, "tie_breaks": 2}
    assert counts == expected


# -- generated campaigns ---------------------------------------------------------------------------------

WORDS = st.text(
    st.one_of(st.characters(min_codepoint=33, max_codepoint=126), st.sampled_from("三级联争，“”：（）＝１é")),
    min_size=1,
    max_size=12,
)
TEXTS = st.fixed_dictionaries({"zh": WORDS, "en": WORDS})
MAYBE = st.one_of(st.none(), TEXTS)
NUMBERS = st.one_of(
    st.integers(0, 1000), st.floats(0, 1000, allow_subnormal=False).map(lambda x: round(x, 6))
)
FLAGS = st.booleans()


def _without_nothing(data: Any) -> Any:
    return {key: value for key, value in data.items() if value is not None}


@st.composite
def fields(draw: st.DrawFn, prefix: str, deep: bool = True) -> list[dict[str, Any]]:
    made = []
    for at in range(draw(st.integers(1, 3))):
        base = {"id": f"{prefix}{at}", "label": draw(TEXTS), "hint": draw(MAYBE)}
        kind = draw(
            st.sampled_from(
                ["text", "integer", "select_one", "calculate", "note", *(["group", "repeat"] * deep)]
            )
        )
        extra: dict[str, Any] = {"type": kind}
        if kind in ("group", "repeat"):
            extra["fields"] = draw(fields(f"{prefix}{at}_", deep=False))
        elif kind == "text":
            extra |= {"max_length": draw(st.one_of(st.none(), st.integers(1, 99)))}
            extra |= {"sensitive": draw(FLAGS), "identifies": draw(FLAGS)}
        elif kind == "integer":
            extra |= {
                "minimum": draw(NUMBERS),
                "required": draw(FLAGS),
                "unit": draw(MAYBE),
                "constraint": ". != 7",
            }
        elif kind == "select_one":
            extra |= {"choices": "list_a", "default": draw(FLAGS)}
        elif kind == "calculate":
            extra["calculation"] = draw(st.sampled_from(["1 + 1", "if(today() > '2026-01-01', '＝', '（')"]))
        made.append(_without_nothing({**base, **extra}))
    return made


RULES = st.one_of(
    st.just({"name": "rated"}),
    st.fixed_dictionaries({"name": st.just("per_missing_item"), "measure": st.just("m0"), "required": st.integers(1, 9),
                           "points_each": st.just(0.5), "floor": st.sampled_from([0, 0.25])}),
    st.fixed_dictionaries({"name": st.just("all_or_nothing"), "measure": st.just("m0"), "at_least": NUMBERS}),
    st.fixed_dictionaries({"name": st.just("checklist"), "counts": st.sampled_from(["lost", "earned"]),
                           "cases": st.lists(st.fixed_dictionaries({"when": st.just("${m0} = 0"), "text": TEXTS,
                                                                    "points": st.just(2)}), min_size=1, max_size=3)}),
    st.fixed_dictionaries({"name": st.just("capped_deduction"), "measure": st.just("m0"), "points_each": st.just(1),
                           "cap": st.just(9), "first": st.sampled_from([None, 5]), "beyond": st.sampled_from([0, 2]),
                           "factors": st.lists(st.fixed_dictionaries({"when": st.just("${m0} > 3"), "text": TEXTS,
                                                                      "times": st.just(0.5)}), max_size=2)}),
)  # fmt: skip


ANCHORS = st.fixed_dictionaries({"points": st.integers(0, 10), "text": TEXTS})
YEARS = st.fixed_dictionaries({"id": st.sampled_from(["2026", "007", "1e5"]), "begins": st.just(date(2026, 1, 1)),
                               "ends": st.just(date(2026, 12, 31))})  # fmt: skip
FORMS = st.fixed_dictionaries({"id": st.just("form"), "name": TEXTS, "unit_kind": st.just("branch"),
                               "fields": fields("f")}, optional={"hint": TEXTS})  # fmt: skip


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.integers(1, 3))
    criteria = [
        _without_nothing(
            {"id": f"c{at}", "name": draw(TEXTS), "points": 10, "rule": draw(RULES), "evidence": draw(MAYBE),
             "anchors": draw(st.lists(ANCHORS, max_size=2))}
        )
        for at in range(lines)
    ]  # fmt: skip
    if draw(FLAGS):
        criteria = [{"id": "head", "name": draw(TEXTS), "criteria": criteria}]
    track = {
        "id": "track",
        "name": draw(TEXTS),
        "unit_kind": "branch",
        "layers": [{"id": "self"}],
        "criteria": criteria,
        "base_points": 10 * lines,
        "rounding": draw(st.sampled_from([{}, {"digits": 2}, {"digits": 0, "before_ranking": False}])),
        "nomination": draw(st.sampled_from([None, {"by": "bureau"}])),
        "public_notice": draw(st.sampled_from([None, {"days": 5}, {"days": 7, "default": True}])),
        "award": draw(st.one_of(st.none(), st.fixed_dictionaries({"title": TEXTS, "by": TEXTS}))),
        "decided_by": draw(MAYBE),
        "recommendations": [{"id": "r", "to": draw(TEXTS), "subject": "officer", "officers": [draw(TEXTS)]}],
    }
    return {
        "format": 1,
        "id": "made",
        "name": draw(TEXTS),
        "summary": draw(TEXTS),
        "documents": draw(st.lists(WORDS, max_size=2)),
        "unit_kinds": [
            {"id": "bureau", "name": draw(TEXTS)},
            {"id": "branch", "name": draw(TEXTS), "parents": ["bureau"]},
        ],
        "partition_by": "bureau",
        "periods": [draw(YEARS)],
        "layers": [{"id": "self", "name": draw(TEXTS)}],
        "choices": {"list_a": [{"id": item, "label": draw(TEXTS)} for item in ("yes", "01", "TRUE")]},
        "forms": [draw(FORMS)],
        "measures": [{"id": "m0", "name": draw(TEXTS), "form": "form", "aggregate": "count", "unit": draw(MAYBE)}],
        "tracks": [_without_nothing(track)],
    }  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=settings.default.max_examples // 2,  # each writes and opens a workbook
)
@given(data=campaigns())
def test_any_right_campaign_comes_back_the_same(data: dict[str, Any], tmp_path: Path) -> None:
    campaign, findings = validate(data)
    assert findings == ()
    assert campaign is not None
    again = read_campaign_workbook(write_campaign_workbook(campaign, tmp_path / "c.xlsx")).content
    assert to_json(again) == to_json(campaign)


@pytest.mark.xdist_group("office")
def test_tables_come_back_after_another_program_saved_the_workbook(
    office: LibreOffice, tmp_path: Path
) -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / "sanhua_jianshe.yaml")
    workbook = write_campaign_workbook(campaign, tmp_path / "c.xlsx")
    (saved,) = office.convert([workbook], "xlsx", tmp_path / "saved")
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(read_campaign_workbook(saved).content), encoding="utf-8")
    read = read_campaign(again)
    assert read.tables == campaign.tables
    assert campaign_version(read) == campaign_version(campaign)
    assert len(read.tables["packs"].rows) == 27
    assert read.tables["packs"].row("red_flag").cell("domain") == "机关"
    assert len(read.tables["clauses"].rows) == 40
