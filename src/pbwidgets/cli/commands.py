"""The commands. Each is a few lines: read the arguments, call a workflow, print.

Heavy imports are inside the commands, so that ``pbwidgets --help`` is quick. Messages and progress go to
stderr, results to stdout. Exit codes: 0 done, 1 the data or a run failed, 2 wrong usage.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pbwidgets.errors import PbError, UsageError
from pbwidgets.imports import hide_needless
from pbwidgets.wording import default_language, say

if TYPE_CHECKING:
    from pbwidgets.campaign import Campaign
    from pbwidgets.store import Actor, MarkPolicy

FORMATS = click.Choice(["table", "json", "csv", "xlsx", "parquet"])
PAGES = click.Choice(["slide", "screen", "a4"])
PICTURES = click.Choice(["png", "svg", "pdf", "pptx"])
LANGUAGES = click.Choice(["zh_CN", "en"])
MARKS: Any = click.Choice(["rescale", "cap", "again"])
DOCUMENTS = ("circular", "notice", "application", "scores", "check_sheet", "template")
DAY = click.DateTime(["%Y-%m-%d"])


class _Group(click.Group):
    """A group that prints our errors in one line and turns them into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PbError as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(2 if isinstance(error, UsageError) else 1) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(self.commands)


def _help(code: str) -> str:
    return say(f"cli.{code}")


