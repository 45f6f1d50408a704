"""Checks, lists and entries as tables for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign import Campaign, Form
from pbwidgets.campaign.life import Life
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.names import places
from pbwidgets.charts import View
from pbwidgets.charts.checked import list_checked, map_states, rows_of_track, word_state
from pbwidgets.exports.columns import Column
from pbwidgets.exports.tables import LabelledTable, word_answer
from pbwidgets.scoring import word_reason
from pbwidgets.scoring.coverage import EXPECTED, agg_coverage
from pbwidgets.scoring.frames import CLAIMED, ENTRIES, NOT_BEGUN, REACHED, SELECTED, to_frame
from pbwidgets.wording import NOTHING, Words, say

ENTRY_COLUMNS: Final[Mapping[str, Column]] = {
    "unit": Column("tables.unit", 18),
    "form": Column("tables.form", 18),
    "title": Column("tables.entry_title", 32),
    "state": Column("tables.entry_state", 12),
    "opened_on": Column("tables.opened_on", 13, "date"),
    "due_on": Column("tables.due_on", 13, "date"),
    "closed_on": Column("tables.ended_on", 13, "date"),
    "days": Column("tables.entry_days", 8, "integer"),
    "overdue_days": Column("tables.overdue_days", 10, "integer"),
    "due_moved": Column("tables.due_moved", 10, "integer"),
    "refused": Column("tables.entry_refused", 10, "integer"),
    "flags": Column("tables.entry_flags", 24),
}
"""What a list of entries may have columns for, beside the fields of its form; labels are codes."""


# -- checks --------------------------------------------------------------------------------------------


def matrix_of_standings(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, title: str
) -> LabelledTable:
    """The words of each unit's states, a column for each check; then how many are reached of those expected.

    Parameters
    ----------
    standings
        Columns ``STANDINGS``; only rows of the view's track and of the units named are used.
    names
        Name of each unit by code, in the order of the rows.
    view
        What it is about.
    title
        Title of the table.
    """
    say_in, own = Words("tables", view.lang), rows_of_track(standings, names, view)
    checked, counts = list_checked(own, view), agg_coverage(own, ["unit_code"])
    states = {key: word_state(state, view) for key, state in map_states(own).items()}
    rows: list[dict[str, object]] = [
        {
            "unit_name": names[code],
            **{f"check_{at}": states.get((code, *one.key), "") for at, one in enumerate(checked)},
            "reached": counts.at[code, REACHED],
            "expected": counts.at[code, "expected"],
        }
        for code in names
        if code in counts.index
    ]
    columns = {
        "unit_name": Column(say_in("unit"), 18),
        **{f"check_{at}": Column(one.name, 14) for at, one in enumerate(checked)},
        "reached": Column(say(f"standing.{REACHED}", view.lang), 10, "integer"),
        "expected": Column(say_in("expected"), 10, "integer"),
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def list_of_standings(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, title: str
) -> LabelledTable:
    """Every check of every unit: its state, what was reached and asked for, until when, and how late it is.

    Parameters
    ----------
    standings, names, view, title
        As for :func:`matrix_of_standings`.
    """
    say_in, own = Words("tables", view.lang), rows_of_track(standings, names, view)
    checked = {one.key: (at, one) for at, one in enumerate(list_checked(own, view))}
    order = {code: at for at, code in enumerate(names)}
    rows: list[dict[str, Any]] = []
    for row in own.to_dict("records"):
        at, one = checked[str(row["check_id"]), "" if pd.isna(row["part"]) else str(row["part"])]
        told = {"unit_name": names[row["unit_code"]], "heading": one.heading, "check": one.name}
        words = say(f"standing.{row['state']}", view.lang)
        place = {"unit_place": order[row["unit_code"]], "place": at}
        rows.append({**{str(key): value for key, value in row.items()}, **told, "words": words, **place})
    columns = {
        "unit_name": Column(say_in("unit"), 18),
        "heading": Column(say_in("heading"), 16),
        "check": Column(say_in("check"), 30),
        "words": Column(say_in("state"), 12),
        "value": Column(say_in("check_value"), 10, "number", missing=""),
        "least": Column(say_in("least"), 10, "number", missing=""),
        "most": Column(say_in("most"), 10, "number", missing=""),
        "due_on": Column(say_in("due_on"), 13, "date"),
        "overdue_days": Column(say_in("overdue_days"), 10, "integer"),
        "due_moved": Column(say_in("due_moved"), 10, "integer"),
    }
    frame = pd.DataFrame(rows, columns=[*columns, "unit_place", "place"])
    return LabelledTable(title, frame.sort_values(["unit_place", "place"])[list(columns)], columns)


def coverage_of_checks(counts: pd.DataFrame, head: str, title: str, lang: str) -> LabelledTable:
    """Numbers of checks by state, as a chart of coverage shows them.

    Parameters
    ----------
    counts
        As :func:`~pbwidgets.charts.checked.count_states` gives them.
    head
        What the rows are.
    title, lang
        Title and language of the table.
    """
    found = [state for state in EXPECTED if state == REACHED or counts[state].any()]
    columns = {
        "name": Column(head, 24),
        **{state: Column(say(f"standing.{state}", lang), 10, "integer") for state in found},
        "expected": Column(say("tables.expected", lang), 10, "integer"),
    }
    frame = counts.reset_index(names="name")[list(columns)]
    return LabelledTable(title, frame, columns)


# -- lists ---------------------------------------------------------------------------------------------


def listed_units(
    campaign: Campaign, listed: pd.DataFrame, names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """Units that are on lists, with the list, the reason, and whether persons decided it.

    Parameters
    ----------
    listed
        Columns ``LISTED``, of the lists that are shown: the units that are on them or, as long as nothing is decided,
        proposed.
    names
        Name of each unit by code.
    """
    lists = {one.id: one for one in campaign.lists}
    order = {list_id: at for at, list_id in enumerate(lists)}
    places_of = {code: at for at, code in enumerate(names)}
    rows = [
        {
            "unit_name": names[row["unit_code"]],
            "list": lists[row["list_id"]].name.words(lang),
            "reason": word_reason(campaign, row["reason_code"], row["reason_args"], lang),
            "decided": _word_decided(lists[row["list_id"]].decided, row["decided"], row["decided_on"], lang),
            "list_place": order[row["list_id"]],
            "place": places_of[row["unit_code"]],
        }
        for row in listed.to_dict("records")
    ]
    columns = {
        "unit_name": Column(say("tables.unit", lang), 18),
        "list": Column(say("tables.list", lang), 14),
        "reason": Column(say("tables.reason", lang), 40),
    }
    if any(lists[list_id].decided for list_id in set(listed["list_id"])):
        columns["decided"] = Column(say("tables.decided", lang), 16)
    frame = pd.DataFrame(rows, columns=[*columns, "list_place", "place"])
    return LabelledTable(title, frame.sort_values(["list_place", "place"])[list(columns)], columns)


def _word_decided(is_decided: bool, decided: Any, day: Any, lang: str) -> str:
    if not is_decided:
        return NOTHING
    if pd.isna(decided) or decided != SELECTED:
        return say("tables.proposed_only", lang)
    return say("tables.decided_on_day", lang, day="" if pd.isna(day) else day).strip()


# -- entries -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LivingRows:
    """Entries that live, of one form or one repeat of it, and their answers.

    Attributes
    ----------
    form
        The form.
    repeat
        The repeat whose rows live; None: the entries themselves do.
    entries
        Their rows of ``ENTRIES``.
    answers
        Text of each answer by path of its field, for each entry; in a row of a repeat, of its own fields too.
    """

    form: Form
    repeat: Field | None
    entries: pd.DataFrame
    answers: tuple[Mapping[str, str], ...]

    @property
    def life(self) -> Life | None:
        """How they live."""
        return self.form.life if self.repeat is None else self.repeat.life

    def path(self, field_id: str) -> str:
        """Path of a field beside the life."""
        return field_id if self.repeat is None else f"{self.repeat.id}/{field_id}"

    def where(self, kept: Sequence[bool]) -> "LivingRows":
        """Only some of them."""
        answers = tuple(one for one, keep in zip(self.answers, kept, strict=True) if keep)
        return LivingRows(self.form, self.repeat, self.entries[list(kept)], answers)


def living_rows(form: Form, entries: pd.DataFrame, submissions: pd.DataFrame) -> list[LivingRows]:
    """Entries of a form, and the rows of each of its repeats that live, with their answers.

    Entries of a log without a life have no state and are due on no day.

    Parameters
    ----------
    entries, submissions
        Columns ``ENTRIES`` and ``SUBMISSIONS``, of any forms.
    """
    own = submissions[submissions["form_id"] == form.id]
    whole, rows_of = _answers_by_entry(own)
    lives = entries[entries["form_id"] == form.id]
    made = []
    if form.life is not None or form.occurrence == "many":
        mine = lives[lives["row_id"].fillna("") == ""] if form.life is not None else _without_life(own)
        keys = zip(mine["unit_code"], mine["occurrence"], strict=True)
        made.append(
            LivingRows(form, None, mine, tuple(whole.get((str(code), int(at)), {}) for code, at in keys))
        )
    for place in places(form):
        field = place.field
        if field.type != "repeat" or field.life is None or field.table is None:
            continue
        mine = lives[lives["row_id"].isin([row.id for row in field.table.rows])]
        found = []
        for row in mine.to_dict("records"):
            key = str(row["unit_code"]), int(row["occurrence"])
            found.append({**whole.get(key, {}), **rows_of.get((*key, field.id, str(row["row_id"])), {})})
        made.append(LivingRows(form, field, mine, tuple(found)))
    return made


def _without_life(own: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``ENTRIES`` for entries that have no life."""
    each = own.drop_duplicates(["unit_code", "occurrence"]).sort_values(["unit_code", "occurrence"])
    return to_frame(each[["unit_code", "form_id", "occurrence"]], ENTRIES)


