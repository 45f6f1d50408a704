"""Marks from paper: the lines of many units that the actor marks, and the marks that were typed for them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pbwidgets.campaign import Criterion, Track
from pbwidgets.errors import DataError, PbError, RightsError
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import Mark, MarkKey, audit_head, load_overview, load_own_marks
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_track, check_unit
from pbwidgets.workflows.ground.marks import is_marked, needs_reason, reason_limit
from pbwidgets.workflows.ground.seats import Place, find_seats, sources_of_line


@dataclass(frozen=True)
class PaperLine:
    """A line of one unit that the actor marks.

    Attributes
    ----------
    criterion
        The line.
    key
        What a mark on it is for.
    before
        The actor's own mark; its points are NaN if it must be given anew. None without one.
    may_need_reason
        Whether a mark needs a reason, or does where it differs from the layer before.
    """

    criterion: Criterion
    key: MarkKey
    before: Mark | None
    may_need_reason: bool

    @property
    def points(self) -> float | None:
        """Points of the mark that stands; None without one, or for one that must be given anew."""
        return None if self.before is None or math.isnan(self.before.points) else self.before.points

    def comment(self, reason: str) -> str:
        """Comment of a new mark: the reason that was typed, else the comment of this line's own mark."""
        own = self.before.comment if self.before else ""
        return (self.may_need_reason and reason.strip()) or own

    def find_fault(self, points: float, reason: str) -> PbError | None:
        """What is wrong with points that were typed; None if nothing is."""
        lowest, highest = find_range(self.criterion)
        if not lowest <= points <= highest:
            return DataError("review.out_of_range", lowest=lowest, highest=highest)
        is_missing = needs_reason(self.criterion) and not self.comment(reason)
        return DataError("review.reason_first") if is_missing else None


@dataclass(frozen=True)
class PaperSheet:
    """Lines of many units, as they were when they were read.

    Attributes
    ----------
    lines
        By unit and line, in order.
    versions
        Newest version of each unit's material.
    head
        Head of the audit log.
    """

    lines: Mapping[tuple[str, str], PaperLine]
    versions: Mapping[str, int]
    head: int

    def to_marks(
        self, typed: Mapping[tuple[str, str], float | None], reasons: Mapping[str, str]
    ) -> tuple[list[Mark], list[MarkKey]]:
        """Marks to be given and marks to be withdrawn, for :func:`pbwidgets.workflows.review.rating.give_marks`.

        Parameters
        ----------
        typed
            New points by unit and line; None takes the mark back.
        reasons
            Reason for the new points of each unit.
        """
        given, taken = [], []
        for (unit, line_id), points in typed.items():
            line = self.lines[unit, line_id]
            if points is not None:
                second = line.before.second_inspector if line.before else None
                comment = line.comment(reasons.get(unit, ""))
                given.append(Mark(line.key, points, comment, self.versions.get(unit, 0), self.head, second))
            elif line.before is not None:
                taken.append(line.before.key)
        return given, taken


def units_to_mark(desk: Desk, track_id: str) -> tuple[str, ...]:
    """Codes of the units that the actor marks in a track, in the order of the register; none for who marks nothing.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    campaign, units = desk.opened.campaign, desk.units
    check_track(campaign, track_id)
    seats = find_seats(desk)
    of_kind = units.loc[units["kind"].isin(campaign.track(track_id).unit_kind), "unit_code"]
    return tuple(
        str(code)
        for code in of_kind
        if any(place.track.id == track_id for place in seats.places(campaign, str(code)))
    )


def open_paper(desk: Desk, track_id: str, unit_codes: Sequence[str]) -> PaperSheet:
    """Lines of these units that the actor marks in a track, each with the actor's own mark.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``.
    RightsError
        If the actor does not mark one of the units.
    """
    campaign, units = desk.opened.campaign, desk.units
    check_track(campaign, track_id)
    track, seats = campaign.track(track_id), find_seats(desk)
    lines: dict[tuple[str, str], PaperLine] = {}
    with desk.workspace.store.read() as reader:
        head = audit_head(reader)
        overview = load_overview(reader, *desk.opened.key)
        for code in unit_codes:
            check_unit(units, code)
            desk.authorise("rate", code)
            places = seats.places(campaign, code)
            ours = [place for place in places if place.track.id == track_id]
            if not ours:
                raise RightsError("workflows.out_of_scope", unit=code, own=desk.actor.unit_code or "")
            own = load_own_marks(reader, *desk.opened.key, code, desk.actor.name)
            before = {mark.key.criterion_id: mark for mark in own}
            lines |= {(code, line.criterion.id): line for line in _find_lines(desk, code, ours, before)}
    return PaperSheet(lines, _find_versions(overview, track, unit_codes), head)


def _find_lines(
    desk: Desk, unit_code: str, places: Sequence[Place], before: Mapping[str, Mark]
) -> Iterator[PaperLine]:
    campaign = desk.opened.campaign
    found: set[str] = set()
    for place in places:
        for line in place.track.lines():
            sources = sources_of_line(campaign, place, line)
            if not is_marked(line) or not sources or line.id in found:
                continue
            found.add(line.id)
            own = before.get(line.id)
            source = own.key.source if own else sources[0].id
            key = MarkKey(*desk.opened.key, unit_code, line.id, place.layer, source, desk.actor.name)
            is_limited = any(
                reason_limit(of.track, of.layer) and sources_of_line(campaign, of, line) for of in places
            )
            yield PaperLine(line, key, own, needs_reason(line) or is_limited)


def _find_versions(overview: pd.DataFrame, track: Track, unit_codes: Sequence[str]) -> dict[str, int]:
    counted = overview[overview["form_id"].isin(track.forms) & overview["unit_code"].isin(unit_codes)]
    return {str(code): int(last) for code, last in counted.groupby("unit_code")["version"].max().items()}
