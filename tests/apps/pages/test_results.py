"""Report files: who may read them, whether they are up to date, and making them again by the real command."""

import asyncio
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, copy_county
from pages import shown

from pbwidgets.apps.pages.ground.letter_card import LetterCard
from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.pages.reports.following import follow
from pbwidgets.apps.pages.reports.page import ResultsPage, show_results
from pbwidgets.apps.pages.reports.papers import ScoreSheets, paper_cards
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ConflictError, DataError, RightsError, UsageError
from pbwidgets.exports.docx import Heading, Letter, build_document
from pbwidgets.forms.elements import HIDDEN
from pbwidgets.store import Actor, Decision, Veto, audit_head, decide_many, record_veto
from pbwidgets.workflows.exchange.documents.letters import complete_letter, suggest_letter
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.reports.results import (
    ALL_REPORTS,
    authorise_results,
    find_result,
    find_result_file,
    list_results,
    own_score_sheet,
    records_changed,
    sees_own_sheet,
    zip_results,
)
from pbwidgets.workflows.reports.runs import rerunning
from pbwidgets.workflows.reports.runs.rerunning import (
    Renewal,
    find_renewal,
    find_run,
    renew_reports,
    start_reports,
    stop_renewal,
)

TOWN, OTHER = "990101002", "990101003"
COUNTY = Actor("county", "reviewer", "990101")
REVIEWER = Actor("town", "reviewer", TOWN)


def wait_for(workspace: Workspace, report_id: str) -> None:
    """Wait until the run has ended; it takes about 10 seconds."""
    ends = time.monotonic() + 400
    while time.monotonic() < ends:
        state = find_run(workspace, workspace.opened(), report_id)
        if state is not None and not state.is_running:
            return
        time.sleep(0.5)
    pytest.fail(f"the run has not ended: {find_run(workspace, workspace.opened(), report_id)}")


