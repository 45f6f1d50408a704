"""The visitor's password, asked for in place before an action that needs it once more."""

from collections.abc import Callable

import ipywidgets as w

from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError
from pbwidgets.forms import elements
from pbwidgets.workflows.ground.rights import CONFIRM
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.own_account import confirm_password


class PasswordAgain:
    """Wraps actions: if a workflow asks for the password, the page asks for it, then goes on with the action.

    Attributes
    ----------
    view
        Where the page asks; empty otherwise.
    password
        The field.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._waiting: Callable[[], None] | None = None
        self.password = w.Password(
            description=visit.words("apps.again.password"), layout=elements.plain_layout()
        )
        self.password.on_msg(lambda _widget, sent, _buffers: self._entered(sent.get("event", "")))
        self._confirm = visit.attempt(self.confirm)
        self._said = elements.markup("")
        buttons = elements.row(
            elements.button(visit.words("apps.again.confirm"), self._confirm, "primary"),
            elements.button(visit.words("apps.again.back"), self.close),
        )
        self._asked = self._said, fields(self.password), buttons
        self.view = elements.stack()
        self.view.add_class("pb-again")

    def before(
        self, call: Callable[[], None], check: Callable[[Workspace], None] | None = None
    ) -> Callable[[], None]:
        """The action, which first asks for the password where ``check`` or a workflow in it says so."""

        def attempted() -> None:
            self.close()
            try:
                if check is not None:
                    check(self._visit.workspace)
                call()
            except RightsError as error:
                if error.code != CONFIRM:
                    raise
                self._waiting = attempted
                self._ask("warn", error)

        return attempted

    def confirm(self) -> None:
        """Check the password, then go on with the action that waits for it."""
        given, self.password.value = self.password.value, ""
        try:
            confirm_password(self._visit.workspace, given)
        except RightsError as error:
            self._ask("error", error)
            return
        if self._waiting is not None:
            self._waiting()

    def close(self) -> None:
        """Ask no longer."""
        self.password.value, self.view.children, self._waiting = "", (), None

    def _ask(self, kind: elements.Kind, error: RightsError) -> None:
        self._said.value = elements.notice_markup(kind, error.words(self._visit.lang))
        self.view.children = self._asked

    def _entered(self, event: str) -> None:
        if event == "submit":  # the Enter key
            self._confirm()
