"""Uploaded tables: listing the problems of one and what was changed in reading."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.forms import elements
from pbwidgets.forms.upload_button import SentFile
from pbwidgets.intake.files import KINDS

MOST_PROBLEMS: Final = 40
"""Maximum number of problems listed; the rest are counted."""


@contextmanager
def written_table(file: SentFile) -> Iterator[Path]:
    """Path of an uploaded table, on disk only while the block lasts; of any other kind, it is read as a workbook."""
    kind = PurePosixPath(file.name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{kind if kind in KINDS else '.xlsx'}"
        path.write_bytes(file.content)
        yield path


def problem_list(
    visit: Visit, error: ProblemsError, said: str, heads: tuple[str, str, str]
) -> tuple[w.Widget, ...]:
    """Problems of a table, to be shown below its button.

    Parameters
    ----------
    said
        Code of the sentence above the list, which takes ``count``.
    heads
        Codes of the headings: place, problem, what to do.
    """
    rows = [
        (problem.place, problem.message(visit.lang), problem.remedy(visit.lang))
        for problem in error.problems[:MOST_PROBLEMS]
    ]
    return (
        elements.notice("error", visit.words(said, count=len(error.problems))),
        elements.table([visit.words(head) for head in heads], rows),
        *_rest(visit, error.problems),
    )


def note_list(visit: Visit, notes: Sequence[Problem]) -> tuple[w.Widget, ...]:
    """What was changed or passed over while a table was read; nothing if it was read as it is."""
    if not notes:
        return ()
    rows = [(note.place, note.message(visit.lang)) for note in notes[:MOST_PROBLEMS]]
    return (
        elements.notice("warn", visit.words("intake.notes", count=len(notes))),
        elements.table([visit.words("intake.place"), visit.words("intake.note")], rows),
        *_rest(visit, notes),
    )


def _rest(visit: Visit, problems: Sequence[Problem]) -> tuple[w.Widget, ...]:
    rest = len(problems) - MOST_PROBLEMS
    return (elements.paragraph(visit.words("intake.more", count=rest), quiet=True),) if rest > 0 else ()
