"""Photos and documents of a form: attached to their field, found again, and released when no longer used."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pbwidgets.campaign import Form, rows_in
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import DataError
from pbwidgets.store import (
    Evidence,
    Reader,
    SubmissionKey,
    Writer,
    history,
    load_evidence,
    load_state,
)
from pbwidgets.store.evidence import evidence_path, release_evidence
from pbwidgets.store.file_kinds import ALL_KINDS, IMAGES
from pbwidgets.workflows.filling.access import check_editable, check_filler
from pbwidgets.workflows.filling.hands import Hands, read_as_hand
from pbwidgets.workflows.ground.desk import Desk, continuing, may_do
from pbwidgets.workflows.ground.files import ServedFile, Upload, keep_evidence
from pbwidgets.workflows.ground.rights import Action
from pbwidgets.workflows.ground.workspace import Opened

STAMPED: Final = "_stamped"
"""Path for scans of the stamped paper, followed by the version: ``_stamped/3``. No field may use it."""
_SCANS: Final = (*IMAGES, "application/pdf")


def attach_file(desk: Desk, key: SubmissionKey, field_path: str, filename: str, content: bytes) -> Evidence:
    """File as stored and attached to a field; its hash is the token for the answers.

    Raises
    ------
    DataError
        ``fill.no_such_upload`` if the form has no such field for files, ``store.not_editable``, and the errors of
        :func:`pbwidgets.workflows.ground.files.keep_evidence`.
    RightsError
        If the actor may neither fill this form for this unit nor add to it later.
    """
    with read_as_hand(desk, key) as reader:
        hands = Hands.of(desk, key, load_state(reader, key))
    form = hands.form if field_path in hands.changeable else check_filler(desk, key)
    field = _upload_field(form, field_path)
    if field_path not in hands.changeable:
        check_editable(desk.workspace, key)
    allowed = IMAGES if field.type == "image" else ALL_KINDS
    return keep_evidence(desk, key, field_path, Upload(filename, content, allowed))


def attach_stamped(desk: Desk, key: SubmissionKey, version: int, filename: str, content: bytes) -> Evidence:
    """Scan of the stamped paper, attached to the version that was printed.

    Raises
    ------
    DataError
        ``fill.no_such_version``, and the errors of :func:`pbwidgets.workflows.ground.files.keep_evidence`.
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(desk, key)
    with desk.workspace.store.read() as reader:
        if version not in {item.version for item in history(reader, key)}:
            raise DataError("fill.no_such_version", version=version)
    return keep_evidence(desk, key, f"{STAMPED}/{version}", Upload(filename, content, _SCANS))


def check_files_known(
    reader: Reader, form: Form, key: SubmissionKey, answers: Mapping[str, Any], lang: str
) -> None:
    """Raise if the answers name a file that is not attached to the same field: a token can be forged.

    Raises
    ------
    DataError
        ``fill.foreign_file``.
    """
    booked = {(item.field_path, item.file.sha256) for item in load_evidence(reader, key)}
    for version in history(reader, key):
        booked |= set(files_in(form, version.answers))
    for path, token in files_in(form, answers):
        if (path, token) not in booked:
            raise DataError("fill.foreign_file", field=_upload_field(form, path).label.words(lang))


def release_files(desk: Desk, key: SubmissionKey) -> int:
    """Number of files released: those that neither the draft nor any version names any more.

    A photo removed from a draft is released when the form is handed in; until then it can be restored.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    form = check_filler(desk, key)
    with desk.write() as writer:
        return release_unused(writer, form, key)


def release_unused(writer: Writer, form: Form, key: SubmissionKey) -> int:
    """As :func:`release_files`, within a transaction."""
    state = load_state(writer, key)
    named = {item for version in history(writer, key) for item in files_in(form, version.answers)}
    if state is not None and state.draft is not None:
        named |= set(files_in(form, state.draft))
    unused = [
        item
        for item in load_evidence(writer, key)
        if not item.field_path.startswith(f"{STAMPED}/") and (item.field_path, item.file.sha256) not in named
    ]
    for item in unused:
        release_evidence(writer, key, item.field_path, item.file.sha256)
    return len(unused)


def files_in(form: Form, answers: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Path and token of every file that the answers name."""
    for path, field in form.leaves():
        if field.type not in UPLOADS:
            continue
        repeat, _, name = path.rpartition("/")
        rows = rows_in(answers, repeat) if repeat else [answers]
        for row in rows:
            for token in (row.get(name) or []) if isinstance(row, Mapping) else []:
                yield path, str(token)


def _upload_field(form: Form, field_path: str) -> Field:
    for path, field in form.leaves():
        if path == field_path and field.type in UPLOADS:
            return field
    raise DataError("fill.no_such_upload", field=field_path)


_SEES_SENSITIVE: Final = frozenset({"filler", "reviewer", "operator"})
"""Roles that see sensitive fields within their scope: the filler's unit and its reviewers."""


def find_evidence_file(desk: Desk, key: SubmissionKey, sha256: str) -> ServedFile | None:
    """File attached to a submission, or None if there is none or the actor may not see it.

    Only the filler's unit and its reviewers see files of sensitive fields; a unit that an entry names sees the others.
    """
    # an analyst views snapshots, which hold no files
    action: Action = "view" if desk.actor.role == "filler" else "inspect"
    inside = may_do(desk, action, continuing(desk, key.unit_code))
    with desk.workspace.store.read() as reader:
        found = [item for item in load_evidence(reader, key) if item.file.sha256 == sha256]
        state = load_state(reader, key) if found and not inside else None
    if not inside and (state is None or not Hands.of(desk, key, state).changeable):
        return None
    shown = [
        item
        for item in found
        if (inside and desk.actor.role in _SEES_SENSITIVE)
        or not _is_sensitive(desk.opened, item.key.form_id, item.field_path)
    ]
    if not shown:
        return None
    file = shown[0].file
    return ServedFile(evidence_path(desk.workspace.store.evidence_dir, file.sha256), file.kind, file.filename)


def _is_sensitive(opened: Opened, form_id: str, field_path: str) -> bool:
    """Whether a field, or a group or repeat around it, is sensitive; unknown fields count as sensitive."""
    try:
        form = opened.campaign.form(form_id)
    except KeyError:
        return True
    found = dict(_sensitivity(form.fields, "", inherited=False))
    return found.get(field_path, True)


def _sensitivity(fields: Iterable[Field], prefix: str, *, inherited: bool) -> Iterator[tuple[str, bool]]:
    for field in fields:
        hidden = inherited or field.is_sensitive
        yield f"{prefix}{field.id}", hidden
        inner = f"{prefix}{field.id}/" if field.type == "repeat" else prefix
        yield from _sensitivity(field.fields, inner, inherited=hidden)
