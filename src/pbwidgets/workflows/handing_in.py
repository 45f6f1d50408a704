"""Hand a form in from the page: its answers, its files and the unit's own marks go together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows.attaching import check_files_known, release_files
from pbwidgets.workflows.filling import check_filler, hand_in
from pbwidgets.workflows.self_marking import restamp_self_marks, self_tracks
from pbwidgets.workflows.workspace import Opened, Workspace


def hand_in_form(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    answers: Mapping[str, Any],
    base_revision: int,
    *,
    now: datetime | None = None,
) -> int:
    """Version that was made; the unit's own marks now stand for it, and files that nothing names are let go.

    Raises
    ------
    AnswersRefusedError, ConflictError, RightsError
        As :func:`pbwidgets.workflows.hand_in`.
    DataError
        ``workflows.too_late``; ``fill.foreign_file`` if the answers name a file that was not attached here.
    """
    form = check_filler(workspace, actor, opened, key)
    check_files_known(workspace, form, key, answers)
    version = hand_in(workspace, actor, opened, key, answers, base_revision, now=now)
    if not actor.on_behalf:
        for track, layer_id in self_tracks(opened.campaign, form):
            restamp_self_marks(workspace, actor, opened, key, track, layer_id)
    release_files(workspace, actor, opened, key)
    return version
