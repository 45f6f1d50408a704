"""Answers as workbooks: a template to fill in, what was filled in, and what came back.

A workbook of answers holds the draft of each submission, or its newest version where there is none: what its filler
sees on the page. So whatever goes out can come back, changed. What comes back is handed in, as on the page, and stored
in one transaction; what nobody has changed stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Form, to_rows
from pbwidgets.campaign.names import ROW, form_of_unit, places
from pbwidgets.errors import DataError, Problem, ProblemsError, RightsError
from pbwidgets.exports.answer_book.reading import Units, find_about, is_answer_book, read_book
from pbwidgets.exports.answer_book.writing import AnswerBook, Part, Row, write_book
from pbwidgets.intake.files import open_content, read_content
from pbwidgets.store import Owner, SubmissionKey, Writer, import_many, load_marks
from pbwidgets.store.evidence import keys_with_evidence
from pbwidgets.store.submissions import EDITABLE, NOT_BEGUN
from pbwidgets.units import kinds_and_domains, unit_names
from pbwidgets.workflows.exchange.checking import ChangedAnswers, check_sent, load_shown
from pbwidgets.workflows.exchange.keeping import refuse_broken
from pbwidgets.workflows.exchange.later import FormHands
from pbwidgets.workflows.exchange.official import answers_of_official
from pbwidgets.workflows.exchange.returned import Return, Stored, Told
from pbwidgets.workflows.filling.access import is_living, units_to_fill
from pbwidgets.workflows.filling.amending import amend_within
from pbwidgets.workflows.filling.evidence import release_unused
from pbwidgets.workflows.filling.self_marks import restamp
from pbwidgets.workflows.ground.deadlines import check_deadline
from pbwidgets.workflows.ground.desk import Desk, check_open, check_version, find_in_scope, known_units
from pbwidgets.workflows.ground.dry_run import self_tracks
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.lookup import campaign_names, check_unit, find_form, word_state
from pbwidgets.workflows.ground.rights import Action, scope_of

_CHUNK: Final = 500


# -- out -----------------------------------------------------------------------------------------------


def write_template(desk: Desk, form_ids: Sequence[str], unit_codes: Sequence[str], path: Path) -> Path:
    """Path of a workbook to fill in, with what is there already.

    Parameters
    ----------
    form_ids
        Forms; none: all that the actor may fill in.
    unit_codes
        Units; none: all for which the actor may fill them in.
    path
        The ``.xlsx`` to write.

    Raises
    ------
    DataError
        ``exchange.nothing_to_fill`` if the actor may fill in none of them for any of the units.
    UsageError
        ``fill.unknown_form``, ``workflows.unknown_unit``.
    RightsError
        ``workflows.period_closed``; ``workflows.not_allowed`` if the actor fills in nothing at all.
    """
    _check_fills(desk)
    with desk.workspace.store.read() as reader:
        check_open(reader, desk)
    parts = []
    for form in _forms(desk, form_ids):
        hands = FormHands.of(desk, form)
        codes = _chosen(desk, hands.opens, unit_codes)
        part = _part(hands.desk, form, codes, is_template=True)
        if not part.units:  # only what others have begun
            part = replace(part, rows=tuple(part.rows))
        if part.units or part.rows:
            parts.append(part)
    if not parts:
        raise DataError("exchange.nothing_to_fill")
    return _write(desk, parts, path, is_template=True)


def export_answers(
    desk: Desk,
    path: Path,
    form_ids: Sequence[str] = (),
    unit_codes: Sequence[str] = (),
    *,
    as_analyst: bool = False,
) -> Path:
    """Path of a workbook with what was filled in, in the layout of the template, so that it can come back.

    Parameters
    ----------
    path
        The ``.xlsx`` to write.
    form_ids, unit_codes
        Forms and units; none: all that the actor may look at.
    as_analyst
        Whether only what counts comes along, without sensitive fields, as in a snapshot; for an analyst in any case.

    Raises
    ------
    RightsError
        If the actor may look at no answers.
    """
    return _write(desk, _exported(desk, form_ids, unit_codes, as_analyst=as_analyst), path, is_template=False)


def list_answers(
    desk: Desk, form_ids: Sequence[str] = (), unit_codes: Sequence[str] = (), *, as_analyst: bool = False
) -> pd.DataFrame:
    """One row for each answer of what :func:`export_answers` writes, for programs.

    Returns
    -------
    pandas.DataFrame
        Columns ``ANSWERS``; values as the store writes them, choices as ids; ``row`` is that of a repeat, from 0.

    Raises
    ------
    RightsError, DataError, UsageError
        As :func:`export_answers`.
    """
    rows = []
    for part in _exported(desk, form_ids, unit_codes, as_analyst=as_analyst):
        labels = {place.path: place.field.label.words(desk.lang) for place in places(part.form)}
        labels |= {f"{path}/{ROW}": label for path, label in labels.items()}
        for one in part.rows:
            whose = (part.form.id, one.unit_code, one.unit_name, one.occurrence, one.base[0], one.state)
            rows += [
                (*whose, path, labels[path], at, value)
                for path, at, value in to_rows(part.form, one.answers)
                if path not in part.without
            ]
    return pd.DataFrame(rows, columns=list(ANSWERS))


ANSWERS: Final = (
    "form_id", "unit_code", "unit_name", "occurrence", "version", "state", "field", "label", "row", "value",
)  # fmt: skip
"""Columns of :func:`list_answers`."""


def _exported(
    desk: Desk, form_ids: Sequence[str], unit_codes: Sequence[str], *, as_analyst: bool
) -> list[Part]:
    """Forms with what the actor may see of what was filled in."""
    as_analyst = as_analyst or desk.actor.role == "analyst"
    in_scope = set(_find_seen(desk))
    parts = []
    for form in _forms(desk, form_ids):
        units = desk.units
        of_kind = units.loc[units["kind"].isin(form.unit_kind), "unit_code"]
        codes = _chosen(desk, [code for code in of_kind if code in in_scope], unit_codes)
        if codes:
            hides = as_analyst or desk.actor.role not in _SEES_SENSITIVE
            without = form.sensitive_paths() if hides else frozenset()
            part = _part(desk, form, codes, only_counting=as_analyst)
            parts.append(replace(part, without=without))
    if not parts:
        raise DataError("exchange.nothing_to_export")
    return parts


def _check_fills(desk: Desk) -> None:
    """Raise if the actor may fill in nothing, for whatever unit."""
    if not any(scope_of(desk.actor.role, action) for action in ("fill", "fill_on_behalf")):
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="fill")


_SEES_SENSITIVE: Final = frozenset({"filler", "reviewer", "operator"})


def _find_seen(desk: Desk) -> list[str]:
    """Units whose answers the actor may look at."""
    action: Action = "view" if desk.actor.role in ("filler", "analyst") else "inspect"
    return list(find_in_scope(desk, action)["unit_code"])


def _forms(desk: Desk, form_ids: Sequence[str]) -> list[Form]:
    """Forms by their ids; none: all but anonymous surveys."""
    campaign = desk.opened.campaign
    forms = [find_form(campaign, form_id) for form_id in form_ids] if form_ids else list(campaign.forms)
    return [form for form in forms if form.survey is None]


def _chosen(desk: Desk, allowed: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Codes of units that are wanted and allowed, in the order of the register."""
    for code in wanted:
        check_unit(desk.units, code)
    return [code for code in allowed if not wanted or code in wanted]


