"""Report definitions, read from files.

A report (``parameters/reports/<id>.yaml``) names a notebook, the units it is made for and its parameters; an
override (``parameters/overrides/<unit code>.yaml``) changes parameters for one unit. All names are checked
against the notebook's parameters cell before anything runs, because Papermill only warns of unknown ones.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Final, Literal

import pandas as pd
from pydantic import Field, JsonValue, PositiveFloat, ValidationError

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.findings import Address, spelling
from pbwidgets.campaign.model import Id
from pbwidgets.campaign.source import Source, read_source
from pbwidgets.campaign.translation import translate
from pbwidgets.errors import DataError, Problem, ProblemsError

OUTPUT_DIR: Final = "output_dir"
"""Parameter set by the runner: the folder for the notebook's files."""

FOR_EACH: Final = ("partition", "root")

Overrides = Mapping[str, Mapping[str, Mapping[str, JsonValue]]]
"""Parameters by unit code, report id and name."""

_RelativePath = Annotated[str, Field(pattern=r"^[\w*?][\w.*?/-]*$")]


class UnitsOfKind(Definition):
    """All units of one kind."""

    kind: Id


class ReportDefinition(Definition):
    """A report: one notebook, run once for each of its units."""

    format: Literal[1] = Field(description="version of this file format")
    id: Id
    title: Text
    notebook: Annotated[_RelativePath, Field(description="file below notebooks/")]
    for_each: Literal["partition", "root"] | UnitsOfKind = Field(
        description="partition: units that the campaign is divided by; root: uppermost units; or {kind: …}"
    )
    parameters: dict[str, JsonValue] = Field(
        default={}, description="values that differ from the notebook's own"
    )
    files: tuple[_RelativePath, ...] = Field(
        default=("report.ipynb",), description="files that must exist at the end"
    )
    timeout_s: PositiveFloat | None = Field(default=None, description="seconds after which a run is stopped")


# -- reading and checking ------------------------------------------------------------------------------


def load_reports(folder: Path, notebooks: Path) -> dict[str, ReportDefinition]:
    """Reports in a folder's YAML files, by id.

    Raises
    ------
    ProblemsError
        With all problems in any of the files.
    """
    reports, problems = read_reports(folder, notebooks)
    if problems:
        raise ProblemsError(problems)
    return reports


def check_reports(folder: Path, notebooks: Path) -> tuple[Problem, ...]:
    """All problems of the report files of a folder."""
    return tuple(read_reports(folder, notebooks)[1])


def load_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], notebooks: Path, unit_codes: Iterable[str]
) -> dict[str, dict[str, dict[str, JsonValue]]]:
    """Parameters in a folder's YAML files, by unit code, report id and name; the folder may be missing.

    Raises
    ------
    ProblemsError
        With all problems: wrong files, units, reports or parameters.
    """
    overrides, problems = _read_overrides(folder, reports, notebooks, unit_codes)
    if problems:
        raise ProblemsError(problems)
    return overrides


def check_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], notebooks: Path, unit_codes: Iterable[str]
) -> tuple[Problem, ...]:
    """All problems in the override files of a folder."""
    return tuple(_read_overrides(folder, reports, notebooks, unit_codes)[1])


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


def read_reports(folder: Path, notebooks: Path) -> tuple[dict[str, ReportDefinition], list[Problem]]:
    """Reports of a folder by id, if their files can be read, and all problems of the files."""
    reports: dict[str, ReportDefinition] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        source, found = read_source(path)
        problems.extend(found)
        if source is None:
            continue
        report, found_in_it = _validate(source)
        problems.extend(found_in_it)
        if report is not None:
            problems.extend(_check_report(report, source, path, notebooks))
            reports[report.id] = report
    return reports, problems


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


def _check_report(report: ReportDefinition, source: Source, path: Path, notebooks: Path) -> Iterator[Problem]:
    if report.id != path.stem:
        yield source.problem("batch.report_id_not_file", ("id",), {"id": report.id, "file": path.stem})
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
    yield from _check_names(report.parameters, known, source, ("parameters",), report.notebook)


def _read_overrides(
    folder: Path, reports: Mapping[str, ReportDefinition], notebooks: Path, unit_codes: Iterable[str]
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
        problems.extend(_check_override(source, reports, notebooks))
        overrides[path.stem] = source.data
    return overrides, problems


def _check_override(
    source: Source, reports: Mapping[str, ReportDefinition], notebooks: Path
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
                known = notebook_parameters(notebooks / report.notebook)
            except DataError:
                continue  # reported for the report itself
            yield from _check_names(values, known, source, address, report.notebook)


def _check_names(
    values: Mapping[str, object], known: Iterable[str], source: Source, address: Address, notebook: str
) -> Iterator[Problem]:
    names = [name for name in known if name != OUTPUT_DIR]
    for name, value in values.items():
        here = (*address, name)
        if name == OUTPUT_DIR:
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
    """Codes of the units that a report is made for, in order.

    Parameters
    ----------
    units
        The register, with the columns of ``UNITS``.
    """
    each = report.for_each
    if each == "root":
        chosen = units["parent_code"].isna()
    else:
        kinds = (each.kind,) if isinstance(each, UnitsOfKind) else campaign.partition_by
        chosen = units["kind"].isin(kinds)
    return sorted(str(code) for code in units.loc[chosen, "unit_code"])
