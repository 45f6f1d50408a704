"""The awkward cases of a demonstration, added to its plan.

What only the store can record (a veto, a recusal, a return, a second version) is left to
:mod:`pbwidgets.demo.filling`; everything that changes answers, marks and nominations happens here.
"""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from pbwidgets.campaign import compute_answers, to_rows
from pbwidgets.campaign.model import Track
from pbwidgets.demo.definition import (
    DraftCase,
    Incident,
    Merged,
    MissingMarks,
    NominationCase,
    NoSubmission,
    Recused,
    ReturnedCase,
    Says,
    StaleMark,
    TieAtCut,
    VetoCase,
    WaitingCase,
)
from pbwidgets.demo.plan import Mark, Plan, nominate
from pbwidgets.scoring import Scores, empty_records, score_campaign, to_frame
from pbwidgets.scoring.frames import ALLOTMENTS, CONTENDING, NOMINATIONS, RATINGS, SUBMISSIONS


def work_in_cases(plan: Plan) -> None:
    """Change the plan so that it contains the cases in its definition."""
    _change_lists(plan)
    for case in plan.demo.cases:
        if isinstance(case, NoSubmission):
            plan.answers = {key: value for key, value in plan.answers.items() if key[1] != case.unit}
            plan.log_entries = [entry for entry in plan.log_entries if entry[1] != case.unit]
            plan.marks = [mark for mark in plan.marks if mark.unit_code != case.unit]
        elif isinstance(case, MissingMarks):
            plan.marks = [mark for mark in plan.marks if not _is_missing(mark, case)]
        elif isinstance(case, Incident):
            plan.log_entries.append((case.form, case.unit, plan.dated(case.form, case.answers)))
        elif isinstance(case, Says):
            plan.answers[case.form, case.unit] = {
                **plan.answers[case.form, case.unit],
                **plan.dated(case.form, case.answers),
            }
        elif isinstance(case, TieAtCut):
            _tie_at_cut(plan, plan.campaign.track(case.track))
    _leave_unmarked(plan)


def _change_lists(plan: Plan) -> None:
    """Change units and nominations first: marks and the cut depend on who is on which list."""
    _find_late(plan)
    for case in plan.demo.cases:
        if isinstance(case, NominationCase):
            _resize_nominations(plan, case)
        elif isinstance(case, Merged):
            _end_unit(plan, case)
    for case in plan.demo.cases:
        if isinstance(case, Recused | ReturnedCase | StaleMark | MissingMarks | Incident | VetoCase):
            _ensure_nominated(plan, case.unit)


def _find_late(plan: Plan) -> None:
    """Find who is late; they, and whoever has handed in nothing, are on no list."""
    for case in plan.demo.cases:
        if isinstance(case, DraftCase):
            plan.late[case.form, case.unit] = None
        elif isinstance(case, ReturnedCase) and case.extended:
            plan.late[case.form, case.unit] = case.level
        if isinstance(case, DraftCase | NoSubmission) or (isinstance(case, ReturnedCase) and case.extended):
            _remove_nomination(plan, case.unit)
    for case in plan.demo.cases:
        if isinstance(case, WaitingCase):
            plan.late.update({(case.form, unit): case.level for unit in _find_waiting(plan, case)})


def _find_waiting(plan: Plan, case: WaitingCase) -> list[str]:
    """The first units without a case of their own and without a nomination."""
    special = {getattr(item, "unit", None) for item in plan.demo.cases}
    busy = special | {item[2] for item in plan.nominations} | {unit for _, unit in plan.late}
    kinds = plan.campaign.form(case.form).unit_kind
    return [unit for unit in plan.below(case.under, *kinds) if unit not in busy][: case.count]


def _is_late(plan: Plan, unit: str) -> bool:
    return any(code == unit for _, code in plan.late)


def _leave_unmarked(plan: Plan) -> None:
    """Take away the marks on what is late, of the level that acts next and of those above it."""
    levels = [level.id for level in plan.campaign.review_levels]
    marked = {form for track in plan.campaign.tracks for form in track.forms}
    late = {unit: level for (form, unit), level in plan.late.items() if form in marked}
    given = {unit: {None, *levels[: levels.index(level)]} if level else set() for unit, level in late.items()}
    plan.marks = [
        mark
        for mark in plan.marks
        if mark.unit_code not in given or plan.campaign.layer(mark.layer).level in given[mark.unit_code]
    ]


