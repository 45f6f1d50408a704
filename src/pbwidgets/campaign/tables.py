"""Tables of a campaign: rows that forms have as fixed rows, inline or from a CSV or Excel file."""

from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, ConfigDict, Field

from pbwidgets.campaign.definition import Definition, Text

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ROW_ID: Final = r"^[0-9A-Za-z][0-9A-Za-z_.-]*$"
"""How the id of a row may be spelt."""
RowId = Annotated[str, Field(pattern=ROW_ID)]


def _to_cell(value: Any) -> Any:
    """Text of a cell as it may stand in YAML: a date, a number, or nothing."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Cell = Annotated[str, BeforeValidator(_to_cell, json_schema_input_type=str | float | date | None)]
"""A cell as text: words, the id of an option, an ISO date, or a number; empty for nothing."""


class TableRow(Definition):
    """One row of a table: its id, its name, and a value for each of the table's columns.

    >>> row = TableRow.model_validate({"id": "team", "name": {"zh": "甲", "en": "a"}, "due": date(2026, 12, 15)})
    >>> row.cell("due"), row.cell("ware")
    ('2026-12-15', '')
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(**{**Definition.model_config, "extra": "allow"})
    __pydantic_extra__: dict[str, Cell] = Field(
        init=False
    )  # pydantic reads the type of all other keys from here

    id: RowId
    name: Text

    def cell(self, column: str) -> str:
        """Value in a column; empty where the row has none."""
        value: str = (self.model_extra or {}).get(column, "")
        return value


class Table(Definition):
    """Rows with columns, the same for every unit."""

    file: str | None = Field(
        default=None,
        description="CSV or Excel file beside the campaign's with the columns id, name_zh, name_en and those named "
        "here; none: the rows stand here",
    )
    columns: dict[_Id, _Id] = Field(
        default={}, description="what each column holds: text, date, number, or the id of a choice list"
    )
    rows: tuple[TableRow, ...] = ()

    def row(self, row_id: str) -> TableRow | None:
        """Row of that id; None if there is none."""
        return next((row for row in self.rows if row.id == row_id), None)
