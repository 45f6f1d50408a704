"""Passwords: creating, hashing and checking them, and the rules for new ones.

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
"""Password of demonstration accounts; it is public, so it does not work in a store with real units."""
_LETTERS: Final = "abcdefghjkmnpqrstwxyz23456789"  # none that is easily confused with another on paper
_LENGTH: Final = 8
_AT_ONCE: Final = 2  # each hash takes 64 MiB


def make_password() -> str:
    """One-time password of eight letters and digits that are easy to tell apart on paper.

    It only lets its owner change it: 39 bits are enough because five wrong attempts lock the account.
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def hash_password(password: str) -> str:
    """Hash of a password, including salt and parameters."""
    return _hasher().hash(_plain(password))


def hash_passwords(passwords: Iterable[str]) -> list[str]:
    """Hashes of many passwords in their order, computed in parallel: hashing releases the GIL."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(hash_password, passwords))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password matches the hash; without a hash it never does, but the check takes as long."""
    from argon2.exceptions import VerificationError

    decoy = _decoy()  # made first in both cases
    try:
        _hasher().verify(password_hash or decoy, _plain(password))
    except VerificationError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than the current ones."""
    return _hasher().check_needs_rehash(password_hash)


def check_new_password(name: str, new: str, old: str | None = None) -> None:
    """Raise if a new password is not good enough.

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
    """The password in normal form: an input method may send full-width letters."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _decoy() -> str:
    return hash_password(secrets.token_urlsafe())