def preview(plan: Plan) -> Scores:
    """Scores of a plan before it is written, as if everything had been accepted."""
    scope = {"campaign": plan.campaign.id, "period": plan.period.id}
    rows = []
    entries = [(form_id, code, 0, answers) for (form_id, code), answers in plan.answers.items()]
    entries += [
        (form_id, code, at, answers) for at, (form_id, code, answers) in enumerate(plan.log_entries, 1)
    ]
    for form_id, code, occurrence, answers in entries:
        form = plan.form_of(form_id, code)
        for path, row, value in to_rows(form, compute_answers(form, answers)):
            rows.append(
                {**scope, "form_id": form_id, "unit_code": code, "occurrence": occurrence, "version": 1,
                 "field": path, "row": row, "value": value, "state": "locked"}
            )  # fmt: skip
    marks = [
        {**scope, "unit_code": mark.unit_code, "criterion_id": mark.criterion_id, "layer": mark.layer,
         "source": mark.source, "rater_id": mark.rater, "points": mark.points, "comment": mark.comment}
        for mark in plan.marks
    ]  # fmt: skip
    nominations = [
        {**scope, "track_id": track, "by_unit": by, "unit_code": unit, "order": order, "status": "in_force"}
        for track, by, unit, order in plan.nominations
    ]
    allotments = [
        {**scope, "track_id": track, "by_unit": by, "allotted": number}
        for track, by, number in plan.allotments
    ]
    gone = plan.units["valid_to"].notna()
    records = replace(
        empty_records(),
        units=plan.units[~gone].reset_index(drop=True),
        submissions=to_frame(rows, SUBMISSIONS),
        ratings=to_frame(marks, RATINGS),
        nominations=to_frame(nominations, NOMINATIONS),
        allotments=to_frame(allotments, ALLOTMENTS),
        day=plan.today,
    )
    return score_campaign(plan.campaign, plan.period.id, records)


def _is_missing(mark: Mark, case: MissingMarks) -> bool:
    asked = mark.unit_code == case.unit and mark.layer == case.layer
    return asked and (not case.criteria or mark.criterion_id in case.criteria)


def _end_unit(plan: Plan, case: Merged) -> None:
    ended = plan.units["unit_code"] == case.unit
    plan.units.loc[ended, "valid_to"] = (plan.today + timedelta(days=case.on)).isoformat()
    plan.units.loc[ended, "merged_into"] = case.into
    _remove_nomination(plan, case.unit)


def _resize_nominations(plan: Plan, case: NominationCase) -> None:
    track = plan.campaign.track(case.track)
    plan.allotments = [
        (track_id, by, case.allotted if (track_id, by) == (case.track, case.by) else number)
        for track_id, by, number in plan.allotments
    ]
    listed = [unit for track_id, by, unit, _ in plan.nominations if (track_id, by) == (case.track, case.by)]
    others = [
        unit
        for unit in plan.below(case.by, *track.unit_kind)
        if unit not in listed and not _is_late(plan, unit)
    ]
    nominate(plan, case.track, case.by, [*listed, *others][: case.nominated])


def _remove_nomination(plan: Plan, unit: str) -> None:
    for track_id, by, code, _ in list(plan.nominations):
        if code == unit:
            rest = [
                item[2]
                for item in plan.nominations
                if (item[0], item[1]) == (track_id, by) and item[2] != unit
            ]
            nominate(plan, track_id, by, rest)


def _ensure_nominated(plan: Plan, unit: str) -> None:
    """Put a case's unit on its list if it is missing and not late: without a nomination the case would not show."""
    if _is_late(plan, unit):
        return
    for track in plan.campaign.tracks:
        if plan.kind_of(unit) not in track.unit_kind or track.nomination is None:
            continue
        by_unit = plan.seat_above(unit, track.nomination.by)
        listed = [item[2] for item in plan.nominations if (item[0], item[1]) == (track.id, by_unit)]
        if unit in listed:
            continue
        replaced = listed[-1]
        nominate(plan, track.id, by_unit, [*listed[:-1], unit])
        last = track.layers[-1].id
        # the last layer marks only nominated units, so its marks go to the new one
        plan.marks = [
            replace(mark, unit_code=unit) if mark.unit_code == replaced and mark.layer == last else mark
            for mark in plan.marks
        ]


def _tie_at_cut(plan: Plan, track: Track) -> None:
    selection = preview(plan).selection
    contends = (selection["track_id"] == track.id) & selection["status"].isin(CONTENDING)
    ranked = selection[contends & (selection["rank"] > 0)].sort_values(["rank", "unit_code"])
    places = track.places or 0
    if len(ranked) <= places:
        return
    inside, outside = (str(code) for code in pd.Series(ranked["unit_code"]).iloc[[places - 1, places]])
    for form_id in track.forms:
        if (form_id, inside) in plan.answers:
            plan.answers[form_id, outside] = plan.answers[form_id, inside]
    last = track.layers[-1].id
    plan.marks = [mark for mark in plan.marks if not (mark.unit_code == outside and mark.layer == last)] + [
        replace(mark, unit_code=outside)
        for mark in plan.marks
        if mark.unit_code == inside and mark.layer == last
    ]
