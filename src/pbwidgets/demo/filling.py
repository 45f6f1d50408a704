"""Write a demonstration to the store, through the same workflows and checks as real work."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from pbwidgets.campaign import Form
from pbwidgets.demo.attaching import Attaching
from pbwidgets.demo.cases import work_in_cases
from pbwidgets.demo.day_by_day import DayByDay, half
from pbwidgets.demo.definition import Recused, ReturnedCase, StaleMark, VetoCase
from pbwidgets.demo.laying import EARLIEST, LATEST, date_papers, lay_around, morning, write_days
from pbwidgets.demo.plan import Answers, Plan, build_plan
from pbwidgets.demo.reading import demo_file, read_demo
from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    NominationList,
    SubmissionKey,
    Veto,
    Writer,
    accept_many,
    add_note,
    grant_exception,
    has_real_rows,
    import_nominations,
    open_periods,
    rate_many,
    record_veto,
    recuse,
    return_submission,
    save_draft,
    set_allotments,
    submit_many,
)
from pbwidgets.workflows.ground.marks import check_mark
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace, today
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.organise.register import save_units


def fill_store(
    workspace: Workspace, actor: Actor, campaign_id: str, seed: int, day: date | None = None
) -> dict[str, Any]:
    """Fill the store with the demonstration of a campaign; returns the numbers of units, submissions and marks.

    The same seed and day give the same units and records, whatever other demonstrations the store holds. The
    campaign's file gets the days of the period that was opened.

    Parameters
    ----------
    day
        Day around which everything is dated, and in whose year the period is; by default today.

    Raises
    ------
    DataError
        ``demo.real_rows`` if the store holds real units, ``demo.filled`` if it holds this demonstration,
        ``demo.taken`` if another one has units of the same codes, ``demo.day`` if no campaign can have such a day,
        ``demo.no_phase``.
    ProblemsError
        If the campaign or the demonstration file has problems.
    """
    with workspace.store.read() as reader:
        if has_real_rows(reader):
            raise DataError("demo.real_rows", store=workspace.store.shown_url)
        if open_periods(reader, campaign_id):
            raise DataError("demo.filled", store=workspace.store.shown_url, campaign=campaign_id)
    day = day or today()
    if not EARLIEST <= day <= LATEST:
        raise DataError("demo.day", day=day.isoformat(), earliest=EARLIEST, latest=LATEST)
    definition = workspace.read_campaign(campaign_id)
    written = read_demo(demo_file(workspace.settings.parameters, campaign_id))
    campaign, demo = lay_around(definition, written, day), date_papers(written, day)
    plan = build_plan(campaign, demo, seed)
    _refuse_taken(workspace, plan)
    work_in_cases(plan)
    first = campaign.periods[0] if demo.today else plan.period
    begun = morning(first.begins)
    save_units(workspace, actor, plan.units, begun)
    write_days(workspace, definition, campaign)
    filler: _Filler | DayByDay
    if demo.today:
        filler = DayByDay(workspace, actor, plan)
    else:
        opened = open_definition(workspace, actor, campaign, plan.period.id, Opening(now=begun))
        filler = _Filler(workspace, actor, opened, plan)
    filler.fill()
    return {"units": len(plan.units), "submissions": filler.submissions, "marks": len(plan.marks)}


def _refuse_taken(workspace: Workspace, plan: Plan) -> None:
    """Units of two demonstrations must not be the same: one would move the other's."""
    taken = sorted(set(plan.units["unit_code"]) & set(workspace.units()["unit_code"]))
    if taken:
        raise DataError("demo.taken", campaign=plan.campaign.id, codes="、".join(taken[:5]), count=len(taken))


