"""Charts that PowerPoint draws itself: whoever gets the slide can correct a number, and the chart follows.

python-pptx writes the chart; what it leaves out is set here: the face of Chinese letters, the room for long names, the
order of reading, and a workbook behind the chart in which a text never is a formula.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.charts.native import Cell, NativeChart, NativeTable, Series, ink_on
from pbwidgets.charts.sheet import text_width
from pbwidgets.exports.lettering import LEAST_PT, set_font
from pbwidgets.intake.text import drop_unfit, to_excel

Box = tuple[float, float, float, float]
"""Left, top, width and height in inches."""

CHART_BOX: Final[Box] = (0.5, 1.75, 12.333, 5.15)
"""Below the title of a slide of 13.33 × 7.5 inches, with a line for its sentence."""

_NOTE_IN, _ROW_IN, _LINE_IN = 0.34, 0.3, 0.25
_BETWEEN_IN: Final = 0.3
_HEADROOM: Final = 1.05
"""What the scale of two charts has beyond the longest bar."""
_THICKEST_IN: Final = 0.5
"""Of a bar."""
_LEGEND_IN: Final = 0.42
_FAIR_NAMES, _MOST_NAMES = 0.42, 0.6
"""Share of the width from which names are broken into lines, and the most that they take where there is no room to."""


def add_chart(page: Any, native: NativeChart, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put an editable chart on a slide and return its frame.

    Bars that would stand too close below each other are parted into two charts side by side, with one scale.

    Parameters
    ----------
    page
        A slide of python-pptx.
    native
        The chart.
    box
        Where it stands, with its note, in inches.
    words
        What it shows, for those who do not see it.
    """
    left, top, width, height = _above_notes(page, [native.note], box)
    parts = _part(native, height)
    each = (width - _BETWEEN_IN * (len(parts) - 1)) / len(parts)
    frames = [
        _put(page, part, (left + at * (each + _BETWEEN_IN), top, each, height), words, is_first=at == 0)
        for at, part in enumerate(parts)
    ]
    return frames[0]


def _part(native: NativeChart, height: float) -> list[NativeChart]:
    """The chart, or its first and its second half, where its bars have too little room below each other."""
    if not _is_across(native) or native.rows <= _room_for(native, height):
        return [native]
    half = (len(native.categories) + 1) // 2
    known = [value for one in native.series for value in one.values if value is not None]
    if native.kind == "stacked_bars":
        known = [
            sum(filter(None, values)) for values in zip(*(one.values for one in native.series), strict=True)
        ]
    most = native.limits[1] or max(known, default=0.0) * _HEADROOM or None
    return [
        replace(
            native,
            categories=native.categories[part],
            series=tuple(replace(one, values=one.values[part]) for one in native.series),
            limits=(native.limits[0], most),
        )
        for part in (slice(half), slice(half, None))
    ]


def _room_for(native: NativeChart, height: float) -> int:
    """How many bars a plot of a height in inches has room for, with their numbers."""
    legend = _LEGEND_IN if len(native.series) > 1 else 0.0
    return int((height - legend - 0.15) * 72 / (LEAST_PT + 1))


def _put(page: Any, native: NativeChart, box: Box, words: str, *, is_first: bool) -> Any:
    from pptx.util import Inches

    frame = page.shapes.add_chart(_chart_type(native), *(Inches(part) for part in box), _data_of(native))
    _describe(frame, words)
    chart, (_, _, width, height) = frame.chart, box
    set_font(chart.font, LEAST_PT, palette.INK)
    chart.has_title = False
    if len(native.series) > 1 and is_first:
        _add_legend(chart)
    is_labelled = _is_labelled(native, height)
    _set_up_plot(
        chart.plots[0], native, width if native.kind == "columns" else height, is_labelled=is_labelled
    )
    _set_up_axes(chart, native, is_labelled=is_labelled)
    _place_plot(chart, native, width, height)
    _set_language(chart, "zh-CN")
    return frame


def _chart_type(native: NativeChart) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE

    return {
        "bars": XL_CHART_TYPE.BAR_CLUSTERED,
        "stacked_bars": XL_CHART_TYPE.BAR_STACKED,
        "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
        "lines": XL_CHART_TYPE.LINE_MARKERS,
    }[native.kind]


def _is_across(native: NativeChart) -> bool:
    return native.kind in ("bars", "stacked_bars")


