"""The plan of a demonstration, before it is written to the store.

Every unit has a latent *quality* between 0 and 1, half of it its parent's; answers and marks follow it with
scatter, so they are correlated like real ones. All randomness comes from one seed.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.campaign.answers import rows_in
from pbwidgets.campaign.model import Campaign, Criterion, Field, Form, Period, Track
from pbwidgets.campaign.names import ROW, form_of_unit
from pbwidgets.campaign.values import NONE
from pbwidgets.demo.definition import Answering, Demo, UnitsOfKind
from pbwidgets.demo.laying import period_of, today_of
from pbwidgets.scoring.frames import UNITS, to_frame

Answers = dict[str, Any]


@dataclass(frozen=True)
class Mark:
    """One mark to be given."""

    unit_code: str
    criterion_id: str
    layer: str
    source: str
    rater: str
    points: float
    comment: str = ""


@dataclass(frozen=True)
class Given:
    """One version of the answers of a unit to a form, and the day on which it is handed in.

    ``waits`` says that nobody has accepted it yet.
    """

    day: date
    form_id: str
    unit_code: str
    occurrence: int
    answers: Answers
    waits: bool = False


@dataclass(frozen=True)
class Course:
    """Since when a fixed row has been begun and done; None for not yet."""

    begun_on: date | None
    done_on: date | None


@dataclass
class Plan:
    """All that will be written, in the order of the real work.

    Attributes
    ----------
    campaign
        The campaign, laid around today.
    late
        Forms and units that are late, under the extension, with the level that acts next; None for a draft.
    courses
        Of forms with fixed rows, by form, unit, repeat and row.
    """

    campaign: Campaign
    demo: Demo
    units: pd.DataFrame
    quality: dict[str, float]
    answers: dict[tuple[str, str], Answers] = field(default_factory=dict)
    log_entries: list[tuple[str, str, Answers]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    allotments: list[tuple[str, str, int]] = field(default_factory=list)
    nominations: list[tuple[str, str, str, int]] = field(default_factory=list)
    records: list[tuple[str, date, str]] = field(default_factory=list)
    late: dict[tuple[str, str], str | None] = field(default_factory=dict)
    courses: dict[tuple[str, str, str, str], Course] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day around which everything is laid."""
        return today_of(self.campaign, self.demo)

    @property
    def period(self) -> Period:
        """The period of the demonstration."""
        return period_of(self.campaign, self.demo)

    def form_of(self, form_id: str, code: str) -> Form:
        """A form as it is for a unit."""
        return form_of_unit(self.campaign.form(form_id), self.kind_of(code), self.demo.domains.get(code))

    def dated(self, form_id: str, answers: Mapping[str, Any]) -> Answers:
        """Answers with days instead of numbers of days from today."""
        kinds = {path: field.type for path, field in self.campaign.form(form_id).leaves()}
        return {name: self._dated(kinds[name], value) for name, value in answers.items()}

    def _dated(self, kind: str, value: Any) -> Any:
        if kind == "date":
            return (self.today + timedelta(days=int(value))).isoformat()
        return list(value) if isinstance(value, tuple) else value

    def units_of(self, *kinds: str) -> list[str]:
        """Codes of the units of some kinds, in order."""
        return list(self.units.loc[self.units["kind"].isin(kinds), "unit_code"])

    def kind_of(self, code: str) -> str:
        """Kind of a unit."""
        return self._kinds[code]

    def below(self, code: str, *kinds: str) -> list[str]:
        """Codes of the units of some kinds anywhere below a unit, in order."""
        return [unit for unit in self.units_of(*kinds) if code in self._above[unit]]

    def seat_above(self, code: str, kind: str) -> str:
        """Code of the nearest unit of a kind at or above a unit."""
        return next(unit for unit in (code, *self._above[code]) if self.kind_of(unit) == kind)

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return dict(zip(self.units["unit_code"], self.units["kind"], strict=True))

    @cached_property
    def _above(self) -> dict[str, tuple[str, ...]]:
        """Codes of the units above each unit, the nearest first; a unit comes after those above it."""
        above: dict[str, tuple[str, ...]] = {}
        for code, parent in zip(self.units["unit_code"], self.units["parent_code"], strict=True):
            above[code] = (parent, *above[parent]) if isinstance(parent, str) else ()
        return above


