"""Passwords: how they are made, hashed and checked, and what makes one good enough.

The hash is Argon2id with the parameters of RFC 9106 for ordinary machines, about a tenth of a second each.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

from pbwidgets.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 8
LONGEST: Final = 128
DEMO_PASSWORD: Final = "yanshi-2026"
"""Password of the accounts of a demonstration; everybody can read it, so it opens no store with real units."""

_LETTERS: Final = "abcdefghjkmnpqrstwxyz23456789"  # none that is mistaken for another one on paper
_LENGTH: Final = 8
_AT_ONCE: Final = 2  # each hash takes 64 MiB


def make_password() -> str:
    """One-time password of eight letters and digits that are told apart on paper.

    It opens nothing but the change of itself: 39 bits are enough where five wrong ones lock the account.
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def hash_password(password: str) -> str:
    """Hash of a password, with its salt and parameters in it."""
    return _hasher().hash(_plain(password))


def hash_passwords(passwords: Iterable[str]) -> list[str]:
    """Hashes of many passwords in their order, some at once: hashing lets other threads run."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(hash_password, passwords))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of the hash; without a hash it never is, and takes as long."""
    from argon2.exceptions import VerificationError

    decoy = _decoy()  # made before either way
    try:
        _hasher().verify(password_hash or decoy, _plain(password))
    except VerificationError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(password_hash)


def check_new_password(name: str, new: str, old: str | None = None) -> None:
    """Refuse a password that is not good enough.

    Raises
    ------
    UsageError
        ``accounts.too_short``, ``accounts.too_long``, ``accounts.password_is_name``,
        ``accounts.password_unchanged``, ``accounts.password_public``.
    """
    if len(new) < SHORTEST:
        raise UsageError("accounts.too_short", least=SHORTEST)
    if len(new) > LONGEST:
        raise UsageError("accounts.too_long", most=LONGEST)
    if _plain(new).casefold() == name.casefold():
        raise UsageError("accounts.password_is_name")
    if old is not None and _plain(new) == _plain(old):
        raise UsageError("accounts.password_unchanged")
    if _plain(new) == DEMO_PASSWORD:
        raise UsageError("accounts.password_public")


def _plain(password: str) -> str:
    """The password whichever way it was typed: an input method may send wide letters."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _decoy() -> str:
    return hash_password(secrets.token_urlsafe())
