"""A table scored by a sheet: ranking, points, reasons, selection and charts, all from the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbwidgets.analysis.sheet import Sheet
from pbwidgets.arguments import check_arguments, check_language
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Nomination
from pbwidgets.campaign.workbook.lines import SHEET
from pbwidgets.errors import UsageError
from pbwidgets.scoring.frames import FINAL, Records, Scores
from pbwidgets.scoring.from_tables import read_tables
from pbwidgets.scoring.nomination_tables import read_nominations
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.reasons import word_reasons
from pbwidgets.wording import default_language, say

if TYPE_CHECKING:
    from pbwidgets.charts.bound import BoundCharts


def score(
    data: pd.DataFrame, sheet: Sheet, *, unit: str | None = None, marks: pd.DataFrame | None = None
) -> "Scored":
    """The units of a table scored by a sheet.

    Parameters
    ----------
    data
        A row for each unit, with the columns that the lines of the sheet name as measures. Numbers may be typed as
        in a workbook (``１２``, ``95%``), 是 and 否 count 1 and 0. An empty cell is missing, never 0: the line says so.
    sheet
        From :func:`sheet`, or a campaign's own by :meth:`Sheet.of`.
    unit
        Column that names the units; by default an index of names, or the first column that is no row number. With
        a column 编码 (``unit_code``) beside it, names may repeat.
    marks
        For lines that are marked: ``unit``, ``line``, ``points`` (单位, 评分项, 得分) and, where there are several,
        ``rater``, ``source``, ``layer``, ``comment``; or a column for each line. The mean of several raters is
        taken; where no column names them, several rows of one unit and line are several raters.

    Raises
    ------
    ProblemsError
        With every cell of both tables that cannot be read.
    UsageError
        ``scoring.which_unit`` if nothing tells which column names the units.

    Warns
    -----
    UserWarning
        Which rows of totals (合计) were passed over.

    Examples
    --------
    >>> from pbwidgets.analysis.sheet import sheet
    >>> line = {"line": "走访", "points": 40, "rule": "per_missing_item", "measure": "走访", "required": 12}
    >>> table = pd.DataFrame({"村名": ["青禾村", "望云村"], "走访": [12, 9]})
    >>> score(table, sheet([line | {"points_each": 4}])).ranking[["rank", "unit", "total"]].values.tolist()
    [[1, '青禾村', 40.0], [2, '望云村', 28.0]]
    """
    check_arguments(score, locals())
    # all units of the table are assessed; nominations come in when it is selected from
    track = sheet.track.model_copy(update={"nomination": None})
    ours = Sheet(sheet.campaign.model_copy(update={"tracks": (track,)}))
    records = read_tables(ours.campaign, ours.period, data, unit=unit, marks=marks)
    return Scored(ours, records, score_campaign(ours.campaign, ours.period, records))


@dataclass(frozen=True, eq=False, repr=False)
class Scored:
    """Scores of a table; made by :func:`score`. Frames name units and lines in the words of table and sheet.

    Attributes
    ----------
    sheet
        The sheet.
    records, scores
        What the pipeline read and gave, by codes and ids.
    """

    sheet: Sheet
    records: Records
    scores: Scores

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """Units, best first: ``rank`` (<NA> without a total), ``unit``, ``total``, ``tie_group`` (0: not tied).

        Beside them ``n_missing`` (lines without points: the total is provisional), ``unit_code`` if the table has
        codes, and ``rank_within_…`` and ``size_within_…`` if the sheet has groups.
        """
        final = self.scores.totals[self.scores.totals["layer"] == FINAL].set_index("unit_code")["n_missing"]
        made = self.scores.ranking.join(final, on="unit_code")
        for within, rows in self.scores.ranks_within.groupby("within"):
            of_group = rows.set_index("unit_code")[["rank", "size"]].astype("Int64")
            made = made.join(of_group.mask(of_group == 0).add_suffix(f"_within_{within}"), on="unit_code")
        return self._in_words(made, "rank")

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row for each unit, line and layer: ``points``, ``max_points``, ``source`` (computed, marks …)."""
        return self._in_words(self.scores.points.drop(columns=["reason_code", "reason_args"]))

    @cached_property
    def totals(self) -> pd.DataFrame:
        """One row for each unit and layer, and for ``final``: exact ``total``, ``provisional``, ``n_missing``."""
        return self._in_words(self.scores.totals)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """One row for each unit, line and layer: why it has its points, in the words of score sheets and reports."""
        rows = self.scores.points
        said = word_reasons(self.sheet.campaign, rows["reason_code"], rows["reason_args"], default_language())
        kept = ["unit_code", "criterion_id", "layer", "points"]
        return self._in_words(rows[kept].assign(reason=said))

    @property
    def plot(self) -> "BoundCharts":
        """Charts: ``plot.ranking_bars()``, ``plot.criterion_bars("青禾村")``; ``dir(plot)`` lists them."""
        from pbwidgets.charts.bound import BoundCharts

        campaign = self.sheet.campaign
        period = "" if campaign.id == SHEET else self.sheet.period  # a table is of no period
        return BoundCharts(campaign, period, self.scores, self.names, self.code_of)

    def explain(self, unit: str, lang: str | None = None) -> str:
        """Score sheet of one unit, named by name or code: every point with its reason, total, rank.

        Raises
        ------
        UsageError
            ``analysis.unknown_unit`` with the nearest name, ``analysis.unit_of_several``.
        """
        from pbwidgets.scoring.sheet import explain_unit

        check_language(lang)

        return explain_unit(
            self.sheet.campaign, self.scores, self.records, self.code_of(unit), lang or default_language()
        )

    def select(
        self,
        *,
        places: int | None = None,
        waiting: int | None = None,
        nominations: pd.DataFrame | None = None,
        allotments: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """What the rules propose for every unit, best first; a tie at the cut stays open.

        Parameters
        ----------
        places, waiting
            How many are selected, and how many wait after them; by default those of the sheet.
        nominations
            If given, only these are in the contest: ``unit`` and, beside it, ``by_unit`` (申报单位; by default the
            unit's group) and ``order``, from 1. Where the table has groups, only these nominate.
        allotments
            ``by_unit`` and ``allotted`` (名额): how many each may nominate; what is beyond, by order, is left out.

        Returns
        -------
        pandas.DataFrame
            ``status`` (selected, tied_at_cut, waiting, not_selected, …), ``rank``, ``unit``, ``total``,
            ``tie_group``, ``waiting_order``, ``reason``.

        Raises
        ------
        UsageError
            ``analysis.no_places``, ``analysis.allotments_alone``.
        ProblemsError
            With every cell of nominations and allotments that cannot be read.
        """
        check_arguments(Scored.select, locals())
        track, campaign, records = self.sheet.track, self.sheet.campaign, self.records
        places = track.places if places is None else places
        waiting = track.waiting if waiting is None else waiting
        if not places or places < 0 or waiting < 0:
            raise UsageError("analysis.no_places", places=places or 0, waiting=waiting)
        if allotments is not None and nominations is None:
            raise UsageError("analysis.allotments_alone")
        asked: dict[str, Any] = {"places": places, "waiting": waiting}
        if nominations is not None:
            asked["nomination"] = Nomination(by=campaign.unit_kind(track.unit_kind[0]).parents[0])
        campaign = campaign.model_copy(update={"tracks": (track.model_copy(update=asked),)})
        if nominations is not None:
            records = read_nominations(campaign, self.sheet.period, records, nominations, allotments)
        rows = score_campaign(campaign, self.sheet.period, records).selection
        reason = rows["reason_en" if default_language() == "en" else "reason_zh"]
        kept = ["status", "rank", "unit_code", "total", "tie_group", "waiting_order"]
        return self._in_words(rows[kept].assign(reason=reason), "status", "rank")

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name of each assessed unit by its code."""
        units = self.records.units
        ours = units[units["kind"].isin(self.sheet.track.unit_kind)]
        return dict(zip(ours["unit_code"].tolist(), ours["unit_name"].tolist(), strict=True))

    def code_of(self, unit: str) -> str:
        """Code of a unit named by name or code.

        Raises
        ------
        UsageError
            ``analysis.unknown_unit`` with the nearest name, ``analysis.unit_of_several`` with their codes.
        """
        found = [code for code, name in self.names.items() if str(unit) in (code, name)]
        if str(unit) in found or len(found) == 1:
            return str(unit) if str(unit) in found else found[0]
        if found:
            raise UsageError("analysis.unit_of_several", **spelling(unit, found))
        raise UsageError("analysis.unknown_unit", **spelling(unit, self.names.values()))

    def _in_words(self, rows: pd.DataFrame, *front: str) -> pd.DataFrame:
        """Rows by rank, else as in the table, with names of units and lines; codes only where they say more."""
        every = [item.criterion for item in self.sheet.track.numbered()]
        lines = {criterion.id: criterion.name.words(default_language()) for criterion in every}
        made = rows.assign(unit=rows["unit_code"].map(self.names))
        place = {code: at for at, code in enumerate(self.names)}
        made = made.sort_values("unit_code", key=lambda codes: codes.map(place), kind="stable")
        if "rank" in made:
            made["rank"] = made["rank"].astype("Int64").mask(made["rank"] == 0)
            made = made.sort_values("rank", kind="stable")
        if "criterion_id" in made:
            made["line"] = made["criterion_id"].map(lines)
        own = ("unit", "unit_code") if any(code != name for code, name in self.names.items()) else ("unit",)
        ahead = [name for name in (*front, *own, "line") if name in made]
        dropped = ("campaign", "period", "track_id", "unit_code", "criterion_id", *ahead)
        return made[[*ahead, *(name for name in made if name not in dropped)]].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"{self.sheet!r}\n{self._shown().to_string(index=False, na_rep='—')}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self.sheet))}</p>{self._shown().to_html(index=False, na_rep='—')}"

    def _shown(self) -> pd.DataFrame:
        """The ranking with headings in words."""
        shown = [name for name in ("rank", "unit", "unit_code", "total") if name in self.ranking]
        shown += ["n_missing"] if self.ranking["n_missing"].any() else []
        return self.ranking[shown].rename(columns={name: say(f"analysis.{name}") for name in shown})
