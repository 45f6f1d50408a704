"""A chart of PowerPoint on a slide.

python-pptx writes the chart; what it leaves out is set here: the face of Chinese letters, the room for long names, the
order of reading, and a workbook behind the chart in which a text never is a formula.
"""

from typing import Any

from pbwidgets import palette
from pbwidgets.charts.native import NativeChart, Series, ink_on
from pbwidgets.exports.lettering import LEAST_PT, Box, inches, language_of, rgb, set_font
from pbwidgets.exports.native_chart.layout import Layout, is_across, lay_out
from pbwidgets.exports.native_chart.page import CHART_BOX, describe, put_notes
from pbwidgets.exports.native_chart.workbook import build_data_workbook, number_format
from pbwidgets.intake.text import drop_unfit


def add_chart(
    page: Any, native: NativeChart, box: Box = CHART_BOX, *, words: str = "", lang: str = "zh_CN"
) -> Any:
    """Put an editable chart on a slide and return its frame.

    Bars that would stand too close below each other are parted into two charts side by side, with one scale; the frame
    is then that of the first.

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
    lang
        Language of its texts.
    """
    left, top, width, height = put_notes(page, [native.note], box)
    frames = [_put(page, one, (left, top), words, lang) for one in lay_out(native, width, height)]
    return frames[0]


def _put(page: Any, layout: Layout, at: tuple[float, float], words: str, lang: str) -> Any:
    native = layout.native
    place = inches((at[0] + layout.offset, at[1], layout.width, layout.height))
    frame = page.shapes.add_chart(_chart_type(native), *place, _data_of(native))
    describe(frame, words)
    chart = frame.chart
    set_font(chart.font, LEAST_PT, palette.INK)
    chart.has_title = False
    if len(native.series) > 1 and not layout.offset:
        _add_legend(chart)
    _set_up_plot(chart.plots[0], layout)
    _set_up_axes(chart, layout)
    _place_plot(chart._chartSpace.chart.plotArea, layout)
    _set_language(chart._chartSpace, language_of(lang))
    return frame


def _chart_type(native: NativeChart) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE

    return {
        "bars": XL_CHART_TYPE.BAR_CLUSTERED,
        "stacked_bars": XL_CHART_TYPE.BAR_STACKED,
        "share_bars": XL_CHART_TYPE.BAR_STACKED_100,
        "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
        "lines": XL_CHART_TYPE.LINE_MARKERS,
    }[native.kind]


def _data_of(native: NativeChart) -> Any:
    from pptx.chart.data import CategoryChartData

    class Data(CategoryChartData):
        """With a workbook of our own: that of python-pptx takes a name beginning with ``=`` for a formula."""

        @property
        def xlsx_blob(self) -> bytes:
            return build_data_workbook(native)

    data: Any = Data(number_format=number_format(native))  # type: ignore[no-untyped-call]  # python-pptx has few types
    data.categories = [drop_unfit(name) for name in native.categories]
    for series in native.series:
        data.add_series(drop_unfit(series.name), series.values)
    return data


def _add_legend(chart: Any) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    set_font(chart.legend.font, LEAST_PT, palette.INK)


def _set_up_plot(plot: Any, layout: Layout) -> None:
    native = layout.native
    plot.vary_by_categories = False
    if native.kind != "lines":
        plot.gap_width = layout.gap_width
        plot.overlap = 100 if native.is_stacked or native.takes_turns else 0
    for made, series in zip(plot.series, native.series, strict=True):
        if native.kind == "lines":
            _draw_line(made, series)
        else:
            _fill_bars(made, series)
        if layout.is_labelled:
            _label(made, series, layout)


def _fill_bars(made: Any, series: Series) -> None:
    from pptx.util import Pt

    made.invert_if_negative = False
    made.format.fill.solid()
    made.format.fill.fore_color.rgb = rgb(series.colour)
    made.format.line.color.rgb = rgb(palette.QUIET)  # pale fills differ from the ground, and in grey print
    made.format.line.width = Pt(0.75)


