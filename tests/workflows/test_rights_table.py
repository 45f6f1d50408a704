"""Every workflow, called as every role on units above, beside and below, against the design's table.

A new workflow needs two lines here: a *case* that calls it on a unit (below, by the name of the function), and
its action in ``tests/needs.py``. ``TABLE``, copied by hand, says who may do that action on which units;
``EXCEPTIONS`` holds the workflows that the design treats differently from their action.
"""

import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PERIOD,
    ROOT,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    make_register,
)
from needs import NEEDS
from openpyxl import load_workbook
from sqlalchemy import Connection, event

import pbwidgets.workflows
from pbwidgets import store
from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.demo.evidence import make_photo
from pbwidgets.errors import PbError, ProblemsError, RightsError, UsageError
from pbwidgets.exports.answer_book.layout import FIRST_ROW
from pbwidgets.exports.docx import Letter
from pbwidgets.store import Actor, Mark, MarkKey, NominationList, PublicNotice, SubmissionKey, Veto
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.meeting.notices import PlannedNotice
from pbwidgets.workflows.organise import campaigns, register
from pbwidgets.workflows.people.audit_log import AuditFilter
from pbwidgets.workflows.people.passwords import hash_password
from pbwidgets.workflows.reports.board import Choice
from pbwidgets.workflows.review.acceptance import Correction

Call = Callable[[], object]
Case = Callable[["World", Actor, str], Call]

PHOTO = make_photo(1)
NOW = datetime(2026, 11, 10, 4, tzinfo=UTC)
FAR = datetime(2099, 1, 1, tzinfo=UTC)
NEIGHBOUR = "990101002002"  # beside OTHER_VILLAGE; no test changes it
TOWNS, VILLAGES = {TOWN, OTHER_TOWN}, {VILLAGE, SISTER, OTHER_VILLAGE}
EVERYWHERE = {COUNTY, *TOWNS, *VILLAGES}
TOWN_ANSWERS: dict[str, Any] = {
    "documents_made": ["plan"],
    "projects": [{"title": "党建联盟", "innovation": "村企联建", "progress": "under_way"}],
    "surveyed": 100,
    "satisfied": 90,
}

ACTORS = {
    "filler of the village": Actor("zhang", "filler", VILLAGE),
    "reviewer of the township": Actor("li", "reviewer", TOWN),
    "reviewer of the township, on behalf": Actor("ma", "reviewer", TOWN, on_behalf=True),
    "reviewer of the county": Actor("xu", "reviewer", COUNTY),
    "leader of the township": Actor("han", "leader", TOWN),
    "leader of the county": Actor("he", "leader", COUNTY),
    "analyst": Actor("liu", "analyst"),
    "organiser": Actor("sun", "organiser"),
    "administrator": Actor("gao", "admin"),
    "somebody of no known role": Actor("wang", "visitor", VILLAGE),
}

# -- the design's table, copied by hand: who may do what on which units ---------------------------------------

BELOW_TOWN = {VILLAGE, SISTER}
BELOW_COUNTY = TOWNS | VILLAGES
TABLE: dict[str, dict[str, set[str]]] = {
    "view": {
        "filler of the village": {VILLAGE},
        "reviewer of the township": {TOWN, *BELOW_TOWN},
        "reviewer of the county": EVERYWHERE,
        "leader of the township": {TOWN, *BELOW_TOWN},
        "leader of the county": EVERYWHERE,
        "analyst": EVERYWHERE,
        "organiser": EVERYWHERE,
    },
    "inspect": {
        "reviewer of the township": {TOWN, *BELOW_TOWN},
        "reviewer of the county": EVERYWHERE,
        "leader of the township": {TOWN, *BELOW_TOWN},
        "leader of the county": EVERYWHERE,
        "organiser": EVERYWHERE,
    },
    "fill": {"filler of the village": {VILLAGE}, "reviewer of the township, on behalf": BELOW_TOWN},
    "review": {"reviewer of the township": BELOW_TOWN, "reviewer of the county": BELOW_COUNTY},
    "rate": {
        "reviewer of the township": BELOW_TOWN,
        "reviewer of the county": BELOW_COUNTY,
        "leader of the township": BELOW_TOWN,
        "leader of the county": BELOW_COUNTY,
    },
    "recuse": {"reviewer of the county": EVERYWHERE, "organiser": EVERYWHERE},
    "nominate": {"reviewer of the township": {TOWN}, "reviewer of the county": {COUNTY}},
    "veto": {"reviewer of the county": EVERYWHERE, "organiser": EVERYWHERE},
    "exception": {"reviewer of the county": EVERYWHERE, "organiser": EVERYWHERE},
    "note": {
        "reviewer of the township": BELOW_TOWN,
        "reviewer of the county": BELOW_COUNTY,
        "organiser": EVERYWHERE,
    },
    "decide": {"reviewer of the county": EVERYWHERE, "organiser": EVERYWHERE},
    "report": {"reviewer of the county": EVERYWHERE, "organiser": EVERYWHERE},
    "survey": {
        "reviewer of the township": BELOW_TOWN,
        "reviewer of the county": BELOW_COUNTY,
        "organiser": EVERYWHERE,
    },
    "accounts": {"administrator": EVERYWHERE},
    "back_up": {},  # only whoever has a shell on the server
    "reset_password": {
        "reviewer of the township": BELOW_TOWN,
        "reviewer of the county": BELOW_COUNTY,
        "administrator": EVERYWHERE,
    },
    "allot": {"organiser": EVERYWHERE},
    "open_campaign": {"organiser": EVERYWHERE},
    "import_units": {"organiser": EVERYWHERE},
}
MARKS_OF_ITS_OWN = {**TABLE["rate"], "filler of the village": {VILLAGE}}  # in the layer of the unit itself
UNITS_ONE_BY_ONE = {role: units for role, units in TABLE["view"].items() if role != "analyst"}
# what units have to do themselves; a reviewer's own unit is left to its filler
UNITS_DUE = {
    role: units - ({TOWN} if role == "reviewer of the township" else set())
    for role, units in UNITS_ONE_BY_ONE.items()
}
SCORES = {role: units for role, units in TABLE["view"].items() if not role.startswith("filler")}
OF_A_UNIT = {role: units for role, units in TABLE["view"].items() if role not in ("analyst", "organiser")}
WHOLE_LIST = {role: units for role, units in SCORES.items() if COUNTY in units}
OF_FILLERS = {role: units for role, units in TABLE["view"].items() if role.startswith(("filler", "reviewer"))}
LEVEL_ABOVE = {"reviewer of the township": {VILLAGE, SISTER}, "reviewer of the county": TOWNS}
EXCEPTIONS: dict[str, dict[str, set[str]]] = {
    "give_marks": MARKS_OF_ITS_OWN,
    "withdraw_mark": MARKS_OF_ITS_OWN,
    # those who see single units: not the analyst, who sees aggregates and snapshots
    **dict.fromkeys(
        ("unit_steps", "unit_notes", "unit_decisions", "progress_grid", "list_to_do"), UNITS_ONE_BY_ONE
    ),
    **dict.fromkeys(("find_evidence_file",), UNITS_ONE_BY_ONE),
    # it shows sensitive answers
    **dict.fromkeys(("print_view", "read_paper", "make_application"), OF_FILLERS),
    # a unit sees its scores only after the decision, in words, by own_score_sheet
    **dict.fromkeys(("board_choices", "draw_board"), SCORES),
    **dict.fromkeys(("find_result", "find_result_file", "list_results", "zip_results"), SCORES),
    **dict.fromkeys(("make_circular", "make_score_sheets"), SCORES),
    **dict.fromkeys(
        ("open_trial", "meeting_tracks", "make_slides", "find_notices", "make_notice"), WHOLE_LIST
    ),
    # the level that fills a form in, or else the first above the unit
    **dict.fromkeys(("refuse_done", "put_off"), LEVEL_ABOVE),
    # only the unit gives its own marks, even if somebody fills in on its behalf
    "save_self_marks": {"filler of the village": {VILLAGE}},
    "restamp_self_marks": {"filler of the village": {VILLAGE}},
    # a reviewer must not see other layers before marking, even when filling in for a unit
    "load_self_marks": {"filler of the village": {VILLAGE}},
    **dict.fromkeys(("own_score_sheet", "sees_own_sheet"), OF_A_UNIT),
    # its parts are those that the role may see
    "list_duties": dict.fromkeys(set(ACTORS) - {"somebody of no known role"}, EVERYWHERE),
    "units_without_account": {"organiser": EVERYWHERE, "administrator": EVERYWHERE},
    "write_account_list": {"organiser": EVERYWHERE, "administrator": EVERYWHERE},
}