def build_plan(campaign: Campaign, demo: Demo, seed: int) -> Plan:
    """Plan of a demonstration without its awkward cases.

    Parameters
    ----------
    campaign, demo
        The campaign, laid around today (:func:`~pbwidgets.demo.laying.lay_around`), and its demonstration.
    seed
        Random seed; the same seed gives the same plan.
    """
    rng = np.random.default_rng(seed)
    units, quality = _make_units(demo, rng)
    plan = Plan(campaign, demo, units, quality)
    for form in campaign.forms:
        if form.id in demo.answers:
            for code in plan.units_of(*form.unit_kind):
                made = _AnswerMaker(plan, plan.form_of(form.id, code), code, rng)
                if form.occurrence == "once":
                    plan.answers[form.id, code] = made.make()
                else:
                    plan.log_entries += [(form.id, code, entry) for entry in made.make_entries()]
    for form_id, entries in demo.for_all.items():
        for code in plan.units_of(*campaign.form(form_id).unit_kind):
            plan.log_entries += [(form_id, code, plan.dated(form_id, answers)) for answers in entries]
    _nominate(plan, rng)
    _mark(plan, rng)
    if demo.running_record:
        scored_kinds = {kind for track in campaign.tracks for kind in track.unit_kind}
        for code, kind in zip(units["unit_code"], units["kind"], strict=True):
            if kind in scored_kinds and rng.random() < demo.running_record.share:
                plan.records.append((code, _some_day(plan, rng), str(rng.choice(demo.running_record.texts))))
    return plan


# -- units ---------------------------------------------------------------------------------------------


def _make_units(demo: Demo, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, float]]:
    rows = [_unit(root.code, root.name, root.kind, None) for root in demo.roots]
    quality = {root.code: 0.5 for root in demo.roots}
    made: Counter[str] = Counter()  # by what the codes begin with
    for kind in demo.kinds:
        parents = [str(row["unit_code"]) for row in rows if row["kind"] == kind.under]
        shares = np.floor(np.linspace(0, kind.count, len(parents) + 1)).astype(int)
        names = _names(kind, rng)
        for number, parent in enumerate(parents):
            for _ in range(int(shares[number + 1] - shares[number])):
                begins = kind.prefix or (parent if kind.digits else f"{parent}-P")
                made[begins] += 1
                code = f"{begins}{made[begins]:0{kind.digits or 2}d}"
                rows.append(_unit(code, next(names), kind.kind, parent))
                quality[code] = float(np.clip(0.5 * quality[parent] + 0.5 * rng.beta(2.6, 2.2), 0, 1))
                if parent in {root.code for root in demo.roots}:
                    quality[code] = float(rng.beta(2.6, 2.2))
    for row in rows:
        row["domain"] = demo.domains.get(str(row["unit_code"]), pd.NA)
    return to_frame(rows, UNITS), quality


def _unit(code: str, name: str, kind: str, parent: str | None) -> dict[str, object]:
    return {
        "unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True,
    }  # fmt: skip


def _names(kind: UnitsOfKind, rng: np.random.Generator) -> Iterator[str]:
    """Names: every stem is used once before any is repeated."""
    stems, endings = kind.stems, kind.endings
    pairs = [(stem, ending) for ending in endings for stem in stems]
    if len(endings) > 3:
        pairs = [pairs[index] for index in rng.permutation(len(pairs))]
    else:
        pairs = [(stem, endings[int(rng.integers(len(endings)))]) for stem in stems]
    while True:
        for stem, ending in pairs:
            yield stem if stem in kind.whole else f"{stem}{ending}"


