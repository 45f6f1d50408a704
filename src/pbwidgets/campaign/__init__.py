"""What a campaign is: definitions, reading, checking, freezing, and the answers to its forms."""

from pbwidgets.campaign.answers import (
    AnswerProblem,
    check_answers,
    compute_answers,
    examine_answers,
    find_irrelevant,
    is_none,
    rows_in,
    to_rows,
)
from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.expressions import Expression, ExpressionError, parse
from pbwidgets.campaign.freezing import Change, campaign_version, compare_campaigns, from_json, to_json
from pbwidgets.campaign.model import Campaign, Criterion, Field, Form, Measure, Track
from pbwidgets.campaign.reader import check_campaign, examine_campaign, read_campaign

__all__ = [
    "AnswerProblem",
    "Campaign",
    "Change",
    "Criterion",
    "Expression",
    "ExpressionError",
    "Field",
    "Form",
    "Measure",
    "Text",
    "Track",
    "campaign_version",
    "check_answers",
    "check_campaign",
    "compare_campaigns",
    "compute_answers",
    "examine_answers",
    "examine_campaign",
    "find_irrelevant",
    "from_json",
    "is_none",
    "parse",
    "read_campaign",
    "rows_in",
    "to_json",
    "to_rows",
]
