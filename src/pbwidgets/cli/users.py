"""The account commands: first passwords are shown only once, on stdout or on slips."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import pandas as pd

from pbwidgets.cli.output import show, tell_notes
from pbwidgets.errors import UsageError
from pbwidgets.store import Account, Actor
from pbwidgets.units import unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people import accounts as work
from pbwidgets.workflows.people.account_list import FirstPassword, import_accounts


def add_user(actor: Actor, name: str, role: str, unit_code: str | None) -> None:
    """Add an account and show its first password."""
    with open_workspace() as workspace:
        first = work.add_account(workspace, actor, name, role, unit_code)
    _show_password(first, "accounts.cli.added", name=work.to_name(name), role=say(f"accounts.role.{role}"))


def import_users(
    actor: Actor, file: Path, slips: Path | None, address: str, form: str, output: Path | None
) -> None:
    """Add the accounts of a file; show their first passwords, or write them on slips.

    Raises
    ------
    UsageError
        ``cli.file_exists`` if a file would be overwritten.
    ProblemsError
        With every wrong cell.
    """
    for path in (slips, output):
        if path is not None and path.exists():
            raise UsageError("cli.file_exists", file=str(path))
    with open_workspace() as workspace:
        read = import_accounts(workspace, actor, file)
    made = read.content
    tell_notes(read.notes)
    click.echo(say("accounts.cli.imported", count=len(made)), err=True)
    if slips is None or not _write_slips(made, slips, address or workspace.settings.address):
        show(_in_words(_to_frame(made), form), form, output)


def list_users(actor: Actor, form: str, output: Path | None) -> None:
    """Show all accounts with their states."""
    with open_workspace() as workspace:
        names = unit_names(workspace.units())
        rows = [_to_row(account, names) for account in work.list_accounts(workspace, actor)]
    columns = ["account", "role", "unit_code", "unit_name", "account_state", "replaced_by", "created_at"]
    show(_in_words(pd.DataFrame(rows, columns=columns, dtype="string"), form), form, output)


def reset_user(actor: Actor, name: str) -> None:
    """Reset the password of an account and show the new first one."""
    with open_workspace() as workspace:
        first = work.reset_password(workspace, actor, name)
    _show_password(first, "accounts.cli.reset_done", name=work.to_name(name))


def disable_user(actor: Actor, name: str) -> None:
    """Disable an account."""
    with open_workspace() as workspace:
        work.disable_account(workspace, actor, name)
    click.echo(say("accounts.cli.disabled", name=work.to_name(name)), err=True)


def enable_user(actor: Actor, name: str) -> None:
    """Enable a disabled account and show its new first password."""
    with open_workspace() as workspace:
        first = work.enable_account(workspace, actor, name)
    _show_password(first, "accounts.cli.enabled", name=work.to_name(name))


def hand_over_user(actor: Actor, old: str, new: str) -> None:
    """Replace an account by a new one and show its first password."""
    with open_workspace() as workspace:
        first = work.hand_over(workspace, actor, old, new)
    _show_password(first, "accounts.cli.handed_over", old=work.to_name(old), new=work.to_name(new))


def _show_password(password: str, code: str, **args: str) -> None:
    click.echo(say(code, **args), err=True)
    click.echo(password)


def _write_slips(made: Sequence[FirstPassword], path: Path, address: str) -> bool:
    """Write the slips; False if that failed: the passwords must then be shown, because the accounts exist."""
    from pbwidgets.exports.slips import save_slips
    from pbwidgets.workflows.people.slips import first_password_slips

    slips = first_password_slips(made, address)
    try:
        save_slips(slips, path)
    except OSError as error:
        click.echo(say("accounts.cli.slips_failed", file=path, cause=error.strerror or error), err=True)
        return False
    click.echo(say("accounts.cli.slips_written", file=path), err=True)
    return True


def _to_frame(made: Sequence[FirstPassword]) -> pd.DataFrame:
    rows = [(item.name, item.role, item.unit_code, item.unit_name, item.password) for item in made]
    return pd.DataFrame(
        rows, columns=["account", "role", "unit_code", "unit_name", "password"], dtype="string"
    )


def _in_words(frame: pd.DataFrame, form: str) -> pd.DataFrame:
    """The frame with words for roles and states, for people; JSON and CSV keep the codes."""
    if form in ("json", "csv"):
        return frame
    words = {"role": "accounts.role", "account_state": "accounts.status"}
    worded = {
        column: frame[column].map(lambda code, prefix=prefix: say(f"{prefix}.{code}"))
        for column, prefix in words.items()
        if column in frame
    }
    return frame.assign(**worded)


def _to_row(account: Account, names: Mapping[str, str]) -> tuple[str | None, ...]:
    unit = account.unit_code
    return (
        account.name,
        account.role,
        unit,
        None if unit is None else str(names.get(unit, "")),
        _state(account),
        account.replaced_by,
        account.created_at.isoformat(timespec="seconds"),
    )


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    return "must_change" if account.must_change else "active"
