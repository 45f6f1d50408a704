"""Every type of field goes out in a workbook, is saved by another program, comes back, and goes out again."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from counties import OPERATOR, ROOT, SETUP_ANSWERS, TOWN, VILLAGE, VILLAGE_ANSWERS, make_register
from hypothesis import given, settings
from hypothesis import strategies as st
from office import Office
from returns import FIRST_ROW, ID_ROW, Filled, cells_of, fill_in

from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.demo.evidence import make_photo
from pbwidgets.errors import DataError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, SubmissionKey, load_state
from pbwidgets.workflows.exchange.answers import export_answers, read_return, store_return, write_template
from pbwidgets.workflows.filling.drafts import hand_in_form, save_answers
from pbwidgets.workflows.filling.entries import begin_entry
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.organise.register import save_units

pytestmark = pytest.mark.xdist_group("office")
NOW = datetime(2026, 11, 10, 4, tzinfo=UTC)
CAMPAIGNS = ROOT / "parameters" / "campaigns"


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def field(name: str, kind: str, **more: object) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": words(f"题{name}"), **more}


EVERY_TYPE = {
    "id": "every_type",
    "name": words("各种题目"),
    "unit_kind": "village",
    "fields": [
        field("said", "text", required=True, max_length=200),
        field("group", "group", fields=[
            field("tiny", "decimal", minimum=0, maximum=1),
            field("whole", "integer", minimum=-5, maximum=10**9),
            field("day", "date"),
        ]),
        field("town", "select_one", choices="towns"),
        field("hamlet", "select_one", choices="hamlets", choice_filter="town = ${town}"),
        field("chosen", "select_multiple", choices="towns"),
        field("why", "text", relevant="selected(${chosen}, 'east')"),
        field("twice", "calculate", calculation="${whole} * 2"),
        field("visits", "repeat", may_be_none=True, max_count=5, fields=[
            field("to", "text", required=True),
            field("people", "integer", minimum=1),
            field("double", "calculate", calculation="${people} * 2"),
        ]),
        field("gifts", "repeat", may_be_none=True, fields=[field("gift", "text")]),
        field("photo", "image"),
    ],
}  # fmt: skip
EVERY_LOG = {
    "id": "every_log",
    "name": words("各次活动"),
    "unit_kind": "village",
    "occurrence": "many",
    "fields": [
        field("title", "text", required=True),
        field("on", "date", required=True),
        field("groups", "repeat", fields=[field("people", "integer")]),
    ],
}
CHOICES = {
    "towns": [{"id": "east", "label": words("东片")}, {"id": "west", "label": words("西片，含河")}],
    "hamlets": [
        {"id": "h1", "label": words("一组"), "attributes": {"town": "east"}},
        {"id": "h2", "label": words("二组"), "attributes": {"town": "west"}},
    ],
}
TYPED = {
    "said": "=1+1\n“引号” ０12",
    "tiny": 0.0000001,
    "whole": 123456789,
    "day": "2026-02-28",
    "town": "west",
    "hamlet": "h2",
    "chosen": ["east"],
    "why": "因为",
    "visits": [{"to": "甲户", "people": 3}, {"to": "+乙户"}],
    "gifts": "none",
}
COMPUTED = {
    **TYPED,
    "twice": 246913578,
    "visits": [{"to": "甲户", "people": 3, "double": 6}, {"to": "+乙户"}],
}
MADE_UP = {
    "create": {
        "responsibility": "yes", "studied": 4, "party_life": 6, "plan": "no", "measures_set": 8, "measures_done": 5,
        "innovation": "做法", "five_marks": ["team", "results"],
    },
    "pairings": {
        "communities": [
            {"name": "某社区", "since": "2026-03-01", "on_agenda": "yes", "goal": "no", "plan": "yes"},
        ],
        "army_units": "none",
    },
    "joint": {"partner": "某社区", "kind": "talk", "built": ["thought", "civility"], "held_on": "2026-05-06"},
    "experience": {"title": "经验", "written_on": "2026-06-01", "spread": "no"},
}  # fmt: skip
BRANCH = "99zbA"


def with_every_type(campaign: Campaign) -> Campaign:
    plain = campaign.model_dump(mode="json", by_alias=True)
    plain["forms"] += [EVERY_TYPE, EVERY_LOG]
    plain["choices"] |= CHOICES
    return Campaign.model_validate(plain)


@contextmanager
def desk_of(folder: Path, campaign: Campaign, register: pd.DataFrame) -> Iterator[Desk]:
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, register)
        yield Desk(workspace, OPERATOR, open_definition(workspace, OPERATOR, campaign), "zh_CN", NOW)


def organisations() -> pd.DataFrame:
    rows = [("990901", "虚构工委", "works_committee", None), (BRANCH, "虚构支部", "branch", "990901")]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    return to_frame([{**dict(zip(names, row, strict=True)), "synthetic": True} for row in rows], UNITS)


def fill_all(desk: Desk, path: Path, given: Mapping[tuple[str, str], Mapping[str, Any]]) -> Filled:
    """Template of the forms, filled in by a script."""
    filled = Filled(write_template(desk, list({form: 1 for form, _ in given}), [], path))
    campaign = desk.opened.campaign
    for (form_id, unit), answers in given.items():
        fill_in(filled, campaign, campaign.form(form_id), unit, answers)
    return filled


def kept(workspace: Workspace, desk: Desk, form_id: str, unit: str) -> object:
    occurrence = 1 if desk.opened.campaign.form(form_id).occurrence == "many" else 0
    with workspace.store.read() as reader:
        found = load_state(reader, SubmissionKey(*desk.opened.key, form_id, unit, occurrence))
    return found and found.answers


def test_what_another_program_saved_comes_back_and_goes_out_as_it_was_typed(
    office: Office, tmp_path: Path
) -> None:
    first = with_every_type(read_campaign(CAMPAIGNS / "sanji_lianzheng.yaml"))
    second = read_campaign(CAMPAIGNS / "sanlian_sancu.yaml")
    setup = {key: value for key, value in SETUP_ANSWERS.items() if value}
    setup |= {"meetings": [{"kind": "on_site", "held_on": "2026-05-01", "about_villages": "yes"}]}
    village = {key: value for key, value in VILLAGE_ANSWERS.items() if value}
    given_first = {
        ("every_type", VILLAGE): TYPED,
        ("every_log", VILLAGE): {
            "title": "清扫",
            "on": "2026-04-01",
            "groups": [{"people": 4}, {"people": 5}],
        },
        ("village_application", VILLAGE): village,
        ("township_setup", TOWN): setup,
    }
    given_second = {(form_id, BRANCH): answers for form_id, answers in MADE_UP.items()}
    with ExitStack() as stack:
        desks = [
            (stack.enter_context(desk_of(tmp_path / "1", first, make_register())), given_first),
            (stack.enter_context(desk_of(tmp_path / "2", second, organisations())), given_second),
        ]
        files = []
        for at, (desk, given_answers) in enumerate(desks):
            filled = fill_all(desk, tmp_path / f"template{at}.xlsx", given_answers)
            files.append(filled.save(f"filled{at}.xlsx"))
        saved = office.convert(files, "xlsx", tmp_path / "saved")
        for (desk, given_answers), sent, typed in zip(desks, saved, files, strict=True):
            returned = read_return(desk, sent)
            assert returned.is_right, [problem.line() for problem in returned.findings]
            assert store_return(desk, returned).stored == len(given_answers)
            for (form_id, unit), answers in given_answers.items():
                expected = COMPUTED if form_id == "every_type" else answers
                assert kept(desk.workspace, desk, form_id, unit) == expected
            again = export_answers(desk, tmp_path / "export.xlsx")
            for form_id in {form_id for form_id, _ in given_answers}:
                assert cells_of(typed, form_id) <= cells_of(again, form_id)
            assert read_return(desk, again).count("unchanged") == len(given_answers)


class Right:
    """A desk, a return in which everything is right, and the cells of its rows: sheet and address."""

    def __init__(self, desk: Desk, file: Path, cells: list[tuple[str, str]]) -> None:
        self.desk, self.file, self.cells = desk, file, cells


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Right]:
    folder = tmp_path_factory.mktemp("right")
    campaign = with_every_type(read_campaign(CAMPAIGNS / "sanji_lianzheng.yaml"))
    with desk_of(folder / "county", campaign, make_register()) as desk:
        filled = Filled(write_template(desk, ["every_type"], [VILLAGE], folder / "template.xlsx"))
        fill_in(filled, campaign, campaign.form("every_type"), VILLAGE, TYPED)
        file = filled.save()
        assert read_return(desk, file).is_right
        pages = [page for page in filled.book.worksheets if str(page.cell(ID_ROW, 1).value).startswith("pb:")]
        rows = [
            (page, row)
            for page in pages
            for row in page.iter_rows(FIRST_ROW)
            if any(c.value for c in row[4:])
        ]
        yield Right(desk, file, [(page.title, cell.coordinate) for page, row in rows for cell in row])


DAMAGES = ["", "坏了", "-3", 99999, 0.5, "2026-13-45", "x" * 300, "无", "西片，含河", datetime(2026, 5, 1)]


@settings(max_examples=15)
@given(which=st.integers(0, 10**6), damage=st.sampled_from(DAMAGES))
def test_one_damaged_cell_is_found_at_its_address_or_is_a_right_answer(
    right: Right, which: int, damage: object
) -> None:
    filled = Filled(right.file)
    title, address = right.cells[which % len(right.cells)]
    page = filled.book[title]
    path = str(page.cell(ID_ROW, page[address].column).value).rpartition(":")[2]
    page[address].value = damage
    returned = read_return(right.desk, filled.save("damaged.xlsx"))
    if any(said.place == f"{title}!{address}" for said in (*returned.findings, *returned.notes)):
        return
    changes = [change for change in returned.changes if change.unit_code == VILLAGE]
    is_empty = damage in ("", "无")  # in a column of numbers, 无 is no number on record
    if (
        "#" in path
    ):  # a row may lose its number, and is a new one then; its unit is known by the name or the code
        harmless = path.endswith(("#state", "#row", "#name", "#unit", "/#base"))
        assert not changes or returned.findings or harmless or is_empty
    else:  # taken as it stands there, or something else no longer fits
        values = {value.path for change in changes for value in change.values}
        assert returned.findings or is_empty or path in values


def test_whom_a_form_names_is_hidden_from_others_and_comes_back_unharmed(tmp_path: Path) -> None:
    campaign = read_campaign(CAMPAIGNS / "sanlian_sancu.yaml")
    army = {"alias": "某部", "since": "2026-03-01", "on_agenda": "yes", "goal": "yes", "plan": "no"}
    named = {"communities": "none", "army_units": [{**army, "designation": "某部93721"}]}
    with desk_of(tmp_path / "county", campaign, organisations()) as desk:
        own = replace(desk, actor=Actor("zhou", "filler", BRANCH))
        key = SubmissionKey(*desk.opened.key, "pairings", BRANCH)
        save_answers(own, key, named, 0)
        mine = Filled(write_template(own, ["pairings"], [], tmp_path / "own.xlsx"))
        page = mine.page("pairings", "army_units")
        at = (FIRST_ROW, mine.column(page, "designation"))
        assert page.cell(*at).value == "某部93721"
        theirs = Filled(write_template(desk, ["pairings"], [], tmp_path / "theirs.xlsx"))
        page = theirs.page("pairings", "army_units")
        assert page.cell(*at).value == "〔略〕"
        page.cell(FIRST_ROW, theirs.column(page, "goal")).value = "否"
        returned = read_return(desk, theirs.save("changed.xlsx"))
        assert [(value.label, value.after) for value in returned.changes[0].values] == [
            ("结对部队基层党组织第 1 项：是否明确共建目标", "否")
        ]
        store_return(desk, returned)
        with desk.workspace.store.read(whole=True) as reader:
            found = load_state(reader, key)
        assert found is not None
        assert found.answers == {**named, "army_units": [{**army, "designation": "某部93721", "goal": "no"}]}
        reviewer = replace(desk, actor=Actor("wu", "reviewer", "990901"))
        with pytest.raises(DataError, match="没有您可以填报的"):
            write_template(reviewer, ["pairings"], [], tmp_path / "none.xlsx")


def test_the_same_answers_give_the_same_bytes(right: Right, tmp_path: Path) -> None:
    first, second = (
        write_template(right.desk, ["every_type"], [], tmp_path / name).read_bytes()
        for name in ("a.xlsx", "b.xlsx")
    )
    assert first == second


STREET, HAMLET, QUARTER = "990301", "990301001", "990301012"
LEVEL_ACTOR, HAMLET_ACTOR = Actor("li", "reviewer", STREET), Actor("zhao", "filler", HAMLET)


def street() -> pd.DataFrame:
    rows = [
        (STREET, "虚构街道", "subdistrict", None),
        (HAMLET, "东村", "village", STREET),
        (QUARTER, "东社区", "community", STREET),
    ]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    return to_frame([{**dict(zip(names, row, strict=True)), "synthetic": True} for row in rows], UNITS)


def test_fixed_rows_and_living_entries_come_back_after_another_program_saved_them(
    office: Office, tmp_path: Path
) -> None:
    """Filled in, saved by LibreOffice, taken in; then amended by each hand in the same way."""
    campaign = read_campaign(CAMPAIGNS / "sanhua_jianshe.yaml")
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    with open_workspace(tmp_path) as workspace:
        save_units(workspace, OPERATOR, street(), NOW)
        opened = open_definition(workspace, OPERATOR, campaign, "2026-11", Opening(now=NOW))
        desk = Desk(workspace, OPERATOR, opened, "zh_CN", NOW)
        unit = replace(desk, actor=HAMLET_ACTOR)
        level = replace(desk, actor=LEVEL_ACTOR)
        # handed in on the page: a photo cannot come in a workbook
        fault_key = begin_entry(level, "faults", HAMLET)
        token = attach_file(level, fault_key, "before", "p.jpg", make_photo(1)).file.sha256
        fault = {
            "fault": "dirty", "what": "楼道堆物", "post": "村委会主任", "found_on": "2026-11-01",
            "before": [token], "due_on": "2026-11-20",
        }  # fmt: skip
        hand_in_form(level, fault_key, fault, 1)
        filled = Filled(write_template(unit, ["standards", "funds", "faults"], [], tmp_path / "mine.xlsx"))
        pack = filled.page("standards", "pack")
        rows = range(FIRST_ROW, pack.max_row + 1)
        names = [str(pack.cell(at, filled.column(pack, "#row_name")).value)[:4] for at in rows]
        assert names == [*(f"三有之{n}" for n in "一二三"), *(f"四化之{n}" for n in "一二三四")]
        for name in ("lines", "pack"):
            page = filled.page("standards", name)
            for row in range(FIRST_ROW, page.max_row + 1):
                page.cell(row, filled.column(page, "state")).value = "未启动"
        lines = filled.page("standards", "lines")
        assert lines.max_row == FIRST_ROW + 9
        lines.cell(FIRST_ROW, filled.column(lines, "state")).value = "已达标"
        lines.cell(FIRST_ROW + 1, filled.column(lines, "note")).value = "下月换届"
        for kind, amount, day in (("上级拨付", 5000, "2026-11-02"), ("活动运行支出", 1200.5, "2026-11-08")):
            filled.add(
                "funds",
                HAMLET,
                kind=kind,
                amount=amount,
                booked_on=day,
                purpose=f"{kind}一笔",
                voucher="9001",
            )
        faults = filled.page("faults")
        faults.cell(FIRST_ROW, filled.column(faults, "fixed_on")).value = "2026-11-09"
        (saved,) = office.convert([filled.save("filled.xlsx")], "xlsx", tmp_path / "saved")
        returned = read_return(unit, saved)
        assert returned.is_right, [problem.line() for problem in returned.findings]
        assert [change.fate for change in returned.changes] == ["new", "new", "new", "changed"]
        assert store_return(unit, returned).stored == 4

        def found(form_id: str, entry: int = 0) -> Any:
            with workspace.store.read() as reader:
                state = load_state(reader, replace(opened.submission_key(form_id, HAMLET), occurrence=entry))
            return state and state.answers

        kept_lines = found("standards")["lines"]
        assert kept_lines[:3] == [
            {"row": "set_up", "state": "reached"},
            {"row": "team", "state": "not_begun", "note": "下月换届"},
            {"row": "funding", "state": "not_begun"},
        ]
        assert [row["row"] for row in found("standards")["pack"]] == [
            "have_1", "have_2", "have_3", "way_1", "way_2", "way_3", "way_4",
        ]  # fmt: skip
        assert found("funds", 2) == {
            "kind": "running", "amount": 1200.5, "booked_on": "2026-11-08", "purpose": "活动运行支出一笔",
            "voucher": "9001",
        }  # fmt: skip
        assert found("faults", 1) == {**fault, "fixed_on": "2026-11-09"}

        again = Filled(export_answers(unit, tmp_path / "again.xlsx", ["standards", "funds", "faults"]))
        funds = again.page("funds")
        at = funds.cell(FIRST_ROW, again.column(funds, "amount"))
        at.value = 1000
        (saved,) = office.convert([again.save("lower.xlsx")], "xlsx", tmp_path / "saved")
        (problem,) = read_return(unit, saved).findings
        assert (problem.place, problem.args["why"].code) == (
            f"{funds.title}!{at.coordinate}",
            "fill.keeps_broken",
        )
        at.value = 1200.5
        (saved,) = office.convert([again.save("lower.xlsx")], "xlsx", tmp_path / "saved")
        returned = read_return(unit, saved)
        assert [change.fate for change in returned.changes].count("unchanged") == 3
        assert store_return(unit, returned).stored == 1
        assert found("funds", 1)["amount"] == 1200.5
