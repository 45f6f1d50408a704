"""The presentation that slides are put on: an organiser's own, if there is one."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from pbwidgets.campaign import Campaign
from pbwidgets.exports.pptx.template import SlidesTemplate, open_template

_FOLDER: Final = "templates"
_USUAL: Final = "slides.pptx"


def find_template(campaign: Campaign, parameters: Path, given: Path | None = None) -> Path | None:
    """Template of a campaign's slides; None: our own ground.

    One given by hand comes first, then the one that the campaign names, then ``templates/slides.pptx``.

    Parameters
    ----------
    parameters
        Folder of the workspace's parameters.
    given
        One given by hand.
    """
    folder = parameters / _FOLDER
    named = campaign.office.templates.get("slides") if campaign.office else None
    if given is not None:
        return given.absolute()
    if named:
        return folder / Path(named).name
    usual = folder / _USUAL
    return usual if usual.is_file() else None


def read_template(path: Path | None) -> SlidesTemplate | None:
    """The template, looked at; None without one.

    Raises
    ------
    DataError
        As :func:`open_template`.
    """
    return None if path is None else open_template(path)


def hash_template(path: Path | None) -> str:
    """Hash of a template as it is now; empty without one, or where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()[:16] if path else ""
    except OSError:
        return ""
