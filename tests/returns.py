"""Workbooks of answers as clerks fill them in: cells found by the hidden ids, never by position."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pbwidgets.campaign import Campaign, Form
from pbwidgets.exports.answer_book.layout import FIRST_ROW, ID_ROW
from pbwidgets.intake.files import open_sheets

UNIT, NAME, ENTRY, ROW, BASE = "#unit", "#name", "#entry", "#row", "#base"


class Filled:
    """A workbook of answers that somebody fills in.

    Parameters
    ----------
    path
        The workbook as it was written; :meth:`save` writes it beside.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book: Workbook = load_workbook(path)

    def page(self, form_id: str, repeat: str = "") -> Worksheet:
        """First sheet of a form, or of one of its repeats."""
        return next(self.pages(form_id, repeat))

    def pages(self, form_id: str, repeat: str = "") -> Iterator[Worksheet]:
        wanted = f"pb:{form_id}:{repeat}/{UNIT}" if repeat else f"pb:{form_id}:{UNIT}"
        for page in self.book.worksheets:
            if page.cell(ID_ROW, 1).value == wanted:
                yield page

    def column(self, page: Worksheet, name: str) -> int:
        """Column of a field or key, by the end of its id."""
        return next(
            cell.column for cell in page[ID_ROW] if str(cell.value).endswith((f":{name}", f"/{name}"))
        )

    def row(self, page: Worksheet, unit_code: str) -> int:
        """First row of a unit; without one, the first row without a unit."""
        for row in range(FIRST_ROW, page.max_row + 2):
            if (page.cell(row, 1).value or "") == unit_code:
                return row
        raise LookupError(unit_code)

    def put(self, form_id: str, unit_code: str, **values: object) -> str:
        """Fill in fields of a unit's row; returns the place of the last cell."""
        page = self.page(form_id)
        row = self.row(page, unit_code)
        return [self._put(page, row, name, value) for name, value in values.items()][-1]

    def add(self, form_id: str, unit_code: str, repeat: str = "", **values: object) -> int:
        """Fill in the first unused row, of a repeat or a log; returns its number."""
        page = self.page(form_id, repeat)
        own = [self.column(page, name) for name in values]
        row = FIRST_ROW
        while any(page.cell(row, at).value is not None for at in own):
            row += 1
        for name, value in {UNIT: unit_code, **values}.items():
            self._put(page, row, name, value)
        return row

    def _put(self, page: Worksheet, row: int, name: str, value: object) -> str:
        cell = page.cell(row, self.column(page, name))
        cell.value = value  # type: ignore[assignment]
        if isinstance(value, str):
            cell.data_type = "s"  # the cells are formatted as text: what begins with = is no formula there
        return f"{page.title}!{cell.coordinate}"

    def save(self, name: str = "filled.xlsx") -> Path:
        """Write it beside the workbook that was given."""
        path = self.path.with_name(name)
        self.book.save(path)
        return path


def fill_in(
    filled: Filled, campaign: Campaign, form: Form, unit_code: str, answers: Mapping[str, Any]
) -> None:
    """Fill in answers to a form as a clerk types them: labels of options, days, numbers; each row of a repeat apart.

    The first entry of a log that has repeats is given the number 1.
    """
    repeats = [name for name, rows in answers.items() if isinstance(rows, list) and isinstance(rows[0], dict)]
    is_log = form.occurrence == "many"
    entry = {ENTRY: 1} if is_log and repeats else {}
    fill = filled.add if is_log else filled.put
    fill(form.id, unit_code, **entry, **_typed(form, campaign, "", answers))
    for name in repeats:
        for row in answers[name]:
            filled.add(form.id, unit_code, name, **entry, **_typed(form, campaign, name, row))


def _typed(form: Form, campaign: Campaign, repeat: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(form.leaves())
    typed: dict[str, Any] = {}
    for name, value in answers.items():
        field = fields.get(f"{repeat}/{name}" if repeat else name)
        if field is None:  # a repeat
            typed |= {name: "无"} if value == "none" else {}
        elif field.choices:
            labels = {choice.id: choice.label.zh for choice in campaign.choices[field.choices]}
            chosen = value if isinstance(value, list) else [value]
            typed[name] = "、".join(labels[item] for item in chosen)
        else:
            typed[name] = date.fromisoformat(value) if field.type == "date" else value
    return typed


def cells_of(path: Path, form_id: str) -> set[object]:
    """What people fill in the cells of a form's sheets, as the table room reads them."""
    found: set[object] = set()
    for sheet in open_sheets(path):
        ids = [str(value) for value in sheet.rows[ID_ROW - 1]] if len(sheet.rows) >= FIRST_ROW else [""]
        if ids[0].startswith(f"pb:{form_id}:"):
            for row in sheet.rows[FIRST_ROW - 1 :]:
                cells = zip(ids, row, strict=False)
                found |= {value for name, value in cells if "#" not in name and value is not None}
    return found
