"""The lines of what is due: which hand has to act on what, until when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal

import pandas as pd

from pbwidgets.campaign import Form
from pbwidgets.campaign.check_names import name_of_check
from pbwidgets.campaign.checklists import Check, RowsCheck
from pbwidgets.campaign.derived import measures_of_check
from pbwidgets.campaign.life import FILLER
from pbwidgets.campaign.living import has_life
from pbwidgets.campaign.model import Measure
from pbwidgets.campaign.names import ENTRY_FLAGS, Place, places
from pbwidgets.forms.answer_words import word_answer
from pbwidgets.forms.life_states import WARN_DAYS
from pbwidgets.scoring import Records
from pbwidgets.scoring.frames import DUE_SOON, EXCESS, OVERDUE, SHORT
from pbwidgets.units import successors
from pbwidgets.wording import say
from pbwidgets.workflows.filling.hands import UNIT, later_of
from pbwidgets.workflows.ground.desk import Desk, seats_above
from pbwidgets.workflows.ground.lookup import unit_namer
from pbwidgets.workflows.ground.workspace import Opened

Kind = Literal["form", "returned", "entry", "rows", "check", "review"]
_LATE: Final = (OVERDUE, EXCESS)
_OPEN: Final = (*_LATE, DUE_SOON, SHORT)


@dataclass(frozen=True)
class Due:
    """One thing that is due.

    Attributes
    ----------
    kind
        ``form`` to hand in, ``returned`` to correct, ``entry`` to take further, ``rows`` of a table that are not
        reached, ``check`` that is not met, ``review``: what waits for a level.
    opened
        The campaign and period.
    unit_code
        Unit that it is about; empty for several.
    by_unit
        Unit that has to act.
    is_level
        Whether it acts as a review level, by its reviewers.
    name
        What it is called.
    form_id, occurrence, field
        Where it is done: a form (empty if it is done in none), an entry of it, a field of that.
    state
        State of the submission or check; of an entry what is to be done next, in words.
    reason
        Why it was returned.
    due_on
        Last day.
    since
        Day since which it waits.
    overdue_days
        Days after the last day, of the longest one.
    count, overdue, soon
        How many there are, are overdue, and are due soon.
    """

    kind: Kind
    opened: Opened
    unit_code: str
    by_unit: str
    name: str
    is_level: bool = False
    form_id: str = ""
    occurrence: int = 0
    field: str = ""
    state: str = ""
    reason: str = ""
    due_on: date | None = None
    since: date | None = None
    overdue_days: int = 0
    count: int = 1
    overdue: int = 0
    soon: int = 0


@dataclass(frozen=True)
class Sight:
    """How entries and checks of some units stand.

    Attributes
    ----------
    desk
        Who looks, and at which campaign.
    codes
        Units that the actor sees.
    records, entries, standings
        What was read, and frames ``ENTRIES`` and ``STANDINGS`` made of it.
    """

    desk: Desk
    codes: frozenset[str]
    records: Records
    entries: pd.DataFrame
    standings: pd.DataFrame
    _named: dict[str, Mapping[tuple[str, int], str]] = field(default_factory=dict, repr=False)

    @cached_property
    def day(self) -> date:
        """Day on which they stand so."""
        return self.records.today(self.desk.opened.period)

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Forms by id."""
        return {form.id: form for form in self.desk.opened.campaign.forms}

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, Place]]:
        """Places of each form by their paths."""
        return {
            form_id: {place.path: place for place in places(form)} for form_id, form in self.forms.items()
        }

    @cached_property
    def merged_into(self) -> frozenset[str]:
        """Units that continue others, whose entries are numbered otherwise here than where they are filled in."""
        return frozenset(successors(self.desk.workspace.units(), self.day).values())

    def warn_days(self, form_id: str) -> int:
        """Days before the last one from which on something of a form is due soon."""
        tracks = self.desk.opened.campaign.tracks
        return next((track.warn_days for track in tracks if form_id in track.forms), WARN_DAYS)

    def answers(self, form_id: str, path: str) -> Mapping[tuple[str, int], str]:
        """Answers of a field of a form, by unit and entry; nothing of what is sensitive."""
        key = f"{form_id} {path}"
        if key not in self._named:
            rows = self.records.submissions
            own = rows[(rows["form_id"] == form_id) & (rows["field"] == path)]
            self._named[key] = dict(
                zip(zip(own["unit_code"], own["occurrence"], strict=True), own["value"], strict=True)
            )
        return self._named[key]

    def name_entry(self, form: Form, unit_code: str, occurrence: int) -> str:
        """What an entry is called: by the answer that its form calls entries by, if nobody is known by it."""
        titles = dict(form.leaves())
        title, lang = titles.get(form.title or ""), self.desk.lang
        answer = self.answers(form.id, form.title or "").get((unit_code, occurrence))
        if title is None or title.is_sensitive or answer is None:
            return say("fill.entry_number", lang, number=occurrence)
        campaign = self.desk.opened.campaign
        return word_answer(title, answer, campaign, lang, name_unit=unit_namer(self.desk.units))

    def name_table(self, form: Form, path: str) -> str:
        """What a table of a form is called: as the form, with its own label where the form has several."""
        lang, labels = self.desk.lang, {}
        for place in self.places[form.id].values():
            if place.field.table is not None and place.field.life is not None:
                labels[place.path] = place.field.label.words(lang)
        name = form.name.words(lang)
        return name if len(labels) == 1 else say("home.due_table", lang, form=name, table=labels[path])

    def acting(self, form: Form, path: str, unit_code: str, occurrence: int) -> tuple[str | None, bool]:
        """Unit whose hand answers a field of an entry (None if nobody's does), and whether it does so as a level."""
        place = self.places[form.id].get(path)
        later = None if place is None else later_of(place)
        by = FILLER if later is None else later.by
        if by == FILLER:
            by = form.filled_by or UNIT
        if by == UNIT:
            return unit_code, False
        seats = seats_above(self.desk)
        if by in seats:
            return seats[by].get(unit_code), True
        return self.answers(form.id, by).get((unit_code, occurrence)), False


