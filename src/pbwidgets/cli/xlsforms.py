"""The commands ``campaign form-from-xlsx`` and ``form-to-xlsx``: one form as XLSForm, outside any workbook."""

from pathlib import Path

import click

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.workbook import plain_form, read_xlsform, write_xlsform
from pbwidgets.campaign.yaml_text import form_to_yaml
from pbwidgets.cli.output import show_text, tell_notes
from pbwidgets.errors import UsageError
from pbwidgets.wording import say
from pbwidgets.workflows.ground.lookup import nearest


def show_form(file: Path, unit_kind: str, output: Path | None) -> None:
    """Write the form in an XLSForm as YAML; changes and omissions go to stderr, cell by cell.

    Raises
    ------
    ProblemsError
        With every cell that cannot be converted.
    """
    read = read_xlsform(file, unit_kind=unit_kind)
    show_text(form_to_yaml(read.form, read.choices), output)
    tell_notes(read.notes)
    code = "cli.campaign.form_read" if output is None else "cli.campaign.form_file_written"
    click.echo(say(code, form=read.form.id, notes=len(read.notes), file=output), err=True)


def write_form(campaign: Campaign, form_id: str, file: Path) -> None:
    """Write a form of a campaign as XLSForm.

    Raises
    ------
    UsageError
        ``cli.unknown_form``.
    """
    names = [form.id for form in campaign.forms]
    if form_id not in names:
        raise UsageError("cli.unknown_form", **nearest(form_id, names))
    form = campaign.form(form_id)
    write_xlsform(form, campaign.choices, file)
    if left_out := plain_form(form, campaign.choices).left_out:
        click.echo(say("cli.campaign.xlsform_without", keys="、".join(left_out)), err=True)
    click.echo(say("cli.campaign.xlsform_written", form=form_id, file=file), err=True)
