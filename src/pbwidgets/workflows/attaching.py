"""Photos and documents of a form: taken in, booked to their field, found again, and let go when nothing needs them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pbwidgets.campaign import Form
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    Evidence,
    SubmissionKey,
    add_evidence,
    history,
    keep_file,
    load_evidence,
    load_state,
)
from pbwidgets.store.evidence import release_evidence
from pbwidgets.store.file_kinds import ALL_KINDS, IMAGES
from pbwidgets.workflows.entering import check_editable
from pbwidgets.workflows.filling import check_filler
from pbwidgets.workflows.workspace import Opened, Workspace

MAX_BYTES: Final = 30 * 1024 * 1024
"""Largest file that is taken; a phone's photo has up to 25 MB."""

STAMPED: Final = "_stamped"
"""Path under which scans of the stamped paper are booked, with the version: ``_stamped/3``. No field may have it."""
_SCANS: Final = (*IMAGES, "application/pdf")


def attach_file(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    field_path: str,
    filename: str,
    content: bytes,
) -> Evidence:
    """File that is now kept and booked to a field; its hash is the token for the answers.

    Raises
    ------
    DataError
        ``fill.no_such_upload`` if the form has no such field for files, ``store.not_editable``, and those of
        :func:`pbwidgets.store.keep_file`.
    RightsError
        If the actor may not fill this form for this unit.
    """
    form = check_filler(workspace, actor, opened, key)
    field = _upload_field(form, field_path)
    check_editable(workspace, key)
    allowed = IMAGES if field.type == "image" else ALL_KINDS
    kept = keep_file(workspace.store.evidence_dir, filename, content, MAX_BYTES, allowed)
    with workspace.store.write(actor) as writer:
        for item in load_evidence(writer, key):
            if item.file.sha256 == kept.sha256 and item.field_path == field_path:
                return item
        return add_evidence(writer, key, field_path, kept.filename, kept, MAX_BYTES, allowed)


def attach_stamped(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    version: int,
    filename: str,
    content: bytes,
) -> Evidence:
    """Scan of the stamped paper, booked to the version that was printed.

    Raises
    ------
    DataError
        ``fill.no_such_version``, and those of :func:`pbwidgets.store.keep_file`.
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(workspace, actor, opened, key)
    with workspace.store.read() as reader:
        if version not in {item.version for item in history(reader, key)}:
            raise DataError("fill.no_such_version", version=version)
    kept = keep_file(workspace.store.evidence_dir, filename, content, MAX_BYTES, _SCANS)
    with workspace.store.write(actor) as writer:
        return add_evidence(writer, key, f"{STAMPED}/{version}", kept.filename, kept, MAX_BYTES, _SCANS)


def check_files_known(
    workspace: Workspace, form: Form, key: SubmissionKey, answers: Mapping[str, Any]
) -> None:
    """Let pass answers that name no files but those booked to the same field: a token can be forged.

    Raises
    ------
    DataError
        ``fill.foreign_file``.
    """
    with workspace.store.read() as reader:
        booked = {(item.field_path, item.file.sha256) for item in load_evidence(reader, key)}
        for version in history(reader, key):
            booked |= set(files_in(form, version.answers))
    for path, token in files_in(form, answers):
        if (path, token) not in booked:
            raise DataError("fill.foreign_file", field=_upload_field(form, path).label.zh)


def release_files(workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey) -> int:
    """Number of files that were let go: those that neither the draft nor any version names any more.

    A photo taken off a draft goes when the form is handed in; until then it can be brought back.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    form = check_filler(workspace, actor, opened, key)
    with workspace.store.write(actor) as writer:
        state = load_state(writer, key)
        named = {item for version in history(writer, key) for item in files_in(form, version.answers)}
        if state is not None and state.draft is not None:
            named |= set(files_in(form, state.draft))
        unused = [
            item
            for item in load_evidence(writer, key)
            if not item.field_path.startswith(f"{STAMPED}/")
            and (item.field_path, item.file.sha256) not in named
        ]
        for item in unused:
            release_evidence(writer, key, item.field_path, item.file.sha256)
    return len(unused)


def files_in(form: Form, answers: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Path and token of every file that answers name."""
    for path, field in form.leaves():
        if field.type not in UPLOADS:
            continue
        repeat, _, name = path.rpartition("/")
        rows = answers.get(repeat) or [] if repeat else [answers]
        for row in rows:
            for token in (row.get(name) or []) if isinstance(row, Mapping) else []:
                yield path, str(token)


def _upload_field(form: Form, field_path: str) -> Field:
    for path, field in form.leaves():
        if path == field_path and field.type in UPLOADS:
            return field
    raise DataError("fill.no_such_upload", field=field_path)