def _draw_line(made: Any, series: Series) -> None:
    from pptx.util import Pt

    made.smooth = False
    made.format.line.color.rgb = rgb(series.colour)
    made.format.line.width = Pt(2.5)
    made.marker.size = 9
    made.marker.format.fill.solid()
    made.marker.format.fill.fore_color.rgb = rgb(series.colour)
    made.marker.format.line.color.rgb = rgb(series.colour)


def _label(made: Any, series: Series, layout: Layout) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION

    native = layout.native
    labels = made.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = number_format(native), False
    set_font(labels.font, LEAST_PT, ink_on(series.colour) if native.is_stacked else palette.INK)
    others = XL_LABEL_POSITION.ABOVE if native.kind == "lines" else XL_LABEL_POSITION.OUTSIDE_END
    labels.position = XL_LABEL_POSITION.CENTER if native.is_stacked else others
    cramped = [at for at, value in enumerate(series.values) if not layout.has_room(at, value)]
    for at in reversed(cramped):
        label = labels._element.makeelement(_tag("c:dLbl"), {})
        _append(label, "c:idx", str(at))
        _append(label, "c:delete", "1")
        labels._element.insert(0, label)


def _set_up_axes(chart: Any, layout: Layout) -> None:
    from pptx.enum.chart import XL_TICK_MARK

    native, names, values = layout.native, chart.category_axis, chart.value_axis
    names.reverse_order = is_across(native)
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = rgb(palette.RULE)
    set_font(names.tick_labels.font, LEAST_PT, palette.INK)
    _keep_every_name(names._element)
    values.minimum_scale, values.maximum_scale = native.limits
    values.major_tick_mark = XL_TICK_MARK.NONE
    values.tick_labels.number_format = number_format(native)
    values.tick_labels.number_format_is_linked = False
    set_font(values.tick_labels.font, LEAST_PT, palette.QUIET)
    values.format.line.fill.background()
    values.has_major_gridlines = values.visible = not layout.is_labelled  # else the scale says nothing more
    if not layout.is_labelled:
        values.major_gridlines.format.line.color.rgb = rgb(palette.BAND)
        if is_across(native):  # in reading order, the scale would stand above
            values._element.find(_tag("c:crosses")).set("val", "max")


def _keep_every_name(axis: Any) -> None:
    """No name is left out for want of room, and none is turned."""
    skip = axis.makeelement(_tag("c:tickLblSkip"), {"val": "1"})
    axis.find(_tag("c:noMultiLvlLbl")).addprevious(skip)
    body = axis.find(f"{_tag('c:txPr')}/{_tag('a:bodyPr')}")
    body.set("rot", "0")
    body.set("vert", "horz")


def _place_plot(area: Any, layout: Layout) -> None:
    """Put the bars themselves where the layout has room for them."""
    for old in area.findall(_tag("c:layout")):
        area.remove(old)
    made = area.makeelement(_tag("c:layout"), {})
    manual = _append(made, "c:manualLayout")
    _append(manual, "c:layoutTarget", "inner")
    for side in ("xMode", "yMode"):
        _append(manual, f"c:{side}", "edge")
    for part, share in {
        "x": layout.left / layout.width,
        "y": layout.top / layout.height,
        "w": layout.plot_width / layout.width,
        "h": layout.plot_height / layout.height,
    }.items():
        _append(manual, f"c:{part}", f"{share:.4f}")
    area.insert(0, made)


def _set_language(space: Any, lang: str) -> None:
    for old in space.findall(_tag("c:roundedCorners")):
        space.remove(old)
    first = space.find(_tag("c:date1904"))
    first.addnext(space.makeelement(_tag("c:roundedCorners"), {"val": "0"}))
    first.addnext(space.makeelement(_tag("c:lang"), {"val": lang}))


def _append(parent: Any, tag: str, value: str | None = None) -> Any:
    made = parent.makeelement(_tag(tag), {} if value is None else {"val": value})
    parent.append(made)
    return made


def _tag(name: str) -> Any:
    from pptx.oxml.ns import qn

    return qn(name)
