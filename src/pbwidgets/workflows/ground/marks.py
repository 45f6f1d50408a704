"""What every mark must fit: its line, its layer, its source and its unit."""

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion
from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.registry import MARKED, find_range
from pbwidgets.store import Mark, MarkKey, MarkOnRecord
from pbwidgets.workflows.ground.lookup import find_line


def check_mark(campaign: Campaign, mark: Mark) -> None:
    """Raise unless a mark fits its line, its layer and its source.

    Raises
    ------
    DataError
        ``workflows.unknown_line``, ``workflows.unknown_source``, ``workflows.mark_out_of_range``,
        ``workflows.reason_needed``.
    """
    key = mark.key
    track, line = find_line(campaign, key.criterion_id)
    is_layer = key.layer in {layer.id for layer in track.layers}
    sources = campaign.marking_sources(track, key.layer, line) if is_layer else ()
    if key.source not in {source.id for source in sources}:
        raise DataError("workflows.unknown_source", layer=key.layer, source=key.source, line=line.name)
    lowest, highest = find_range(line)
    if not lowest <= mark.points <= highest:
        raise DataError(
            "workflows.mark_out_of_range", line=line.name, points=mark.points, lowest=lowest, highest=highest
        )
    if needs_reason(line) and not clean_text(mark.comment):
        raise DataError("workflows.reason_needed", line=line.name)


def still_fits(campaign: Campaign, mark: MarkOnRecord) -> bool:
    """Whether a mark on record may stand as it is; one that must be given anew may not."""
    if mark.points is None:
        return False
    try:
        check_mark(campaign, Mark(mark.key, mark.points, mark.comment))
    except DataError:
        return False
    return True


def needs_reason(line: Criterion) -> bool:
    """Whether a mark on this line needs a reason: on discretionary lines, and to correct a computed one."""
    return line.rule is not None and line.rule.name != "rated"


def is_marked(line: Criterion) -> bool:
    """Whether raters give the points of a line; other lines are computed, and marks may correct them."""
    return line.rule is not None and line.rule.name in MARKED


def check_unit_of_line(campaign: Campaign, key: MarkKey, units: pd.DataFrame) -> None:
    """Raise unless the mark's line is on its unit's score sheet.

    Raises
    ------
    DataError
        ``workflows.line_of_others``.
    """
    track, line = find_line(campaign, key.criterion_id)
    if track.unit_kind not in set(units.loc[units["unit_code"] == key.unit_code, "kind"]):
        raise DataError("workflows.line_of_others", line=line.name, unit=key.unit_code)
