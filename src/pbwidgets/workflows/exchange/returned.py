"""A workbook that came back: what is wrong in it, and what it would change; nothing of it is stored yet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pbwidgets.errors import Problem
from pbwidgets.intake.workbook import is_new_workbook
from pbwidgets.store import SubmissionKey

Fate = Literal["new", "changed", "unchanged", "refused"]
"""What becomes of a submission, or of the marks on a unit."""

Told = Callable[[int, int], None]
"""Called with how much is done, and how much there is in all."""


@dataclass(frozen=True)
class ChangedValue:
    """One value that the workbook gives anew.

    Attributes
    ----------
    label
        Name of the field or line, with the section and number of its row.
    before, after
        Both values in words; empty for none.
    path
        Path of the field, or the line's id.
    row
        Row of the repeat, from 0; 0 outside repeats.
    """

    label: str
    before: str
    after: str
    path: str = ""
    row: int = 0


@dataclass(frozen=True)
class Changed:
    """What becomes of one submission, or of the marks on one unit.

    Attributes
    ----------
    unit_code, unit_name
        The unit.
    title
        Name of the form, or of the track.
    fate
        What becomes of it.
    values
        What is given anew, in the order of the form or score sheet.
    why
        Why it is refused, in words; empty if it is not.
    key
        The submission; None for marks.
    occurrence
        Number of an entry, 0 for a new one and for what is no entry.
    """

    unit_code: str
    unit_name: str
    title: str
    fate: Fate
    values: tuple[ChangedValue, ...] = ()
    why: str = ""
    key: SubmissionKey | None = None
    occurrence: int = 0


@dataclass(frozen=True)
class Return:
    """What was read from a workbook; each kind of workbook adds what is to be stored.

    Attributes
    ----------
    name
        Name of the file, as the sender gave it.
    content
        Its bytes.
    findings
        What is wrong, each with its cell; nothing is stored then, unless only the good rows are.
    changes
        What becomes of each submission, or of the marks on each unit.
    notes
        What was changed or passed over in reading.
    """

    name: str
    content: bytes = field(repr=False)
    findings: tuple[Problem, ...]
    changes: tuple[Changed, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong in it."""
        return not self.findings

    def count(self, fate: Fate) -> int:
        """Number of submissions, or units, of which this becomes."""
        return sum(change.fate == fate for change in self.changes)

    @property
    def can_annotate(self) -> bool:
        """Whether it is a workbook into which findings can be written; too large a one is refused on trying."""
        return bool(self.findings) and is_new_workbook(self.content)

    def annotate(self, path: Path, lang: str | None = None) -> Path:
        """Path of a copy of the workbook with each finding as a comment at its coloured cell.

        Raises
        ------
        DataError
            ``exchange.no_copy`` if it is too large for one.
        """
        from pbwidgets.exports.answer_book.annotating import annotate

        return annotate(self.content, self.findings, path, lang)


@dataclass(frozen=True)
class Stored:
    """What was stored of a return: numbers of submissions, or of units whose marks were."""

    stored: int
    refused: int = 0
