"""Composite indices: many indicators of units made one score by stated steps, as pure functions."""

from pbwidgets.scoring.index.aggregate import agg_amean, agg_gmean, agg_hmean, agg_topsis, agg_wsum
from pbwidgets.scoring.index.availability import find_availability, find_known_share
from pbwidgets.scoring.index.building import build_index, change_steps, list_scores, plan_steps, replay
from pbwidgets.scoring.index.denominate import denominate
from pbwidgets.scoring.index.dictionary import Dictionary, Line
from pbwidgets.scoring.index.domain import DomainError
from pbwidgets.scoring.index.effects import effective_weights, find_strengths
from pbwidgets.scoring.index.impute import impute_group_mean, impute_mean, impute_median
from pbwidgets.scoring.index.norm import (
    norm_goalposts,
    norm_linear,
    norm_minmax,
    norm_rank,
    norm_sum,
    norm_target,
    norm_zscore,
)
from pbwidgets.scoring.index.ranks import rank_scores
from pbwidgets.scoring.index.reading import (
    DICTIONARY,
    IndexData,
    data_columns,
    denominator_columns,
    parse_data,
    parse_denominators,
    parse_dictionary,
)
from pbwidgets.scoring.index.state import Index, Note, Step
from pbwidgets.scoring.index.treat import Winsorised, treat_winsorise
from pbwidgets.scoring.index.weights import AhpWeights, weigh_ahp, weigh_critic, weigh_entropy, weigh_equal

__all__ = [
    "DICTIONARY",
    "AhpWeights",
    "Dictionary",
    "DomainError",
    "Index",
    "IndexData",
    "Line",
    "Note",
    "Step",
    "Winsorised",
    "agg_amean",
    "agg_gmean",
    "agg_hmean",
    "agg_topsis",
    "agg_wsum",
    "build_index",
    "change_steps",
    "data_columns",
    "denominate",
    "denominator_columns",
    "effective_weights",
    "find_availability",
    "find_known_share",
    "find_strengths",
    "impute_group_mean",
    "impute_mean",
    "impute_median",
    "list_scores",
    "norm_goalposts",
    "norm_linear",
    "norm_minmax",
    "norm_rank",
    "norm_sum",
    "norm_target",
    "norm_zscore",
    "parse_data",
    "parse_denominators",
    "parse_dictionary",
    "plan_steps",
    "rank_scores",
    "replay",
    "treat_winsorise",
    "weigh_ahp",
    "weigh_critic",
    "weigh_entropy",
    "weigh_equal",
]