def _period(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--period", metavar="P", help=_help("option.period"))(command)


def _format(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--format", "form", type=FORMATS, default="table", help=_help("option.format"))(
        command
    )
    return click.option("-o", "--output", type=click.Path(path_type=Path), help=_help("option.output"))(
        command
    )


def _snapshot(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--snapshot", metavar="ID", help=_help("option.snapshot"))(command)


@click.group(cls=_Group, help=_help("help"))
@click.option("--as", "name", metavar="NAME", help=_help("option.as"))
@click.version_option(package_name="pbwidgets")
@click.pass_context
def main(ctx: click.Context, name: str | None) -> None:
    """Entry point of ``pbwidgets``."""
    ctx.obj = name
    hide_needless()


def _actor() -> "Actor":
    from pbwidgets.workflows.ground.rights import operator

    return operator(click.get_current_context().find_root().obj)


# -- a workspace ---------------------------------------------------------------------------------------


@main.command(help=_help("init.help"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Lay out a new workspace from the installed package."""
    from pbwidgets.workflows.organise.new_workspace import lay_out_workspace

    lay_out_workspace(folder)
    click.echo(say("cli.init.done", folder=folder), err=True)


@main.command(help=_help("check.help"))
@click.argument("files", metavar="[FILE]…", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check files; all problems at once."""
    from pbwidgets.cli.checking import check_files

    checked, problems, notes = check_files(files)
    for problem in problems:
        click.echo(problem.line())
    for note in notes:
        click.echo(note, err=True)
    click.echo(say("cli.check.done", files=checked, problems=len(problems)), err=True)
    if problems:
        raise click.exceptions.Exit(1)


@main.command(help=_help("demo.help"))
@click.option("--campaign", "campaign_id", metavar="C", help=_help("demo.campaign"))
@click.option("--seed", type=int, default=1, show_default=True, help=_help("demo.seed"))
@click.option("--today", "moment", metavar="DAY", type=DAY, help=_help("demo.today"))
def demo(campaign_id: str | None, seed: int, moment: datetime | None) -> None:
    """Fill the store with synthetic units and records."""
    from pbwidgets.cli.demonstration import fill_campaigns

    fill_campaigns(_actor(), campaign_id, seed, moment.date() if moment else None)


@main.command(help=_help("backup.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help=_help("backup.force"))
def backup(file: Path, force: bool) -> None:
    """Write the whole workspace to one file, also while the server runs."""
    from pbwidgets.cli.keeping import write_backup

    write_backup(_actor(), file, force=force)


@main.command(help=_help("restore.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put a backup back into an empty workspace."""
    from pbwidgets.cli.keeping import read_backup

    read_backup(_actor(), file)


@main.command(help=_help("doctor.help"))
def doctor() -> None:
    """Show what is installed and what to do about what is missing."""
    from pbwidgets.cli.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(finding.line())
    if any(finding.needed and not finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


# -- the register and campaigns ------------------------------------------------------------------------


@main.group(cls=_Group, help=_help("units.help"))
def units() -> None:
    """Work on the register of units."""


@units.command("import", help=_help("units.import"))
@click.argument("file", type=click.Path(path_type=Path))
def units_import(file: Path) -> None:
    """Import units from CSV or Excel."""
    from pbwidgets.cli.output import tell_notes
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.organise.register import import_register

    with open_workspace() as workspace:
        done = import_register(workspace, _actor(), file)
    tell_notes(done.notes)
    click.echo(say("cli.units.imported", count=done.content), err=True)


@units.command("list", help=_help("units.list"))
@_format
def units_list(form: str, output: Path | None) -> None:
    """List the register."""
    from pbwidgets.cli.output import show
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace() as workspace:
        show(workspace.units(), form, output)


@main.group(cls=_Group, help=_help("campaign.help"))
def campaign() -> None:
    """Work on campaigns."""


ALL: Final = "all"
"""What is written for ``--under`` to have every root again."""


@campaign.command("open", help=_help("campaign.open"))
@click.argument("campaign_id", metavar="C")
@_period
@click.option("--under", "roots", metavar="CODE", multiple=True, help=_help("campaign.under"))
@click.option("--marks", type=MARKS, help=_help("campaign.marks"))
def campaign_open(
    campaign_id: str, period: str | None, roots: tuple[str, ...], marks: "MarkPolicy | None"
) -> None:
    """Freeze a campaign and open a period of it."""
    from pbwidgets.cli.checking import tell_effects
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.organise.campaigns import Opening, find_joining, open_campaign
    from pbwidgets.workflows.organise.effects import settled_words

    with open_workspace() as workspace:
        touches_marks = tell_effects(workspace, workspace.read_campaign(campaign_id), period)
        if touches_marks and marks is None and sys.stdin.isatty():
            marks = click.prompt(say("cli.campaign.ask_marks"), type=MARKS, err=True)
        under = () if roots == (ALL,) else roots or None
        opened = open_campaign(workspace, _actor(), campaign_id, period, Opening(marks, under))
        joining = find_joining(workspace, opened)
    click.echo(
        say(
            "cli.campaign.opened",
            campaign=opened.campaign.name.words(default_language()),
            period=opened.period_id,
            version=opened.version,
        ),
        err=True,
    )
    click.echo(joining.words(), err=True)
    if settled := settled_words(opened.settled):
        click.echo(settled, err=True)


@campaign.command("close", help=_help("campaign.close"))
@click.argument("campaign_id", metavar="C")
@_period
@click.option("--yes", is_flag=True, help=_help("campaign.yes"))
def campaign_close(campaign_id: str, period: str | None, yes: bool) -> None:
    """Close a period of a campaign; ``campaign open`` opens it again."""
    from pbwidgets.workflows.ground.desk import Desk
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.organise.campaigns import close_campaign, count_unfinished

    with open_workspace() as workspace:
        desk = Desk(workspace, _actor(), workspace.opened(campaign_id, period), workspace.settings.lang)
        left = count_unfinished(desk)
        told: Any = {
            "campaign": desk.opened.campaign.name.words(desk.lang),
            "period": desk.opened.period_id,
            "drafts": left.drafts,
            "waiting": left.waiting,
        }
        if desk.opened.is_open and not yes and sys.stdin.isatty():
            click.confirm(say("cli.campaign.ask_close", **told), abort=True, err=True)
        close_campaign(desk)
    click.echo(say("cli.campaign.closed", **told), err=True)


@campaign.command("to-xlsx", help=_help("campaign.to_xlsx"))
@click.argument("campaign_id", metavar="C")
@click.argument("file", metavar="F", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help=_help("campaign.overwrite"))
def campaign_to_xlsx(campaign_id: str, file: Path, force: bool) -> None:
    """Write a campaign as a workbook for an organiser to edit."""
    from pbwidgets.campaign.workbook import write_campaign_workbook

    _refuse_overwrite(file, force)
    write_campaign_workbook(_read_definition(campaign_id), file)
    click.echo(say("cli.campaign.workbook_written", file=file), err=True)


@campaign.command("new-xlsx", help=_help("campaign.new_xlsx"))
@click.argument("file", metavar="F", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help=_help("campaign.overwrite"))
def campaign_new_xlsx(file: Path, force: bool) -> None:
    """Write a blank workbook for a new campaign."""
    from pbwidgets.campaign.workbook import write_blank_workbook

    _refuse_overwrite(file, force)
    write_blank_workbook(file)
    click.echo(say("cli.campaign.workbook_written", file=file), err=True)


@campaign.command("from-xlsx", help=_help("campaign.from_xlsx"))
@click.argument("file", metavar="F", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_help("option.output"))
def campaign_from_xlsx(file: Path, output: Path | None) -> None:
    """Read a campaign from a workbook; all problems at once, by cell."""
    from pbwidgets.campaign.workbook import read_campaign_workbook
    from pbwidgets.campaign.yaml_text import to_yaml
    from pbwidgets.cli.output import show_text, tell_notes

    read = read_campaign_workbook(file)
    tell_notes(read.notes)
    show_text(to_yaml(read.content), output)
    if output is not None:
        click.echo(say("cli.campaign.file_written", file=output), err=True)


@campaign.command("form-to-xlsx", help=_help("campaign.form_to_xlsx"))
@click.argument("campaign_id", metavar="C")
@click.argument("form_id", metavar="FORM")
@click.argument("file", metavar="F", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help=_help("campaign.overwrite"))
def campaign_form_to_xlsx(campaign_id: str, form_id: str, file: Path, force: bool) -> None:
    """Write a form of a campaign as XLSForm, for ODK, KoBo and others."""
    from pbwidgets.cli.xlsforms import write_form

    _refuse_overwrite(file, force)
    write_form(_read_definition(campaign_id), form_id, file)


@campaign.command("form-from-xlsx", help=_help("campaign.form_from_xlsx"))
@click.argument("file", metavar="F", type=click.Path(path_type=Path))
@click.option(
    "--unit-kind", metavar="KIND", default="unit", show_default=True, help=_help("campaign.unit_kind")
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_help("option.output"))
def campaign_form_from_xlsx(file: Path, unit_kind: str, output: Path | None) -> None:
    """Read an XLSForm made elsewhere as a form for a campaign file; all problems at once, by cell."""
    from pbwidgets.cli.xlsforms import show_form

    show_form(file, unit_kind, output)


def _read_definition(campaign: str) -> "Campaign":
    """Definition of a campaign in the workspace, or in a campaign file."""
    from pbwidgets.campaign import read_campaign
    from pbwidgets.workflows.ground.workspace import open_workspace

    if campaign.endswith((".yaml", ".yml")):
        return read_campaign(Path(campaign))
    with open_workspace() as workspace:
        return workspace.read_campaign(campaign)


def _refuse_overwrite(file: Path, force: bool) -> None:
    """Refuse to overwrite a file that somebody may have edited."""
    if file.exists() and not force:
        raise UsageError("cli.file_exists", file=str(file))


# -- accounts ------------------------------------------------------------------------------------------


@main.group(cls=_Group, help=say("accounts.cli.help"))
def user() -> None:
    """Work on accounts."""


@user.command("add", help=say("accounts.cli.add"))
@click.argument("name")
@click.option("--role", metavar="ROLE", required=True, help=say("accounts.cli.role"))
@click.option("--unit", "unit_code", metavar="CODE", help=say("accounts.cli.unit"))
def user_add(name: str, role: str, unit_code: str | None) -> None:
    """Add an account."""
    from pbwidgets.cli.users import add_user

    add_user(_actor(), name, role, unit_code)


@user.command("import", help=say("accounts.cli.import"))
@click.argument("file", metavar="F", type=click.Path(path_type=Path))
@click.option("--slips", metavar="F.docx", type=click.Path(path_type=Path), help=say("accounts.cli.slips"))
@click.option("--address", metavar="URL", default="", help=say("accounts.cli.address"))
@_format
def user_import(file: Path, slips: Path | None, address: str, form: str, output: Path | None) -> None:
    """Add many accounts."""
    from pbwidgets.cli.users import import_users

    import_users(_actor(), file, slips, address, form, output)


@user.command("list", help=say("accounts.cli.list"))
@_format
def user_list(form: str, output: Path | None) -> None:
    """List the accounts."""
    from pbwidgets.cli.users import list_users

    list_users(_actor(), form, output)


@user.command("reset", help=say("accounts.cli.reset"))
@click.argument("name")
def user_reset(name: str) -> None:
    """Reset a password."""
    from pbwidgets.cli.users import reset_user

    reset_user(_actor(), name)


@user.command("disable", help=say("accounts.cli.disable"))
@click.argument("name")
def user_disable(name: str) -> None:
    """Disable an account."""
    from pbwidgets.cli.users import disable_user

    disable_user(_actor(), name)


@user.command("enable", help=say("accounts.cli.enable"))
@click.argument("name")
def user_enable(name: str) -> None:
    """Enable an account."""
    from pbwidgets.cli.users import enable_user

    enable_user(_actor(), name)


@user.command("hand-over", help=say("accounts.cli.hand_over"))
@click.argument("old")
@click.argument("new")
def user_hand_over(old: str, new: str) -> None:
    """Replace an account."""
    from pbwidgets.cli.users import hand_over_user

    hand_over_user(_actor(), old, new)


# -- answers as workbooks ------------------------------------------------------------------------------


def _book(command: Callable[..., Any]) -> Callable[..., Any]:
    """Campaign, forms, units and the file of a workbook of answers."""
    command = click.option(
        "-o",
        "--output",
        metavar="F.xlsx",
        required=True,
        type=click.Path(path_type=Path),
        help=_help("option.output"),
    )(command)
    command = click.option(
        "--unit", "unit_codes", metavar="CODE", multiple=True, help=say("exchange.cli.unit")
    )(command)
    command = click.argument("form_ids", metavar="[FORM]…", nargs=-1)(command)
    return click.argument("campaign_id", metavar="C")(command)


@main.command(help=say("exchange.cli.template"))
@_book
@_period
def template(**asked: Any) -> None:
    """Write a workbook to fill in."""
    from pbwidgets.cli.exchange import make_template

    make_template(_actor(), **asked)


@main.command("import", help=say("exchange.cli.import"))
@click.argument("file", metavar="F.xlsx", type=click.Path(path_type=Path))
@click.option("--campaign", "campaign_id", metavar="C", help=say("exchange.cli.campaign"))
@click.option("--form", "form_id", metavar="FORM", help=say("exchange.cli.official_form"))
@click.option("--unit", "unit_code", metavar="CODE", help=say("exchange.cli.official_unit"))
@click.option("--accept-good-rows", is_flag=True, help=say("exchange.cli.good_rows"))
@click.option("--check", "only_check", is_flag=True, help=say("exchange.cli.only_check"))
@_period
def import_(file: Path, **asked: Any) -> None:
    """Check a workbook that came back, and store it."""
    from pbwidgets.cli.exchange import take_in

    if take_in(_actor(), file, **asked):
        raise click.exceptions.Exit(1)


@main.command(help=say("exchange.cli.export"))
@_book
@click.option("--as-analyst", is_flag=True, help=say("exchange.cli.as_analyst"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["xlsx", "csv", "json", "parquet"]),
    help=_help("option.format"),
)
@_period
def export(**asked: Any) -> None:
    """Write what was filled in as a workbook."""
    from pbwidgets.cli.exchange import write_export

    write_export(_actor(), **asked)


# -- scores and selection ------------------------------------------------------------------------------


@main.command(help=_help("score.help"))
@click.argument("campaign_id", metavar="C")
@click.option("--track", metavar="T", help=_help("option.track"))
@click.option("--explain", metavar="CODE", help=_help("score.explain"))
@click.option("--lines", is_flag=True, help=_help("score.lines"))
@click.option("--sheets", is_flag=True, help=_help("score.sheets"))
@click.option("--under", metavar="CODE", help=_help("score.under_help"))
@_format
@_period
@_snapshot
def score(campaign_id: str, form: str, output: Path | None, period: str | None, **asked: Any) -> None:
    """Totals, ranks and reasons."""
    from pbwidgets.cli.scores import show_scores
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace() as workspace:
        show_scores(workspace, workspace.opened(campaign_id, period), form, output, **asked)


@main.command(help=_help("select.help"))
@click.argument("campaign_id", metavar="C")
@click.option("--track", metavar="T", help=_help("option.track"))
@click.option("--list", "list_id", metavar="L", help=_help("select.list"))
@_format
@_period
@_snapshot
def select(campaign_id: str, form: str, output: Path | None, period: str | None, **asked: Any) -> None:
    """Propose a selection, with what was decided, or show a list."""
    from pbwidgets.cli.scores import show_selection
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace() as workspace:
        show_selection(workspace, workspace.opened(campaign_id, period), form, output, **asked)


@main.command(help=say("classes.cli.help"))
@click.argument("campaign_id", metavar="C")
@click.option("--track", metavar="T", help=_help("option.track"))
@click.option("--moves", metavar="SINCE UNTIL", nargs=2, type=DAY, help=say("classes.cli.moves"))
@click.option(
    "--decide", "file", metavar="F", type=click.Path(path_type=Path), help=say("classes.cli.decide")
)
@click.option("--by", metavar="BODY", help=say("classes.cli.by"))
@click.option("--on", "day", metavar="DAY", type=DAY, help=say("classes.cli.on"))
@click.option("--reason", help=say("classes.cli.reason"))
@click.option("--present", help=say("classes.cli.present"))
@_format
@_period
@_snapshot
def classify(campaign_id: str, track: str | None, form: str, output: Path | None, **asked: Any) -> None:
    """Propose classes, with what was decided."""
    from pbwidgets.cli.classes import classify_units

    classify_units(_actor(), campaign_id, track, form, output, **asked)


@main.command(help=say("allotting.help"))
@click.argument("campaign_id", metavar="C")
@click.option("--track", "track_id", metavar="T", required=True, help=_help("option.track"))
@click.option("--total", type=click.IntRange(min=0), metavar="N", help=say("allotting.option_total"))
@click.option(
    "--weights", type=click.Path(path_type=Path), metavar="FILE", help=say("allotting.option_weights")
)
@click.option("--column", metavar="COLUMN", help=say("allotting.option_column"))
@click.option("--write", is_flag=True, help=say("allotting.option_write"))
@_format
@_period
def allot(campaign_id: str, track_id: str, form: str, output: Path | None, **asked: Any) -> None:
    """Share out the places of a track among the units that nominate."""
    from pbwidgets.cli.allotting import allot_places

    allot_places(_actor(), campaign_id, track_id, form, output, **asked)


@main.command("index", help=_help("index.help"))
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.argument("dictionary", metavar="DICTIONARY", type=click.Path(path_type=Path))
@click.option(
    "--denominators", metavar="FILE", type=click.Path(path_type=Path), help=_help("index.denominators")
)
@click.option("--impute", type=click.Choice(["mean", "median", "group-mean"]), help=_help("index.impute"))
@click.option("--group", metavar="COLUMN", help=_help("index.group"))
@click.option("--winsorise", is_flag=True, help=_help("index.winsorise"))
@click.option("--min-share", metavar="SHARE", default="0", show_default=True, help=_help("index.min_share"))
@click.option("--scale", type=float, default=100.0, show_default=True, help=_help("index.scale"))
@click.option(
    "--rank-on",
    type=click.Choice(["exact", "rounded"]),
    default="exact",
    show_default=True,
    help=_help("index.rank_on"),
)
@click.option("--digits", type=click.IntRange(0, 9), default=2, show_default=True, help=_help("index.digits"))
@click.option(
    "--weights",
    type=click.Choice(["given", "equal", "entropy", "critic"]),
    default="given",
    show_default=True,
    help=_help("index.weights"),
)
@click.option("--explain", metavar="UNIT", help=_help("index.explain"))
@click.option("--report", metavar="FOLDER", type=click.Path(path_type=Path), help=_help("index.report"))
@click.option("--label", metavar="COLUMN", help=_help("index.label"))
@click.option("--change", "changes", metavar="CHANGE", multiple=True, help=_help("index.change"))
@_format
def composite_index(data: Path, dictionary: Path, form: str, output: Path | None, **asked: Any) -> None:
    """Compute a composite index from two tables."""
    from pbwidgets.cli.composite import show_index

    show_index(data, dictionary, form, output, **asked)


# -- reports -------------------------------------------------------------------------------------------


@main.command(help=_help("report.help"))
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--campaign", "campaign_id", metavar="C", help=_help("report.campaign"))
@click.option("--unit", "unit_codes", metavar="CODE", multiple=True, help=_help("report.unit"))
@click.option("--all", "every", is_flag=True, help=_help("report.all"))
@click.option("--force", is_flag=True, help=_help("report.force"))
@click.option("--workers", type=click.IntRange(1), metavar="N", help=_help("report.workers"))
@click.option("--template", metavar="F.pptx", type=click.Path(path_type=Path), help=_help("report.template"))
@_period
def report(
    name: str | None,
    campaign_id: str | None,
    unit_codes: tuple[str, ...],
    every: bool,
    force: bool,
    workers: int | None,
    template: Path | None,
    period: str | None,
) -> None:
    """Run reports."""
    from pbwidgets.batch.reports import run_reports
    from pbwidgets.cli.output import tell_runs
    from pbwidgets.workflows.ground.workspace import open_workspace

    if bool(name) == every:
        raise UsageError("cli.report.name_or_all")
    with open_workspace() as workspace:
        campaigns = workspace.opened_campaigns(campaign_id, period)
        runs = run_reports(
            workspace, campaigns, name, unit_codes, force=force, workers=workers, template=template
        )
        failed = tell_runs(runs, workspace.settings)
    if failed:
        raise click.exceptions.Exit(1)


@main.command(help=_help("chart.help"))
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help=_help("chart.list"))
@click.option("--campaign", "campaign_id", metavar="C", help=_help("option.campaign"))
@click.option("--track", metavar="T", help=_help("option.track"))
@click.option("--unit", "unit_code", metavar="CODE", help=_help("chart.unit"))
@click.option("--sheet", type=click.IntRange(min=1), default=1, show_default=True, help=_help("chart.sheet"))
@click.option("--page", type=PAGES, default="slide", show_default=True, help=_help("chart.page"))
@click.option("--lang", type=LANGUAGES, help=_help("chart.lang"))
@click.option("--format", "form", type=PICTURES, help=_help("chart.format"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_help("option.output"))
@_period
@_snapshot
def chart(name: str | None, listed: bool, **asked: Any) -> None:
    """Draw one chart, or list them all."""
    from pbwidgets.cli.charting import draw, tell_charts

    if listed:
        tell_charts()
    else:
        draw(name or "", **asked)


@main.command(help=_help("document.help"))
@click.argument("name", type=click.Choice(DOCUMENTS))
@click.option("--campaign", "campaign_id", metavar="C", help=_help("option.campaign"))
@click.option("--unit", "unit_codes", metavar="CODE", multiple=True, help=_help("document.unit"))
@click.option("--track", metavar="T", help=_help("document.track"))
@click.option("--list", "list_id", metavar="L", help=_help("document.list"))
@click.option("--form", metavar="F", help=_help("document.form"))
@click.option("--number", metavar="N", default="", help=_help("document.number"))
@click.option("--sender", metavar="S", help=_help("document.sender"))
@click.option("--to", "recipients", metavar="R", multiple=True, help=_help("document.to"))
@click.option("--date", "moment", metavar="DAY", type=DAY, help=_help("document.date"))
@click.option("--contact", metavar="X", help=_help("document.contact"))
@click.option("--phone", metavar="X", help=_help("document.phone"))
@click.option("--red-head", is_flag=True, help=_help("document.red_head"))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=_help("option.output"))
@_period
def document(name: str, output: Path, moment: datetime | None, **asked: Any) -> None:
    """Make a document for Word."""
    from pbwidgets.cli.documents import Asked, make
    from pbwidgets.workflows.ground.desk import Desk
    from pbwidgets.workflows.ground.workspace import open_workspace

    with open_workspace() as workspace:
        opened = workspace.opened(asked.pop("campaign_id"), asked.pop("period"))
        desk = Desk(workspace, _actor(), opened, workspace.settings.lang)
        make(desk, name, Asked(day=moment.date() if moment else None, **asked), output)
    click.echo(say("cli.document.done", file=output), err=True)


@main.command("serve", help=_help("serve.help"))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8866, show_default=True, help=_help("serve.port")
)
@click.option("--host", metavar="H", default="127.0.0.1", show_default=True, help=_help("serve.host"))
@click.option("--max-visitors", metavar="N", type=click.IntRange(min=1), help=_help("serve.max_visitors"))
@click.option("--max-anonymous", metavar="N", type=click.IntRange(min=1), help=_help("serve.max_anonymous"))
@click.option(
    "--max-per-address", metavar="N", type=click.IntRange(min=1), help=_help("serve.max_per_address")
)
@click.option("--behind-proxy", "header", metavar="HEADER", help=_help("serve.behind_proxy"))
@click.option("--trust", "trusted", metavar="CIDR", multiple=True, help=_help("serve.trust"))
@click.option("--https", is_flag=True, help=_help("serve.https"))
@click.option("--hsts", is_flag=True, help=_help("serve.hsts"))
def serve(
    port: int,
    host: str,
    header: str | None,
    trusted: tuple[str, ...],
    https: bool,
    hsts: bool,
    **limits: int | None,
) -> None:
    """Serve the pages in the browser."""
    from pbwidgets.cli.serving import ServingLimits, serve_pages

    serve_pages(host, port, ServingLimits(**limits), header, trusted, https=https, hsts=hsts)


if __name__ == "__main__":
    sys.exit(main())