def _part(
    desk: Desk, form: Form, codes: Sequence[str], *, is_template: bool = False, only_counting: bool = False
) -> Part:
    names = unit_names(desk.units)
    units = [(code, names.get(code, code)) for code in codes]
    rows = _rows(desk, form, units, is_template=is_template, only_counting=only_counting)
    fills = frozenset(FormHands.of(desk, form).fills) if is_template else frozenset()
    return Part(form, rows, [unit for unit in units if unit[0] in fills])


def _rows(
    desk: Desk,
    form: Form,
    units: Sequence[tuple[str, str]],
    *,
    is_template: bool,
    only_counting: bool,
) -> Iterator[Row]:
    """Rows of a form, unit by unit, of all submissions or what counts; in a template also of what is not begun."""
    levels = campaign_names(desk.opened.campaign, desk.lang)["level"]
    words = {NOT_BEGUN: word_state(NOT_BEGUN, levels, desk.lang)}
    hands, forms = FormHands.of(desk, form), _forms_by_unit(desk, form)
    fills = frozenset(hands.fills)
    for at in range(0, len(units), _CHUNK):
        some = units[at : at + _CHUNK]
        found = defaultdict(list)
        codes = [code for code, _ in some]
        for state, _, shown in load_shown(form, desk, codes, only_counting=only_counting):
            found[state.key.unit_code].append((state, shown))
        for code, name in some:
            for state, shown in found[code]:
                paths = hands.paths_of(state) if is_living(state) else None
                if is_template and code not in fills:
                    if not paths:
                        continue
                    shown = hands.shown(state, shown)
                said = words.setdefault(state.state, word_state(state.state, levels, desk.lang))
                base = (state.version, state.revision)
                is_open = state.state in EDITABLE if paths is None else bool(paths)
                yield Row(code, name, state.key.occurrence, base, said, shown, is_open, paths, forms[code])
            if is_template and not found[code] and form.occurrence == "once" and code in fills:
                yield Row(code, name, 0, (0, 0), words[NOT_BEGUN], {}, form=forms[code])