# -- answers -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _AnswerMaker:
    """Makes the answers of one unit to one form."""

    plan: Plan
    form: Form
    unit_code: str
    rng: np.random.Generator

    @property
    def quality(self) -> float:
        return self.plan.quality[self.unit_code]

    def make(self) -> Answers:
        return self._fields(self.form.fields, "", {})

    def make_entries(self) -> Iterator[Answers]:
        """Entries of a log: as many as the demonstration says, more from a good unit."""
        for _ in range(self._whole(self.plan.demo.entries.get(self.form.id, (0, 3)))):
            yield self.make()

    def _fields(self, fields: tuple[Field, ...], prefix: str, known: Answers) -> Answers:
        answers: Answers = dict(known)
        for item in fields:
            if item.type == "group":
                answers.update(self._fields(item.fields, prefix, answers))
            elif item.type == "repeat":
                path = f"{prefix}{item.id}"
                rows = self._fixed_rows(item, path) if item.table else self._rows(item, path)
                answers[item.id] = rows or (NONE if item.may_be_none else [])
            elif item.id not in answers:
                value = self._value(item, f"{prefix}{item.id}", answers)
                if value is not None:
                    answers[item.id] = value
        return answers

    def _how(self, path: str) -> Answering:
        return self.plan.demo.answers[self.form.id].get(path, Answering())

    def _rows(self, item: Field, path: str) -> list[Answers]:
        how = self._how(path)
        turns = self._turns(item, path)
        rows = []
        for number in range(self._whole(how.rows or (0, 2))):
            known: Answers = {how.in_turn: turns[number % len(turns)]} if how.in_turn else {}
            rows.append(self._fields(item.fields, f"{path}/", known))
        return rows

    def _fixed_rows(self, item: Field, path: str) -> list[Answers]:
        """All rows of a table, each as it is once it is done; how far it has come is a course of its own."""
        rows = []
        for row in item.table.rows if item.table else ():
            if item.life is not None and item.life.state:
                due = row.cell((item.life.due or "").removeprefix(f"{ROW}/"))
                course = self._course(self._how(path), date.fromisoformat(due) if due else None)
                self.plan.courses[self.form.id, self.unit_code, path, row.id] = course
            rows.append({ROW: row.id, **self._fields(item.fields, f"{path}/", {})})
        return rows

    def _course(self, how: Answering, due: date | None) -> Course:
        """When a row was begun and done: most that are due were done in the weeks before."""
        today, first = self.plan.today, self.plan.today - timedelta(days=60)
        is_due = due is not None and due <= today
        done = self.rng.random() < self._chance((how.done if is_due else how.ahead) or (0.6, 0.95))
        day = min(due or today, today - timedelta(days=12)) - timedelta(days=int(self.rng.integers(0, 20)))
        begun = done or self.rng.random() < self._chance((0.4, 0.9))
        done_on = max(day, first + timedelta(days=10))
        begun_on = max(first, min(day, today - timedelta(days=15)) - timedelta(days=15))
        return Course(begun_on if begun else None, done_on if done else None)

    def _turns(self, item: Field, path: str) -> list[str]:
        """What the rows of a repeat take one after another: the options of a choice, or texts from any one on."""
        named = self._how(path).in_turn
        if named is None:
            return []
        field = next(field for field in item.fields if field.id == named)
        if field.choices:
            return [choice.id for choice in self.plan.campaign.choices[field.choices]]
        texts = list(self._how(f"{path}/{named}").texts)
        first = int(self.rng.integers(len(texts)))
        return texts[first:] + texts[:first]

    def _value(self, item: Field, path: str, answers: Answers) -> Any:
        how = self._how(path)
        match item.type:
            case "text":
                texts = self._own_answers(how.one_of) if how.one_of else how.texts
                return str(self.rng.choice(texts)) if texts else None
            case "integer":
                return self._integer(item, how, answers)
            case "decimal":
                return self._decimal(how, answers)
            case "date":
                return self._day(item, how, answers)
            case "unit":
                others = [code for code in self.plan.units_of(*item.kinds) if code != self.unit_code]
                return str(self.rng.choice(others))
            case "select_one":
                return self._one_option(item, how)
            case "select_multiple":
                return self._some_options(item, how)
            case "image" | "file":
                return self._placeholders(item, how, answers)
        return None

    def _day(self, item: Field, how: Answering, answers: Answers) -> str | None:
        """A day; of a date that may be added later None where it has not come yet, or rests on one that has not."""
        if how.days is None:
            return _some_day(self.plan, self.rng).isoformat()
        known = self.plan.today.isoformat() if how.after is None else answers.get(how.after)
        if known is None or (how.chance is not None and self.rng.random() >= self._chance(how.chance)):
            return None
        day = date.fromisoformat(known) + timedelta(days=self._whole(how.days))
        return None if item.later and day >= self.plan.today and not self._is_due(item) else day.isoformat()

    def _is_due(self, item: Field) -> bool:
        return self.form.life is not None and self.form.life.due == item.id

    def _own_answers(self, paths: tuple[str, ...]) -> list[str]:
        """The unit's own answers at some paths, form/field or form/repeat/field."""
        found = []
        for form_id, _, path in (path.partition("/") for path in paths):
            answers = self.plan.answers.get((form_id, self.unit_code), {})
            repeat, _, name = path.rpartition("/")
            found += [row[name] for row in (rows_in(answers, repeat) if repeat else [answers]) if name in row]
        return found

    def _decimal(self, how: Answering, answers: Answers) -> float:
        whole = answers.get(how.part_of, 0.0) if how.part_of else 0.0
        number = (
            whole * self._between(how.share) if how.part_of else self._between(how.between or (0.0, 10.0))
        )
        return round(round(number / how.step) * how.step, 1)

    def _integer(self, item: Field, how: Answering, answers: Answers) -> int:
        if how.part_of:
            whole = int(answers.get(how.part_of, 0))
            return min(whole, round(whole * self._between(how.share)))
        return self._whole(how.between or (item.minimum or 0, (item.minimum or 0) + 10))

    def _one_option(self, item: Field, how: Answering) -> str:
        options = [choice.id for choice in self.plan.campaign.choices[item.choices or ""]]
        if how.options:
            weights = np.array([how.options.get(option, 0.0) for option in options])
            return str(self.rng.choice(options, p=weights / weights.sum()))
        if how.chance is not None:
            return options[0] if self.rng.random() < self._chance(how.chance) else options[1]
        return str(self.rng.choice(options))

    def _some_options(self, item: Field, how: Answering) -> list[str]:
        chance = self._chance(how.chance if how.chance is not None else 0.5)
        options = self.plan.campaign.choices[item.choices or ""]
        return [choice.id for choice in options if self.rng.random() < chance]

    def _placeholders(self, item: Field, how: Answering, answers: Answers) -> list[str]:
        """Placeholders ``image:3``; they become evidence when the plan is written."""
        if how.drawn and how.like:
            return [f"{how.drawn}:{name.partition(':')[2]}" for name in answers.get(how.like, [])]
        if how.drawn:
            return [f"{how.drawn}:{int(self.rng.integers(12))}"]
        count = self._whole(how.rows or (0, 0))
        return [f"{item.type}:{int(self.rng.integers(12))}" for _ in range(count)]

    def _whole(self, between: tuple[float, float]) -> int:
        return round(self._between(between))

    def _between(self, between: tuple[float, float]) -> float:
        first, second = between
        met = float(np.clip(self.quality + self.rng.normal(0, 0.18), 0, 1))
        return first + (second - first) * met

    def _chance(self, chance: float | tuple[float, float]) -> float:
        return (
            chance if isinstance(chance, float | int) else chance[0] + (chance[1] - chance[0]) * self.quality
        )


