"""Files that the server hands out: evidence and results, to those who may see them and to nobody else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pbwidgets.campaign.model import Field
from pbwidgets.errors import PbError
from pbwidgets.store import Actor, SubmissionKey, load_evidence
from pbwidgets.store.evidence import evidence_path
from pbwidgets.workflows.results import ALL_REPORTS, find_result, zip_results
from pbwidgets.workflows.rights import Action, may
from pbwidgets.workflows.workspace import Opened, Workspace, today

_SEES_SENSITIVE: Final = frozenset({"filler", "reviewer", "operator"})
"""The filler's unit and its reviewers: roles that see sensitive fields within their scope."""


@dataclass(frozen=True)
class ServedFile:
    """A file that somebody may see.

    Attributes
    ----------
    path
        Where it lies.
    kind
        Media type.
    filename
        Name under which it is saved.
    """

    path: Path
    kind: str
    filename: str


def find_evidence_file(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, sha256: str
) -> ServedFile | None:
    """File that supports a submission, if there is one and the actor may see it; None tells no more.

    Files of sensitive fields are for the filler's unit and its reviewers only.
    """
    # an analyst views snapshots, which hold no files
    action: Action = "view" if actor.role == "filler" else "inspect"
    if not may(actor, action, key.unit_code, workspace.units(opened.day(today()))):
        return None
    with workspace.store.read() as reader:
        found = [item for item in load_evidence(reader, key) if item.file.sha256 == sha256]
    shown = [
        item
        for item in found
        if actor.role in _SEES_SENSITIVE or not _is_sensitive(opened, item.key.form_id, item.field_path)
    ]
    if not shown:
        return None
    file = shown[0].file
    return ServedFile(evidence_path(workspace.store.evidence_dir, file.sha256), file.kind, file.filename)


def find_result_file(
    workspace: Workspace, actor: Actor, opened: Opened, report_id: str, unit_code: str, inner: str
) -> ServedFile | None:
    """File of a report of a unit, or the zip of all of them, for who may read its reports; None tells no more."""
    try:
        if (report_id, inner) == ALL_REPORTS:
            packed = zip_results(workspace, actor, opened, unit_code)
            return ServedFile(packed, "application/zip", f"{unit_code}.zip")
        path = find_result(workspace, actor, opened, report_id, unit_code, inner)
    except (PbError, OSError, ValueError):
        return None
    kind = _RESULTS.get(path.suffix.lower())
    return None if kind is None else ServedFile(path, kind, f"{unit_code}_{path.name}")


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_RESULTS: Final = {
    ".html": "text/html; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def _is_sensitive(opened: Opened, form_id: str, field_path: str) -> bool:
    """Whether a field, or a group or repeat around it, is sensitive; what is not known is."""
    try:
        form = opened.campaign.form(form_id)
    except KeyError:
        return True
    found = dict(_sensitivity(form.fields, "", inherited=False))
    return found.get(field_path, True)


def _sensitivity(fields: Iterable[Field], prefix: str, *, inherited: bool) -> Iterator[tuple[str, bool]]:
    for field in fields:
        hidden = inherited or field.sensitive
        yield f"{prefix}{field.id}", hidden
        inner = f"{prefix}{field.id}/" if field.type == "repeat" else prefix
        yield from _sensitivity(field.fields, inner, inherited=hidden)
