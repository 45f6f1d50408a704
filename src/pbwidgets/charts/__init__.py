"""Charts of scores and selections: one style, a fixed size, words from the campaign."""

from pbwidgets.charts.balance import (
    allotment_balance,
    allotment_balance_native,
    nomination_balance,
    nomination_balance_native,
)
from pbwidgets.charts.class_moves import class_moves, class_moves_native
from pbwidgets.charts.counts import status_counts, status_counts_native
from pbwidgets.charts.coverage_bars import coverage_bars, coverage_bars_native
from pbwidgets.charts.criteria import criterion_bars, criterion_bars_native
from pbwidgets.charts.display import enable_offline
from pbwidgets.charts.gallery import build_contact_sheet
from pbwidgets.charts.gaps import layer_gaps, layer_gaps_native, unit_gaps, unit_gaps_native
from pbwidgets.charts.index_effects import pick_greatest, rank_moves, strength_bars, weight_bars
from pbwidgets.charts.index_scores import index_heatmap, index_ranking
from pbwidgets.charts.intervals import rank_intervals
from pbwidgets.charts.losses import lost_points_heatmap, lost_points_heatmap_native
from pbwidgets.charts.months import month_heatmap, month_heatmap_native
from pbwidgets.charts.native import NativeChart, NativeTable
from pbwidgets.charts.ranking import ranking_bars, ranking_bars_native
from pbwidgets.charts.ranks import rank_strip
from pbwidgets.charts.render import PAGES, draw_png, draw_svg, embed_svg, save_chart, svg_to_png
from pbwidgets.charts.sheet import drop_title, put_headline, title_share
from pbwidgets.charts.state_matrix import state_matrix, state_matrix_native
from pbwidgets.charts.theme import find_cjk_font
from pbwidgets.charts.view import IndexView, View

__all__ = [
    "PAGES",
    "IndexView",
    "NativeChart",
    "NativeTable",
    "View",
    "allotment_balance",
    "allotment_balance_native",
    "build_contact_sheet",
    "class_moves",
    "class_moves_native",
    "coverage_bars",
    "coverage_bars_native",
    "criterion_bars",
    "criterion_bars_native",
    "draw_png",
    "draw_svg",
    "drop_title",
    "embed_svg",
    "enable_offline",
    "find_cjk_font",
    "index_heatmap",
    "index_ranking",
    "layer_gaps",
    "layer_gaps_native",
    "lost_points_heatmap",
    "lost_points_heatmap_native",
    "month_heatmap",
    "month_heatmap_native",
    "nomination_balance",
    "nomination_balance_native",
    "pick_greatest",
    "put_headline",
    "rank_intervals",
    "rank_moves",
    "rank_strip",
    "ranking_bars",
    "ranking_bars_native",
    "save_chart",
    "state_matrix",
    "state_matrix_native",
    "status_counts",
    "status_counts_native",
    "strength_bars",
    "svg_to_png",
    "title_share",
    "unit_gaps",
    "unit_gaps_native",
    "weight_bars",
]
