"""The workbook behind a chart: what opens at *Edit data*."""

import io
from collections.abc import Sequence

from pbwidgets.charts.native import NativeChart
from pbwidgets.charts.sheet import text_width
from pbwidgets.intake.text import to_excel


def number_format(native: NativeChart) -> str:
    """How a number of the chart is written: with even decimals, a share with its sign.

    >>> from pbwidgets.charts.native import Series
    >>> number_format(NativeChart("bars", "村", ("甲",), (Series("得分", (1.0,), "#000000"),), unit="%", decimals=1))
    '0.0"%"'
    """
    plain = f"0.{'0' * native.decimals}".rstrip(".") + ('"%"' if native.unit == "%" else "")
    return plain if native.zeros else f"{plain};-{plain};"


def build_data_workbook(native: NativeChart) -> bytes:
    """What opens at *Edit data*: a column of names, and one for each series; nothing that the chart does not show."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"  # as the references of python-pptx have it
    columns: list[tuple[str, Sequence[str | float | None]]] = [(native.heading, native.categories)]
    columns += [(series.name, series.values) for series in native.series]
    for place, (name, values) in enumerate(columns, start=1):
        for row, value in enumerate((name, *values), start=1):
            if value is None:
                continue
            cell = sheet.cell(row, place, to_excel(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            else:
                cell.number_format = number_format(native)
        texts = [name, *(value for value in values if isinstance(value, str))]
        widest = max(text_width(text, 2.0) for text in texts)
        sheet.column_dimensions[get_column_letter(place)].width = widest + 3
    sheet.freeze_panes = "B2"
    book.properties.creator = "pbwidgets"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
