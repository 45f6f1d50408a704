"""Charts that PowerPoint draws itself: whoever gets the slide can correct a number, and the chart follows."""

from pbwidgets.exports.lettering import Box
from pbwidgets.exports.native_chart.chart import add_chart
from pbwidgets.exports.native_chart.heat_table import add_heat_table
from pbwidgets.exports.native_chart.page import CHART_BOX
from pbwidgets.exports.native_chart.slide import add_native, save_chart_slide

__all__ = ["CHART_BOX", "Box", "add_chart", "add_heat_table", "add_native", "save_chart_slide"]
