"""First passwords on slips, to cut apart and hand out."""

from collections.abc import Iterable
from typing import Final

from pbwidgets.exports.slips import Slip
from pbwidgets.settings import to_address
from pbwidgets.wording import say
from pbwidgets.workflows.people.account_list import FirstPassword

BLANK: Final = "＿" * 12
"""Blank for writing an address by hand."""


def first_password_slips(
    made: Iterable[FirstPassword], address: str, lang: str | None = None
) -> tuple[Slip, ...]:
    """Slips with account and first password, for :func:`pbwidgets.exports.slips.save_slips`.

    Parameters
    ----------
    address
    Address of the pages; if empty, the slip has a blank and no QR code.
    lang
        Language of the slips; by default that of the environment.
    """
    where = to_address(address)
    note = say("accounts.slip.note", lang)
    return tuple(
        Slip(
            item.unit_name or say(f"accounts.role.{item.role}", lang),
            (
                (say("accounts.slip.role", lang), say(f"accounts.role.{item.role}", lang)),
                (say("accounts.slip.address", lang), where or BLANK),
                (say("accounts.slip.account", lang), item.name),
            ),
            (say("accounts.slip.password", lang), item.password),
            note,
            scan=where,
        )
        for item in made
    )