NOT_APPLICABLE: dict[str, set[str]] = {
    "set_allotments": {COUNTY, *VILLAGES},
    "make_survey_batch": {COUNTY, *TOWNS},
    **dict.fromkeys(("import_accounts", "check_account_list"), EVERYWHERE),  # an empty list
    "enable_account": EVERYWHERE,  # it is in use
    **dict.fromkeys(("copy_from_period", "begin_entry", "list_entries", "list_log"), EVERYWHERE),
    **dict.fromkeys(("find_result", "find_result_file", "zip_results"), EVERYWHERE),
    **dict.fromkeys(("draw_board", "read_draft", "open_draft"), EVERYWHERE),
    **dict.fromkeys(("confirm_unchanged", "begin_many", "refuse_done", "put_off"), EVERYWHERE),
    **dict.fromkeys(("excuse", "put_off_check", "lift"), EVERYWHERE),  # there are no checks
    **dict.fromkeys(("make_circular", "make_notice", "make_score_sheets", "make_application"), EVERYWHERE),
    **dict.fromkeys(("decide_selection", "plan_notice", "start_public_notice"), EVERYWHERE),
    **dict.fromkeys(("take_back_notice", "add_objection", "settle_objection", "start_reports"), EVERYWHERE),
}
"""Units on which a call means nothing, whoever makes it; by default the county, which fills nothing in."""

NOTICE = PublicNotice(CAMPAIGN, PERIOD, "village", date(2026, 12, 20), date(2026, 12, 26), "县委组织部")
CLASS_NAMES = ("一类", "二类")
DECIDED = date(2020, 1, 5)

WHOLE_CAMPAIGN = {
    *("count_unfinished", "close_campaign", "reopen_campaign"),
    *("open_campaign", "open_definition", "import_register", "save_units", "read_draft", "open_draft"),
    *("write_workbook", "units_without_account", "write_account_list", "list_duties"),
    *("open_trial", "meeting_tracks", "make_slides", "find_notices", "make_notice"),
    *("decide_selection", "plan_notice", "start_public_notice", "take_back_notice"),
    *("add_objection", "settle_objection"),
    *("list_accounts", "add_account", "import_accounts", "disable_account", "hand_over", "examine_server"),
    *("examine_records", "back_up"),
    *("enable_account", "check_account_list", "list_audit", "export_audit"),
    *("share_places", "renew_reports", "find_renewal", "stop_renewal"),
    *("own_score_sheet", "sees_own_sheet"),
    *("decide_classes", "import_classes"),
}
"""Workflows that concern no unit: they are called once, and only the role matters."""


def expected(workflow: str, role: str) -> set[str]:
    units = everywhere(workflow, role)
    return units if workflow not in WHOLE_CAMPAIGN else {TOWN} if units else set()


def places_of(workflow: str) -> set[str]:
    """Units on which a workflow is called."""
    return {TOWN} if workflow in WHOLE_CAMPAIGN else EVERYWHERE


def everywhere(workflow: str, role: str) -> set[str]:
    rows = EXCEPTIONS.get(workflow, TABLE.get(NEEDS[workflow], {}))
    plain = role.removesuffix(", on behalf")
    return rows.get(role, set() if NEEDS[workflow] == "fill" else rows.get(plain, set()))


# -- the world for the calls ---------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """The small county with every kind of record, in one folder for all tests."""

    workspace: Workspace
    opened: Opened
    commits: list[Connection] = field(default_factory=list)
    files: frozenset[Path] = frozenset()
    desks: dict[Actor, Desk] = field(default_factory=dict)

    @property
    def campaign(self) -> Campaign:
        return self.opened.campaign

    def desk(self, actor: Actor, now: datetime | None = None) -> Desk:
        """Desk of an actor, the same until something is written: reading the register is half of a refused call."""
        if now is not None:
            return Desk(self.workspace, actor, self.opened, now=now)
        return self.desks.setdefault(actor, Desk(self.workspace, actor, self.opened))

    def note_commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("pb_writes"):
            self.commits.append(connection)
            self.desks.clear()

    def restore(self) -> "World":
        """Restore the initial world: its SQLite file, without any file added since."""
        folder = self.workspace.settings.workspace
        for path in set(files_in(folder)) - self.files:
            path.unlink()
        shutil.copyfile(folder / "kept.sqlite", store_file(self.workspace))
        self.commits.clear()
        self.desks.clear()
        return self

    def restored(self) -> "World":
        """The initial world, restored if anything was written."""
        return self.restore() if self.commits else self

    def write(self, call: Callable[[Any], object]) -> Any:
        with self.workspace.store.write(OPERATOR, NOW) as writer:
            return call(writer)

    def key(self, unit: str) -> SubmissionKey:
        return key_of("village_application" if unit in VILLAGES else "township_application", unit)

    def mark(self, actor: Actor, unit: str) -> Mark:
        line = "v1_unity" if unit in VILLAGES else "t1_fit"
        layer = "county" if actor.unit_code == COUNTY or unit not in VILLAGES else "township"
        source = {"township": "township", "county": "on_site" if unit in VILLAGES else "assessment"}[layer]
        if actor.role == "filler":
            layer = source = "self"
        if actor.role == "leader":
            source = "leader"
        return Mark(MarkKey(CAMPAIGN, PERIOD, unit, line, layer, source, actor.name), 5.0)

    def to_level_of(self, actor: Actor, unit: str) -> tuple[str, int]:
        """Level of a reviewer, after those below have accepted, and the version they see."""
        level = "county" if actor.unit_code == COUNTY else "township"
        key = self.key(unit)
        levels = review_levels(self.campaign, self.campaign.form(key.form_id))
        with self.workspace.store.read() as reader:
            state = store.load_state(reader, key)
        if state is None:
            return level, 1
        if level == "county" and "township" in levels and state.state == "submitted":
            return level, self.write(lambda w: store.accept(w, key, "township", levels))
        return level, state.version


