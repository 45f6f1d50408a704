"""Many accounts at once: upload a table, check it, add the accounts, download their first passwords on slips."""

from collections.abc import Callable

from pbwidgets.apps.pages.ground.accounts_to_add import account_list_button
from pbwidgets.apps.pages.ground.downloads import slips_link
from pbwidgets.apps.pages.ground.password_again import PasswordAgain
from pbwidgets.apps.pages.ground.sent_tables import note_list, problem_list, written_table
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ProblemsError
from pbwidgets.forms import elements
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.intake.files import KINDS
from pbwidgets.workflows.people.account_list import check_account_list, import_accounts
from pbwidgets.workflows.people.slips import first_password_slips


class ImportCard:
    """Card for uploading a table of accounts.

    Parameters
    ----------
    visit
        The visit of an administrator.
    made
        Called after accounts have been added.

    Attributes
    ----------
    view
        The card.
    upload
        Upload button for the table.
    found
        Result of the check: problems, or the button that adds the accounts; finally the slips.
    """

    def __init__(self, visit: Visit, made: Callable[[], None]) -> None:
        self._visit, self._made = visit, made
        self._sent: SentFile | None = None
        self.upload = upload_button(
            visit.words("home.import_upload"), ",".join(KINDS), visit.attempt(self.read)
        )
        self.found = elements.stack()
        self.view = elements.card(
            elements.paragraph(visit.words("home.import_hint"), quiet=True),
            account_list_button(visit),
            self.upload,
            self.found,
            title=visit.words("home.import_title"),
        )

    def read(self, file: SentFile) -> None:
        """Check a table and show its problems, or how many accounts it would add."""
        visit = self._visit
        visit.messages.clear()
        self._sent, self.found.children = None, ()
        try:
            with written_table(file) as path:
                checked = check_account_list(visit.workspace, visit.actor, path)
        except ProblemsError as error:
            self.found.children = problem_list(visit, error.problems, "home.import_problems")
            return
        self._sent, again = file, PasswordAgain(visit)
        self.found.children = (
            elements.notice("good", visit.words("home.import_ready", count=len(checked.content))),
            *note_list(visit, checked.notes),
            elements.paragraph(visit.words("home.import_wait"), quiet=True),
            elements.button(visit.words("home.import_add"), visit.attempt(again.before(self.add)), "primary"),
            again.view,
        )

    def add(self) -> None:
        """Add the accounts of the checked table, and offer their slips."""
        if self._sent is None:
            return
        visit, sent = self._visit, self._sent
        try:
            with written_table(sent) as path:
                made = import_accounts(visit.workspace, visit.actor, path).content
        except ProblemsError as error:  # somebody else added one of them first
            self._sent = None
            self.found.children = problem_list(visit, error.problems, "home.import_problems")
            return
        self._sent = None
        slips = first_password_slips(made, visit.workspace.settings.address, visit.lang)
        name = visit.words("home.import_file")
        link = slips_link(visit.words("home.import_download", count=len(made)), slips, name)
        self.found.children = (elements.notice("warn", visit.words("home.import_once")), link)
        visit.messages.say("good", visit.words("home.imported", count=len(made)))
        self._made()