def _answers_by_entry(
    own: pd.DataFrame,
) -> tuple[dict[tuple[str, int], dict[str, str]], dict[tuple[str, int, str, str], dict[str, str]]]:
    """Answers outside repeats by entry, and those of fixed rows by entry, repeat and row of the table."""
    whole: dict[tuple[str, int], dict[str, str]] = {}
    lines: dict[tuple[str, int, str, int], dict[str, str]] = {}
    for row in own.to_dict("records"):
        path, key = str(row["field"]), (str(row["unit_code"]), int(row["occurrence"]))
        repeat = path.rpartition("/")[0]
        into = lines.setdefault((*key, repeat, int(row["row"])), {}) if repeat else whole.setdefault(key, {})
        into[path] = str(row["value"])
    fixed = {
        (code, at, repeat, answers[f"{repeat}/row"]): answers
        for (code, at, repeat, _), answers in lines.items()
        if f"{repeat}/row" in answers
    }
    return whole, fixed


def list_entries(
    campaign: Campaign, living: Sequence[LivingRows], names: Mapping[str, str], lang: str
) -> pd.DataFrame:
    """Entries as people read them: a row each, with the columns of :data:`ENTRY_COLUMNS` and the fields of its form.

    Parameters
    ----------
    living
        Of one form or several.
    names
        Name of each unit by code.

    Returns
    -------
    pandas.DataFrame
        The longest overdue first, then what is due next, then in the order of the names. Fields stand under their
        paths.
    """
    rows = [
        row
        for one in living
        for entry, answers in zip(one.entries.to_dict("records"), one.answers, strict=True)
        for row in [_entry_row(campaign, one, entry, answers, names, lang)]
    ]
    made = pd.DataFrame(rows, columns=None if rows else list(ENTRY_COLUMNS))
    places_of = {name: at for at, name in enumerate(names.values())}
    ranked = made.assign(
        due=made["due_on"].fillna("9999"),
        late=-made["overdue_days"].astype("int64"),
        place=made["unit"].map(places_of),
    )
    return ranked.sort_values(["late", "due", "place"], kind="stable").drop(columns=["due", "late", "place"])


