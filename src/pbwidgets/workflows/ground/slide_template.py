"""The presentation that slides are put on: an organiser's own, if there is one."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from pbwidgets.exports import SlidesTemplate, open_template
from pbwidgets.settings import Settings
from pbwidgets.workflows.ground.workspace import Opened

_FOLDER: Final = "templates"
_USUAL: Final = "slides.pptx"


def find_slide_template(opened: Opened, settings: Settings, given: Path | None = None) -> Path | None:
    """Template of a campaign's slides; None: our own ground.

    One given by hand comes first, then the one that the campaign names, then ``parameters/templates/slides.pptx``.
    """
    folder = settings.parameters / _FOLDER
    office = opened.campaign.office
    named = office.templates.get("slides") if office else None
    if given is not None:
        return given.absolute()
    if named:
        return folder / Path(named).name
    usual = folder / _USUAL
    return usual if usual.is_file() else None


def read_slide_template(path: Path | None) -> SlidesTemplate | None:
    """The template, looked at; None without one.

    Raises
    ------
    DataError
        As :func:`pbwidgets.exports.open_template`.
    """
    return None if path is None else open_template(path)


def hash_template(path: Path | None) -> str:
    """Hash of a template as it is now; empty without one, or where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()[:16] if path else ""
    except OSError:
        return ""
