"""Write a demonstration of several periods to the store, day by day, as the real work would have gone."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from pbwidgets.campaign.model import Form, Period
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.demo.attaching import Attaching
from pbwidgets.demo.definition import CheckCase, DecidedList, NewDay
from pbwidgets.demo.laying import morning
from pbwidgets.demo.plan import Answers, Given, Plan
from pbwidgets.demo.timeline import past_periods, plan_versions
from pbwidgets.scoring.frames import NOT_SELECTED, SELECTED
from pbwidgets.store import (
    Actor,
    SubmissionKey,
    Writer,
    accept_many,
    amend,
    grant_exception,
    save_draft,
    submit_many,
)
from pbwidgets.store.decisions import Decision, decide_many
from pbwidgets.workflows.filling.amending import put_off, refuse_done
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace
from pbwidgets.workflows.organise.campaigns import Opening, close_campaign, open_definition
from pbwidgets.workflows.review.living.concessions import excuse, put_off_check

_Event = tuple[date, int, Callable[[], None]]


@dataclass
class DayByDay:
    """Writes a plan of several periods.

    Attributes
    ----------
    submissions
        How many forms and entries were handed in.
    """

    workspace: Workspace
    actor: Actor
    plan: Plan
    submissions: int = 0
    _opened: Opened | None = None
    _versions: dict[SubmissionKey, int] = field(default_factory=dict)

    def fill(self) -> None:
        """Write everything, in the order of its days: on one day a period is closed first, then the next is opened."""
        self._attaching = Attaching(self.workspace, self.plan)
        events = [*self._periods(), *self._given(), *self._cases(), *self._late()]
        for _, _, do in sorted(events, key=lambda event: event[:2]):
            do()

    @property
    def opened(self) -> Opened:
        """The period that is open."""
        assert self._opened is not None
        return self._opened

    def _periods(self) -> Iterator[_Event]:
        """Each period is closed on the day after its end, when the next one is opened."""
        for period in past_periods(self.plan):
            yield period.begins, 0, partial(self._open, period)

    def _open(self, period: Period) -> None:
        now = morning(period.begins)
        if self._opened is not None:
            close_campaign(Desk(self.workspace, self.actor, self._opened, now=now))
        self._opened = open_definition(
            self.workspace, self.actor, self.plan.campaign, period.id, Opening(now=now)
        )

    # -- what units and the level hand in --------------------------------------------------------------

    def _given(self) -> Iterator[_Event]:
        by_day: dict[date, list[Given]] = defaultdict(list)
        for one in plan_versions(self.plan):
            by_day[one.day].append(one)
        for day, given in by_day.items():
            yield day, 1, partial(self._hand_in, day, given)

    def _hand_in(self, day: date, given: list[Given]) -> None:
        by_form: dict[str, list[Given]] = defaultdict(list)
        for one in given:
            by_form[one.form_id].append(one)
        with self.workspace.store.write(self.actor, morning(day)) as writer:
            for form_id, items in by_form.items():
                self._hand_in_form(writer, self.plan.campaign.form(form_id), items, day)

    def _hand_in_form(self, writer: Writer, form: Form, given: list[Given], day: date) -> None:
        levels = review_levels(self.plan.campaign, form)
        items = {
            self._key(one.form_id, one.unit_code, one.occurrence): self._attaching.answers(
                one.form_id, one.unit_code, one.answers, day
            )
            for one in given
        }
        new = {key: answers for key, answers in items.items() if key not in self._versions}
        self._versions |= submit_many(writer, new.items())
        self.submissions += len(new)
        for key, answers in items.items():
            if key not in new:
                seen = self._versions[key]
                self._versions[key] = amend(writer, key, answers, seen_version=seen, counts=not levels)
        self._attaching.attach(writer, form, items)
        waiting = {self._key(one.form_id, one.unit_code, one.occurrence) for one in given if one.waits}
        for level in levels:
            self._versions |= accept_many(writer, [key for key in items if key not in waiting], level, levels)

    def _key(self, form_id: str, unit: str, occurrence: int = 0) -> SubmissionKey:
        return self.opened.submission_key(form_id, unit, occurrence)

    def _late(self) -> Iterator[_Event]:
        """Forms that are still to come in, under the extension, half filled in."""
        if self.plan.late:
            day = max(self.plan.period.begins, self.plan.today - timedelta(days=1))
            yield day, 3, partial(self._begin_late, day)

    def _begin_late(self, day: date) -> None:
        plan, extension = self.plan, self.plan.demo.extension
        with self.workspace.store.write(self.actor, morning(day)) as writer:
            for form_id, unit in plan.late:
                begun = half(plan.campaign.form(form_id), plan.answers[form_id, unit])
                save_draft(writer, self._key(form_id, unit), begun, 0)
                if extension is not None:
                    closes = datetime.combine(plan.today + timedelta(days=extension.until + 1), time(), ZONE)
                    grant_exception(writer, *self.opened.key, form_id, unit, closes, extension.reason)

    # -- what the level decides ------------------------------------------------------------------------

    def _cases(self) -> Iterator[_Event]:
        for case in self.plan.demo.cases:
            if isinstance(case, NewDay | CheckCase | DecidedList):
                day = self.plan.today + timedelta(days=case.on)
                yield day, 2, partial(self._decide, day, case)

    def _decide(self, day: date, case: NewDay | CheckCase | DecidedList) -> None:
        if isinstance(case, NewDay):
            self._move_entry(day, case)
        elif isinstance(case, CheckCase):
            desk = self._at_level(case.unit, day)
            if case.until is None:
                excuse(desk, case.unit, case.check, case.part, case.reason)
            else:
                until = self.plan.today + timedelta(days=case.until)
                put_off_check(desk, case.unit, case.check, case.part, until, case.reason)
        else:
            self._decide_list(day, case)

    def _decide_list(self, day: date, case: DecidedList) -> None:
        item = next(item for item in self.plan.campaign.lists if item.id == case.list)
        statuses = dict.fromkeys(case.selected, SELECTED) | dict.fromkeys(case.not_selected, NOT_SELECTED)
        for_top = item.audience == "top"
        with self.workspace.store.write(self.actor, morning(day)) as writer:
            decide_many(
                writer,
                [
                    Decision(
                        *self.opened.key, item.id, unit, status, day, case.by, case.reason, for_top=for_top
                    )
                    for unit, status in statuses.items()
                ],
            )

    def _move_entry(self, day: date, case: NewDay) -> None:
        form = self.plan.campaign.form(case.form)
        entries = [
            answers
            for form_id, unit, answers in self.plan.log_entries
            if (form_id, unit) == (form.id, case.unit)
        ]
        number = 1 + next(
            at for at, answers in enumerate(entries) if answers.get(form.title or "") == case.entry
        )
        key, desk = self._key(form.id, case.unit, number), self._at_level(case.unit, day)
        until = self.plan.today + timedelta(days=case.until)
        if case.case == "put_off":
            self._versions[key] = put_off(desk, key, until, case.reason)
        else:
            self._versions[key] = refuse_done(desk, key, reason=case.reason, due_on=until)

    def _at_level(self, unit: str, day: date) -> Desk:
        """Desk of the last review level above a unit, in the morning of a day."""
        seat = self.plan.seat_above(unit, self.plan.campaign.review_levels[-1].unit_kind)
        return Desk(self.workspace, Actor(f"demo-{seat}", "reviewer", seat), self.opened, now=morning(day))


def half(form: Form, answers: Answers) -> Answers:
    """The first half of the answers, without files: as far as the filler has come."""
    files = {path for path, field in form.leaves() if field.type in UPLOADS}
    typed = [name for name in answers if name not in files]
    return {name: answers[name] for name in typed[: len(typed) // 2]}