class _Filler:
    """Writes a plan, in the order of the real work."""

    def __init__(self, workspace: Workspace, actor: Actor, opened: Opened, plan: Plan) -> None:
        self._workspace = workspace
        self._actor = actor
        self._opened = opened
        self._plan = plan
        self._attaching = Attaching(workspace, plan)
        self.submissions = 0

    def fill(self) -> None:
        """Write everything."""
        self._hand_in(self._on(-30))
        self._nominate(self._on(-20))
        self._extend(self._on(-12))
        self._mark(self._on(-8))
        self._finish_cases(self._on(-3))
        self._hand_in_late(self._on(-2), self._on(-1))

    def _key(self, form_id: str, unit: str, occurrence: int = 0) -> SubmissionKey:
        return self._opened.submission_key(form_id, unit, occurrence)

    def _on(self, days: int) -> datetime:
        return morning(self._plan.today + timedelta(days=days))

    def _hand_in(self, now: datetime) -> None:
        campaign, plan = self._opened.campaign, self._plan
        with self._workspace.store.write(self._actor, now) as writer:
            by_form: dict[str, dict[SubmissionKey, Answers]] = defaultdict(dict)
            for (form_id, unit), answers in plan.answers.items():
                if (form_id, unit) in plan.late:
                    continue
                by_form[form_id][self._key(form_id, unit)] = self._answers(
                    campaign.form(form_id), unit, answers
                )
            for number, (form_id, unit, answers) in enumerate(plan.log_entries, start=1):
                key = self._key(form_id, unit, number)
                by_form[form_id][key] = self._answers(campaign.form(form_id), unit, answers)
            for form_id, items in by_form.items():
                self._submit(writer, campaign.form(form_id), items)
            self._return(writer, extended=False)
        for unit, noted_on, text in plan.records:
            with self._workspace.store.write(self._actor, morning(noted_on)) as writer:
                add_note(writer, campaign.id, self._opened.period_id, unit, noted_on, text)

    def _submit(self, writer: Writer, form: Form, items: dict[SubmissionKey, Answers]) -> None:
        """Hand in; accept as far as the level that returns it, has to wait, or asks for a correction."""
        submit_many(writer, items.items())
        self.submissions += len(items)
        self._attaching.attach(writer, form, items)
        levels = review_levels(self._opened.campaign, form)
        stops = {**self._plan.late, **_stops(self._plan, levels)}
        passed = list(items)
        for level in levels:
            passed = [key for key in passed if stops.get((form.id, key.unit_code)) != level]
            accept_many(writer, passed, level, levels)

    def _return(self, writer: Writer, *, extended: bool) -> None:
        for case in self._plan.demo.cases:
            if isinstance(case, ReturnedCase) and case.extended == extended:
                levels = review_levels(self._opened.campaign, self._opened.campaign.form(case.form))
                key = self._key(case.form, case.unit)
                return_submission(writer, key, case.level, levels, case.reason, case.field)

    def _extend(self, now: datetime) -> None:
        extension = self._plan.demo.extension
        if extension is None:
            return
        closes = datetime.combine(self._plan.today + timedelta(days=extension.until + 1), time(), ZONE)
        with self._workspace.store.write(self._actor, now) as writer:
            for form_id, unit in self._plan.late:
                grant_exception(writer, *self._opened.key, form_id, unit, closes, extension.reason)

    def _hand_in_late(self, now: datetime, next_day: datetime) -> None:
        plan = self._plan
        with self._workspace.store.write(self._actor, now) as writer:
            for form_id in dict.fromkeys(form_id for form_id, _ in plan.late):
                form = self._opened.campaign.form(form_id)
                late = {unit: level for (of_form, unit), level in plan.late.items() if of_form == form_id}
                items = {
                    self._key(form_id, unit): self._answers(form, unit, plan.answers[form_id, unit])
                    for unit, level in late.items()
                    if level is not None
                }
                self._submit(writer, form, items)
        with self._workspace.store.write(self._actor, next_day) as writer:
            self._return(writer, extended=True)
            for (form_id, unit), level in plan.late.items():
                if level is None:
                    begun = half(self._opened.campaign.form(form_id), plan.answers[form_id, unit])
                    save_draft(writer, self._key(form_id, unit), begun, 0)

    def _answers(self, form: Form, unit: str, answers: Answers) -> Answers:
        return self._attaching.answers(form.id, unit, answers, self._plan.today)

    def _nominate(self, now: datetime) -> None:
        campaign, period = self._opened.campaign.id, self._opened.period_id
        with self._workspace.store.write(self._actor, now) as writer:
            allotted: dict[str, dict[str, int]] = defaultdict(dict)
            for track_id, by_unit, number in self._plan.allotments:
                allotted[track_id][by_unit] = number
            for track_id, numbers in allotted.items():
                set_allotments(writer, campaign, period, track_id, numbers)
            lists: dict[tuple[str, str], list[str]] = defaultdict(list)
            for track_id, by_unit, unit, _ in self._plan.nominations:
                lists[track_id, by_unit].append(unit)
            for (track_id, by_unit), units in lists.items():
                import_nominations(writer, NominationList(campaign, period, track_id, by_unit), units)

    def _mark(self, now: datetime) -> None:
        marks = [self._to_mark(mark) for mark in self._plan.marks]
        for mark in marks:
            check_mark(self._opened.campaign, mark)
        with self._workspace.store.write(self._actor, now) as writer:
            rate_many(writer, marks)

    def _to_mark(self, mark: Any) -> Mark:
        key = MarkKey(
            self._opened.campaign.id,
            self._opened.period_id,
            mark.unit_code,
            mark.criterion_id,
            mark.layer,
            mark.source,
            mark.rater,
        )
        version = 1 + len(self._opened.campaign.review_levels)
        return Mark(key, mark.points, mark.comment, version)

    def _finish_cases(self, now: datetime) -> None:
        campaign, period = self._opened.campaign, self._opened.period_id
        with self._workspace.store.write(self._actor, now) as writer:
            for case in self._plan.demo.cases:
                if isinstance(case, VetoCase):
                    track = _track_of_gate(self._plan, case.gate)
                    record_veto(writer, Veto(campaign.id, period, case.unit, case.gate, case.basis, track))
                elif isinstance(case, Recused):
                    for rater in self._raters(case.unit, case.layer)[:1]:
                        recuse(writer, campaign.id, period, rater, case.unit, case.reason)
                elif isinstance(case, StaleMark):
                    self._hand_in_again(writer, case)

    def _raters(self, unit: str, layer: str) -> list[str]:
        """Raters of a unit in the order of their marks: that of their names would depend on ids."""
        marks = (mark for mark in self._plan.marks if mark.unit_code == unit and mark.layer == layer)
        return list(dict.fromkeys(mark.rater for mark in marks))

    def _hand_in_again(self, writer: Writer, case: StaleMark) -> None:
        """Return a submission after marking; the unit corrects one text and it is accepted again."""
        form = self._opened.campaign.form(case.form)
        key = self._key(case.form, case.unit)
        levels = review_levels(self._opened.campaign, form)
        return_submission(writer, key, levels[-1], levels, case.reason)
        answers = self._answers(form, case.unit, self._plan.answers[case.form, case.unit])
        text = next(path for path, field in form.leaves() if field.type == "text" and path in answers)
        submit_many(writer, [(key, {**answers, text: f"{answers[text]}{case.addition}"})])
        for level in levels:
            accept_many(writer, [key], level, levels)


def _stops(plan: Plan, levels: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Level at which a submission stops because it is returned, or returned after it was marked."""
    stops = {}
    for case in plan.demo.cases:
        if isinstance(case, ReturnedCase):
            stops[case.form, case.unit] = case.level
        elif isinstance(case, StaleMark) and levels:
            stops[case.form, case.unit] = levels[-1]
    return stops


def _track_of_gate(plan: Plan, gate_id: str) -> str:
    return next(track.id for track in plan.campaign.tracks for gate in track.gates if gate.id == gate_id)
