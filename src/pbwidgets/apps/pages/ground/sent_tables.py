"""Uploaded tables: listing the problems of one and what was changed in reading."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.errors import Problem
from pbwidgets.forms import elements
from pbwidgets.forms.return_view import MOST_PROBLEMS, problem_table
from pbwidgets.forms.upload_button import SentFile
from pbwidgets.intake.files import KINDS


@contextmanager
def written_table(file: SentFile) -> Iterator[Path]:
    """Path of an uploaded table, on disk only while the block lasts; of any other kind, it is read as a workbook."""
    kind = PurePosixPath(file.name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{kind if kind in KINDS else '.xlsx'}"
        path.write_bytes(file.content)
        yield path


def problem_list(visit: Visit, problems: Sequence[Problem], said: str) -> tuple[w.Widget, ...]:
    """Problems of a table, to be shown below its button.

    Parameters
    ----------
    said
        Code of the sentence above the list, which takes ``count``.
    """
    notice = elements.notice("error", visit.words(said, count=len(problems)))
    return (notice, *problem_table(problems, visit.lang))


def note_list(visit: Visit, notes: Sequence[Problem]) -> tuple[w.Widget, ...]:
    """What was changed or passed over while a table was read; nothing if it was read as it is."""
    if not notes:
        return ()
    rows = [(note.place, note.message(visit.lang)) for note in notes[:MOST_PROBLEMS]]
    rest = len(notes) - MOST_PROBLEMS
    return (
        elements.notice("warn", visit.words("intake.notes", count=len(notes))),
        elements.table([visit.words("intake.place"), visit.words("intake.note")], rows),
        *((elements.paragraph(visit.words("intake.more", count=rest), quiet=True),) if rest > 0 else ()),
    )
