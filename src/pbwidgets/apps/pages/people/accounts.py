"""Accounts on the home page: the administrator manages all, a reviewer resets passwords below."""

from collections.abc import Callable

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.pages.ground.password_again import PasswordAgain
from pbwidgets.apps.pages.ground.state_words import minute_words
from pbwidgets.apps.pages.people.account_list import ImportCard
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.store import Account
from pbwidgets.wording import number
from pbwidgets.workflows.people.accounts import (
    ROLES,
    accounts_to_reset,
    add_account,
    disable_account,
    enable_account,
    hand_over,
    list_accounts,
    reset_password,
)
from pbwidgets.workflows.people.health import Health, examine_server

MOST_ACCOUNTS = 60
"""Maximum number of accounts listed at once; the search field finds the others."""


class ResetCard:
    """Card of a reviewer: a new one-time password for an account below.

    Attributes
    ----------
    view
        The card.
    account
        Account to reset.
    said
        Shows the new password, once.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        found = accounts_to_reset(visit.workspace, visit.actor)
        units = visit.workspace.units().set_index("unit_code")["unit_name"]
        self.account = w.Dropdown(
            options=[("", ""), *((_name(visit, units, account), account.name) for account in found)],
            description=visit.words("home.account"),
            layout=elements.plain_layout(),
        )
        self.said, self.again = elements.stack(), PasswordAgain(visit)
        reset = elements.button(visit.words("home.reset"), visit.attempt(self.again.before(self.reset)))
        shown = [fields(self.account, reset), self.again.view, self.said] if found else []
        hint = visit.words("home.reset_hint" if found else "home.reset_nobody")
        self.view = elements.card(
            elements.paragraph(hint, quiet=True), *shown, title=visit.words("home.reset_title")
        )

    def reset(self) -> None:
        """Reset the password of the chosen account and show the new one."""
        visit, name = self._visit, self.account.value
        visit.messages.clear()
        self.said.children = ()
        if not name:
            raise UsageError("home.choose_account")
        password = reset_password(visit.workspace, visit.actor, name)
        self.said.children = (
            elements.notice("good", visit.words("home.new_password", account=name, password=password)),
        )


class AccountsCard:
    """Card of the administrator: all accounts, new ones, reset, hand over, disable, enable.

    Attributes
    ----------
    view
        The card.
    search
        Part of a name, a role or a unit.
    name, role, unit
        Fields of a new account.
    chosen, successor
        The account to change, and the name of its successor.
    said
        Shows a new password, once.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._register = visit.workspace.units().set_index("unit_code")["unit_name"]
        self.search = self._text("home.search", continuous_update=False)
        self.name = self._text("home.account")
        self.role = w.Dropdown(
            options=[(visit.words(f"accounts.role.{role}"), role) for role in ROLES],
            description=visit.words("home.role"),
            layout=elements.plain_layout(),
        )
        self.unit = self._text("home.unit_code")
        self.chosen = self._text("home.account")
        self.successor = self._text("home.successor")
        self.said = elements.stack()
        self.again, self.again_adding = PasswordAgain(visit), PasswordAgain(visit)
        self._list = elements.stack()
        self.search.observe(lambda _: self._show(), "value")
        self._show()
        add = self.again_adding.before(self.add)
        self.view = elements.stack(
            self.said,
            elements.card(
                fields(self.chosen, self.successor),
                elements.row(
                    self._button("home.reset", self.again.before(self.reset)),
                    self._button("home.hand_over", self.again.before(self.hand_over)),
                    self._button("home.disable", self.again.before(self.disable), "danger"),
                    self._button("home.enable", self.again.before(self.enable)),
                ),
                self.again.view,
                elements.paragraph(visit.words("home.change_hint"), quiet=True),
                title=visit.words("home.change_account"),
            ),
            elements.card(
                fields(self.name, self.role, self.unit, self._button("home.add", add, "primary")),
                self.again_adding.view,
                elements.paragraph(visit.words("home.add_hint"), quiet=True),
                title=visit.words("home.add_account"),
            ),
            ImportCard(visit, self._show).view,
            elements.card(self.search, self._list, title=visit.words("home.admin_accounts")),
        )

    def _text(self, code: str, **traits: bool) -> w.Text:
        return w.Text(description=self._visit.words(code), layout=elements.plain_layout(), **traits)

    def _button(self, code: str, call: Callable[[], None], look: elements.Look = "plain") -> w.Button:
        return elements.button(self._visit.words(code), self._visit.attempt(call), look)

    def _begin(self) -> None:
        self._visit.messages.clear()
        self.said.children = ()

    def _tell(self, account: str, password: str) -> None:
        words = self._visit.words("home.new_password", account=account, password=password)
        self.said.children = (elements.notice("good", words),)
        self._show()

    def add(self) -> None:
        """Add the account as filled in and show its first password."""
        visit, name = self._visit, self.name.value.strip()
        self._begin()
        unit = self.unit.value.strip() or None
        self._tell(name, add_account(visit.workspace, visit.actor, name, self.role.value, unit))

    def reset(self) -> None:
        """Reset the password of the account that was typed in."""
        visit, name = self._visit, self.chosen.value.strip()
        self._begin()
        self._tell(name, reset_password(visit.workspace, visit.actor, name))

    def disable(self) -> None:
        """Disable the account that was typed in."""
        visit, name = self._visit, self.chosen.value.strip()
        self._begin()
        disable_account(visit.workspace, visit.actor, name)
        self._show()
        visit.messages.say("good", visit.words("home.disabled", account=name))

    def enable(self) -> None:
        """Enable the account that was typed in and show its new password."""
        visit, name = self._visit, self.chosen.value.strip()
        self._begin()
        self._tell(name, enable_account(visit.workspace, visit.actor, name))

    def hand_over(self) -> None:
        """Replace the account that was typed in with a new one."""
        visit, new = self._visit, self.successor.value.strip()
        self._begin()
        self._tell(new, hand_over(visit.workspace, visit.actor, self.chosen.value.strip(), new))

    def _show(self) -> None:
        visit, wanted = self._visit, self.search.value.strip().lower()
        found = [
            row
            for account in list_accounts(visit.workspace, visit.actor)
            if wanted in " ".join(map(_plain, row := self._row(account))).lower()
        ]
        names = ("account", "role", "unit", "account_state")
        shown = [
            elements.table(
                [visit.words(f"home.{name}") for name in names],
                found[:MOST_ACCOUNTS],
                empty=visit.words("home.no_accounts"),
            )
        ]
        if len(found) > MOST_ACCOUNTS:
            rest = visit.words("home.accounts_more", shown=MOST_ACCOUNTS, rest=len(found) - MOST_ACCOUNTS)
            shown.append(elements.paragraph(rest, quiet=True))
        self._list.children = tuple(shown)

    def _row(self, account: Account) -> list[str | Cell]:
        visit, code = self._visit, account.unit_code
        state = (
            "disabled_state" if account.disabled_at else "must_change" if account.must_change else "in_use"
        )
        return [
            account.name,
            visit.words(f"accounts.role.{account.role}"),
            f"{self._register.get(code, '')} {code}" if code else "—",
            Cell(visit.words(f"home.{state}"), tone="quiet" if account.disabled_at else None),
        ]


def health_card(visit: Visit) -> w.Widget:
    """Card with the store, the disk and the latest write."""
    health = examine_server(visit.workspace, visit.actor)
    return elements.card(elements.facts(_facts(visit, health, minute_words(visit, health.latest_write))),
                         title=visit.words("home.health"))  # fmt: skip


def _facts(visit: Visit, health: Health, written: str) -> list[tuple[str, str]]:
    pairs = [("health_store", health.store)]
    if health.store_bytes is not None:
        pairs.append(("health_size", visit.words("home.megabytes", size=number(health.store_bytes / 1e6, 1))))
    pairs += [
        ("health_disk", visit.words("home.gigabytes", size=number(health.free_bytes / 1e9, 1))),
        ("health_write", written),
        ("health_accounts", str(health.accounts)),
    ]
    return [(visit.words(f"home.{name}"), value) for name, value in pairs]


def _name(visit: Visit, units: "pd.Series[str]", account: Account) -> str:
    role = visit.words(f"accounts.role.{account.role}")
    return f"{units.get(account.unit_code, '')} · {role} · {account.name}"


def _plain(cell: str | Cell) -> str:
    return cell if isinstance(cell, str) else cell.text
