"""The running record, and what levels have entered about a unit and follow until it is done."""

from dataclasses import dataclass
from datetime import date

from pbwidgets import store
from pbwidgets.campaign.identifying import hide_identifying
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError
from pbwidgets.forms.answer_words import word_title
from pbwidgets.forms.life_states import LifeState, find_life_state
from pbwidgets.store import Reader
from pbwidgets.store.submissions import EDITABLE, load_of_units
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk, continued_codes
from pbwidgets.workflows.ground.lookup import unit_namer
from pbwidgets.workflows.ground.workspace import day_of


@dataclass(frozen=True)
class EntryAbout:
    """One entry that a level has handed in: its form, what it is called, and how far it has come."""

    form: str
    title: str
    life: LifeState


def add_note(desk: Desk, unit_code: str, noted_on: date, text: str) -> None:
    """Add a dated note to the running record of a unit; notes are never changed, only corrected by later ones.

    Raises
    ------
    DataError
        ``review.day_out_of_period`` for a day in the future or outside the period, ``store.empty_note``.
    RightsError
        If the actor may not.
    """
    desk.authorise("note", unit_code)
    period = desk.opened.period
    last = min(day_of(desk.now), period.ends)
    if not period.begins <= noted_on <= last:
        raise DataError("review.day_out_of_period", begins=period.begins, ends=last)
    with desk.write() as writer:
        store.add_note(writer, *desk.opened.key, unit_code, noted_on, text)


def list_entries_about(reader: Reader, desk: Desk, unit_code: str) -> tuple[EntryAbout, ...]:
    """Entries about a unit for whoever inspects it: what is most overdue first, what is done last."""
    campaign, kind = desk.opened.campaign, kind_and_domain(desk.units, unit_code)
    codes = (unit_code, *continued_codes(desk, unit_code)[unit_code])
    found = []
    for one in campaign.forms:
        if one.life is None or one.filled_by is None or kind[0] not in one.unit_kind:
            continue
        form = form_of_unit(one, *kind)
        if form.title in form.sensitive_paths():
            form = form.model_copy(update={"title": None})
        for state in load_of_units(reader, *desk.opened.key, form.id, codes):
            if state.state in EDITABLE and state.standing_version is None:
                continue
            answers = hide_identifying(form, state.answers or {})
            title = word_title(
                form, answers, state.key.occurrence, campaign, desk.lang, unit_namer(desk.units)
            )
            day = desk.opened.day(day_of(desk.now))
            life = find_life_state(one.life, form.fields, answers, campaign, desk.lang, day)
            found.append(EntryAbout(form.name.words(desk.lang), title, life))
    return tuple(sorted(found, key=_urgency))


def _urgency(entry: EntryAbout) -> tuple[bool, float]:
    return entry.life.is_done, float("inf") if entry.life.days is None else entry.life.days