def find_lines(sight: Sight) -> Iterator[Due]:
    """What is due of entries, rows and checks, each with the unit that has to act."""
    live = sight.entries[~sight.entries["is_closed"] & ~sight.entries["claimed"]]
    is_row = live["row_id"].fillna("") != ""
    yield from _entries(sight, live[~is_row])
    yield from _rows(sight, live[is_row & live["due_on"].notna()])
    yield from _checks(sight)


def _entries(sight: Sight, entries: pd.DataFrame) -> Iterator[Due]:
    """Entries that somebody has to take further: the unit until its day, a level as soon as the unit has done so."""
    for row in entries.to_dict("records"):
        form = sight.forms[row["form_id"]]
        unit_code, occurrence, step_field = row["unit_code"], int(row["occurrence"]), row["next_step"]
        hand, is_level = sight.acting(form, step_field, unit_code, occurrence)
        if hand is None or not (sight.codes & {unit_code, hand}):
            continue
        if not is_level and pd.isna(row["due_on"]):
            continue
        steps = () if form.life is None else form.life.steps
        said = next((step.name.words(sight.desk.lang) for step in steps if step.field == step_field), "")
        yield _on_day(
            sight,
            Due(
                kind="entry",
                opened=sight.desk.opened,
                unit_code=unit_code,
                by_unit=hand,
                is_level=is_level,
                name=sight.name_entry(form, unit_code, occurrence),
                form_id=form.id,
                occurrence=0 if unit_code in sight.merged_into else occurrence,
                field=step_field,
                state=said,
            ),
            None if pd.isna(row["due_on"]) else row["due_on"],
        )


def _on_day(sight: Sight, due: Due, last: str | None) -> Due:
    """With its last day, and how far away that is."""
    if last is None:
        return due
    day = date.fromisoformat(last)
    late = max((sight.day - day).days, 0)
    soon = not late and (day - sight.day).days <= sight.warn_days(due.form_id)
    return replace(due, due_on=day, overdue_days=late, overdue=int(late > 0), soon=int(soon))