def _entry_row(
    campaign: Campaign,
    one: LivingRows,
    entry: Mapping[Any, Any],
    answers: Mapping[str, str],
    names: Mapping[str, str],
    lang: str,
) -> dict[str, object]:
    fields = dict(one.form.leaves())
    words = {
        path: word_answer(campaign, fields[path], value, lang, names)
        for path, value in answers.items()
        if path in fields
    }
    plain = {path.rpartition("/")[2]: text for path, text in words.items()}
    return {
        **plain,
        **words,
        "unit": names[entry["unit_code"]],
        "form": one.form.name.words(lang),
        "title": _title(one, entry, words, lang),
        "state": word_entry_state(campaign, one, entry, lang),
        **{name: entry[name] for name in ("opened_on", "due_on", "closed_on", "days", "overdue_days")},
        **{name: entry[name] for name in ("due_moved", "refused")},
        "flags": say("tables.comma", lang).join(_word_flags(one, entry["flags"], lang)),
    }


def _title(one: LivingRows, entry: Mapping[Any, Any], words: Mapping[str, str], lang: str) -> str:
    """How an entry is called: by its title, a fixed row by its name in the table."""
    table = one.repeat.table if one.repeat else None
    row = table.row(str(entry["row_id"])) if table else None
    if row is not None:
        return row.name.words(lang)
    if one.form.title and one.form.title in words:
        return words[one.form.title]
    return say("tables.entry", lang, name=one.form.name.words(lang), number=int(entry["occurrence"]) or 1)