@pytest.fixture(scope="module")
def made(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A county with one township's report, requested from a page; not to be changed."""
    folder = copy_county(county, tmp_path_factory.mktemp("results") / "county")
    with open_workspace(folder) as workspace:
        start_reports(Desk(workspace, COUNTY, workspace.opened()), "unit", [TOWN])
        with pytest.raises(ConflictError, match="正在生成"):
            start_reports(Desk(workspace, COUNTY, workspace.opened()), "unit", [TOWN])
        wait_for(workspace, "unit")
        yield workspace


@pytest.fixture
def changed(made: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    folder = copy_county(made.settings.workspace, tmp_path / "county")
    with open_workspace(folder) as workspace:
        yield workspace


def status_of(workspace: Workspace, actor: Actor = COUNTY) -> dict[tuple[str, str], str]:
    rows = list_results(Desk(workspace, actor, workspace.opened()))
    return {(row["report_id"], row["unit_code"]): row["status"] for row in rows.to_dict("records")}


def test_all_outdated_reports_are_renewed_by_one_button_which_can_be_stopped(own_county: Path) -> None:
    for name in ("unit", "overview"):
        (own_county / "parameters" / "reports" / f"{name}.yaml").unlink()
    with open_workspace(own_county) as workspace:
        visit = Visit(workspace, COUNTY, {}, "zh_CN")
        card = ResultsPage(visit).renewal
        assert card is not None
        assert card.start.description == "更新全部过时的报告（1）"
        card.start.click()
        assert "正在更新：0/1，失败 0" in shown(card.view)
        assert (card.start.disabled, HIDDEN in card.stop._dom_classes) == (True, False)
        with pytest.raises(ConflictError, match="正在生成"):
            renew_reports(visit.desk)
        card.stop.click()
        assert wait_for_renewal(visit.desk).done == 0
        assert list(list_results(visit.desk)["status"]) == ["not_made"]
        card.begin()
        made = wait_for_renewal(visit.desk)
        assert (made.done, made.total, made.failures) == (1, 1, ())
        assert not card.look()
        assert (card.start.disabled, HIDDEN in card.stop._dom_classes) == (False, True)
        assert "完成 1/1，失败 0" in shown(card.view)
        card.begin()
        assert "没有需要重新生成的" in visit.messages.value


def test_a_run_that_has_just_begun_is_not_taken_for_the_one_before(small: Workspace) -> None:
    desk = Desk(small, OPERATOR, small.opened())
    log = rerunning._renewal_log(desk)
    log.parent.mkdir(parents=True)
    note = rerunning._note_file(log)
    note.write_text('{"process": 1, "begun": "2026-01-01T00:00:00+00:00", "total": 1}')
    rerunning._start([sys.executable, "-c", ""], small, log, "--all")
    assert not note.exists()
    stop_renewal(desk)
    assert find_renewal(desk) is None


def test_a_look_that_fails_is_said_and_the_page_goes_on_following(small: Workspace) -> None:
    visit, ended = Visit(small, OPERATOR, {}, "zh_CN"), list[bool]()
    looks: list[bool | Exception] = [True, DataError("store.locked", store="s", cause="c"), OSError(), False]

    said: list[str] = []

    def look() -> bool:
        said.append(visit.messages.value)
        found = looks.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def run() -> None:
        following = follow(visit, look, lambda: ended.append(True), every_s=0)
        assert following is not None
        await following

    asyncio.run(run())
    assert (looks, ended) == ([], [True])
    assert ["正被占用" in words for words in said] == [False, False, True, False]
    assert "正被占用" not in visit.messages.value


def wait_for_renewal(desk: Desk) -> Renewal:
    ends = time.monotonic() + 400
    while time.monotonic() < ends:
        state = find_renewal(desk)
        if state is not None and not state.is_running:
            return state
        time.sleep(0.2)
    pytest.fail("the run has not ended")


def test_reports_made_are_up_to_date_and_the_rest_are_listed_as_missing(made: Workspace) -> None:
    found = status_of(made)
    assert found["unit", TOWN] == "done"
    assert found["unit", OTHER] == "not_made"
    assert found["overview", "990101"] == "not_made"
    assert not records_changed(made, made.opened())
    state = find_run(made, made.opened(), "unit")
    assert state is not None
    assert any("完成 1 份" in line for line in state.lines)


def test_a_report_whose_records_have_changed_is_out_of_date(changed: Workspace) -> None:
    opened = changed.opened()
    veto = Veto(CAMPAIGN, opened.period_id, f"{TOWN}001", "falsified_village", "核查属实", "village")
    with changed.store.write(OPERATOR) as writer:
        record_veto(writer, veto)
    assert records_changed(changed, opened)
    assert status_of(changed)["unit", TOWN] == "done"  # according to the newest snapshot
    take_snapshot(changed, opened)
    assert status_of(changed)["unit", TOWN] == "stale"
    assert not records_changed(changed, opened)


def test_titles_and_errors_are_in_the_language_of_the_page(changed: Workspace) -> None:
    page = ResultsPage(Visit(changed, COUNTY, {}, "en"))
    titles = dict(page.report.options)
    assert "Report of a unit" in titles
    assert not any(letter > "\u2e80" for title in titles for letter in title)
    assert set(dict(ResultsPage(Visit(changed, COUNTY, {}, "zh_CN")).report.options)) & set(titles) == set()


def test_a_report_file_with_a_mistake_is_named_and_the_others_are_listed(changed: Workspace) -> None:
    file = changed.settings.parameters / "reports" / "closing.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("for_each:", "for_ech:"), encoding="utf-8")
    page = ResultsPage(Visit(changed, COUNTY, {}, "zh_CN"))
    said = shown(page.widget)
    assert "closing.yaml" in said
    assert "for_ech" in said
    assert set(page.results["report_id"]) == {"unit", "overview"}


def test_a_failed_report_says_why(changed: Workspace) -> None:
    notebook = changed.settings.notebooks / "reports" / "report.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("book.save()", "1 / 0"))
    start_reports(Desk(changed, COUNTY, changed.opened()), "unit", [TOWN])
    wait_for(changed, "unit")
    rows = list_results(Desk(changed, COUNTY, changed.opened())).set_index(["report_id", "unit_code"])
    assert rows.loc[("unit", TOWN), "status"] == "failed"
    assert "ZeroDivisionError" in rows.loc[("unit", TOWN), "error"]
    assert "previous/report.html" in rows.loc[("unit", TOWN), "files"]


def test_a_zip_holds_all_files_of_one_unit_and_of_no_other(made: Workspace) -> None:
    path = zip_results(Desk(made, REVIEWER, made.opened()), TOWN)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert {"单位报告/report.html", "单位报告/slides.pptx", "单位报告/tables.xlsx"} <= set(names)
    with pytest.raises(DataError, match="还没有生成任何文件"):
        zip_results(Desk(made, COUNTY, made.opened()), OTHER)


def test_a_township_sees_only_its_own_reports(made: Workspace) -> None:
    assert {unit for _, unit in status_of(made, REVIEWER)} == {TOWN}
    assert find_result(Desk(made, REVIEWER, made.opened()), "unit", TOWN, "report.html").is_file()
    for call in (
        lambda: find_result(Desk(made, REVIEWER, made.opened()), "overview", "990101", "report.html"),
        lambda: zip_results(Desk(made, REVIEWER, made.opened()), OTHER),
        lambda: start_reports(Desk(made, REVIEWER, made.opened()), "unit", [TOWN]),
    ):
        with pytest.raises(RightsError, match="权限"):
            call()


@pytest.mark.parametrize("unit_code", [TOWN, "990101", "990101002001"])
def test_fillers_read_no_reports_which_hold_the_rows_of_others(made: Workspace, unit_code: str) -> None:
    filler = Actor("filler", "filler", unit_code)
    with pytest.raises(RightsError, match="权限"):
        authorise_results(Desk(made, filler, made.opened()), unit_code)
    assert find_result_file(Desk(made, filler, made.opened()), "unit", TOWN, "report.html") is None
    assert (
        find_result_file(Desk(made, filler, made.opened()), *(ALL_REPORTS[0], TOWN, ALL_REPORTS[1])) is None
    )
    assert own_score_sheet(Desk(made, filler, made.opened())) == ""


@pytest.mark.parametrize(
    ("report_id", "path"),
    [
        ("unit", "../../../../../.pbwidgets/store.sqlite"),
        ("unit", "../manifest.json"),
        ("unit", "../../../../parameters/reports/unit.yaml"),
        ("..", "x"),
        ("../..", "report.html"),
        (".", "report.html"),
        ("unit", "no_such.html"),
    ],
)
def test_a_path_that_leads_elsewhere_finds_nothing(made: Workspace, report_id: str, path: str) -> None:
    with pytest.raises(DataError, match="没有文件"):
        find_result(Desk(made, OPERATOR, made.opened()), report_id, TOWN, path)
    assert find_result_file(Desk(made, OPERATOR, made.opened()), report_id, TOWN, path) is None


def test_the_server_sends_files_and_zips_to_those_who_may_read_them(made: Workspace) -> None:
    page = find_result_file(Desk(made, REVIEWER, made.opened()), "unit", TOWN, "report.html")
    packed = find_result_file(Desk(made, REVIEWER, made.opened()), ALL_REPORTS[0], TOWN, ALL_REPORTS[1])
    assert page is not None
    assert packed is not None
    assert packed.kind == "application/zip"
    assert zipfile.is_zipfile(packed.path)


@pytest.mark.parametrize(
    ("report_id", "units", "said"),
    [("unti", [TOWN], "是否想选“unit”"), ("unit", [], "没有选择单位"), ("unit", ["990101"], "990101")],
    ids=["unknown report", "no units", "not a unit of the report"],
)
def test_an_invalid_run_is_not_started(made: Workspace, report_id: str, units: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        start_reports(Desk(made, COUNTY, made.opened()), report_id, units)


# -- the page ------------------------------------------------------------------------------------------


def test_the_page_links_to_files_and_marks_what_is_missing(made: Workspace) -> None:
    page = ResultsPage(Visit(made, COUNTY, {}, "zh_CN"))
    shown = "".join(part.value for part in page.files.children)
    assert f'href="/results/{CAMPAIGN}/2026/unit/{TOWN}/slides.pptx"' in shown
    assert f'href="/results/{CAMPAIGN}/2026/all/{TOWN}/all.zip"' in shown
    assert "尚未生成（24）" in shown
    assert "最新 1 份" in shown
    assert page.due_button.description == "生成全部未完成的（1）"
    page.report.value = "unit"
    assert page.due_button.description == "生成全部未完成的（24）"
    assert "已结束" in page.progress.children[0].value


def test_only_the_top_level_can_rerun_reports_even_with_a_forged_click(made: Workspace) -> None:
    page = ResultsPage(Visit(made, REVIEWER, {}, "zh_CN"))
    assert not page.may_run
    assert page.due_button not in page.widget.children
    with made.store.read() as reader:
        before = audit_head(reader)
    page.report.value = "unit"
    page.units.value = (TOWN,)
    page.chosen_button.click()
    assert "没有此项权限" in page._visit.messages.value or "权限范围" in page._visit.messages.value
    with made.store.read() as reader:
        assert audit_head(reader) == before


def test_a_filler_is_told_that_nothing_is_decided_yet(made: Workspace) -> None:
    shown = show_results(Visit(made, Actor("filler", "filler", "990101002001"), {}, "zh_CN"))
    assert "还没有作出" in shown.children[1].value


# -- the unit's own score sheet ------------------------------------------------------------------------


def with_visible_from(workspace: Workspace, day: date) -> Opened:
    opened = workspace.opened()
    period = opened.campaign.period(opened.period_id).model_copy(update={"visible_from": day})
    changed = opened.campaign.model_copy(update={"periods": (period,)})
    open_definition(workspace, OPERATOR, changed, opened.period_id)
    return workspace.opened()


def test_a_unit_sees_its_score_sheet_from_the_day_the_campaign_sets(changed: Workspace) -> None:
    filler, day = Actor("filler", "filler", "990101002001"), date(2026, 12, 1)
    opened = with_visible_from(changed, day)
    begins = datetime(2026, 12, 1, tzinfo=ZONE)
    assert own_score_sheet(Desk(changed, filler, opened, now=begins - timedelta(seconds=1))) == ""
    sheet = own_score_sheet(Desk(changed, filler, opened, now=begins))
    assert "综合评定总分" in sheet
    assert "990101002001" in sheet


def test_before_that_day_a_decision_does_not_show_the_score_sheet(changed: Workspace) -> None:
    filler = Actor("filler", "filler", "990101002001")
    decision = Decision(
        CAMPAIGN, "2026", "village", "990101002001", "selected", date(2026, 11, 20), "领导小组", "会议研究"
    )
    with changed.store.write(OPERATOR) as writer:
        decide_many(writer, [decision])
    assert sees_own_sheet(Desk(changed, filler, changed.opened()))
    opened = with_visible_from(changed, date(2099, 1, 1))
    assert not sees_own_sheet(Desk(changed, filler, opened))


def test_the_pages_say_from_when_the_score_sheet_can_be_seen(changed: Workspace) -> None:
    filler = Actor("filler", "filler", "990101002001")
    with_visible_from(changed, date(2099, 1, 1))
    for page in (show_results, show_home):
        assert "自 2099-01-01 起可以查看" in shown(page(Visit(changed, filler, {}, "zh_CN")))
    with_visible_from(changed, date(2026, 1, 1))
    assert 'href="results"' in shown(show_home(Visit(changed, filler, {}, "zh_CN")))
    assert "查看本单位评分表" in shown(show_home(Visit(changed, filler, {}, "zh_CN")))
    assert "总分" in shown(show_results(Visit(changed, filler, {}, "zh_CN")))


def test_the_circular_and_score_sheets_are_offered_where_they_may_be_read(changed: Workspace) -> None:
    town, county = (Visit(changed, actor, {}, "zh_CN") for actor in (REVIEWER, COUNTY))
    assert [len(paper_cards(visit)) for visit in (town, county)] == [1, 2]
    sheets = ScoreSheets(county)
    sheets.track.value, sheets.units.value = "township", (TOWN, OTHER)
    sheets.make()
    assert 'download="评分表.docx"' in sheets.download.value


def test_a_document_is_made_of_what_stands_in_the_fields(changed: Workspace) -> None:
    visit, letters = Visit(changed, COUNTY, {}, "zh_CN"), []

    def make(desk: Desk, letter: Letter, path: Path) -> Path:
        letters.append(complete_letter(desk, letter))
        return build_document([Heading(0, "通报")], path, letter=letter)

    card = LetterCard(visit, "通报", suggest_letter(visit.desk), make)
    card.recipients.value, card.number.value = "各乡镇党委, 县直机关", "云组发〔2026〕12号"
    card.make()
    assert [(one.recipients, one.number, one.sender) for one in letters] == [
        (("各乡镇党委", "县直机关"), "云组发〔2026〕12号", "中共云溪演示县委员会")
    ]
    assert 'download="通报.docx"' in card.download.value
