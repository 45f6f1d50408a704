"""Charts of scores and selections: one look, a fixed size, words from the campaign."""

from pbwidgets.charts.balance import allotment_balance, nomination_balance
from pbwidgets.charts.criteria import criterion_bars
from pbwidgets.charts.gallery import build_contact_sheet
from pbwidgets.charts.gaps import layer_gaps, unit_gaps
from pbwidgets.charts.intervals import rank_intervals
from pbwidgets.charts.losses import lost_points_heatmap
from pbwidgets.charts.ranking import ranking_bars
from pbwidgets.charts.ranks import rank_strip
from pbwidgets.charts.render import draw_png, draw_svg, save_chart, svg_to_png
from pbwidgets.charts.sheet import drop_title
from pbwidgets.charts.theme import find_cjk_font
from pbwidgets.charts.view import View

__all__ = [
    "View",
    "allotment_balance",
    "build_contact_sheet",
    "criterion_bars",
    "draw_png",
    "draw_svg",
    "drop_title",
    "find_cjk_font",
    "layer_gaps",
    "lost_points_heatmap",
    "nomination_balance",
    "rank_intervals",
    "rank_strip",
    "ranking_bars",
    "save_chart",
    "svg_to_png",
    "unit_gaps",
]
