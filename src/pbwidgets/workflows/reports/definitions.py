"""Report definitions, read from files.

A report (``parameters/reports/<id>.yaml``) is a list of blocks, made for each of its units by one notebook; an
override (``parameters/overrides/<unit code>.yaml``) changes parameters for one unit. All names are checked before
anything runs: those of blocks and their arguments, and those of the notebook's parameters cell, because Papermill
only warns of unknown ones.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import pandas as pd
from pydantic import Field, JsonValue, PositiveFloat, ValidationError

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.findings import Address, Finding, spelling, unknown
from pbwidgets.campaign.model import Id, Period
from pbwidgets.campaign.source import Source, parse_source, read_source, read_text
from pbwidgets.campaign.translation import translate
from pbwidgets.errors import DataError, Problem, ProblemsError
from pbwidgets.units import lie_above, partitions, tops
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.blocks.lists import Reading, check_blocks, read_blocks

OUTPUT_DIR: Final = "output_dir"
"""Parameter set by the runner: the folder for the notebook's files."""

BLOCKS: Final = "blocks"
"""Parameter set by the runner: the list of blocks."""

FOR_EACH: Final = ("partition", "root", "board")
NOTEBOOK: Final = "reports/report.ipynb"
"""The notebook that runs any list of blocks."""

SLIDES: Final = "slides.pptx"
WITH_FIGURES: Final = (SLIDES, "charts/*.png", "charts/*.svg")
"""Files that a list of blocks gives only if it draws a figure."""
DOCUMENT: Final = "report.docx"
_ALWAYS: Final = ("report.ipynb", "report.html", DOCUMENT, "tables.xlsx")

Overrides = Mapping[str, Mapping[str, Mapping[str, JsonValue]]]
"""Parameters by unit code, report id and name."""

_RelativePath = Annotated[str, Field(pattern=r"^[\w*?][\w.*?/-]*$")]


class UnitsOfKind(Definition):
    """All units of one kind."""

    kind: Id


class FromPhase(Definition):
    """From the first day of a phase on."""

    phase: Id


class ReportDefinition(Definition):
    """A report: a list of blocks, made once for each of its units."""

    format: Literal[1] = Field(description="version of this file format")
    id: Id
    title: Text
    campaigns: tuple[Id, ...] = Field(default=(), description="campaigns that it is for; none: every one")
    for_each: Literal["partition", "root", "board"] | UnitsOfKind = Field(
        description="partition: units that the campaign is divided by, and those outside all of them; "
        "root: uppermost units; or {kind: …}; board: no files, the blocks are shown on the board"
    )
    blocks: tuple[dict[str, JsonValue], ...] = Field(
        default=(), description="{block: name, argument: …}, or {tracks: own | below, blocks: […]}"
    )
    notebook: _RelativePath = Field(
        default=NOTEBOOK, description="file below notebooks/; another one than the usual needs no blocks"
    )
    parameters: dict[str, JsonValue] = Field(
        default={}, description="values for arguments that blocks do not give themselves, or for the notebook"
    )
    files: tuple[_RelativePath, ...] = Field(
        default=_ALWAYS,
        description="files that must exist at the end; those of figures only if there are any",
    )
    when: FromPhase | None = Field(default=None, description="offered from the first day of a phase on")
    timeout_s: PositiveFloat | None = Field(default=None, description="seconds after which a run is stopped")

    def is_for(self, campaign: Campaign) -> bool:
        """Whether it is one of a campaign's reports."""
        return not self.campaigns or campaign.id in self.campaigns

    def is_due(self, period: Period, day: date) -> bool:
        """Whether it is offered on a day of a period."""
        begins = [phase.begins for phase in period.phases if self.when and phase.id == self.when.phase]
        return all(day >= first for first in begins)


