"""The command ``check``: problems in every kind of file that people write."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pbwidgets.campaign import examine_campaign, read_campaign
from pbwidgets.errors import DataError, Problem, ProblemsError, UsageError
from pbwidgets.intake import Reading
from pbwidgets.intake.files import KINDS
from pbwidgets.settings import Settings, load_settings
from pbwidgets.wording import default_language, say

if TYPE_CHECKING:
    from pbwidgets.campaign import Campaign
    from pbwidgets.workflows.ground.workspace import Workspace
    from pbwidgets.workflows.organise.effects import Effect


def check_files(files: tuple[Path, ...]) -> tuple[int, tuple[Problem, ...], tuple[str, ...]]:
    """Number of files checked, all their problems, and notes.

    The notes are what was read otherwise than it stands in a file (control characters, the label of an option for its
    id), how much a campaign that is named asks of a unit, and what changes touch.

    Without ``files``, all those of the workspace are checked.

    Raises
    ------
    DataError
        ``workflows.no_workspace`` without files outside a workspace.
    UsageError
        ``cli.check.unknown_file`` for a file of another kind.
    """
    from pbwidgets.workflows.organise.campaigns import join_readings

    if files:
        found = join_readings(map(_check_one, files))
        told = (line for file in files if _is_campaign(file) for line in _tell_burden(file))
        return len(files), found.content, (*(note.line() for note in found.notes), *told)
    settings = load_settings()
    count, found = _check_workspace(settings)
    return count, found.content, (*(note.line() for note in found.notes), *_changes(settings))


def _is_campaign(file: Path) -> bool:
    return file.suffix.lower() in (".yaml", ".yml") and file.parent.name not in (
        "demo",
        "reports",
        "overrides",
    )


def _tell_burden(file: Path) -> "Iterator[str]":
    """How much a campaign that is right asks of a unit of each kind, on one line."""
    from pbwidgets.campaign.burden import find_asked

    try:
        campaign = read_campaign(file)
    except ProblemsError:
        return
    lang = default_language()
    told = []
    for kind in campaign.unit_kinds:
        if asked := find_asked(campaign, kind.id):
            monthly = (
                f"{sum(getattr(one, key) * one.monthly for one in asked):.1f}" for key in ("fields", "files")
            )
            once = sum(one.fields for one in asked if one.form.occurrence == "once" and not one.monthly)
            code = "cli.check.burden_kind" if not once else "cli.check.burden_kind_once"
            told.append(
                say(
                    code,
                    lang,
                    **dict(zip(("fields", "files"), monthly, strict=True)),
                    kind=kind.name.words(lang),
                    once=once,
                )
            )
    if told:
        yield say(
            "cli.check.burden", lang, file=str(file), kinds=say("cli.check.burden_glue", lang).join(told)
        )


def _check_one(file: Path) -> Reading[tuple[Problem, ...]]:
    if file.suffix.lower() in KINDS:
        return _check_register(file)
    if file.suffix.lower() in (".docx", ".pptx"):
        return Reading(tuple(_check_template(file)))
    if file.suffix.lower() not in (".yaml", ".yml") and not file.is_dir():
        raise UsageError("cli.check.unknown_file", file=str(file))
    if file.parent.name == "demo":
        from pbwidgets.demo import check_demo

        return Reading(tuple(check_demo(file)))
    if file.parent.name in ("reports", "overrides"):
        found = _check_runs(_workspace_of(file))
        return Reading(tuple(problem for problem in found if _same(problem.file, file)))
    return examine_campaign(file)


def _workspace_of(file: Path) -> Settings:
    """Workspace of a parameter file, with the notebooks that its names are checked against."""
    return load_settings(file.resolve().parent.parent.parent)


def _same(name: str, file: Path) -> bool:
    return Path(name).resolve() == file.resolve()


def _check_workspace(settings: Settings) -> tuple[int, Reading[tuple[Problem, ...]]]:
    from pbwidgets.workflows.organise.campaigns import check_campaigns, join_readings

    parameters = settings.parameters
    campaigns = sorted((parameters / "campaigns").glob("*.yaml"))
    demos = sorted((parameters / "demo").glob("*.yaml"))
    registers = sorted(path for path in (parameters / "units").glob("*") if path.suffix in KINDS)
    reports = sorted((parameters / "reports").glob("*.yaml"))
    overrides = sorted((parameters / "overrides").glob("*.yaml"))
    templates = sorted(
        path for path in (parameters / "templates").glob("*") if path.suffix in (".docx", ".pptx")
    )
    others = map(_check_one, (*demos, *registers, *templates))
    found = join_readings([check_campaigns(settings), *others, Reading(tuple(_check_runs(settings)))])
    found = join_readings([found, Reading(tuple(_find_missing_templates(settings)))])
    return len(campaigns) + len(demos) + len(registers) + len(reports) + len(overrides) + len(
        templates
    ), found


def _check_template(file: Path) -> "Iterator[Problem]":
    """What is wrong with a template of documents or slides."""
    from pbwidgets.exports import open_template
    from pbwidgets.exports.docx import check_template

    try:
        if file.suffix.lower() == ".pptx":
            open_template(file)
        else:
            check_template(file)
    except DataError as error:
        yield Problem(error.code, str(file), args=error.args_of_message)


def _find_missing_templates(settings: Settings) -> "Iterator[Problem]":
    """Templates that campaigns name and that are not there."""
    for campaign in _sound_campaigns(settings):
        for name in campaign.templates.values():
            if not (settings.parameters / name).is_file():
                yield Problem(
                    "template.missing", str(settings.parameters / name), args={"file": Path(name).name}
                )


def _check_runs(settings: Settings) -> list[Problem]:
    """Problems of reports, and of overrides once the reports that they name are right."""
    from pbwidgets.workflows.reports.definitions import Ground, check_overrides, check_reports, load_reports

    reports, overrides = settings.parameters / "reports", settings.parameters / "overrides"
    ground = Ground(settings.notebooks, tuple(_sound_campaigns(settings)), complete=True)
    problems = list(check_reports(reports, ground))
    if not problems:
        loaded = load_reports(reports, ground)
        codes = _registered(settings) or [path.stem for path in overrides.glob("*.yaml")]
        problems += check_overrides(overrides, loaded, ground, codes)
    return problems


def _registered(settings: Settings) -> list[str]:
    """Codes of the register, whatever campaign the units take part in; none before there is one."""
    if not _has_store(settings):
        return []
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace(settings.workspace) as workspace:
        return list(workspace.units()["unit_code"])


def _sound_campaigns(settings: Settings) -> "Iterator[Campaign]":
    """Campaigns of a workspace whose files have no problem."""
    for file in sorted((settings.parameters / "campaigns").glob("*.yaml")):
        with contextlib.suppress(ProblemsError):
            yield read_campaign(file)


def _check_register(file: Path) -> Reading[tuple[Problem, ...]]:
    from pbwidgets.units import read_units

    try:
        return Reading((), read_units(file).notes)
    except ProblemsError as error:
        return Reading(error.problems)


def _has_store(settings: Settings) -> bool:
    url = settings.store_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def _changes(settings: Settings) -> Iterable[str]:
    """What campaigns change compared with the open versions, if there is a store."""
    if not _has_store(settings):
        return
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.organise.campaigns import changes_since_opening

    with open_workspace(settings.workspace) as workspace:
        for file in sorted((settings.parameters / "campaigns").glob("*.yaml")):
            try:
                campaign = read_campaign(file)
            except ProblemsError:
                continue
            yield from _effect_words(workspace, changes_since_opening(workspace, campaign))


def tell_effects(workspace: "Workspace", campaign: "Campaign", period_id: str | None) -> bool:
    """Say what opening a campaign changes and touches; True if it must be said what becomes of marks."""
    import click

    from pbwidgets.workflows.organise.campaigns import changes_since_opening, period_to_open

    effects = changes_since_opening(workspace, campaign, period_id or period_to_open(workspace, campaign))
    for words in _effect_words(workspace, effects):
        click.echo(words, err=True)
    return any(effect.touches_marks for effect in effects)


def _effect_words(workspace: "Workspace", effects: Iterable["Effect"]) -> Iterable[str]:
    from pbwidgets.units import distinct_names

    names = distinct_names(workspace.units())
    return [say("cli.check.change", effect=effect.words(names)) for effect in effects]
