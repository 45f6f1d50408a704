"""A score sheet in the words of whoever writes it, kept as a campaign with one track."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pbwidgets.arguments import check_arguments
from pbwidgets.campaign.model import Campaign, Track
from pbwidgets.campaign.workbook.lines import campaign_of_lines
from pbwidgets.errors import Problem, UsageError
from pbwidgets.files import put_file
from pbwidgets.wording import say


@dataclass(frozen=True, repr=False)
class Sheet:
    """A score sheet: lines with points and rules, places, ties. Made by :func:`sheet` or :meth:`of`.

    Attributes
    ----------
    campaign
        The sheet as a campaign, whose only track it is.
    """

    campaign: Campaign

    @classmethod
    def of(cls, campaign: Campaign, track: str | None = None) -> "Sheet":
        """The sheet of a campaign's track, with its own forms, measures, layers and gates; by default the first.

        Raises
        ------
        UsageError
            ``workflows.unknown_track``, also for a track that gives no scores.
        """
        from pbwidgets.workflows.ground.lookup import nearest

        check_arguments(cls.of, locals())

        tracks = {one.id: one for one in campaign.tracks if one.kind == "score"}
        wanted = next(iter(tracks), "") if track is None else track
        if wanted not in tracks:
            raise UsageError("workflows.unknown_track", **nearest(wanted, list(tracks)))
        return cls(campaign.model_copy(update={"tracks": (tracks[wanted],)}))

    @property
    def track(self) -> Track:
        """The track."""
        return self.campaign.tracks[0]

    @property
    def period(self) -> str:
        """Id of the period that is scored, the last of the campaign."""
        return self.campaign.periods[-1].id

    def check(self) -> tuple[Problem, ...]:
        """Advice on a sheet that is right: points that are not 100 in all, places that a tie could leave open.

        Examples
        --------
        >>> [advice.code for advice in sheet([{"line": "评价", "points": 90, "rule": "rated"}]).check()]
        ['analysis.not_100_points']
        """
        track, name = self.track, self.campaign.name.words("zh_CN")
        found = []
        if not any(line.max_points for line in track.lines()):
            found.append(Problem("analysis.no_points", name, "points"))
        elif track.base_points != 100:
            found.append(Problem("analysis.not_100_points", name, "points", {"points": track.base_points}))
        if track.places and not track.tie_breaks:
            found.append(Problem("analysis.no_ties", name, "ties", {"places": track.places}))
        return tuple(found)

    def to_yaml(self, path: str | Path) -> Path:
        """Write the sheet as a campaign file; :func:`read_campaign` and :meth:`of` give it back."""
        from pbwidgets.campaign.yaml_text import to_yaml

        put_file(Path(path), to_yaml(self.campaign).encode())
        return Path(path)

    def __repr__(self) -> str:
        name, track = self.campaign.name.words("zh_CN"), self.track
        lines = sum(1 for _ in track.lines())
        return say("analysis.sheet_in_short", name=name, lines=lines, points=track.base_points)


def sheet(
    lines: Iterable[Mapping[str, Any]] | pd.DataFrame,
    *,
    places: int | None = None,
    ties: Sequence[str] | str = (),
    group: str | None = None,
    digits: int = 2,
    title: str = "",
) -> Sheet:
    """Score sheet of its lines.

    Parameters
    ----------
    lines
        A mapping for each line, or a frame with a row for each: ``line`` (its name), ``points``, ``rule`` and what
        the rule asks for; ``measure`` is a column of the table that is scored, ``unit`` what it counts. Keys are
        those of a campaign file or the headings of the workbook's 评分项, Chinese or English, with everything a
        line may have: ``heading``, ``bonus``, ``evidence``, ``not_applicable``, ``exemption``. ``bands`` and
        ``anchors`` are lists of pairs, or texts as ``95:40; 85:20``. A deduction without points takes from the
        other lines. ``sources`` are those who mark a line, all with the same weight; for other weights and for
        several layers see :meth:`Sheet.of`.
    places
        How many are selected.
    ties
        Lines or headings that break ties, the most important first.
    group
        Column whose units are compared with each other: by the rules that look at a group, and in ranks within it.
        Places are for all units; places of each group are the ``allotments`` of :meth:`Scored.select`.
    digits
        Decimals of totals; ranks follow the rounded totals.
    title
        What is scored: heads score sheets, charts and slides.

    Raises
    ------
    ProblemsError
        With everything that is wrong; what is only doubtful says :meth:`Sheet.check`.

    Examples
    --------
    >>> line = {"line": "走访", "points": 100, "rule": "per_missing_item", "measure": "走访", "required": 12}
    >>> sheet([line | {"points_each": 5}]).track.base_points
    100.0
    """
    check_arguments(sheet, locals())
    ties = [ties] if isinstance(ties, str) else ties
    rows = lines.to_dict("records") if isinstance(lines, pd.DataFrame) else lines
    return Sheet(campaign_of_lines(rows, places=places, ties=ties, group=group, digits=digits, title=title))
