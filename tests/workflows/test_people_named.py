"""A name that identifies, typed into everything that can be typed into, is seen by its filler and by nobody else."""

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import ipywidgets as w
import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    PERIOD,
    SETUP_ANSWERS,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    lay_out,
    make_register,
)
from openpyxl import Workbook
from PIL import Image
from serving import around_today

from pbwidgets import store
from pbwidgets.apps.pages.board.page import show_board
from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.filling.page import show_fill
from pbwidgets.apps.pages.ground.downloads import download_link, slips_link
from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.pages.meeting.page import show_meeting
from pbwidgets.apps.pages.review.page import show_review
from pbwidgets.apps.visit import Visit
from pbwidgets.batch.reports import run_reports
from pbwidgets.campaign import Campaign, Field
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.exports.search import find_file
from pbwidgets.exports.slips import Slip
from pbwidgets.intake.identifying import HIDDEN, Scrubber
from pbwidgets.store import Actor, Decision, Mark, MarkKey, PublicNotice, Veto
from pbwidgets.workflows.filling.access import units_to_fill
from pbwidgets.workflows.filling.drafts import hand_in, save_answers
from pbwidgets.workflows.filling.entries import open_submission
from pbwidgets.workflows.filling.paper import print_view
from pbwidgets.workflows.filling.self_marks import save_self_marks
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.snapshots import find_snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace, today, utc_now
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.audit_log import AuditFilter, export_audit
from pbwidgets.workflows.reports.results import find_result, find_result_file, zip_results
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.queue import export_queue
from pbwidgets.workflows.review.rating import give_marks

NAME = "王平安"
TYPED = "走访王 平安家，宣传平安建设"
SHOWN = "走访〔略〕家，宣传平安建设"
SCRUBBER = Scrubber.of([NAME])
SETUP, APPLICATION = key_of("township_setup", TOWN), key_of("village_application", VILLAGE)
LEVELS = ("township", "county")

FILLER = Actor("town", "filler", TOWN)
VILLAGER = Actor("village", "filler", VILLAGE)
REVIEWER = Actor("reviewer", "reviewer", COUNTY)
LEADER = Actor("leader", "leader", COUNTY)
ORGANISER = Actor("organiser", "organiser", COUNTY)


def naming(campaign: Campaign) -> Campaign:
    """The campaign with names of staff that identify."""

    def marked(field: Field) -> Field:
        inner = tuple(map(marked, field.fields))
        return field.model_copy(update={"fields": inner, "identifies": field.id == "staff_names"})

    forms = (form.model_copy(update={"fields": tuple(map(marked, form.fields))}) for form in campaign.forms)
    return campaign.model_copy(update={"forms": tuple(forms)})


