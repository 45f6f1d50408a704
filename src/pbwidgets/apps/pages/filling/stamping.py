"""The stamped paper: its scan is attached to the version that was printed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as w

from pbwidgets.apps.pages.ground.form_files import shown_file
from pbwidgets.apps.visit import Visit
from pbwidgets.files import MAX_BYTES
from pbwidgets.forms import elements
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.forms.uploads import ShownFile, files_markup
from pbwidgets.store import Actor
from pbwidgets.workflows.filling.entries import OpenForm
from pbwidgets.workflows.filling.evidence import STAMPED, attach_stamped


def stamp_card(
    visit: Visit, actor: Actor, opened: OpenForm, attempt: Callable[[Any], Callable[..., None]]
) -> w.Widget:
    """Card with the scans by version, and a button that adds one to the newest version."""
    scans: dict[int, list[ShownFile]] = {}
    for item in opened.evidence:
        if item.field_path.startswith(f"{STAMPED}/"):
            version = int(item.field_path.rpartition("/")[2])
            scans.setdefault(version, []).append(shown_file(opened.key, item))
    shown = elements.markup("")

    def draw() -> None:
        shown.value = "".join(
            f"<h4>{visit.words('fill.stamped_version', version=version)}</h4>"
            f"{files_markup(files, visit.lang)}"
            for version, files in sorted(scans.items(), reverse=True)
        )

    def arrived(file: SentFile) -> None:
        desk = replace(visit.desk, actor=actor)
        kept = attach_stamped(desk, opened.key, opened.version, file.name, file.content)
        scans.setdefault(opened.version, []).append(shown_file(opened.key, kept))
        draw()
        visit.messages.say("good", visit.words("fill.stamped_kept", version=opened.version))

    draw()
    parts = [shown]
    if opened.period_is_open:
        words = visit.words("fill.add_stamped", version=opened.version)
        hint = visit.words("fill.stamped_hint", limit=MAX_BYTES / 1_048_576)
        upload = upload_button(words, "image/jpeg,image/png,.pdf", attempt(arrived))
        parts = [elements.paragraph(hint, quiet=True), shown, upload]
    return elements.card(*parts, title=visit.words("fill.stamped_title"))
