"""Data for the report of a composite index: the index, its texts and tables, and one featured unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.charts import IndexView, pick_greatest
from pbwidgets.errors import UsageError
from pbwidgets.exports import About, index_tables
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.scoring.index import (
    DomainError,
    Index,
    Line,
    Step,
    effective_weights,
    find_strengths,
    plan_steps,
    replay,
)
from pbwidgets.scoring.index.building import Change
from pbwidgets.wording import Words, default_language, number, say
from pbwidgets.workflows.reports.files.content import Cover
from pbwidgets.workflows.reports.index.building import compute_index
from pbwidgets.workflows.reports.index.wording import word_change, word_notes, word_step


@dataclass(frozen=True)
class IndexReport:
    """An index computed from files, as its report presents it.

    Attributes
    ----------
    index
        The index after all its steps.
    source
        Short description of the files it was computed from.
    unit
        The unit whose strengths and weaknesses are shown.
    names
        Name of each unit.
    change
        Changed steps that show how much the ranks depend on them.
    lang
        ``zh_CN`` or ``en``.
    digits
        Decimal places of scores.
    synthetic
        Whether the data are invented for a demonstration.
    """

    index: Index
    source: str
    unit: str
    names: Mapping[str, str]
    change: Change
    lang: str
    digits: int = 2
    synthetic: bool = False

    # -- what there is ---------------------------------------------------------------------------------

    @property
    def top(self) -> Line:
        """The topmost aggregate, or the first if there are several."""
        return self.index.dictionary.aggregates[0]

    @property
    def parts(self) -> list[Line]:
        """Lines directly below the top, heaviest first."""
        lines = self.index.dictionary.children[self.top.code]
        return sorted(lines, key=lambda line: -float(self.index.weights[line.code]))

    @property
    def unit_name(self) -> str:
        """Name of the featured unit."""
        return self.names[self.unit]

    @cached_property
    def replayed(self) -> Index | None:
        """The index with some steps changed; None if a method is not defined for its new input."""
        try:
            return replay(self.index, self.change)
        except DomainError:
            return None

    # -- words -----------------------------------------------------------------------------------------

    @property
    def say(self) -> Words:
        """Words of ``reports.<code>`` in the report's language."""
        return Words("reports", self.lang)

    @property
    def cover(self) -> Cover:
        """What the report says about itself."""
        title = self.say("index_title", name=index_tables.label_of(self.top))
        return Cover(
            title=title,
            basis=self.basis,
            subtitle=self.counts,
            lang=self.lang,
            about=About("", "", "", synthetic=self.synthetic, note=self.basis, title=title),
            synthetic=self.synthetic,
        )

    @property
    def counts(self) -> str:
        """Short text on the number of units, indicators and aggregates."""
        return self.say(
            "index_counts",
            units=len(self.index.scores),
            indicators=len(self.index.dictionary.indicators),
            aggregates=len(self.index.dictionary.aggregates),
        )

    @property
    def basis(self) -> str:
        """What the report is based on: files and counts."""
        return self.say("index_basis", source=self.source, counts=self.counts)

    @property
    def view(self) -> IndexView:
        """Settings of a chart."""
        name = index_tables.label_of(self.top)
        return IndexView(name, self.counts, self.lang, self.synthetic, self.digits, origin=self.source)

    @property
    def summary(self) -> str:
        """Sentence on who leads and how far the scores are spread."""
        scores = self.index.scores[self.top.code]
        known = scores.dropna()
        if known.empty:
            return self.say("index_no_scores")
        ranks = self.index.ranks[self.top.code]
        first = [self.names[str(unit)] for unit in ranks.index[ranks == 1]]
        leading = first[0] if len(first) == 1 else self.say("index_tied", count=len(first))
        return self.say(
            "index_summary",
            count=len(known),
            first=leading,
            highest=self._number(known.max()),
            median=self._number(known.median()),
            lowest=self._number(known.min()),
        )

    @property
    def parts_text(self) -> str:
        """Sentence on how many parts there are."""
        return self.say("index_parts_text", count=len(self.parts))

    @property
    def weights_text(self) -> str:
        """Sentence on the heaviest indicators."""
        named = [
            self.say("index_weight_of", name=row["name"], pct=number(row["share_pct"], 1))
            for row in self.weights().frame.head(3).to_dict("records")
        ]
        return self.say("index_weights_text", named=self.say("comma").join(named))

    @property
    def heaviest_text(self) -> str:
        """Sentence on the heaviest and the lightest indicator, short enough for a slide."""
        shares = self.weights().frame["share_pct"]
        return self.say("index_heaviest", most=number(shares.max(), 1), least=number(shares.min(), 1))

    @property
    def unit_text(self) -> str:
        """Sentence on the unit's score and rank."""
        score, rank = self.index.scores[self.top.code], self.index.ranks[self.top.code]
        if pd.isna(score[self.unit]):
            return self.say("index_unit_without_score", unit=self.unit_name)
        return self.say(
            "index_unit_text",
            unit=self.unit_name,
            score=self._number(score[self.unit]),
            rank=int(rank[self.unit]),
            count=int(rank.notna().sum()),
        )

    @property
    def change_words(self) -> str:
        """What the replay changes, in words."""
        return word_change(self.change, self.lang)

    @property
    def replay_text(self) -> str:
        """Sentence on how the ranks move when the steps are changed."""
        if self.replayed is None:
            return self.say("index_not_replayed")
        moves = self.moves().frame
        ranked = moves[moves["moved"].notna()]
        distances = ranked["moved"].abs()
        return self.say(
            "index_replay_text",
            count=len(ranked),
            moved=int((distances > 0).sum()),
            most=int(distances.max()) if len(ranked) else 0,
        )

    def _number(self, value: float) -> str:
        return number(float(value), self.digits)

    # -- what charts need ------------------------------------------------------------------------------

    @property
    def ranked(self) -> pd.DataFrame:
        """Unit, name, score and rank of all units in the top aggregate, best first."""
        return self.scores().frame[["unit", "name", "score", "rank"]]

    @property
    def part_scores(self) -> pd.DataFrame:
        """Scores of units (best first) × parts of the top."""
        ordered = self.ranked["unit"]
        made = {line.code: index_tables.part_scores(self.index, line) for line in self.parts}
        frame = pd.DataFrame(made)
        frame.index = pd.Index([str(unit) for unit in frame.index])
        return frame.loc[ordered.tolist()]

    @property
    def part_names(self) -> dict[str, str]:
        """Names of the parts by code."""
        return {line.code: index_tables.label_of(line) for line in self.parts}

    # -- tables ----------------------------------------------------------------------------------------

    def steps(self) -> LabelledTable:
        """The steps taken, in words."""
        rows = [
            (say(f"index.step.{step.name}", self.lang), did)
            for step in self.index.steps
            if (did := word_step(self.index, step, self.lang))
        ]
        return index_tables.steps_taken(rows, self.say("index_steps"), self.lang)

    def notes(self) -> LabelledTable:
        """Notes on the steps: imputed values, outliers pulled in, units without a score."""
        rows = [
            (say(f"index.step.{step}", self.lang), text) for step, text in word_notes(self.index, self.lang)
        ]
        return index_tables.notes_on_steps(rows, self.say("index_notes"), self.lang)

    def scores(self) -> LabelledTable:
        """Rank, score and part scores of every unit."""
        return index_tables.scores_of_units(
            self.index, self.top, self.parts, self.names, self.say("index_scores"), self.lang
        )

    def aggregates(self) -> LabelledTable:
        """Score and rank of every unit in every aggregate."""
        return index_tables.all_aggregates(self.index, self.names, self.say("index_aggregates"), self.lang)

    def indicators(self) -> LabelledTable:
        """Every indicator of every unit on the scale of the index."""
        return index_tables.indicator_values(self.index, self.names, self.say("index_indicators"), self.lang)

    def weights(self) -> LabelledTable:
        """Indicators with their weights."""
        return index_tables.weights_of_lines(self.index, self.say("index_weights"), self.lang)

    def strengths(self) -> LabelledTable:
        """All indicators of the unit, from its greatest strength to its greatest weakness."""
        title = self.say("index_strengths", unit=self.unit_name)
        return index_tables.strengths_of_unit(find_strengths(self.index, self.unit), title, self.lang)

    def greatest(self) -> LabelledTable:
        """The unit's five greatest strengths and weaknesses, as many as fit on a slide."""
        table = self.strengths()
        return replace(table, frame=pick_greatest(table.frame, 5))

    def moves(self) -> LabelledTable:
        """Ranks of all units before and after the change, largest move first."""
        after = self.replayed if self.replayed is not None else self.index
        code = self.top.code
        made = pd.DataFrame(
            {
                "unit": [str(unit) for unit in self.index.ranks.index],
                "name": [self.names[str(unit)] for unit in self.index.ranks.index],
                "before": self.index.ranks[code].array,
                "after": after.ranks[code].array,
                "score_before": self.index.scores[code].to_numpy(),
                "score_after": after.scores[code].to_numpy(),
            }
        )
        made["moved"] = made["before"] - made["after"]
        order = made["moved"].abs()
        made = made.assign(distance=order).sort_values(
            ["distance", "before"], ascending=[False, True], kind="stable", na_position="last"
        )
        frame = made.drop(columns="distance").reset_index(drop=True)
        return index_tables.moves_of_ranks(frame, self.say("index_replay"), self.lang)