def _forms_by_unit(desk: Desk, form: Form) -> Mapping[str, Form]:
    """The form as it is for each unit, made once for each kind and domain."""
    whose = kinds_and_domains(desk.units)
    made = {of: form_of_unit(form, *of) for of in dict.fromkeys(whose.values())}
    return {code: made[of] for code, of in whose.items()}


def _write(desk: Desk, parts: Sequence[Part], path: Path, *, is_template: bool) -> Path:
    opened = desk.opened
    book = AnswerBook(
        opened.campaign, opened.period_id, opened.version, parts, is_template, desk.lang, known_units(desk)
    )
    own = Owner(desk.actor.unit_code or "") if desk.actor.role == "filler" else None
    return check_leaving(desk.workspace, write_book(book, path), own)


# -- back ----------------------------------------------------------------------------------------------


def campaign_of_file(path: Path) -> tuple[str | None, str | None]:
    """Campaign and period that a workbook of answers says it is of; None where it does not say.

    Raises
    ------
    ProblemsError
        If the file cannot be read.
    """
    about = find_about(open_content(read_content(path), path.name))
    return about.campaign or None, about.period or None


def read_return(
    desk: Desk,
    file: Path,
    told: Told | None = None,
    *,
    form_id: str | None = None,
    unit_code: str | None = None,
) -> Return:
    """What a workbook that came back, or an official table, says and would change; nothing is stored.

    Parameters
    ----------
    file
        The workbook, as somebody sent it.
    told
        Told how many submissions are checked, of all.
    form_id, unit_code
        Of an official table: the form that it is for, and whose it is, where it does not say so itself.

    Raises
    ------
    ProblemsError
        If it is neither a workbook of answers of this campaign and period nor an official table of one of its
        forms, or cannot be read at all.
    UsageError
        ``fill.unknown_form``, ``exchange.form_without_official``, ``workflows.unknown_unit``.
    RightsError
        ``workflows.period_closed``; ``workflows.not_allowed`` if the actor fills in nothing at all.
    """
    _check_fills(desk)
    with desk.workspace.store.read() as reader:
        check_open(reader, desk)
    content = read_content(file)
    sheets = open_content(content, file.name)
    about = find_about(sheets)
    if about.campaign and (about.campaign, about.period) != desk.opened.key:
        args = {"campaign": about.campaign, "period": about.period, "own": "·".join(desk.opened.key)}
        raise ProblemsError([Problem("exchange.other_campaign", file.name, "", args)])
    if is_answer_book(sheets):
        book = read_book(sheets, file.name, desk.opened.campaign, Units(unit_names(desk.units)))
    elif about.campaign:
        raise ProblemsError([Problem("exchange.no_answer_book", file.name)])
    else:
        book = answers_of_official(sheets, file.name, desk, form_id, unit_code)
    changes = tuple(refuse_broken(list(check_sent(book.sent, file.name, desk, told)), file.name, desk))
    found = [*book.problems, *(problem for change in changes for problem in change.findings)]
    notes = [*book.notes, *(note for change in changes for note in change.notes)]
    if about.version and about.version != desk.opened.version:
        notes.insert(0, Problem("exchange.other_version", file.name))
    return Return(file.name, content, tuple(found), changes, tuple(notes))


