"""All that scoring reads, from the store at one moment."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pandas as pd

from pbwidgets.campaign.living import Given, Trace
from pbwidgets.scoring.frames import LIVES, SUBMISSIONS, UNITS, Records, to_frame
from pbwidgets.store.class_decisions import load_class_decisions
from pbwidgets.store.concessions import load_concessions
from pbwidgets.store.counting import Counting, load_counting, load_given, load_handed_in
from pbwidgets.store.decisions import load_decisions
from pbwidgets.store.engine import Reader
from pbwidgets.store.keys import ALWAYS, SubmissionKey
from pbwidgets.store.nominations import load_allotments, load_nominations
from pbwidgets.store.ratings import load_ratings
from pbwidgets.store.units import load_units
from pbwidgets.store.vetoes import load_vetoes
from pbwidgets.units import successors, units_as_of

_FEW = 500  # most units named in a query; for more, all is read and then filtered
ToRows = Callable[[str, Mapping[str, Any]], Iterable[tuple[str, int, str]]]
"""From a form's id and its answers to rows of field, row of the repeat, canonical text."""
ToLives = Callable[[str, Sequence[Given]], Iterable[Trace]]
"""From a form's id and the versions of one submission to its lives."""


def read_records(
    r: Reader,
    campaign_id: str,
    period_id: str,
    *,
    forms: Mapping[str, str | None],
    sensitive: Collection[tuple[str, str]],
    counts: Collection[str] | Mapping[str, Collection[str]],
    as_of: date,
    take_part: Callable[[pd.DataFrame], pd.DataFrame],
    to_rows: ToRows,
    to_lives: ToLives = lambda _form_id, _given: (),
    living: Collection[str] = (),
    lasting: Collection[str] = (),
    logs: Collection[str] = (),
    revision: int | None = None,
    unit_codes: Collection[str] | None = None,
) -> Records:
    """Records of one campaign and period at one moment, without sensitive fields.

    A submission counts by its state *then*: one that was accepted and then returned, or whose acceptance was undone,
    no longer counts; but what an amendment replaced counts until the amendment does.

    Parameters
    ----------
    forms
        The campaign's forms, each with its track, or None for a form outside all tracks. Submissions of
        other forms are left out.
    sensitive
        Form and field path of each answer that must not leave the store.
    counts
        States that count, for all forms or for each: a form that nobody reviews counts when submitted.
    as_of
        Day of the records, and of the register: only units that exist on it.
    take_part
        Gives the units of the register that take part.
    to_rows
        Turns answers into rows.
    to_lives
        Turns the versions of a submission into lives; asked for the forms that are ``living``.
    lasting
        Forms that last for the campaign; the submissions of all others are those of the period.
    logs
        Forms of which a unit has many entries: if they are lasting, too, those of a unit that was merged away are
        read as entries of the unit that continues it, with numbers that its own have left free.
    revision
        Revision of the store as of which everything is read, that of the period's closing; None: the newest.
    unit_codes
        Units whose records are read, with those of the units that they continue; None: all.
    """
    track_forms = [form_id for form_id, track_id in forms.items() if track_id is not None]

    def does_count(form_id: str, state: str) -> bool:
        return state in (counts.get(form_id, ()) if isinstance(counts, Mapping) else counts)

    register = load_units(r)
    continued = successors(register, as_of)
    codes = None if unit_codes is None else set(unit_codes)
    if codes is not None:
        codes |= {gone for gone, code in continued.items() if code in codes}

    def is_read(key: SubmissionKey) -> bool:
        is_known = key.form_id in forms and (key.form_id in lasting) == (key.period_id == ALWAYS)
        return is_known and (codes is None or key.unit_code in codes)

    few = codes if codes is not None and len(codes) <= _FEW else None
    whose = _continue(r, campaign_id, continued, set(lasting) & set(logs), revision)
    counting = [
        replace(one, key=whose.get(one.key, one.key))
        for one in load_counting(r, campaign_id, period_id, does_count, revision, unit_codes=few)
        if is_read(one.key)
    ]
    given = (
        load_given(r, campaign_id, period_id, living, does_count, revision, unit_codes=few) if living else {}
    )
    traced = {whose.get(key, key): to_lives(key.form_id, made) for key, made in given.items() if is_read(key)}
    units = units_as_of(register, as_of)
    if revision is not None:  # what was recorded later of how they end
        units = units.assign(valid_to=None, merged_into=None)
    members = take_part(to_frame(units, UNITS))
    return Records(
        units=members if codes is None else members[members["unit_code"].isin(codes)].reset_index(drop=True),
        submissions=_to_submissions(campaign_id, period_id, counting, forms, set(sensitive), to_rows),
        ratings=load_ratings(r, campaign_id, period_id, track_forms, revision=revision),
        vetoes=load_vetoes(r, campaign_id, period_id),
        nominations=load_nominations(r, campaign_id, period_id),
        allotments=load_allotments(r, campaign_id, period_id),
        decisions=load_decisions(r, campaign_id, period_id),
        class_decisions=load_class_decisions(r, campaign_id, revision),
        lives=_to_lives(traced),
        concessions=load_concessions(r, campaign_id, period_id, revision),
        day=as_of,
    )


def _continue(
    r: Reader,
    campaign_id: str,
    continued: Mapping[str, str],
    forms: Collection[str],
    revision: int | None,
) -> Mapping[SubmissionKey, SubmissionKey]:
    """Keys of entries of units that were merged away, each with the key that it has with the unit that continues it.

    They take the numbers that are free there, in the order in which the units came; what that unit begins later has
    higher ones (:func:`~pbwidgets.store.submissions.next_occurrence`), so that an entry keeps its number.
    """
    if not continued or not forms:
        return {}
    handed_in = load_handed_in(r, campaign_id, ALWAYS, forms, revision)
    taken: dict[tuple[str, str], set[int]] = defaultdict(set)
    for key in handed_in:
        if key.unit_code not in continued:
            taken[key.form_id, key.unit_code].add(key.occurrence)
    place = {code: at for at, code in enumerate(continued)}
    found = {}
    for key in sorted(handed_in, key=lambda key: (key.form_id, place.get(key.unit_code, -1), key.occurrence)):
        if key.unit_code in continued:
            numbers = taken[key.form_id, continued[key.unit_code]]
            number = next(number for number in count(1) if number not in numbers)
            numbers.add(number)
            found[key] = replace(key, unit_code=continued[key.unit_code], occurrence=number)
    return found


def _to_submissions(
    campaign_id: str,
    period_id: str,
    counting: Iterable[Counting],
    forms: Mapping[str, str | None],
    sensitive: set[tuple[str, str]],
    to_rows: ToRows,
) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {name: [] for name in SUBMISSIONS if name not in ("campaign", "period")}
    for one in counting:
        form_id = one.key.form_id
        for field_path, row, value in to_rows(form_id, one.answers):
            if (form_id, field_path) in sensitive:
                continue
            values = (
                forms[form_id], form_id, one.key.unit_code, one.key.occurrence, one.version,
                field_path, row, value, one.state,
            )  # fmt: skip
            for column, item in zip(columns.values(), values, strict=True):
                column.append(item)
    made = pd.DataFrame(columns)
    return to_frame(made.assign(campaign=campaign_id, period=period_id), SUBMISSIONS)


def _to_lives(traced: Mapping[SubmissionKey, Iterable[Trace]]) -> pd.DataFrame:
    rows = [
        {**vars(trace), **vars(key), "campaign": key.campaign_id, "period": key.period_id}
        for key, traces in traced.items()
        for trace in traces
    ]
    return to_frame(rows, LIVES)
