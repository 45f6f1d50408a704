"""One form of one unit in a workbook: what came back goes into the draft, and its filler hands it in as ever."""

from dataclasses import replace
from pathlib import Path

from pbwidgets.errors import ConflictError, Problem, ProblemsError
from pbwidgets.store import SubmissionKey, load_state
from pbwidgets.workflows.exchange.answers import read_return
from pbwidgets.workflows.exchange.checking import ChangedAnswers
from pbwidgets.workflows.exchange.returned import Return, Told
from pbwidgets.workflows.filling.access import check_filler
from pbwidgets.workflows.ground.desk import Desk

_REFUSED = frozenset({"exchange.refused", "exchange.changed_since", "exchange.base_unknown"})


def read_own_return(desk: Desk, key: SubmissionKey, file: Path, told: Told | None = None) -> Return:
    """What a workbook, or an official table, would change of one submission.

    What it says of others is left out, which is noted.

    Raises
    ------
    ProblemsError
        As :func:`~pbwidgets.workflows.exchange.answers.read_return`; ``excel.not_of_this_form`` if the submission is
        not in it.
    RightsError
        If the actor may not fill this form for this unit.
    """
    form = check_filler(desk, key)
    official = key.form_id if form.official_tables else None
    returned = read_return(desk, file, told, form_id=official, unit_code=key.unit_code)
    changes = [change for change in returned.changes if isinstance(change, ChangedAnswers)]
    mine = tuple(change for change in changes if change.key == key)
    others = [change for change in changes if change.key != key]
    foreign = {id(problem) for change in others for problem in change.findings}
    findings = tuple(problem for problem in returned.findings if id(problem) not in foreign)
    if not mine and not findings:
        args = {"form": form.name, "unit": desk.units.set_index("unit_code")["unit_name"].get(key.unit_code)}
        raise ProblemsError([Problem("excel.not_of_this_form", file.name, "", args)])
    aside = {id(note) for change in others for note in change.notes}
    notes = [note for note in returned.notes if id(note) not in aside]
    if others:
        notes.append(Problem("excel.others_left_out", file.name, "", {"count": len(others)}))
    return replace(returned, findings=findings, changes=mine, notes=tuple(notes))


def find_draft(desk: Desk, returned: Return) -> ChangedAnswers | None:
    """The submission whose answers can be taken into its draft, also if some of them are wrong; None if none can.

    Raises
    ------
    ConflictError
        ``excel.changed_meanwhile`` if the draft has changed since this was read.
    RightsError
        If the actor may not fill it in.
    """
    found = next((change for change in returned.changes if isinstance(change, ChangedAnswers)), None)
    if found is None or found.key is None or found.fate == "unchanged":
        return None
    check_filler(desk, found.key)
    if any(problem.code in _REFUSED for problem in found.findings):
        return None
    with desk.workspace.store.read() as reader:
        state = load_state(reader, found.key)
    if found.base != ((0, 0) if state is None else (state.version, state.revision)):
        raise ConflictError("excel.changed_meanwhile")
    return found