def with_leaders(campaign: Campaign) -> Campaign:
    """The campaign with leaders in every layer that a level marks, two classes in each track, and a field for later."""
    plain = campaign.model_dump(mode="json")
    for one in (one for form in plain["forms"] for one in fields_of(form)):
        one["later"] = True if one["id"] == "industry" else one["later"]
    for track in plain["tracks"]:
        names = [{"zh": name, "en": name} for name in CLASS_NAMES]
        track["classes"] = {"names": names, "from_totals": [60]} if track["kind"] == "score" else None
        for layer in track["layers"]:
            if layer["id"] != "self":
                own = {"id": layer["id"], "name": {"zh": "评审", "en": "Review"}, "weight": 80}
                leader = {"id": "leader", "name": {"zh": "领导", "en": "Leaders"}, "weight": 20}
                layer["sources"] = [*(layer["sources"] or [own]), leader]
    return Campaign.model_validate(plain)


def fields_of(plain: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in plain["fields"]:
        yield one
        yield from fields_of(one)


def store_file(workspace: Workspace) -> Path:
    return Path(str(workspace.store.engine.url.database))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def kept_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    campaign = with_leaders(read_campaign(folder / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"))
    with open_workspace(folder) as workspace:
        register.save_units(workspace, OPERATOR, make_register())
        opened = campaigns.open_definition(workspace, OPERATOR, campaign)
        world = World(workspace, opened)
        with workspace.store.write(OPERATOR, NOW) as w:
            answers = {**dict.fromkeys(VILLAGES, VILLAGE_ANSWERS), **dict.fromkeys(TOWNS, TOWN_ANSWERS)}
            store.submit_many(w, [(world.key(unit), given) for unit, given in sorted(answers.items())])
            store.set_allotments(w, CAMPAIGN, PERIOD, "village", dict.fromkeys(TOWNS, 4))
            for unit in sorted(EVERYWHERE):  # the n-th unit has the n-th veto
                gate = "falsified_village" if unit in VILLAGES else "falsified_township"
                store.record_veto(w, Veto(CAMPAIGN, PERIOD, unit, gate, "核查发现"))
            kept = store.keep_file(workspace.settings.evidence, "现场.jpg", PHOTO, 10_000_000)
            for unit in sorted(answers):
                path = "centre_photos" if unit in VILLAGES else "photos"
                store.add_evidence(w, world.key(unit), path, kept.filename, kept, 10_000_000)
            for unit in sorted(TOWNS | VILLAGES):
                track = "village" if unit in VILLAGES else "township"
                store.decide_class(
                    w, store.ClassDecision(CAMPAIGN, PERIOD, track, unit, 2, DECIDED, "领导小组", "摸底")
                )
            hashed = hash_password("Ceshi-mima-2026")
            for unit in sorted(EVERYWHERE):
                store.add_account(w, store.NewAccount(f"f{unit}", "filler", unit, hashed))
            for by, unit in ((TOWN, VILLAGE), (OTHER_TOWN, OTHER_VILLAGE)):
                store.nominate(w, NominationList(CAMPAIGN, PERIOD, "village", by), unit)
        # between transactions no connection is open, so the file is the whole store
        shutil.copyfile(store_file(workspace), folder / "kept.sqlite")
        event.listen(workspace.store.engine, "commit", world.note_commit)
        yield replace(world, files=frozenset(files_in(folder)))


@pytest.fixture
def world(kept_world: World) -> World:
    """The initial world."""
    return kept_world.restore()


def number_of(unit: str) -> int:
    return sorted(EVERYWHERE).index(unit) + 1


# -- cases: each gives the call of one workflow on one unit --------------------------------------------

CASES: dict[str, Case] = {}


def case(make: Case) -> Case:
    CASES[make.__name__] = make
    return make


def workflow(name: str) -> Any:
    return next(function for found, function in find_workflows() if found == name)


PLAIN = {
    *("plan_reports", "report_problems", "tracks_to_nominate"),
    # what others ask before they look or write
    *("fills_in", "sits_at", "is_named", "read_as_hand", "check_hand_on_any"),
    *("suggest_letter", "complete_letter", "top_of", "template_of", "find_circular", "save_document"),
}
"""What they tell is in the files of the workspace, for everybody who is signed in, or they write what they get."""
ELSEWHERE = {"find_audience", "lists_in_view", "read_list", "decide_list", "make_list_circular"}
"""Asked for as every role where there are lists: ``meeting/test_lists.py`` and ``apps/pages/test_meeting_lists.py``."""


@cache
def find_workflows() -> list[tuple[str, Any]]:
    """Public functions in the workflow packages that take a desk, or ``workspace, actor``, first."""
    found: dict[str, Any] = {}
    for module_info in pkgutil.walk_packages(pbwidgets.workflows.__path__, "pbwidgets.workflows."):
        module = import_module(module_info.name)
        if module.__name__.startswith("pbwidgets.workflows.ground"):
            continue
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            first = tuple(inspect.signature(function).parameters)[:2]
            if name in PLAIN | ELSEWHERE or name.startswith(("_", "authorise")):
                continue
            if first[:1] == ("desk",) or first == ("workspace", "actor"):
                found[name] = function
    return sorted(found.items())


def hand_back(world: World, key: SubmissionKey) -> int:
    """Revision of the draft of a submission that was returned to its filler."""
    with world.workspace.store.read() as reader:
        found = store.load_state(reader, key)
    if found is None or found.state != "submitted":
        return 0 if found is None else found.revision
    levels = review_levels(world.campaign, world.campaign.form(key.form_id))
    world.write(lambda w: store.return_submission(w, key, levels[0], levels, "请补充"))
    return found.revision + 1


def answers_of(unit: str) -> dict[str, Any]:
    return VILLAGE_ANSWERS if unit in VILLAGES else TOWN_ANSWERS


@case
def save_answers(world: World, actor: Actor, unit: str) -> Call:
    key = world.key(unit)
    revision = hand_back(world, key)
    return lambda: workflow("save_answers")(world.desk(actor), key, answers_of(unit), revision)


@case
def hand_in(world: World, actor: Actor, unit: str) -> Call:
    key = world.key(unit)
    revision = hand_back(world, key)
    return lambda: workflow("hand_in")(world.desk(actor, NOW), key, answers_of(unit), revision)


@case
def take_back(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("take_back")(world.desk(actor), world.key(unit))


@case
def amend(world: World, actor: Actor, unit: str) -> Call:
    with world.workspace.store.read() as reader:
        found = store.load_state(reader, world.key(unit))
    seen = 0 if found is None else found.version
    answers = {**answers_of(unit), "industry": "柑橘"} if unit in VILLAGES else answers_of(unit)
    return lambda: workflow("amend")(world.desk(actor), world.key(unit), answers, seen_version=seen)


@case
def changeable(world: World, actor: Actor, unit: str) -> Call:
    def look() -> None:
        if not workflow("changeable")(world.desk(actor), world.key(unit)):
            raise RightsError("workflows.out_of_scope", unit=unit, own="")

    return look


@case
def begin_many(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("begin_many")(world.desk(actor), world.key(unit).form_id, [unit], {})


@case
def review_queue(world: World, actor: Actor, unit: str) -> Call:
    def look() -> None:
        queue = workflow("review_queue")(world.desk(actor))
        # the county itself hands in nothing: seeing all of its townships counts instead
        wanted = {unit} if unit != COUNTY else TOWNS
        if not wanted <= set(queue["unit_code"]):
            raise RightsError("workflows.out_of_scope", unit=unit, own="")

    return look


@case
def export_queue(world: World, actor: Actor, unit: str) -> Call:
    """What is not in the actor's queue is not in the workbook."""

    def write() -> None:
        path = world.workspace.settings.workspace / "queue.xlsx"
        wanted = [world.key(code) for code in ([unit] if unit != COUNTY else sorted(TOWNS))]
        if workflow("export_queue")(world.desk(actor), wanted, path) < len(wanted):
            raise RightsError("workflows.out_of_scope", unit=unit, own="")

    return write


@case
def open_review(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("open_review")(world.desk(actor), world.key(unit))


@case
def computed_lines(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("computed_lines")(world.desk(actor), world.key(unit))


@case
def find_balance(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("find_balance")(world.desk(actor), "village", unit)


@case
def write_mark_sheet(world: World, actor: Actor, unit: str) -> Call:
    track, path = "village" if unit in VILLAGES else "township", world.workspace.settings.workspace / "m.xlsx"
    return lambda: workflow("write_mark_sheet")(world.desk(actor), track, [unit], path)


@case
def read_marks(world: World, actor: Actor, unit: str) -> Call:
    """A row of a unit that the actor does not mark is a finding."""
    track, path = "village" if unit in VILLAGES else "township", world.workspace.settings.workspace / "m.csv"
    line = world.mark(actor, unit).key.criterion_id
    path.write_text(f"unit_code,{line}\n{unit},5\n", encoding="utf-8")

    def read() -> None:
        if workflow("read_marks")(world.desk(actor), track, path).findings:
            raise RightsError("workflows.out_of_scope", unit=unit, own="")

    return read


@case
def store_marks(world: World, actor: Actor, unit: str) -> Call:
    from pbwidgets.workflows.exchange.marks import ReturnedMarks

    track, mark = "village" if unit in VILLAGES else "township", world.mark(actor, unit)
    returned = ReturnedMarks("m.xlsx", b"", (), (), (), track, {unit: (mark,)})
    return lambda: workflow("store_marks")(world.desk(actor), returned)


@case
def accept_submission(world: World, actor: Actor, unit: str) -> Call:
    level, seen = world.to_level_of(actor, unit)
    return lambda: workflow("accept_submission")(world.desk(actor), world.key(unit), level, seen_version=seen)


@case
def accept_submissions(world: World, actor: Actor, unit: str) -> Call:
    _, seen = world.to_level_of(actor, unit)
    return lambda: workflow("accept_submissions")(world.desk(actor), {world.key(unit): seen})


@case
def return_submissions(world: World, actor: Actor, unit: str) -> Call:
    _, seen = world.to_level_of(actor, unit)
    wanted = Correction("请补充")
    return lambda: workflow("return_submissions")(world.desk(actor), {world.key(unit): seen}, wanted)


@case
def plan_batch(world: World, actor: Actor, unit: str) -> Call:
    _, seen = world.to_level_of(actor, unit)

    def call() -> None:
        batch = workflow("plan_batch")(world.desk(actor), {world.key(unit): seen})
        for error in batch.refused.values():
            raise error

    return call


@case
def undo_acceptance(world: World, actor: Actor, unit: str) -> Call:
    level, _ = world.to_level_of(actor, unit)
    key = world.key(unit)
    levels = review_levels(world.campaign, world.campaign.form(key.form_id))
    with world.workspace.store.read() as reader:
        state = store.load_state(reader, key)
    turn = {"submitted": levels[:1], "accepted:township": ("county",)}
    if state is not None and level in turn.get(state.state, ()):
        world.write(lambda w: store.accept(w, key, level, levels))
    return lambda: workflow("undo_acceptance")(world.desk(actor), key, level)


@case
def send_back(world: World, actor: Actor, unit: str) -> Call:
    level, seen = world.to_level_of(actor, unit)
    return lambda: workflow("send_back")(
        world.desk(actor), world.key(unit), level, Correction("请补充"), seen_version=seen
    )


@case
def give_marks(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("give_marks")(world.desk(actor), [world.mark(actor, unit)])


@case
def withdraw_mark(world: World, actor: Actor, unit: str) -> Call:
    mark = world.mark(actor, unit)
    world.write(lambda w: store.rate(w, mark))
    return lambda: workflow("withdraw_mark")(world.desk(actor), mark.key)


@case
def add_on_site_photo(world: World, actor: Actor, unit: str) -> Call:
    line = world.mark(actor, unit).key.criterion_id
    return lambda: workflow("add_on_site_photo")(world.desk(actor), world.key(unit), line, "现场.jpg", PHOTO)


@case
def print_mark_sheets(world: World, actor: Actor, unit: str) -> Call:
    track, path = "village" if unit in VILLAGES else "township", world.workspace.settings.workspace / "s.docx"
    return lambda: workflow("print_mark_sheets")(world.desk(actor), track, [unit], path)


@case
def open_paper(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("open_paper")(
        world.desk(actor), "village" if unit in VILLAGES else "township", [unit]
    )


@case
def recuse_rater(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("recuse_rater")(world.desk(actor), "someone_else", unit, "亲属关系")


@case
def nominate_unit(world: World, actor: Actor, unit: str) -> Call:
    below = SISTER if unit == TOWN else NEIGHBOUR
    with world.workspace.store.read() as reader:
        vetoes = store.load_veto_records(reader, CAMPAIGN, PERIOD)
    for veto in vetoes:
        if veto.veto.unit_code == below and veto.status != "lifted":
            world.write(partial(store.lift_veto, veto_id=veto.id, reason="查否"))
    return lambda: workflow("nominate_unit")(world.desk(actor), "village", unit, below)


@case
def find_candidates(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("find_candidates")(world.desk(actor), "village", unit)


@case
def hand_in_nominations(world: World, actor: Actor, unit: str) -> Call:
    listed = {TOWN: [VILLAGE], OTHER_TOWN: [OTHER_VILLAGE]}.get(unit, [])
    return lambda: workflow("hand_in_nominations")(world.desk(actor), "village", unit, listed, seen=listed)


@case
def withdraw_nomination(world: World, actor: Actor, unit: str) -> Call:
    below = VILLAGE if unit == TOWN else OTHER_VILLAGE
    return lambda: workflow("withdraw_nomination")(world.desk(actor), "village", unit, below)


@case
def set_allotments(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("set_allotments")(world.desk(actor), "village", {unit: 5})


@case
def share_places(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("share_places")(world.desk(actor), "village", total=10)


@case
def record_veto(world: World, actor: Actor, unit: str) -> Call:
    gate = "falsified_village" if unit in VILLAGES else "falsified_township"
    return lambda: workflow("record_veto")(world.desk(actor), unit, gate, "核查发现")


@case
def appeal_veto(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("appeal_veto")(world.desk(actor), number_of(unit), "提出申诉")


@case
def uphold_veto(world: World, actor: Actor, unit: str) -> Call:
    with world.workspace.store.read() as reader:
        on_record = store.load_veto_records(reader, CAMPAIGN, PERIOD)[number_of(unit) - 1]
    if on_record.status == "in_force":
        world.write(lambda w: store.appeal_veto(w, number_of(unit), "提出申诉"))
    return lambda: workflow("uphold_veto")(world.desk(actor), number_of(unit), "申诉不成立")


@case
def lift_veto(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("lift_veto")(world.desk(actor), number_of(unit), "查否")


@case
def grant_exception(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("grant_exception")(world.desk(actor), world.key(unit).form_id, unit, FAR, "水灾")


@case
def grant_exceptions(world: World, actor: Actor, unit: str) -> Call:
    form_id = world.key(unit).form_id
    return lambda: workflow("grant_exceptions")(world.desk(actor), form_id, [unit], FAR, "水灾")


@case
def find_listed_units(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("find_listed_units")(world.desk(actor), world.key(unit).form_id, unit)


@case
def read_listed_units(world: World, actor: Actor, unit: str) -> Call:
    file = world.workspace.settings.workspace / "listed.csv"
    file.write_text(f"编码\n{unit}\n", encoding="utf-8")
    return lambda: workflow("read_listed_units")(world.desk(actor), world.key(unit).form_id, file)


@case
def add_note(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("add_note")(world.desk(actor), unit, date(2026, 3, 1), "组织义务劳动")


def by_key(name: str, *more: object, **named: object) -> None:
    """Case of a workflow that takes ``desk, key, …``."""

    def make(world: World, actor: Actor, unit: str) -> Call:
        return lambda: workflow(name)(world.desk(actor), world.key(unit), *more, **named)

    CASES[name] = make


def by_unit(name: str, *more: object) -> None:
    """Case of a workflow that takes ``desk, unit_code, …``."""

    def make(world: World, actor: Actor, unit: str) -> Call:
        return lambda: workflow(name)(world.desk(actor), unit, *more)

    CASES[name] = make


def by_form(name: str, *more: object) -> None:
    """Case of a workflow that takes ``desk, form_id, unit_code, …``."""

    def make(world: World, actor: Actor, unit: str) -> Call:
        key = world.key(unit)
        return lambda: workflow(name)(world.desk(actor), key.form_id, unit, *more)

    CASES[name] = make


def of_whole(name: str, *more: object, **named: object) -> None:
    """Case of a workflow about no unit that takes ``desk, …``."""

    def make(world: World, actor: Actor, unit: str) -> Call:
        return lambda: workflow(name)(world.desk(actor), *more, **named)

    CASES[name] = make


def of_accounts(name: str, *more: object) -> None:
    """Case of a workflow that takes ``workspace, actor, …``."""

    def make(world: World, actor: Actor, unit: str) -> Call:
        return lambda: workflow(name)(world.workspace, actor, *more)

    CASES[name] = make


by_key("open_submission")
by_key("check_filler")
by_key("release_files")
by_key("changes_since_last_version", VILLAGE_ANSWERS)
by_key("copy_from_period", "2025")
by_key("print_view")
by_key("confirm_unchanged")
by_key("put_off", FAR.date(), "下雨")
by_key("refuse_done", due_on=FAR.date(), reason="漏水")
by_unit("excuse", "no_such", "", "租用场所")
by_unit("put_off_check", "no_such", "", FAR.date(), "换届")
by_unit("lift", "no_such", "", "已换届")
by_key("read_paper")
by_form("begin_entry")
by_form("list_entries")
CASES["list_log"] = lambda world, actor, unit: (
    lambda: workflow("list_log")(world.desk(actor), world.key(unit).form_id, [unit])
)
by_unit("unit_steps")
by_unit("unit_notes")
by_unit("unit_decisions")
by_unit("load_self_marks", "self")
by_unit("board_choices")
by_unit("draw_board", Choice(0, "no_such_block", "village"))
by_unit("zip_results")
CASES["find_result"] = lambda world, actor, unit: (
    lambda: workflow("find_result")(world.desk(actor), "unit", unit, "report.html")
)
of_whole("open_trial")
of_whole("meeting_tracks")
of_whole("find_notices", "village")
of_whole("make_notice", NOTICE, Letter(), Path("no_sender.docx"))
by_unit("make_circular", Letter(), Path("no_sender.docx"))


@case
def make_score_sheets(world: World, actor: Actor, unit: str) -> Call:
    # the unit that there is not is found once the rights on the first have been looked at
    return lambda: workflow("make_score_sheets")(
        world.desk(actor), "village", [unit, "nowhere"], Path("of_nobody.docx")
    )


@case
def make_application(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("make_application")(
        world.desk(actor), world.key(unit), Path("no_version.docx"), 99
    )


of_whole("own_score_sheet")
of_whole("sees_own_sheet")
of_whole("units_without_account")
of_whole("list_duties")
of_whole("find_renewal")
of_whole("stop_renewal")
of_whole("plan_notice", "village", date(2026, 12, 20), contact="县委组织部")
of_whole("start_public_notice", PlannedNotice(NOTICE, (VILLAGE,)))
of_whole("take_back_notice", 99)
of_whole("add_objection", 99, VILLAGE, date(2026, 12, 21), "数据有出入")
of_whole("settle_objection", 99, "dismissed", "已核实")
of_whole("decide_selection", "village", {}, Minutes("会议研究", "领导小组", DECIDED))
of_whole("decide_classes", "township", {TOWN: 2}, Minutes("会议研究", "领导小组", DECIDED))
of_accounts("list_accounts")
of_accounts("examine_server")
of_accounts("examine_records")
of_accounts("list_audit", AuditFilter())
of_accounts("add_account", "xinren", "filler", VILLAGE)
of_accounts("disable_account", f"f{VILLAGE}")
of_accounts("enable_account", f"f{VILLAGE}")
of_accounts("hand_over", f"f{VILLAGE}", "xinren")
of_accounts("read_draft", Path("活动.xlsx"))


@case
def back_up(world: World, actor: Actor, unit: str) -> Call:
    file = world.workspace.settings.workspace.parent / "backup.zip"
    return lambda: workflow("back_up")(world.workspace, actor, file, lambda *_: None, force=True)


@case
def hand_in_form(world: World, actor: Actor, unit: str) -> Call:
    key = world.key(unit)
    revision = hand_back(world, key)
    return lambda: workflow("hand_in_form")(world.desk(actor, NOW), key, answers_of(unit), revision)


@case
def attach_file(world: World, actor: Actor, unit: str) -> Call:
    path = "centre_photos" if unit in VILLAGES else "photos"
    hand_back(world, world.key(unit))
    return lambda: workflow("attach_file")(world.desk(actor), world.key(unit), path, "现场.jpg", PHOTO)


@case
def attach_stamped(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("attach_stamped")(world.desk(actor), world.key(unit), 1, "盖章件.jpg", PHOTO)


def self_marking(name: str, *more: object) -> None:
    def make(world: World, actor: Actor, unit: str) -> Call:
        track = world.campaign.track("village" if unit in VILLAGES else "township")
        hand_back(world, world.key(unit))
        return lambda: workflow(name)(world.desk(actor), world.key(unit), track, "self", *more)

    CASES[name] = make


self_marking("begin_dry_run")
self_marking("restamp_self_marks")
self_marking("save_self_marks", {})


@case
def find_evidence_file(world: World, actor: Actor, unit: str) -> Call:
    with world.workspace.store.read() as reader:
        sha256 = store.load_evidence(reader, world.key(VILLAGE))[0].file.sha256
    return found_or_refused("find_evidence_file", world, actor, world.key(unit), sha256, there=unit != COUNTY)


@case
def find_result_file(world: World, actor: Actor, unit: str) -> Call:
    folder = world.workspace.settings.outputs / CAMPAIGN / PERIOD / "unit" / unit
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text("<p>report</p>", encoding="utf-8")
    return found_or_refused("find_result_file", world, actor, "unit", unit, "report.html")


def found_or_refused(name: str, world: World, actor: Actor, *more: object, there: bool = True) -> Call:
    """Call that refuses by returning None, so that it does not reveal whether a file exists."""

    def call() -> None:
        if workflow(name)(world.desk(actor), *more) is None and there:
            raise RightsError("workflows.not_allowed", role=actor.role, action="view")
        if not there and actor.role not in ("reviewer", "leader", "organiser", "operator"):
            raise RightsError("workflows.not_allowed", role=actor.role, action="view")
        if not there and actor.unit_code not in (None, COUNTY):
            raise RightsError("workflows.not_allowed", role=actor.role, action="view")

    return call


@case
def make_slides(world: World, actor: Actor, unit: str) -> Call:
    trial, tried, what_if = try_out(world.workspace.settings.workspace)
    return lambda: workflow("make_slides")(world.desk(actor), trial, tried, what_if)


@cache
def try_out(folder: Path) -> tuple[Any, Any, Any]:
    from pbwidgets.workflows.meeting.what_if import WhatIf, open_trial, try_selection

    with open_workspace(folder) as workspace:
        trial = open_trial(Desk(workspace, OPERATOR, workspace.opened()))
    what_if = WhatIf("village")
    return trial, try_selection(trial, what_if), what_if


@case
def import_classes(world: World, actor: Actor, unit: str) -> Call:
    file = world.workspace.settings.workspace / "classes.csv"
    file.write_text(f"编码,定类\n{TOWN},二类\n", encoding="utf-8")
    return lambda: workflow("import_classes")(
        world.desk(actor), "township", file,
        Minutes("会议研究", "领导小组", DECIDED))  # fmt: skip


@case
def start_reports(world: World, actor: Actor, unit: str) -> Call:
    def call() -> None:
        if unit in expected("start_reports", role_of(actor)) or actor.role == "operator":
            return  # it would start a run, which its own tests cover
        report = {COUNTY: "overview"}.get(unit, "unit")
        try:
            workflow("start_reports")(world.desk(actor), report, [unit])
        except UsageError as error:  # no reports are made for villages
            raise RightsError("workflows.out_of_scope", unit=unit, own="") from error

    return call


@case
def renew_reports(world: World, actor: Actor, unit: str) -> Call:
    def call() -> None:
        if not expected("renew_reports", role_of(actor)) and actor.role != "operator":
            workflow("renew_reports")(
                world.desk(actor)
            )  # others would start a run, which its own tests cover

    return call


@case
def make_survey_batch(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("make_survey_batch")(world.desk(actor), "satisfaction", unit, "members", 5)


@case
def survey_results(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("survey_results")(world.desk(actor), "satisfaction", unit, "members")


@case
def reset_password(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("reset_password")(world.workspace, actor, f"f{unit}")


@case
def write_account_list(world: World, actor: Actor, unit: str) -> Call:
    path = world.workspace.settings.workspace / "to-add.xlsx"
    return lambda: workflow("write_account_list")(world.desk(actor), path)


@case
def write_workbook(world: World, actor: Actor, unit: str) -> Call:
    path = world.workspace.settings.workspace / "definition.xlsx"
    return lambda: workflow("write_workbook")(world.desk(actor), path)


def of_account_list(name: str) -> None:
    def make(world: World, actor: Actor, unit: str) -> Call:
        import openpyxl

        path = world.workspace.settings.workspace / "accounts.xlsx"
        openpyxl.Workbook().save(path)
        return lambda: workflow(name)(world.workspace, actor, path)

    CASES[name] = make


of_account_list("import_accounts")
of_account_list("check_account_list")


@case
def export_audit(world: World, actor: Actor, unit: str) -> Call:
    path = world.workspace.settings.workspace / "log.xlsx"
    return lambda: workflow("export_audit")(world.workspace, actor, AuditFilter(), path, "zh_CN")


@case
def open_draft(world: World, actor: Actor, unit: str) -> Call:
    from pbwidgets.workflows.organise.workbook import Draft

    draft = Draft(world.campaign, world.opened.version, (), True)
    return lambda: workflow("open_draft")(world.workspace, actor, draft)


@case
def open_campaign(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("open_campaign")(world.workspace, actor, CAMPAIGN)


@case
def open_definition(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("open_definition")(world.workspace, actor, world.campaign)


of_whole("count_unfinished")
of_whole("close_campaign")


@case
def reopen_campaign(world: World, actor: Actor, unit: str) -> Call:
    with world.workspace.store.write(OPERATOR) as writer:
        if store.is_period_open(writer, *world.desk(actor).opened.key):
            store.close_period(writer, *world.desk(actor).opened.key)
    return lambda: workflow("reopen_campaign")(world.desk(actor))


@case
def import_register(world: World, actor: Actor, unit: str) -> Call:
    folder = world.workspace.settings.workspace
    file = folder / "units.csv"
    file.write_text("编码,名称,类别,上级编码\n990101003,新设乡,township,990101\n", encoding="utf-8")
    return lambda: workflow("import_register")(world.workspace, actor, file)


@case
def save_units(world: World, actor: Actor, unit: str) -> Call:
    return lambda: workflow("save_units")(world.workspace, actor, make_register())


# -- lists: refused to those who see nothing, limited for everybody else --------------------------------


def role_of(actor: Actor) -> str:
    return next((role for role, known in ACTORS.items() if known == actor), "operator")


def codes_in(frame: Any, *names: str) -> set[str]:
    return {str(code) for name in names for code in frame[name]}


VILLAGES_TO_FILL = {
    "filler of the village": {VILLAGE},
    "reviewer of the township": BELOW_TOWN,
    "reviewer of the county": VILLAGES,
}


def codes_of_book(path: Path) -> set[str]:
    """Units that have a row in a workbook of answers."""
    rows = load_workbook(path).worksheets[2].iter_rows(FIRST_ROW, max_col=1, values_only=True)
    return {str(code) for (code,) in rows if code}


def codes_accepted(read: Any, world: World, actor: Actor) -> set[str]:
    """Units whose rows an actor may hand in, of a return for all villages that were handed back to their fillers."""
    returned = read(world.desk(actor, NOW), write_return(world))
    return {change.unit_code for change in returned.changes if change.fate == "changed"}


def codes_stored(keep: Any, world: World, actor: Actor) -> set[str]:
    """Units of which an actor stored something."""
    file = write_return(world)
    before = versions_of(world)
    returned = workflow("read_return")(world.desk(actor, NOW), file)
    keep(world.desk(actor, NOW), returned, accept_good_rows=True)
    return {unit for unit, version in versions_of(world).items() if version != before[unit]}


def codes_read(read: Any, world: World, actor: Actor) -> set[str]:
    """Units whose form an actor may send a workbook for; this one is none, which is found out after the right."""
    path = world.workspace.settings.workspace / "none.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    found = set()
    for unit in VILLAGES:
        try:
            read(world.desk(actor, NOW), world.key(unit), path)
        except ProblemsError:
            found.add(unit)
        except RightsError:
            pass
    return found


def codes_drafted(find: Any, world: World, actor: Actor) -> set[str]:
    """Units whose answers an actor may take into the draft."""
    from pbwidgets.workflows.exchange.checking import ChangedAnswers
    from pbwidgets.workflows.exchange.returned import Return

    found = set()
    for unit in VILLAGES:
        with world.workspace.store.read() as reader:
            state = store.load_state(reader, world.key(unit))
        base = (0, 0) if state is None else (state.version, state.revision)
        change = ChangedAnswers(unit, "", "", "new", key=world.key(unit), base=base)
        try:
            if find(world.desk(actor, NOW), Return("", b"", (), (change,))) is change:
                found.add(unit)
        except RightsError:
            pass
    return found


def versions_of(world: World) -> dict[str, int]:
    with world.workspace.store.read() as reader:
        return {unit: len(store.history(reader, world.key(unit))) for unit in VILLAGES}


def write_return(world: World) -> Path:
    path = world.workspace.settings.workspace / "return.xlsx"
    for unit in sorted(VILLAGES):
        hand_back(world, world.key(unit))
    workflow("write_template")(world.desk(OPERATOR, NOW), ["village_application"], [], path)
    book = load_workbook(path)
    page = book.worksheets[2]
    at = next(cell.column for cell in page[2] if str(cell.value).endswith(":industry"))
    for row in range(FIRST_ROW, FIRST_ROW + 4):
        if page.cell(row, 1).value in VILLAGES:
            page.cell(row, at).value = "竹编"
    book.save(path)
    return path


LISTS: dict[str, tuple[dict[str, set[str]], Callable[[Any, World, Actor], set[str]]]] = {
    "units_in_view": (
        TABLE["view"],
        lambda f, world, actor: codes_in(f(world.desk(actor)), "unit_code"),
    ),
    "list_due": (
        UNITS_DUE,
        lambda f, world, actor: {
            due.by_unit
            for lists in [f(world.desk(actor, FAR))]
            for due in (*lists.own, *lists.below)
            if due.kind != "review"
        },
    ),
    "list_to_do": (
        UNITS_ONE_BY_ONE,
        lambda f, world, actor: codes_in(f(world.desk(actor, FAR)), "unit_code"),
    ),
    "progress_grid": (
        UNITS_ONE_BY_ONE,
        lambda f, world, actor: codes_in(f(world.desk(actor, NOW)), "unit_code"),
    ),
    "progress_by_part": (
        {role: (units | {TOWN}) - VILLAGES for role, units in TABLE["view"].items()},
        lambda f, world, actor: codes_in(f(world.desk(actor, NOW)), "part_code"),
    ),
    "awaiting_review": (
        {"reviewer of the township": {"village_application"}, "reviewer of the county": {"township_application"}},
        lambda f, world, actor: codes_in(f(world.desk(actor, NOW)), "form_id"),
    ),
    "units_to_fill": (
        {"filler of the village": {VILLAGE}, "reviewer of the township": BELOW_TOWN,
         "reviewer of the county": VILLAGES},
        lambda f, world, actor: codes_in(
            f(world.desk(actor), "village_application"), "unit_code"
        ),
    ),
    "units_to_mark": (
        {"reviewer of the township": BELOW_TOWN, "reviewer of the county": VILLAGES,
         "leader of the township": BELOW_TOWN, "leader of the county": VILLAGES},
        lambda f, world, actor: codes_in({"code": f(world.desk(actor), "village")}, "code"),
    ),
    "list_results": (
        SCORES,
        lambda f, world, actor: codes_in(f(world.desk(actor)), "unit_code"),
    ),
    "write_template": (
        VILLAGES_TO_FILL,
        lambda f, world, actor: codes_of_book(
            f(world.desk(actor), ["village_application"], [], world.workspace.settings.workspace / "t.xlsx")
        ),
    ),
    "read_return": (
        VILLAGES_TO_FILL,
        lambda f, world, actor: codes_accepted(f, world, actor),
    ),
    "store_return": (
        VILLAGES_TO_FILL,
        lambda f, world, actor: codes_stored(f, world, actor),
    ),
    "read_own_return": (TABLE["fill"], lambda f, world, actor: codes_read(f, world, actor)),
    "find_draft": (TABLE["fill"], lambda f, world, actor: codes_drafted(f, world, actor)),
    "list_answers": (
        {role: units & VILLAGES for role, units in TABLE["view"].items()},
        lambda f, world, actor: codes_in(f(world.desk(actor), ["village_application"]), "unit_code"),
    ),
    "export_answers": (
        {role: units & VILLAGES for role, units in TABLE["view"].items()},
        lambda f, world, actor: codes_of_book(
            f(world.desk(actor), world.workspace.settings.workspace / "e.xlsx", ["village_application"])
        ),
    ),
    "load_classes": (
        SCORES,
        lambda f, world, actor: codes_in(f(world.desk(actor)), "unit_code"),
    ),
    "load_moves": (
        SCORES,
        lambda f, world, actor: codes_in(
            f(world.desk(actor), date(2019, 1, 1), DECIDED), "unit_code"
        ),
    ),
    "circular_units": (
        {role: units & {COUNTY} for role, units in SCORES.items()},
        lambda f, world, actor: set(f(world.desk(actor))),
    ),
    "units_with_sheets": (
        SCORES,
        lambda f, world, actor: {code for codes in f(world.desk(actor)).values() for code in codes},
    ),
    "list_entrusted": ({}, lambda f, world, actor: {key.unit_code for key in f(world.desk(actor))}),
    "units_to_open": (
        {"filler of the village": {VILLAGE}, "reviewer of the township": BELOW_TOWN,
         "reviewer of the county": VILLAGES},
        lambda f, world, actor: codes_in(f(world.desk(actor), "village_application"), "unit_code"),
    ),
    "list_exceptions": (
        TABLE["inspect"],
        lambda f, world, actor: codes_in(f(world.desk(actor)), "unit_code"),
    ),
    "survey_counts": (
        TABLE["inspect"],
        lambda f, world, actor: codes_in(f(world.desk(actor)), "unit_code"),
    ),
    "accounts_to_reset": (
        TABLE["reset_password"],
        lambda f, world, actor: {str(account.unit_code) for account in f(world.workspace, actor)},
    ),
}  # fmt: skip
"""Workflows that list: whose rows each role may find in them, and how to read the codes of the rows."""

# -- the tests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(LISTS))
def test_lists_hold_only_what_a_role_may_see(name: str, world: World) -> None:
    rows, read = LISTS[name]
    wrong = []
    for unit in sorted(TOWNS | VILLAGES):
        form = world.key(unit).form_id
        world.write(lambda w, f=form, u=unit: store.grant_exception(w, CAMPAIGN, PERIOD, f, u, FAR, "水灾"))
    for role, actor in ACTORS.items():
        allowed = rows.get(role, rows.get(role.removesuffix(", on behalf"), set()))
        try:
            shown = read(workflow(name), world, actor)
        except RightsError:
            wrong += [f"{role} is refused"] if allowed else []
            continue
        beyond = shown - allowed - {NEIGHBOUR}
        wrong += [f"{role} finds {sorted(beyond)}"] if beyond else []
    assert wrong == []


def test_no_workflow_is_missing_from_the_table() -> None:
    names = {name for name, _ in find_workflows()}
    missing = sorted(names - set(CASES) - set(LISTS))
    assert not missing, f"give these workflows a case in {Path(__file__).name}: {', '.join(missing)}"
    unnamed = sorted(names - set(NEEDS))
    assert not unnamed, f"give these workflows their action in tests/needs.py: {', '.join(unnamed)}"
    assert set(NEEDS) <= names
    assert {*CASES, *LISTS} <= names


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_role_may_do_what_the_design_says_and_only_there(name: str, world: World) -> None:
    wrong = []
    for role, actor in ACTORS.items():
        for unit in sorted(places_of(name) - expected(name, role)):
            wrong += check_refused(world, name, actor, role, unit)
    world.restore()
    for role, actor in ACTORS.items():
        for unit in sorted(expected(name, role)):
            wrong += check_allowed(world.restored(), name, actor, role, unit)
    assert wrong == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_operator_is_refused_nothing(name: str, world: World) -> None:
    actor = replace(OPERATOR, unit_code=COUNTY)
    assert check_allowed(world, name, actor, "operator", TOWN if "nominat" in name else VILLAGE) == []


def check_refused(world: World, name: str, actor: Actor, role: str, unit: str) -> list[str]:
    call = CASES[name](world, actor, unit)
    before = len(world.commits)
    try:
        call()
    except RightsError:
        return [f"{role} was refused on {unit} after writing"] if len(world.commits) > before else []
    except Exception as error:
        return [f"{role} was refused on {unit}, but not for its rights: {error}"]
    return [f"{role} may do it on {unit}, and should not"]


def check_allowed(world: World, name: str, actor: Actor, role: str, unit: str) -> list[str]:
    try:
        CASES[name](world, actor, unit)()
    except RightsError as error:
        return [f"{role} may not do it on {unit}, and should: {error}"]
    except PbError as error:
        # passing the rights check is enough there
        return [] if unit in NOT_APPLICABLE.get(name, {COUNTY}) else [f"{role} failed on {unit}: {error!r}"]
    return []
