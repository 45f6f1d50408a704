"""What every mark must fit: its line, its layer, its source and its unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Track
from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import Anchor
from pbwidgets.campaign.rules import Bands, ByChoice
from pbwidgets.errors import DataError
from pbwidgets.intake.identifying import HIDDEN
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.register import build_register
from pbwidgets.scoring.registry import MARKED, find_range
from pbwidgets.scoring.sources import read_marks
from pbwidgets.scoring.track_layout import lay_out
from pbwidgets.scoring.verdict import SMALL
from pbwidgets.store import Mark, MarkKey, MarkOnRecord, Reader, load_marks, load_ratings
from pbwidgets.store.types import Scrub
from pbwidgets.units import kind_and_domain
from pbwidgets.wording import say
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


def keep_comments(scrub: Scrub | None, whole: Reader, marks: Iterable[Mark]) -> list[Mark]:
    """Marks as they were given, with the comment on record where it says no more than what was shown of it.

    Parameters
    ----------
    scrub
        What was taken out of the comments where they were read.
    whole
        A transaction that hides nothing.
    """
    given = list(marks)
    if scrub is None:
        return given
    kept: dict[MarkKey, str] = {}
    hiding = [mark.key for mark in given if HIDDEN in mark.comment]
    for campaign_id, period_id, unit_code in {
        (key.campaign_id, key.period_id, key.unit_code) for key in hiding
    }:
        on_record = load_marks(whole, campaign_id, period_id, unit_code=unit_code)
        kept |= {mark.key: mark.comment for mark in on_record}
    restore = scrub.scrubber.restore
    return [replace(mark, comment=restore(mark.comment, kept.get(mark.key))) for mark in given]


def reason_limit(track: Track, layer_id: str) -> float | None:
    """Difference from the layer before from which a mark needs a reason; None if there is no such limit."""
    return next((layer.difference_needs_reason for layer in track.layers if layer.id == layer_id), None)


def find_marks_before(
    campaign: Campaign, track: Track, layer_id: str, units: pd.DataFrame, ratings: pd.DataFrame
) -> dict[str, tuple[str, float]]:
    """Layer and points of the nearest earlier mark on each rated line of one unit.

    Parameters
    ----------
    campaign, track, layer_id
        Layer that is being marked.
    units, ratings
        Rows of the unit in the register, and its marks, columns ``RATINGS``.
    """
    return next(iter(tabulate_marks_before(campaign, track, layer_id, units, ratings).values()), {})


def tabulate_marks_before(
    campaign: Campaign, track: Track, layer_id: str, units: pd.DataFrame, ratings: pd.DataFrame
) -> dict[str, dict[str, tuple[str, float]]]:
    """As :func:`find_marks_before` for many units at once: by unit, then by line."""
    layout = lay_out(campaign, track, build_register(units))
    codes = [str(code) for code in layout.codes]
    found: dict[str, dict[str, tuple[str, float]]] = {code: {} for code in codes}
    if not codes:
        return found
    for layer, marks in zip(layout.layers, read_marks(campaign, layout, ratings), strict=True):
        if layer == layer_id:
            break
        for row, at in np.argwhere(layout.marked_lines & ~np.isnan(marks.points)):
            found[codes[row]][layout.lines[at].id] = layer, float(marks.points[row, at])
    return found


def check_difference(campaign: Campaign, mark: Mark, before: Mapping[str, tuple[str, float]]) -> None:
    """Raise for a mark without a comment that differs too much from the layer before.

    Raises
    ------
    DataError
        ``workflows.difference_needs_reason``.
    """
    track, line = find_line(campaign, mark.key.criterion_id)
    limit = reason_limit(track, mark.key.layer)
    if limit is None or line.id not in before or clean_text(mark.comment):
        return
    layer_id, points = before[line.id]
    if abs(mark.points - points) > limit - SMALL:
        raise DataError(
            "workflows.difference_needs_reason",
            unit=mark.key.unit_code,
            line=line.name,
            layer=campaign.layer(layer_id).name,
            before=points,
            points=mark.points,
            limit=limit,
        )


def check_differences(reader: Reader, campaign: Campaign, marks: Sequence[Mark], units: pd.DataFrame) -> None:
    """Raise for the first of several marks that :func:`check_difference` refuses."""
    limited = [
        mark for mark in marks if reason_limit(find_line(campaign, mark.key.criterion_id)[0], mark.key.layer)
    ]
    before: dict[tuple[str, str, str], dict[str, tuple[str, float]]] = {}
    for mark in limited:
        key, track = mark.key, find_line(campaign, mark.key.criterion_id)[0]
        asked = (key.unit_code, track.id, key.layer)
        if asked not in before:
            ratings = load_ratings(
                reader, key.campaign_id, key.period_id, track.forms, unit_code=key.unit_code
            )
            own = units[units["unit_code"] == key.unit_code]
            before[asked] = find_marks_before(campaign, track, key.layer, own, ratings)
        check_difference(campaign, mark, before[asked])


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
    own = track.of_unit(*kind_and_domain(units, key.unit_code))
    kinds = set(units.loc[units["unit_code"] == key.unit_code, "kind"])
    if kinds.isdisjoint(track.unit_kind) or line.id not in {item.id for item in own.lines()}:
        raise DataError("workflows.line_of_others", line=line.name, unit=key.unit_code)


def list_anchors(campaign: Campaign, line: Criterion) -> tuple[Anchor, ...]:
    """Marks that the definition names on a line, the best first: its anchors, or the bands or options of its rule."""
    rule = line.rule
    if line.anchors or not isinstance(rule, Bands | ByChoice):
        return line.anchors
    if isinstance(rule, Bands):
        code = "review.band_from" if rule.better == "higher" else "review.band_up_to"
        bands = [Anchor(points=band.points, text=_band_words(code, band.bound)) for band in rule.bands]
        return (*bands, Anchor(points=rule.otherwise, text=_band_words("review.band_otherwise")))
    measure = next(item for item in campaign.measures if item.id == rule.measure)
    labels = {choice.id: choice.label for choice in campaign.options_of(measure)}
    listed = [Anchor(points=option.points, text=labels[option.choice]) for option in rule.options]
    return tuple(sorted(listed, key=lambda anchor: -anchor.points))


def _band_words(code: str, bound: float = 0.0) -> Text:
    return Text(zh=say(code, "zh_CN", bound=bound), en=say(code, "en", bound=bound))