def _some_day(plan: Plan, rng: np.random.Generator) -> date:
    begins = plan.period.begins
    span = min(300, (plan.today - begins).days)
    return begins + timedelta(days=int(rng.integers(10, span)))


# -- nominations and marks -----------------------------------------------------------------------------


def _nominate(plan: Plan, rng: np.random.Generator) -> None:
    for track in plan.campaign.tracks:
        how = plan.demo.nominations.get(track.id)
        if track.nomination is None or how is None:
            continue
        for by_unit in plan.units_of(track.nomination.by):
            best = sorted(
                plan.below(by_unit, *track.unit_kind),
                key=lambda code: plan.quality[code] + rng.normal(0, 0.05),
                reverse=True,
            )
            if how.allotments:
                allotted = int(rng.choice(how.allotments))
                lowest = track.nomination.allotment.lowest if track.nomination.allotment else 0
                wanted = allotted if rng.random() < how.use_all else max(lowest, allotted - 1)
                plan.allotments.append((track.id, by_unit, allotted))
            else:
                low, high = how.per_unit or (0, len(best))
                wanted = int(rng.integers(low, high + 1))
            nominate(plan, track.id, by_unit, best[:wanted])


def nominate(plan: Plan, track_id: str, by_unit: str, units: list[str]) -> None:
    """Replace a unit's nominations by these, in its own order."""
    plan.nominations = [item for item in plan.nominations if (item[0], item[1]) != (track_id, by_unit)]
    plan.nominations += [(track_id, by_unit, unit, order) for order, unit in enumerate(units, start=1)]