def type_everywhere(w: store.Writer) -> None:
    """The name, in every text that somebody can type."""
    scope, day = (CAMPAIGN, PERIOD), today()
    store.submit_many(w, [(SETUP, {**SETUP_ANSWERS, "staff_names": NAME})])
    deeds = [{"title": TYPED, "done_on": f"{day.year}-05-06", "benefited": 40}]
    told = {**VILLAGE_ANSWERS, "industry": TYPED, "good_deeds": deeds}
    store.submit_many(w, [(APPLICATION, told), (key_of("village_application", SISTER), told)])
    store.return_submission(w, key_of("village_application", SISTER), "township", LEVELS, TYPED)
    for key in (SETUP, APPLICATION):
        store.accept(w, key, "county" if key is SETUP else "township", LEVELS[1:] if key is SETUP else LEVELS)
    store.accept(w, APPLICATION, "county", LEVELS)
    for layer, rater in (("township", "a"), ("county", "b"), ("self", VILLAGE)):
        store.rate(w, Mark(MarkKey(*scope, VILLAGE, "v1_unity", layer, layer, rater), 5.0, TYPED))
    store.recuse(w, *scope, "b", SISTER, TYPED)
    lifted = store.record_veto(w, Veto(*scope, SISTER, "falsified_village", TYPED, "village", NAME))
    store.lift_veto(w, lifted, TYPED)
    store.record_veto(w, Veto(*scope, SISTER, "falsified_village", TYPED, "village", NAME))
    store.decide(w, Decision(*scope, "village", VILLAGE, "selected", day, NAME, TYPED, NAME))
    store.grant_exception(w, *scope, "village_application", SISTER, utc_now() + timedelta(days=3), TYPED)
    store.add_note(w, *scope, VILLAGE, day, TYPED)
    put_right = {
        "shortcoming": TYPED,
        "post": NAME,
        "found_on": f"{day}",
        "due_on": f"{day}",
        "outcome": TYPED,
    }
    store.submit_many(
        w, [(store.SubmissionKey(CAMPAIGN, store.ALWAYS, "rectifications", VILLAGE, 1), put_right)]
    )
    notice = store.start_notice(w, PublicNotice(*scope, "village", day, day + timedelta(days=7), TYPED))
    objection = store.record_objection(w, notice, VILLAGE, day, TYPED)
    store.close_objection(w, objection, "dismissed", TYPED)
    photo = io.BytesIO()
    Image.new("RGB", (64, 48)).save(photo, "JPEG")
    kept = store.keep_file(w.evidence_dir, f"{NAME}.jpg", photo.getvalue(), 10**6)
    store.add_evidence(w, APPLICATION, "good_deeds/photos", kept.filename, kept, 10**6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = lay_out(tmp_path_factory.mktemp("named") / "county")
    with open_workspace(made) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_definition(workspace, OPERATOR, naming(around_today(workspace.read_campaign(CAMPAIGN))))
        with workspace.store.write(OPERATOR) as writer:
            type_everywhere(writer)
    return made


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with open_workspace(folder) as opened:
        yield opened


@pytest.fixture
def opened(workspace: Workspace) -> Opened:
    return workspace.opened()


def text_of(widget: object) -> str:
    """All that a page holds, shown or not."""
    return "\n".join(str(one.get_state()) for one in _all_below(widget))


def _all_below(widget: object) -> Iterator[w.Widget]:
    if isinstance(widget, w.Widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from _all_below(child)


def test_only_the_filler_sees_the_own_answers_as_they_are(workspace: Workspace) -> None:
    place = {"form": SETUP.form_id, "unit": TOWN}
    assert NAME in text_of(show_fill(Visit(workspace, FILLER, place, "zh_CN")))
    own = text_of(show_fill(Visit(workspace, VILLAGER, {"form": APPLICATION.form_id}, "zh_CN")))
    assert TYPED in own  # what the village has typed itself
    assert f"{NAME}.jpg" not in own  # but the file's name hides whom the township has named


@pytest.mark.parametrize(
    "actor", [REVIEWER, LEADER, ORGANISER, VILLAGER, OPERATOR], ids=lambda actor: actor.role
)
def test_no_page_of_others_shows_the_name(workspace: Workspace, opened: Opened, actor: Actor) -> None:
    visit = Visit(workspace, actor, {}, "zh_CN")
    pages = [show_home, show_board, *([] if actor.role == "filler" else [show_meeting, show_review])]
    shown = [text_of(page(visit)) for page in pages]
    if actor.role != "filler":
        for key in (SETUP, APPLICATION):
            place = {"form": key.form_id, "unit": key.unit_code}
            shown += [
                text_of(show_review(Visit(workspace, actor, place, "zh_CN"))),
                repr(open_review(visit.desk, key)),
            ]
    for text in shown:
        assert len(text) > 200
        assert not SCRUBBER.holds(text)
    if actor.role != "filler":
        assert SHOWN in shown[-1]


def test_the_field_itself_is_withheld_whatever_it_says(workspace: Workspace, opened: Opened) -> None:
    assert open_review(Desk(workspace, REVIEWER, opened), SETUP).answers["staff_names"] == HIDDEN


def test_the_printed_form_hides_it_from_all_but_the_filler_under_the_same_code(
    workspace: Workspace, opened: Opened
) -> None:
    own, other = (print_view(Desk(workspace, actor, opened), SETUP) for actor in (FILLER, REVIEWER))
    assert NAME in own
    assert not SCRUBBER.holds(other)
    assert own.replace(NAME, HIDDEN) == other


def test_exports_and_snapshots_hold_no_name(workspace: Workspace, opened: Opened, tmp_path: Path) -> None:
    export_audit(workspace, Actor("admin", "admin"), AuditFilter(), tmp_path / "audit.xlsx", "zh_CN")
    export_queue(Desk(workspace, REVIEWER, opened), [APPLICATION, SETUP], tmp_path / "queue.xlsx")
    snapshot = take_snapshot(workspace, opened)
    assert find_file(tmp_path, SCRUBBER) is None
    assert find_file(snapshot.folder, SCRUBBER) is None
    assert snapshot.frames(["running_record"])["running_record"]["text"].tolist() == [SHOWN]
    assert snapshot.hidden >= 10


# -- who fills in ----------------------------------------------------------------------------------------


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the county, to be written to."""
    shutil.copytree(folder, tmp_path / "own", ignore=shutil.ignore_patterns("*.sqlite-*", "outputs"))
    with open_workspace(tmp_path / "own") as opened:
        yield opened


COMMON = "campaign.answer_identifies_common"
BEHALF = Actor("reviewer", "reviewer", TOWN, on_behalf=True)
RETURNED = key_of("village_application", SISTER)


def test_nobody_fills_in_for_a_unit_what_names_people(own: Workspace, opened: Opened) -> None:
    county = Desk(own, Actor("county", "reviewer", COUNTY, on_behalf=True), opened)
    assert units_to_fill(county, SETUP.form_id).empty
    for use in (open_submission, lambda desk, key: save_answers(desk, key, SETUP_ANSWERS, 0)):
        with pytest.raises(RightsError, match="只能由单位自己填报"):
            use(county, SETUP)


def test_what_a_reviewer_was_not_shown_is_kept_as_it_was(own: Workspace, opened: Opened) -> None:
    desk = Desk(own, BEHALF, opened)
    form = open_submission(desk, RETURNED)
    assert form.answers["industry"] == SHOWN
    save_answers(desk, RETURNED, {**form.answers, "capable_members": 21}, form.revision)
    with own.store.read(whole=True) as reader:
        found = store.load_state(reader, RETURNED)
    assert found is not None
    assert found.draft is not None
    assert (found.draft["industry"], found.draft["capable_members"]) == (TYPED, 21)
    assert found.draft["good_deeds"][0]["title"] == TYPED


def test_a_comment_that_was_not_changed_is_kept_as_it_was(own: Workspace, opened: Opened) -> None:
    key = MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "county", "on_site", "reviewer")
    desk = Desk(own, REVIEWER, opened)

    def give(points: float, comment: str) -> str:
        give_marks(desk, [Mark(key, points, comment)])
        with own.store.read(whole=True) as reader:
            return next(
                mark.comment for mark in store.load_marks(reader, CAMPAIGN, PERIOD) if mark.key == key
            )

    assert give(5.0, TYPED) == TYPED
    assert give(6.0, SHOWN) == TYPED
    assert give(6.0, "已改正") == "已改正"


def test_the_reason_of_an_own_mark_that_was_not_changed_is_kept(own: Workspace, opened: Opened) -> None:
    desk, track = Desk(own, Actor("sister", "filler", SISTER), opened), opened.campaign.track("village")
    key = key_of("village_application", SISTER)
    for points, reason in ((4.0, TYPED), (5.0, SHOWN)):
        save_self_marks(desk, key, track, "self", {"v1_unity": (points, reason)})
        with own.store.read(whole=True) as reader:
            marks = store.load_marks(reader, CAMPAIGN, PERIOD, unit_code=SISTER, layer="self")
        assert [(mark.points, mark.comment) for mark in marks] == [(points, TYPED)]


def test_a_conflict_shows_a_reviewer_no_name(own: Workspace, opened: Opened) -> None:
    desk = Desk(own, BEHALF, opened)
    form = open_submission(desk, RETURNED)
    save_answers(desk, RETURNED, {**form.answers, "capable_members": 21}, form.revision)
    with pytest.raises(ConflictError) as caught:
        save_answers(desk, RETURNED, {**form.answers, "capable_members": 22}, form.revision)
    assert caught.value.args_of_message["answers"]["industry"] == SHOWN


def test_a_common_word_is_refused_beside_the_field_and_by_the_server_and_a_number_is_not(
    own: Workspace, opened: Opened
) -> None:
    key = key_of("township_setup", OTHER_TOWN)
    filler = Actor("other", "filler", OTHER_TOWN)
    desk, revision = Desk(own, filler, opened), 0
    for value in ("上坪村", "上坪", "990101001001", "安全", "平安", "王"):
        answers = {**SETUP_ANSWERS, "staff_names": value}
        with pytest.raises(AnswersRefusedError, match="改填三位以内的编号") as caught:
            hand_in(desk, key, answers, revision)
        assert [(problem.path, problem.code) for problem in caught.value.problems] == [
            ("staff_names", COMMON)
        ]
        revision = save_answers(desk, key, answers, revision)
        assert "改填三位以内的编号" in text_of(FillForm(Visit(own, filler, {}, "zh_CN"), filler, key).widget)
    assert hand_in(desk, key, {**SETUP_ANSWERS, "staff_names": "12"}, revision) == 1


# -- what leaves ---------------------------------------------------------------------------------------


def test_a_download_that_names_somebody_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    Workbook().save(path)
    assert check_leaving(workspace, path) == path
    visit = Visit(workspace, REVIEWER, {}, "zh_CN")
    planted = Workbook()
    planted.active.append([TYPED])  # type: ignore[union-attr]
    planted.save(path)
    with pytest.raises(DataError, match=r"list\.xlsx") as caught:
        download_link(visit, "下载", path)
    assert not SCRUBBER.holds(str(caught.value))
    assert not path.exists()


LATER = "赵有福"


def test_what_was_made_before_a_name_was_known_is_held_back(own: Workspace, opened: Opened) -> None:
    with own.store.write(OPERATOR) as writer:
        store.add_note(writer, CAMPAIGN, PERIOD, TOWN, today(), f"走访{LATER}家")
    snapshot = take_snapshot(own, opened)
    folder = own.settings.outputs.joinpath(CAMPAIGN, PERIOD, "unit", TOWN)
    folder.mkdir(parents=True)
    for name, said in (("report.html", LATER), ("clean.html", "平安建设")):
        (folder / name).write_text(f"<p>走访{said}</p>", encoding="utf-8")
    desk, key = Desk(own, LEADER, opened), key_of("township_setup", OTHER_TOWN)
    assert find_result(desk, "unit", TOWN, "report.html").is_file()
    assert (
        LATER
        in find_snapshot(own, opened, snapshot.snapshot_id)
        .frames(["running_record"])["running_record"]["text"]
        .str.cat()
    )
    filler = Desk(own, Actor("other", "filler", OTHER_TOWN), opened)
    save_answers(filler, key, {**SETUP_ANSWERS, "staff_names": LATER}, 0)
    for call in (
        lambda: find_result(desk, "unit", TOWN, "report.html"),
        lambda: find_result_file(desk, "unit", TOWN, "report.html"),
        lambda: zip_results(desk, TOWN),
    ):
        with pytest.raises(DataError, match="请重新生成") as caught:
            call()
        assert LATER not in str(caught.value)
    assert find_result_file(desk, "unit", TOWN, "clean.html") is not None
    (folder / "report.html").write_text("<p>走访〔略〕家</p>", encoding="utf-8")
    assert find_result(desk, "unit", TOWN, "report.html").is_file()
    older = find_snapshot(own, opened, snapshot.snapshot_id)
    notes = older.frames(["running_record"])["running_record"]
    assert set(notes["text"]) == {SHOWN, "走访〔略〕家"}
    assert older.records().units.equals(snapshot.records().units)


def test_slips_are_handed_out_whatever_stands_on_them() -> None:
    link = slips_link("下载", [Slip(NAME, (), ("密码", "x"), "")], "密码单").value
    assert 'download="密码单.docx"' in link


def test_no_report_holds_the_name_and_none_fails(workspace: Workspace, opened: Opened) -> None:
    runs = run_reports(workspace, [opened], unit_codes=[TOWN], workers=1)
    assert runs
    for run in runs:
        assert {run.manifest.units[code].failure for code in run.codes} == {None}
        assert run.manifest.provenance.hidden > 0
    assert find_file(workspace.settings.outputs, SCRUBBER) is None
    pages = [path.read_text(encoding="utf-8") for path in workspace.settings.outputs.rglob("report.html")]
    assert any("平安建设" in page and HIDDEN in page for page in pages)