@dataclass(frozen=True)
class IndexFiles:
    """The tables of an index: data, dictionary and, if it names any, denominators.

    Attributes
    ----------
    data, dictionary, denominators
        Files, as :func:`~pbwidgets.workflows.reports.index.building.compute_index` takes them.
    synthetic
        Whether the data are made up; the report then says so.
    """

    data: str | Path
    dictionary: str | Path
    denominators: str | Path = ""
    synthetic: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """Those that are given."""
        return tuple(Path(file) for file in (self.data, self.dictionary, self.denominators) if file)


def open_index_report(
    files: IndexFiles,
    steps: Sequence[Step] = (),
    *,
    label: str = "",
    unit: str | int = "",
    change: Change | None = None,
    lang: str = "",
) -> IndexReport:
    """Report of an index computed from files.

    Parameters
    ----------
    files
        Its tables.
    steps
        Steps of the index; by default the usual ones (:func:`~pbwidgets.scoring.index.plan_steps`).
    label
        Column with the names of units; by default their codes are shown.
    unit
        Unit whose strengths and weaknesses are shown; by default the top-ranked one. Papermill makes a number of a
        code that is all digits.
    change
        Steps changed to compare ranks: name of the step to new arguments. By default equal weights, or
        ranks as scores if the weights are already equal.
    lang
        ``zh_CN`` or ``en``; by default the language of the interface.

    Raises
    ------
    ProblemsError, DataError
        As :func:`~pbwidgets.workflows.reports.index.building.compute_index`.
    UsageError
        ``index.unknown_label``, ``index.unknown_unit``.
    """
    steps = steps or plan_steps()
    data, dictionary, *denominators = files.paths
    index = compute_index(data, dictionary, steps, denominators=next(iter(denominators), None)).content
    lang = lang or default_language()
    return IndexReport(
        index=index,
        source=say("index.comma", lang).join(f"{file.name} ({_hash(file)})" for file in files.paths),
        unit=choose_unit(index, str(unit)),
        names=name_units(index, label),
        change=change or choose_change(index),
        lang=lang,
        digits=next((int(step.arguments["digits"]) for step in steps if "digits" in step.arguments), 2),
        synthetic=files.synthetic,
    )


