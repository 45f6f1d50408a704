"""What an analyst gives as the fields of a form, read as a form."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.campaign.short_form import ShortForm, read_short_form
from pbwidgets.campaign.source import Source, parse_source, read_source
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.forms.answer_names import Names

if TYPE_CHECKING:
    import pandas as pd

    from pbwidgets.campaign.workbook.xlsform import XlsForm

_FILES: Final = (".xlsx", ".xlsm", ".xls", ".ods", ".yaml", ".yml")
_HERE: Final = "fields"  # what problems call fields that are in no file


@dataclass(frozen=True)
class AskedForm:
    """A form, the campaign around it, and what its fields and choices were called."""

    form: Form
    campaign: Campaign
    names: Names = field(default_factory=Names)


def read_fields(fields: object, *, title: str = "") -> AskedForm:
    """Form of what an analyst gives as ``fields``; see :func:`pbwidgets.analysis.form.form` for what that may be.

    Raises
    ------
    ProblemsError
        All that is wrong with the fields, with place, what was read, what is allowed and the nearest spelling.
    UsageError
        ``forms.not_fields`` if it is none of these.

    Examples
    --------
    >>> asked = read_fields({"走访": {"type": "integer", "minimum": 0}, "台账": ["是", "否"]})
    >>> [item.type for item in asked.form.fields], list(asked.names.fields.values())
    (['integer', 'select_one'], ['走访', '台账'])
    """
    import pandas as pd

    if isinstance(fields, str):
        is_file = "\n" not in fields and Path(fields.strip()).suffix.lower() in _FILES
        fields = Path(fields.strip()) if is_file else _source(*parse_source(fields, _HERE))
    if isinstance(fields, pd.DataFrame):
        fields = {"survey": fields}
    if isinstance(fields, Path) and fields.suffix.lower() in (".yaml", ".yml"):
        fields = _source(*read_source(fields))
    if isinstance(fields, Source):
        return _called(read_short_form(fields, title=title))
    if isinstance(fields, Path):
        from pbwidgets.campaign.workbook.xlsform import read_xlsform

        return _taken(read_xlsform(fields))
    if isinstance(fields, Mapping) and fields:
        frames = {str(name): item for name, item in fields.items() if isinstance(item, pd.DataFrame)}
        return (
            _of_frames(frames)
            if len(frames) == len(fields)
            else _called(read_short_form(fields, title=title, file=_HERE))
        )
    raise UsageError("forms.not_fields", value=f"{type(fields).__name__}: {str(fields)[:40]}")


def _source(source: Source | None, problems: tuple[Problem, ...]) -> Source:
    if problems or source is None:
        raise ProblemsError(problems)
    return source


def _of_frames(frames: Mapping[str, "pd.DataFrame"]) -> AskedForm:
    """Sheets of an XLSForm that are already frames, as ``pandas.read_excel(…, sheet_name=None)`` gives them."""
    from pbwidgets.campaign.workbook.pages import grid_of
    from pbwidgets.campaign.workbook.xlsform import form_in_grids

    grids = [grid_of(name, [list(frame.columns), *_lines(frame)]) for name, frame in frames.items()]
    return _taken(form_in_grids(grids, _HERE))


def _taken(read: "XlsForm") -> AskedForm:
    if read.notes:
        warnings.warn("\n".join(note.line() for note in read.notes), stacklevel=5)
    campaign = campaign_around(read.form.model_dump(), read.choices)
    return AskedForm(campaign.forms[0], campaign)


def _lines(frame: "pd.DataFrame") -> list[list[Any]]:
    plain: list[list[Any]] = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return plain


def _called(read: ShortForm) -> AskedForm:
    return AskedForm(read.campaign.forms[0], read.campaign, Names(read.fields, read.choices))
