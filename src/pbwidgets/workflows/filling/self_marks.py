"""The marks that a unit gives itself."""

from collections.abc import Sequence
from dataclasses import replace

from pbwidgets.campaign import Track
from pbwidgets.intake.identifying import HIDDEN
from pbwidgets.store import Mark, Owner, Reader, SubmissionKey, Writer, load_marks
from pbwidgets.store.self_marks import newest_content_version, replace_unit_marks
from pbwidgets.workflows.filling.access import check_editable, check_filler
from pbwidgets.workflows.ground.desk import Desk, check_version
from pbwidgets.workflows.ground.dry_run import DryRun, SelfMarks, own_mark_key, read_dry_run
from pbwidgets.workflows.ground.marks import check_differences, check_mark, keep_comments, still_fits


def begin_dry_run(desk: Desk, key: SubmissionKey, track: Track, layer_id: str) -> DryRun:
    """Everything that scoring reads about the unit except the draft itself, read once.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(desk, key)
    return read_dry_run(desk.workspace, desk.opened, key, track, layer_id)


def load_self_marks(desk: Desk, unit_code: str, layer_id: str) -> dict[str, tuple[float, str]]:
    """Marks that a unit has given itself, by line, without those it must give anew; only the unit may read them here.

    Raters see them beside each line once they have given their own mark:
    :func:`pbwidgets.workflows.review.case.open_review`.

    Raises
    ------
    RightsError
        If the actor is not of this unit.
    """
    desk.authorise("fill", unit_code)
    with desk.workspace.store.read(Owner(unit_code)) as reader:
        return _load(reader, desk, unit_code, layer_id)


def save_self_marks(desk: Desk, key: SubmissionKey, track: Track, layer_id: str, marks: SelfMarks) -> int:
    """Number of marks that changed; marks left out are withdrawn. All or none.

    The rater is the unit itself, so a clerk who takes over changes its marks instead of adding more.

    Raises
    ------
    DataError
        As :func:`~pbwidgets.workflows.ground.marks.check_mark`; ``store.not_editable`` once it has been handed in.
    RightsError
        If the actor is not of this unit.
    """
    check_editable(desk.workspace, key)
    desk.authorise("fill", key.unit_code)
    hides = any(HIDDEN in comment for _, comment in marks.values())
    scrub = desk.workspace.store.scrub(Owner(key.unit_code)) if hides else None
    with desk.write() as writer:
        check_version(writer, desk)
        wanted = keep_comments(scrub, writer, _to_marks(desk, key, track, layer_id, marks))
        check_differences(writer, desk.opened.campaign, wanted, desk.units)
        return _write_marks(writer, desk, key, track, layer_id, wanted)


def restamp_self_marks(desk: Desk, key: SubmissionKey, track: Track, layer_id: str) -> int:
    """Number of own marks renewed for the version just handed in; without this they would count as stale."""
    desk.authorise("fill", key.unit_code)
    with desk.write() as writer:
        return restamp(writer, desk, key, track, layer_id)


def restamp(writer: Writer, desk: Desk, key: SubmissionKey, track: Track, layer_id: str) -> int:
    """As :func:`restamp_self_marks`, within a transaction."""
    marks = _load(writer, desk, key.unit_code, layer_id)
    if not marks:
        return 0
    return _write_marks(writer, desk, key, track, layer_id, _to_marks(desk, key, track, layer_id, marks))


def _load(reader: Reader, desk: Desk, unit_code: str, layer_id: str) -> dict[str, tuple[float, str]]:
    marks = load_marks(reader, *desk.opened.key, unit_code=unit_code, layer=layer_id)
    return {
        mark.key.criterion_id: (mark.points, mark.comment)
        for mark in marks
        if mark.points is not None and still_fits(desk.opened.campaign, mark)
    }


def _write_marks(
    writer: Writer, desk: Desk, key: SubmissionKey, track: Track, layer_id: str, wanted: Sequence[Mark]
) -> int:
    for mark in wanted:
        check_mark(desk.opened.campaign, mark)
    version = newest_content_version(writer, *desk.opened.key, key.unit_code, track.forms)
    stamped = [replace(mark, submission_version=version) for mark in wanted]
    return replace_unit_marks(writer, *desk.opened.key, key.unit_code, layer_id, stamped)


def _to_marks(desk: Desk, key: SubmissionKey, track: Track, layer_id: str, marks: SelfMarks) -> list[Mark]:
    return [
        Mark(own_mark_key(desk.opened, track, layer_id, key.unit_code, line_id), points, comment)
        for line_id, (points, comment) in marks.items()
    ]