def store_return(desk: Desk, returned: Return, *, accept_good_rows: bool = False) -> Stored:
    """What was stored of a return, in one transaction: all of it, or with ``accept_good_rows`` what is right.

    Raises
    ------
    ProblemsError
        If something is wrong in it and not only the good rows are accepted; nothing is stored.
    ConflictError
        ``store.changed_since`` if answers have changed since it was read, ``workflows.newer_version``.
    DataError
        ``workflows.too_late``.
    RightsError
        ``workflows.period_closed``, and if the actor may no longer fill one of them in.
    """
    _check_fills(desk)
    if not (returned.is_right or accept_good_rows):
        raise ProblemsError(returned.findings, returned.notes)
    changes = [change for change in returned.changes if isinstance(change, ChangedAnswers)]
    wanted = [change for change in changes if change.fate in ("new", "changed")]
    with desk.write() as writer:
        check_version(writer, desk)
        for on_behalf in (False, True):
            some = [change for change in wanted if change.on_behalf == on_behalf]
            acting = replace(desk, actor=replace(desk.actor, on_behalf=on_behalf))
            _store(replace(writer, actor=acting.actor), acting, some)
    return Stored(len(wanted), returned.count("refused"))


def _store(writer: Writer, desk: Desk, changes: Sequence[ChangedAnswers]) -> None:
    """Hand in what was checked, as the page does: the deadline, the unit's own marks, files no longer used."""
    for change in changes:
        if change.is_amendment and change.key is not None:
            amend_within(writer, desk, change.key, change.answers, seen_version=change.base[0])
    whole = [change for change in changes if not change.is_amendment]
    items = {change.key: change.answers for change in whole if change.key is not None}
    bases = {change.key: change.base for change in whole if change.key is not None}
    by_form: dict[str, list[SubmissionKey]] = defaultdict(list)
    for key in items:
        by_form[key.form_id].append(key)
    for form_id, keys in by_form.items():
        _check_fillable(desk, form_id, keys)
        for key in keys:
            check_deadline(writer, desk, key)
    import_many(writer, items, bases)
    with_files = keys_with_evidence(writer, *desk.opened.key)
    for form_id, keys in by_form.items():
        form = desk.opened.campaign.form(form_id)
        if not desk.actor.on_behalf:
            _restamp(writer, desk, form, keys)
        for key in with_files.intersection(keys):
            release_unused(writer, form, key)


def _check_fillable(desk: Desk, form_id: str, keys: Sequence[SubmissionKey]) -> None:
    may_fill = frozenset(units_to_fill(desk, form_id)["unit_code"])
    for key in keys:
        if key.unit_code not in may_fill:
            raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=desk.actor.unit_code or "")


def _restamp(writer: Writer, desk: Desk, form: Form, keys: Sequence[SubmissionKey]) -> None:
    """Let the own marks of the units that have any apply to the new versions."""
    for track, layer_id in self_tracks(desk.opened.campaign, form):
        marked = {mark.key.unit_code for mark in load_marks(writer, *desk.opened.key, layer=layer_id)}
        for key in keys:
            if key.unit_code in marked:
                restamp(writer, desk, key, track, layer_id)