def _mark(plan: Plan, rng: np.random.Generator) -> None:
    for track in plan.campaign.tracks:
        for number, layer in enumerate(track.layers):
            last = number == len(track.layers) - 1 and number > 0
            codes = plan.units_of(*track.unit_kind)
            if last and track.nomination and plan.demo.marks.last_layer == "nominated":
                nominated = {unit for track_id, _, unit, _ in plan.nominations if track_id == track.id}
                codes = [code for code in codes if code in nominated]
            for code in codes:
                mark_unit(plan, track, layer.id, code, rng)


def mark_unit(plan: Plan, track: Track, layer_id: str, code: str, rng: np.random.Generator) -> None:
    """Add all marks of one layer for one unit."""
    how = plan.demo.marks
    for source in plan.campaign.sources_of(track, layer_id):
        raters = how.raters.get(source.id, 1)
        for rater in range(raters):
            name = _rater_name(plan, layer_id, source.id, code, rater)
            strictness = (sum(map(ord, name)) % 7 - 3) / 100
            for line in track.of_unit(plan.kind_of(code), plan.demo.domains.get(code)).lines():
                if source not in plan.campaign.marking_sources(track, layer_id, line):
                    continue
                mark = _one_mark(plan, line, layer_id, code, strictness, rng)
                if mark is not None:
                    points, comment = mark
                    plan.marks.append(Mark(code, line.id, layer_id, source.id, name, points, comment))


def _rater_name(plan: Plan, layer_id: str, source_id: str, code: str, number: int) -> str:
    """Account of a rater: the unit itself, its reviewer, or one of the raters of a source."""
    level_id = plan.campaign.layer(layer_id).level
    if level_id is None:
        return f"demo-{code}"
    level = next(item for item in plan.campaign.review_levels if item.id == level_id)
    seat = plan.seat_above(code, level.unit_kind)
    return f"demo-{seat}-{source_id}-{number + 1}"


def _one_mark(
    plan: Plan, line: Criterion, layer_id: str, code: str, strictness: float, rng: np.random.Generator
) -> tuple[float, str] | None:
    how = plan.demo.marks
    if line.rule is None:
        return None
    if line.rule.name == "rated":
        low, high = how.shares
        share = low + (high - low) * plan.quality[code] + how.generosity.get(layer_id, 0.0) - strictness
        share = float(np.clip(share + rng.normal(0, how.scatter), 0, 1))
        steps = math.floor((line.points or 0) * share / how.step + 0.5)
        return min(line.points or 0, steps * how.step), ""
    if (
        line.rule.name == "discretion"
        and plan.campaign.layer(layer_id).level
        and rng.random() < how.discretion_chance
    ):
        up = rng.random() < plan.quality[code]
        points = float(rng.choice([1, 2])) if up else -float(rng.choice([1, 2]))
        reasons = how.discretion_reasons.get("up" if up else "down", ())
        return points, str(rng.choice(reasons)) if reasons else ""
    return None