def _rows(sight: Sight, rows: pd.DataFrame) -> Iterator[Due]:
    """Rows of tables that are overdue or due soon, one line for each table of a unit."""
    rows = rows[rows["unit_code"].isin(sight.codes)]
    until = {form_id: sight.day + timedelta(days=sight.warn_days(form_id)) for form_id in sight.forms}
    last = rows["form_id"].map({form_id: day.isoformat() for form_id, day in until.items()})
    rows = rows[rows["due_on"] <= last]
    by_table = {
        (form_id, row): path for form_id, form in sight.forms.items() for row, path in _tables_of(form)
    }
    table_of = [by_table[key] for key in zip(rows["form_id"], rows["row_id"], strict=True)]
    late = (rows["overdue_days"] > 0).astype(int)
    groups = rows.assign(path=table_of, late=late, soon=1 - late).groupby(
        ["form_id", "unit_code", "path", "occurrence", "next_step"], sort=False
    )
    counted = groups.agg({"due_on": "min", "overdue_days": "max", "late": "sum", "soon": "sum"})
    for row in counted.reset_index().to_dict("records"):
        form, unit_code, occurrence = sight.forms[row["form_id"]], row["unit_code"], int(row["occurrence"])
        step_field = f"{row['path']}/{row['next_step']}"
        hand, is_level = sight.acting(form, step_field, unit_code, occurrence)
        if hand is not None:
            yield Due(
                kind="rows",
                opened=sight.desk.opened,
                unit_code=unit_code,
                by_unit=hand,
                is_level=is_level,
                name=sight.name_table(form, row["path"]),
                form_id=form.id,
                occurrence=occurrence,
                field=step_field,
                due_on=date.fromisoformat(row["due_on"]),
                overdue_days=int(row["overdue_days"]),
                count=int(row["late"] + row["soon"]),
                overdue=int(row["late"]),
                soon=int(row["soon"]),
            )


def _tables_of(form: Form) -> Iterator[tuple[str, str]]:
    """Each fixed row that lives, with its repeat."""
    for place in places(form):
        if place.field.table is not None and place.field.life is not None:
            yield from ((row.id, place.path) for row in place.field.table.rows)


def _checks(sight: Sight) -> Iterator[Due]:
    """Checks that are not met and late or due soon; none of those that only count what has lines of its own."""
    stands = sight.standings
    stands = stands[stands["state"].isin(_OPEN) & stands["unit_code"].isin(sight.codes)]
    for track in sight.desk.opened.campaign.tracks:
        for check in track.checks:
            own = stands[(stands["track_id"] == track.id) & (stands["check_id"] == check.check_id)]
            if isinstance(check, RowsCheck) or own.empty:
                continue
            behind = measures_of_check(sight.desk.opened.campaign, check)
            measures = [one for one in sight.desk.opened.campaign.measures if one.id in behind]
            if not measures or not all(_has_lines(sight.forms[one.form], one) for one in measures):
                yield from _check(sight, check, own, [sight.forms[one.form] for one in measures])


def _has_lines(form: Form, measure: Measure) -> bool:
    """Whether a measure counts how far entries or rows have come, which are lines themselves."""
    repeat = (measure.field or "").partition("/")[0]
    lives = has_life(form, None) or (bool(repeat) and has_life(form, repeat))
    return lives and measure.aggregate in ("count", "share") and ENTRY_FLAGS not in (measure.where or "")


def _check(sight: Sight, check: Check, own: pd.DataFrame, forms: Sequence[Form]) -> Iterator[Due]:
    """A check of each unit that does not meet it: of the unit, unless a level alone fills in what it counts."""
    name = name_of_check(sight.desk.opened.campaign, check).words(sight.desk.lang)
    form = next((one for one in forms if one.filled_by is None), next(iter(forms), None))
    level = None if form is None else form.filled_by
    seats = seats_above(sight.desk).get(level or "", {})
    for row in own.to_dict("records"):
        hand = row["unit_code"] if level is None else seats.get(row["unit_code"])
        if hand is None:
            continue
        late = row["state"] in _LATE
        yield Due(
            kind="check",
            opened=sight.desk.opened,
            unit_code=row["unit_code"],
            by_unit=hand,
            is_level=level is not None,
            name=name,
            form_id="" if form is None else form.id,
            state=row["state"],
            due_on=None if pd.isna(row["due_on"]) else date.fromisoformat(row["due_on"]),
            overdue_days=int(row["overdue_days"]),
            overdue=int(late),
            soon=int(not late),
        )