# -- reading and checking ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """What report files are checked against.

    Attributes
    ----------
    notebooks
        Folder of notebooks, with the workspace's own blocks in ``blocks``.
    campaigns
        Campaigns whose ids lists may name; by default only the files themselves are checked.
    complete
        Whether these are all campaigns of the workspace.
    """

    notebooks: Path
    campaigns: tuple[Campaign, ...] = ()
    complete: bool = False

    @property
    def library(self) -> Library:
        """The blocks there are."""
        return Library(self.notebooks / "blocks")


def load_reports(folder: Path, ground: Ground) -> dict[str, ReportDefinition]:
    """Reports in a folder's YAML files, by id.

    Raises
    ------
    ProblemsError
        With all problems in any of the files.
    """
    reports, problems = read_reports(folder, ground)
    if problems:
        raise ProblemsError(problems)
    return reports


def check_reports(folder: Path, ground: Ground) -> tuple[Problem, ...]:
    """All problems of the report files of a folder, and of the workspace's own blocks."""
    return (*ground.library.check(), *read_reports(folder, ground)[1])


def load_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], ground: Ground, unit_codes: Iterable[str]
) -> dict[str, dict[str, dict[str, JsonValue]]]:
    """Parameters in a folder's YAML files, by unit code, report id and name; the folder may be missing.

    Raises
    ------
    ProblemsError
        With all problems: wrong files, units, reports or parameters.
    """
    overrides, problems = _read_overrides(folder, reports, ground, unit_codes)
    if problems:
        raise ProblemsError(problems)
    return overrides


def check_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], ground: Ground, unit_codes: Iterable[str]
) -> tuple[Problem, ...]:
    """All problems in the override files of a folder."""
    return tuple(_read_overrides(folder, reports, ground, unit_codes)[1])