def name_units(index: Index, label: str = "") -> dict[str, str]:
    """Name of each unit from a column of the data, or its code if it has no name.

    Raises
    ------
    UsageError
        ``index.unknown_label``.
    """
    units = [str(unit) for unit in index.data.values.index]
    if not label:
        return dict(zip(units, units, strict=True))
    groups = index.data.groups
    if label not in groups:
        raise UsageError("index.unknown_label", **spelling(label, groups.columns))
    return {unit: name or unit for unit, name in zip(units, groups[label], strict=True)}


def choose_unit(index: Index, unit: str = "") -> str:
    """The unit, or by default the top-ranked one.

    Raises
    ------
    UsageError
        ``index.unknown_unit``.
    """
    units = [str(one) for one in index.data.values.index]
    if unit and unit not in units:
        raise UsageError("index.unknown_unit", **spelling(unit, units))
    ranks = index.ranks[index.dictionary.aggregates[0].code]
    return unit or str(units[int(ranks.fillna(len(units) + 1).to_numpy().argmin())])


def choose_change(index: Index) -> Change:
    """The default change of a report: equal weights, or ranks as scores if the weights are already equal."""
    children = index.dictionary.children.values()
    given = effective_weights(index.dictionary, index.weights)
    equal = effective_weights(index.dictionary, index.weights * 0 + 1)
    if children and not given.round(9).equals(equal.round(9)):
        return {"weigh": {"method": "equal"}}
    return {"normalise": {"method": "rank"}}


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:8]
