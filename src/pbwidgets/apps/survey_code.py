"""The page that asks for a survey code: a plain form without scripts; only a right code opens the survey."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from jupyter_server.auth.decorator import allow_unauthenticated

from pbwidgets.apps.sign_in import SignPage
from pbwidgets.apps.who import Guarded, begin_visit
from pbwidgets.errors import DataError, PbError
from pbwidgets.store.surveys import plain_code
from pbwidgets.wording import say
from pbwidgets.workflows.survey.answering import NOT_USABLE, find_invitation, open_survey

CODE_PAGE: Final = "/survey/code"
SURVEY: Final = "/survey"
ANSWER: Final = "answer"
"""Parameter of the survey's address that asks for the form also if somebody is signed in."""

_AGAIN: Final = "again"


class CodeHandler(SignPage):
    """``/survey/code``: asks for the code of a slip."""

    template, title = "code.html", "survey.code_title"

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form, with the code of a link already in its field."""
        self.show_form()

    @allow_unauthenticated
    async def post(self) -> None:
        """Go on to the survey of a right code, or show the error beside the field.

        A wrong code counts against the browser's address.
        """
        code = self.get_body_argument("code", "")
        if not code.strip():
            return self.show_form(errors={"code": self.words("survey.code_missing")}, status=400)
        if not self.doors.wrong_codes.try_take(self.counted_address):
            return self._refuse(DataError("survey.wait"), 429)
        try:
            await self._open(code)
        except PbError as error:
            return self._refuse(error, 429 if error.code == "survey.wait" else 403)
        self.doors.wrong_codes.give_back(self.counted_address)
        self.doors.invitations.invite(begin_visit(self), plain_code(code))
        return self.redirect(f"{SURVEY}?{urlencode({ANSWER: '1', 'lang': self.lang})}", status=303)

    async def _open(self, code: str) -> None:
        """Open the survey; while all have to wait for strangers' wrong codes, an address has a few tries of its own."""
        try:
            await asyncio.to_thread(open_survey, self.workspace, code)
        except DataError as error:
            if error.code != "survey.wait" or not self.doors.late_codes.try_take(self.counted_address):
                raise
            await asyncio.to_thread(open_survey, self.workspace, code, waits=False)
            self.doors.late_codes.give_back(self.counted_address)

    def _refuse(self, error: PbError, status: int) -> None:
        self.show_form(errors={"code": error.words(self.lang)}, status=status)

    def words(self, code: str, **args: object) -> str:
        """Text of a code for this page."""
        return say(code, self.lang, **args) if code.startswith("survey.") else super().words(code, **args)

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Show the form."""
        typed = self.get_body_argument("code", "") or self.get_query_argument("code", "")
        again = bool(self.get_query_argument(_AGAIN, ""))
        self.show(errors=errors, status=status, code=typed, again=again)


def code_page(place: Mapping[str, str]) -> str:
    """Address of the page, from the parameters of the survey's address.

    >>> code_page({"lang": "en", "code": "ABCD-2345", "unit": "1"}), code_page({"answer": "1"})
    ('/survey/code?lang=en&code=ABCD-2345', '/survey/code?again=1')
    """
    asked = {name: place[name] for name in ("lang", "code") if name in place}
    if ANSWER in place:
        asked[_AGAIN] = "1"
    return f"{CODE_PAGE}?{urlencode(asked)}" if asked else CODE_PAGE


async def right_code(handler: Guarded, visitor: str) -> dict[str, str]:
    """Code that a visitor has typed in, with its campaign and period, if it can still be used; else it is forgotten."""
    invitations = handler.doors.invitations
    code = invitations.code_of(visitor)
    if not code:
        return {}
    try:
        found = await asyncio.to_thread(find_invitation, handler.settings["pbwidgets_workspace"], code)
    except PbError as error:
        if error.code not in NOT_USABLE:
            raise
        invitations.forget(visitor)
        return {}
    return {"code": code, "campaign": found.opened.campaign.id, "period": found.opened.period_id}