def notebook_parameters(notebook: Path) -> tuple[str, ...]:
    """Names that the notebook's parameters cell sets, in order; empty without such a cell.

    Read from the syntax tree: ``papermill.inspect_notebook`` takes seconds to import and misses
    ``level: float | None = None``.

    Raises
    ------
    DataError
        If the notebook cannot be read (``batch.notebook_unreadable``).
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        source = "".join(tagged[0]["source"]) if tagged else ""
        return tuple(dict.fromkeys(_names_set(ast.parse(source))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        cause = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError("batch.notebook_unreadable", notebook=notebook.name, cause=cause) from error


def _names_set(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def read_reports(folder: Path, ground: Ground) -> tuple[dict[str, ReportDefinition], list[Problem]]:
    """Reports of a folder by id, if their files can be read, and all problems of the files."""
    reports: dict[str, ReportDefinition] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        source, report, found = _read_report(path)
        problems.extend(found)
        if source is not None and report is not None:
            problems.extend(_check_report(report, source, path, ground))
            reports[report.id] = report
    return reports, problems


def find_reports(folder: Path) -> dict[str, ReportDefinition]:
    """Reports of a folder by id, if their files can be read; nothing else in them is checked."""
    read = (_read_report(path)[1] for path in sorted(folder.glob("*.yaml")))
    return {report.id: report for report in read if report is not None}


_Read: TypeAlias = tuple[Source | None, ReportDefinition | None, tuple[Problem, ...]]
"""Content of a file, its report, and why there is none: nothing that is changed."""


def _read_report(path: Path) -> _Read:
    text, problem = read_text(path)
    return (None, None, (problem,)) if problem else _read_text(text, str(path))


@lru_cache(maxsize=64)
def _read_text(text: str, file: str) -> _Read:
    """Kept, since each look at a page reads the same files and YAML takes long."""
    source, found = parse_source(text, file)
    if source is None:
        return None, None, found
    report, found_in_it = _validate(source)
    return source, report, (*found, *found_in_it)


def _validate(source: Source) -> tuple[ReportDefinition | None, list[Problem]]:
    data, problems = dict(source.data), []
    for_each = data.get("for_each")
    if isinstance(for_each, str) and for_each not in FOR_EACH:
        # reported here because a value that may be a string or a mapping gives two errors for one mistake
        args = spelling(for_each, [*FOR_EACH, "{kind: …}"])
        problems.append(source.problem("batch.unknown_for_each", ("for_each",), args))
        data["for_each"] = FOR_EACH[0]
    try:
        return ReportDefinition.model_validate(data), problems
    except ValidationError as error:
        findings = translate(error.errors(include_url=False), ReportDefinition)
        problems.extend(source.problem(item.code, item.address, item.args) for item in findings)
        return None, problems


def _check_report(report: ReportDefinition, source: Source, path: Path, ground: Ground) -> Iterator[Problem]:
    if report.id != path.stem:
        yield source.problem("batch.report_id_not_file", ("id",), {"id": report.id, "file": path.stem})
    reading = read_blocks(report.blocks, ground.library, report.parameters)
    found = [*reading.findings, *_check_campaigns(report, reading, ground)]
    yield from (source.problem(item.code, item.address, item.args) for item in found)
    if report.for_each != "board":
        yield from _check_notebook(report, source, reading, ground.notebooks)


def _check_notebook(
    report: ReportDefinition, source: Source, reading: Reading, notebooks: Path
) -> Iterator[Problem]:
    notebook = notebooks / report.notebook
    if not notebook.is_file():
        there = sorted(found.relative_to(notebooks).as_posix() for found in notebooks.glob("reports/*.ipynb"))
        yield source.problem("batch.notebook_missing", ("notebook",), spelling(report.notebook, there))
        return
    try:
        known = notebook_parameters(notebook)
    except DataError as error:
        yield source.problem(error.code, ("notebook",), error.args_of_message)
        return
    if OUTPUT_DIR not in known:
        args = {"notebook": report.notebook, "name": OUTPUT_DIR}
        yield source.problem("batch.parameter_needed", ("notebook",), args)
    if BLOCKS in known:
        yield from _check_files(report, source, reading)
    names = (*known, *arguments_of(reading))
    yield from _check_names(report.parameters, names, source, ("parameters",), report.notebook)


def _check_files(report: ReportDefinition, source: Source, reading: Reading) -> Iterator[Problem]:
    """Problems of a list of blocks, which gives these files and no others."""
    if not report.blocks:
        yield source.problem("campaign.missing_key", (BLOCKS,), {"key": BLOCKS})
        return
    drawn = any(placed.item.block.has_figures for placed in reading.placed) or bool(reading.findings)
    as_table = any(placed.item.args.slide == "table" for placed in reading.placed)
    for at, name in enumerate(report.files):
        if name not in (*_ALWAYS, *WITH_FIGURES):
            args = spelling(name, (*_ALWAYS, *WITH_FIGURES))
            yield source.problem("blocks.unknown_file", ("files", at), args)
        elif name in WITH_FIGURES and not (drawn or (as_table and name == SLIDES)):
            yield source.problem("blocks.file_not_given", ("files", at), {"file": name})


def _check_campaigns(report: ReportDefinition, reading: Reading, ground: Ground) -> Iterator[Finding]:
    known = {campaign.id: campaign for campaign in ground.campaigns}
    for at, name in enumerate(report.campaigns):
        if ground.complete and name not in known:
            yield unknown("blocks.unknown_campaign", ("campaigns", at), name, known)
    ours = [campaign for campaign in ground.campaigns if report.is_for(campaign)]
    if not ours or not (report.campaigns or ground.complete):
        return  # a list for every campaign may name what only another one has
    yield from check_blocks(reading, ours, named=bool(report.campaigns))
    if isinstance(report.for_each, UnitsOfKind):
        here, kind = ("for_each", "kind"), report.for_each.kind
        members = [one for campaign in ours for one in campaign.member_kinds]
        if any(kind in campaign.partner_kinds for campaign in ours) and kind not in members:
            yield Finding("blocks.report_of_partners", here, {"kind": kind, "allowed": ", ".join(members)})
        elif kind not in members:
            yield unknown("blocks.unknown_unit_kind", here, kind, members)
    if report.when:
        phases = [phase.id for item in ours for period in item.periods for phase in period.phases]
        if report.when.phase not in phases:
            yield unknown("blocks.unknown_phase", ("when", "phase"), report.when.phase, phases)


def arguments_of(reading: Reading) -> tuple[str, ...]:
    """Names of all arguments that the blocks of a list have and a parameter may give."""
    named = (name for placed in reading.placed for name in placed.item.block.arguments.model_fields)
    return tuple(dict.fromkeys(named))


def _read_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], ground: Ground, unit_codes: Iterable[str]
) -> tuple[dict[str, dict[str, dict[str, JsonValue]]], list[Problem]]:
    overrides: dict[str, dict[str, dict[str, JsonValue]]] = {}
    problems: list[Problem] = []
    units = set(unit_codes)
    for path in sorted(folder.glob("*.yaml")):
        source, found = read_source(path)
        problems.extend(found)
        if path.stem not in units:
            problems.append(
                Problem(
                    "batch.override_unit_unknown",
                    str(path),
                    args=spelling(path.stem, _closest(units, path.stem)),
                )
            )
        if source is None:
            continue
        problems.extend(_check_override(source, reports, ground))
        overrides[path.stem] = source.data
    return overrides, problems


def _check_override(
    source: Source, reports: Mapping[str, ReportDefinition], ground: Ground
) -> Iterator[Problem]:
    for report_id, values in source.data.items():
        address = (report_id,)
        report = reports.get(report_id)
        if report is None:
            yield source.problem("batch.override_report_unknown", address, spelling(report_id, reports))
        elif not isinstance(values, dict):
            yield source.problem("campaign.want_mapping", address, {"value": str(values)})
        else:
            try:
                known = notebook_parameters(ground.notebooks / report.notebook)
            except DataError:
                continue  # reported for the report itself
            usual = read_blocks(report.blocks, ground.library, report.parameters)
            names = (*known, *arguments_of(usual))
            yield from _check_names(values, names, source, address, report.notebook)
            changed = read_blocks(report.blocks, ground.library, {**report.parameters, **values})
            wrong = {item.address[-1]: item for item in changed.findings if item not in usual.findings}
            for name in wrong.keys() & values.keys():
                yield source.problem(wrong[name].code, (*address, str(name)), {"value": str(values[name])})


def _check_names(
    values: Mapping[str, object], known: Iterable[str], source: Source, address: Address, notebook: str
) -> Iterator[Problem]:
    names = [name for name in known if name not in (OUTPUT_DIR, BLOCKS)]
    for name, value in values.items():
        here = (*address, name)
        if name in (OUTPUT_DIR, BLOCKS):
            yield source.problem("batch.parameter_reserved", here, {"name": name})
        elif name not in names:
            yield source.problem(
                "batch.parameter_unknown", here, {"notebook": notebook, **spelling(name, names)}
            )
        elif not _is_json(value):
            yield source.problem("batch.parameter_not_plain", here, {"name": name, "value": str(value)})


def _is_json(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))


def _closest(names: Iterable[str], wanted: str) -> list[str]:
    """The ten most similar names: a register has hundreds, too many for one message."""
    import difflib

    return difflib.get_close_matches(wanted, sorted(names), n=10, cutoff=0.0)


def find_targets(report: ReportDefinition, campaign: Campaign, units: pd.DataFrame) -> list[str]:
    """Codes of the units that a report is made for, in order; none if it is another campaign's, or for the board.

    Parameters
    ----------
    units
        The units that take part, with the columns of ``UNITS``.
    """
    each = report.for_each
    if not report.is_for(campaign) or each == "board":
        return []
    if each == "root":
        return tops(units, campaign.member_kinds)
    if each == "partition":
        return _find_partitions(campaign, units)
    members = units["kind"].isin(list(campaign.member_kinds))
    return sorted(str(code) for code in units.loc[members & (units["kind"] == each.kind), "unit_code"])


def _find_partitions(campaign: Campaign, units: pd.DataFrame) -> list[str]:
    """Codes of the members that are a partition: all of them but those above units of a partitioning kind."""
    part = partitions(units, campaign.partition_by).to_numpy()
    own = (units["unit_code"] == part) & units["kind"].isin(list(campaign.member_kinds))
    of_kind = units["kind"].isin(campaign.partition_by).to_numpy(dtype=bool)
    above = lie_above(units, of_kind) & ~of_kind
    return sorted(str(code) for code in units.loc[own & ~above, "unit_code"])