def _is_labelled(native: NativeChart, height: float) -> bool:
    """Whether the numbers stand at their places: beside lines that cross, or more bars, they cover each other."""
    if _is_across(native):
        return native.rows <= _room_for(native, height)
    return len(native.series) == 1


def _number_format(native: NativeChart) -> str:
    plain = f"0.{'0' * native.decimals}".rstrip(".") + ('"%"' if native.unit == "%" else "")
    return plain if native.zeros else f"{plain};-{plain};"


def _data_of(native: NativeChart) -> Any:
    from pptx.chart.data import CategoryChartData

    class Data(CategoryChartData):
        """With a workbook of our own: that of python-pptx takes a name beginning with ``=`` for a formula."""

        @property
        def xlsx_blob(self) -> bytes:
            return _workbook_of(native)

    data: Any = Data(number_format=_number_format(native))  # type: ignore[no-untyped-call]  # python-pptx has few types
    data.categories = [drop_unfit(name) for name in native.categories]
    for series in native.series:
        data.add_series(drop_unfit(series.name), series.values)
    return data


def _workbook_of(native: NativeChart) -> bytes:
    """What opens at *Edit data*: a column of names, and one for each series; nothing that the chart does not show."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"  # as the references of python-pptx have it
    head = f"{native.heading}（{native.unit}）" if native.unit else native.heading
    columns: list[tuple[str, Sequence[str | float | None]]] = [(head, native.categories)]
    columns += [(series.name, series.values) for series in native.series]
    for place, (name, values) in enumerate(columns, start=1):
        for row, value in enumerate((name, *values), start=1):
            if value is None:
                continue
            cell = sheet.cell(row, place, to_excel(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            else:
                cell.number_format = _number_format(native)
        texts = [name, *(value for value in values if isinstance(value, str))]
        widest = max(text_width(text, 2.0) for text in texts)
        sheet.column_dimensions[get_column_letter(place)].width = widest + 3
    sheet.freeze_panes = "B2"
    book.properties.creator = "pbwidgets"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# -- heat maps -------------------------------------------------------------------------------------------


def add_heat_table(page: Any, native: NativeTable, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put a heat map as a table with coloured cells on a slide and return its frame.

    Parameters
    ----------
    page
        A slide of python-pptx.
    native
        The table.
    box
        Where it stands, with its legend and note, in inches.
    words
        What it shows, for those who do not see it.
    """
    from pptx.util import Inches

    left, top, width, height = _above_notes(page, [native.legend, native.note], box)
    heads = (native.corner, *native.columns, native.sum_name)
    widths = _column_inches(native, width)
    frame = page.shapes.add_table(
        len(native.rows) + 1, len(heads), Inches(left), Inches(top), Inches(sum(widths)), Inches(height)
    )
    _describe(frame, words)
    table = frame.table
    table.horz_banding = False
    for place, one in enumerate(widths):
        table.columns[place].width = Inches(one)
    lines = max(
        -(-int(text_width(head, LEAST_PT)) // int(one * 72)) for head, one in zip(heads, widths, strict=True)
    )
    head_height = _ROW_IN + (lines - 1) * _LINE_IN
    table.rows[0].height = Inches(head_height)
    row_height = min(max((height - head_height) / max(len(native.rows), 1), _ROW_IN), 0.5)
    for place, head in enumerate(heads):
        _fill_cell(
            table.cell(0, place), Cell(head, palette.NAVY, palette.WHITE), bold=True, centred=place > 0
        )
    for row, (name, cells, total) in enumerate(
        zip(native.rows, native.cells, native.sums, strict=True), start=1
    ):
        table.rows[row].height = Inches(row_height)
        plain = Cell(name, palette.WHITE, palette.INK), *cells, Cell(total, palette.WHITE, palette.INK)
        for place, cell in enumerate(plain):
            _fill_cell(table.cell(row, place), cell, bold=place == len(heads) - 1, centred=place > 0)
    return frame


def _column_inches(native: NativeTable, width: float) -> list[float]:
    """Names as wide as they need; the sums too; all between them equally wide."""
    names = max(text_width(name, LEAST_PT) for name in (native.corner, *native.rows)) / 72 + 0.2
    sums = max(text_width(total, LEAST_PT) for total in (native.sum_name, *native.sums)) / 72 + 0.2
    names = min(names, width * _MOST_NAMES)
    each = (width - names - sums) / max(len(native.columns), 1)
    return [names, *[min(each, 1.6)] * len(native.columns), sums]


def _fill_cell(target: Any, cell: Cell, *, bold: bool, centred: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    target.fill.solid()
    target.fill.fore_color.rgb = _rgb(cell.fill)
    target.margin_top = target.margin_bottom = Inches(0.02)
    target.margin_left = target.margin_right = Inches(0.02 if centred else 0.08)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = drop_unfit(cell.text)
    set_font(run.font, LEAST_PT, cell.ink, bold=bold)


# -- one slide -------------------------------------------------------------------------------------------


def add_native(page: Any, native: NativeChart | NativeTable, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put an editable chart or a coloured table on a slide, whichever it is, and return its frame."""
    if isinstance(native, NativeTable):
        return add_heat_table(page, native, box, words=words)
    return add_chart(page, native, box, words=words)


def save_chart_slide(
    native: NativeChart | NativeTable, path: Path, title: str, *, sentence: str = ""
) -> Path:
    """Write a presentation of one slide with an editable chart, and return its path.

    Parameters
    ----------
    native
        The chart or coloured table.
    path
        The ``.pptx`` to write; folders are made.
    title, sentence
        Title of the slide, and the line below it.

    Notes
    -----
    The same input gives the same bytes.
    """
    from pbwidgets.exports.pptx import Slide, save_slide

    return save_slide(Slide(title, native=native, key_sentence=sentence), path)


# -- how it looks ----------------------------------------------------------------------------------------


def _add_legend(chart: Any) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    set_font(chart.legend.font, LEAST_PT, palette.INK)


def _set_up_plot(plot: Any, native: NativeChart, length: float, *, is_labelled: bool) -> None:
    plot.vary_by_categories = False
    if native.kind != "lines":
        plot.gap_width = _gap_width(native, length)
        plot.overlap = 100 if native.kind == "stacked_bars" or native.takes_turns else 0
    for made, series in zip(plot.series, native.series, strict=True):
        if native.kind == "lines":
            _draw_line(made, series)
        else:
            _fill_bars(made, series)
        if is_labelled:
            _label(made, series, native)


def _gap_width(native: NativeChart, length: float) -> int:
    """Space between categories in per cent of a bar's thickness, so that few bars do not become blocks."""
    each = native.rows // len(native.categories)
    pitch = length / len(native.categories)
    least = 0.15 if native.kind == "stacked_bars" else 0.4  # whose numbers stand within
    bar = min(pitch / (each + least), _THICKEST_IN)
    return min(round(100 * (pitch - each * bar) / bar), 500)


def _fill_bars(made: Any, series: Series) -> None:
    from pptx.util import Pt

    made.invert_if_negative = False
    made.format.fill.solid()
    made.format.fill.fore_color.rgb = _rgb(series.colour)
    made.format.line.color.rgb = _rgb(palette.QUIET)  # pale fills differ from the ground, and in grey print
    made.format.line.width = Pt(0.75)


def _draw_line(made: Any, series: Series) -> None:
    from pptx.util import Pt

    made.smooth = False
    made.format.line.color.rgb = _rgb(series.colour)
    made.format.line.width = Pt(2.5)
    made.marker.size = 9
    made.marker.format.fill.solid()
    made.marker.format.fill.fore_color.rgb = _rgb(series.colour)
    made.marker.format.line.color.rgb = _rgb(series.colour)


def _label(made: Any, series: Series, native: NativeChart) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION

    labels = made.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = _number_format(native), False
    inside = native.kind == "stacked_bars"
    set_font(labels.font, LEAST_PT, ink_on(series.colour) if inside else palette.INK)
    labels.position = {
        "stacked_bars": XL_LABEL_POSITION.CENTER,
        "lines": XL_LABEL_POSITION.ABOVE,
    }.get(native.kind, XL_LABEL_POSITION.OUTSIDE_END)


def _set_up_axes(chart: Any, native: NativeChart, *, is_labelled: bool) -> None:
    from pptx.enum.chart import XL_TICK_MARK

    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = _is_across(native)
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = _rgb(palette.RULE)
    set_font(names.tick_labels.font, LEAST_PT, palette.INK)
    _keep_every_name(names._element)
    values.minimum_scale, values.maximum_scale = native.limits
    values.major_tick_mark = XL_TICK_MARK.NONE
    values.tick_labels.number_format = _number_format(native)
    values.tick_labels.number_format_is_linked = False
    set_font(values.tick_labels.font, LEAST_PT, palette.QUIET)
    values.format.line.fill.background()
    values.has_major_gridlines = values.visible = not is_labelled  # else the scale says nothing more
    if not is_labelled:
        values.major_gridlines.format.line.color.rgb = _rgb(palette.BAND)
        if _is_across(native):  # in reading order, the scale would stand above
            _set(values._element, "c:crosses", "max")


def _keep_every_name(axis: Any) -> None:
    """No name is left out for want of room, and none is turned."""
    skip = axis.makeelement(_tag("c:tickLblSkip"), {"val": "1"})
    axis.find(_tag("c:noMultiLvlLbl")).addprevious(skip)
    body = axis.find(f"{_tag('c:txPr')}/{_tag('a:bodyPr')}")
    body.set("rot", "0")
    body.set("vert", "horz")


def _place_plot(chart: Any, native: NativeChart, width: float, height: float) -> None:
    """Room of the bars themselves: the names get as much as they need, the legend a line above."""
    top = _LEGEND_IN / height if len(native.series) > 1 else 0.02
    if _is_across(native):
        bottom, right = (0.02 if not chart.value_axis.visible else 0.34 / height), 0.65 / width
        left = _names_in(native, width, height * (1 - top - bottom)) / width
    else:
        left, right, bottom = 0.7 / width, 0.2 / width, 0.4 / height
    parts = {"x": left, "y": top, "w": 1 - left - right, "h": 1 - top - bottom}
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(_tag("c:layout")):
        area.remove(old)
    layout = area.makeelement(_tag("c:layout"), {})
    manual = _append(layout, "c:manualLayout")
    _append(manual, "c:layoutTarget", "inner")
    for side in ("xMode", "yMode"):
        _append(manual, f"c:{side}", "edge")
    for part, share in parts.items():
        _append(manual, f"c:{part}", f"{share:.4f}")
    area.insert(0, layout)


def _names_in(native: NativeChart, width: float, height: float) -> float:
    """Inches for the names: on one line if they leave the bars room, else on as many as there is height for."""
    widest = max(text_width(name, LEAST_PT) for name in native.categories) / 72 + 0.2
    lines = max(int(height * 72 / len(native.categories) / (LEAST_PT * 1.25)), 1)
    least = widest if lines == 1 else widest / lines + 0.2
    return min(max(min(widest, _FAIR_NAMES * width), least), _MOST_NAMES * width)


def _set_language(chart: Any, lang: str) -> None:
    space = chart._chartSpace
    first = space.find(_tag("c:date1904"))
    corners = space.makeelement(_tag("c:roundedCorners"), {"val": "0"})
    spoken = space.makeelement(_tag("c:lang"), {"val": lang})
    for old in space.findall(_tag("c:roundedCorners")):
        space.remove(old)
    first.addnext(corners)
    first.addnext(spoken)


def _append(parent: Any, tag: str, value: str | None = None) -> Any:
    made = parent.makeelement(_tag(tag), {} if value is None else {"val": value})
    parent.append(made)
    return made


def _set(parent: Any, tag: str, value: str) -> None:
    parent.find(_tag(tag)).set("val", value)


def _tag(name: str) -> Any:
    from pptx.oxml.ns import qn

    return qn(name)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(palette.office_colour(colour))  # type: ignore[no-untyped-call]  # python-pptx has few types


def _describe(frame: Any, words: str) -> None:
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("descr", drop_unfit(words))


def _above_notes(page: Any, notes: Sequence[str], box: Box) -> Box:
    """Write the lines at the foot of the box, and give what is left above them."""
    left, top, width, height = box
    for note in reversed([note for note in notes if note]):
        lines = -(-int(text_width(note, LEAST_PT)) // int(width * 72))
        high = _NOTE_IN + (lines - 1) * _LINE_IN
        height -= high
        _write_note(page, note, (left, top + height, width, high))
    return left, top, width, height


def _write_note(page: Any, text: str, box: Box) -> None:
    from pptx.util import Inches

    frame = page.shapes.add_textbox(*(Inches(part) for part in box)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    run = frame.paragraphs[0].add_run()
    run.text = drop_unfit(text)
    set_font(run.font, LEAST_PT, palette.QUIET)