def word_entry_state(campaign: Campaign, one: LivingRows, entry: Mapping[Any, Any], lang: str) -> str:
    """State of an entry in words: its last step, or the option chosen; claimed where it waits to be accepted."""
    life, state = one.life, entry["state"]
    if entry["claimed"]:
        return say(f"standing.{CLAIMED}", lang)
    if life is None:
        return ""
    if pd.isna(state) or not state:
        return say(f"standing.{NOT_BEGUN}", lang)
    steps = {step.field: step.name for step in life.steps}
    if state in steps:
        return steps[str(state)].words(lang)
    field = dict(one.form.leaves()).get(one.path(life.state or ""))
    return word_answer(campaign, field, str(state), lang) if field is not None else str(state)


def split_flags(flags: Any) -> list[str]:
    """Flags of an entry, as the frame has them."""
    return [] if pd.isna(flags) else str(flags).split()


def _word_flags(one: LivingRows, flags: Any, lang: str) -> list[str]:
    steps = {step.field: step.name.words(lang) for step in (one.life.steps if one.life else ())}
    made = []
    for flag in split_flags(flags):
        kind, _, field = flag.partition(":")
        made.append(say(f"tables.flag_{kind}", lang, step=steps.get(field, field)))
    return made


def entry_table(frame: pd.DataFrame, columns: Mapping[str, Column], title: str) -> LabelledTable:
    """A table of entries with some of their columns; one that no entry has an answer for is empty."""
    return LabelledTable(title, frame.reindex(columns=list(columns)).reset_index(drop=True), columns)


def entry_columns(form: Form | None, names: Sequence[str], lang: str) -> dict[str, Column]:
    """Columns of a table of entries: those of :data:`ENTRY_COLUMNS`, and fields of a form under their labels."""
    leaves = dict(form.leaves()) if form else {}
    by_id = {path.rpartition("/")[2]: field for path, field in leaves.items()} | leaves
    return {
        name: replace(ENTRY_COLUMNS[name], label=say(ENTRY_COLUMNS[name].label, lang))
        if name in ENTRY_COLUMNS
        else Column(by_id[name].label.words(lang), 24)
        for name in names
    }
