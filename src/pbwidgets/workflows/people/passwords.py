"""Passwords: creating, hashing and checking them, and the rules for new ones.

The hash is Argon2id with the parameters of RFC 9106 for ordinary machines, about a tenth of a second each.

The rules follow NIST SP 800-63B: a least length, no kinds of signs to be mixed, no change after some months, and
nothing that is guessed first. What is guessed first (common passwords, words, runs on the keyboard, dates,
repeats, and combinations of them) is for ``zxcvbn`` to say, with the words of this office added to its own.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

from pbwidgets.errors import UsageError
from pbwidgets.store import Actor, Reader, load_unit, names_somebody

if TYPE_CHECKING:
    from argon2 import PasswordHasher


SHORTEST: Final = 8
SHORTEST_WIDE: Final = 12
"""For those who see or decide for all units: organiser, administrator, top-level reviewer."""
LONGEST: Final = 128
GUESSES: Final = 1_000_000
"""Guesses that a password must withstand: years at what :mod:`~pbwidgets.workflows.people.attempts` lets through."""
DEMO_PASSWORD: Final = "yanshi-2026"
"""Password of demonstration accounts; it is public, so it does not work in a store with real units."""
_LOOKED_AT: Final = 20
"""Signs judged, from the first: zxcvbn takes half a minute of one core for 128 that are chosen to be slow."""
_LETTERS: Final = "abcdefghjkmnpqrstwxyz23456789"  # none that is easily confused with another on paper
_LENGTH: Final = 8
_AT_ONCE: Final = 2  # each hash takes 64 MiB
_LEAST_PLAIN: Final = 6  # letters and digits among the signs, from which on they are looked at alone
_OFFICE_WORDS: Final = (
    "dangjian", "woaini", "1314", "520", "5201314", "mima", "wodemima", "zhongguo", "dangyuan", "gongchandang",
    "zhibu", "dangzhibu", "dangwei", "zuzhi", "zuzhibu", "shuji", "zhishu", "minzhu", "pingyi", "pingxuan",
    "shequ", "jiedao", "xiangzhen", "cunwei", "bangong", "guanli", "guanliyuan", "denglu", "yonghu", "zhanghao",
    "pbwidgets", "党建", "党员", "支部", "党支部", "组织部", "密码", "中国", "中国共产党", "我爱你",
)  # fmt: skip
"""What people in such an office think of first, and ``zxcvbn`` does not know."""


def make_password() -> str:
    """One-time password of eight letters and digits that are easy to tell apart on paper.

    It only lets its owner change it: 39 bits are enough for the few guesses that are let through.
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
    """Whether a password matches the hash; without a hash, or too long, it never does, but takes as long."""
    from argon2.exceptions import VerificationError

    decoy = _decoy()  # made first in both cases
    if len(password) > LONGEST:
        password_hash, password = None, ""
    try:
        _hasher().verify(password_hash or decoy, _plain(password))
    except VerificationError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than the current ones."""
    return _hasher().check_needs_rehash(password_hash)


def shortest_for(reader: Reader, owner: Actor) -> int:
    """Least number of signs in a password of this owner; blanks do not count."""
    if owner.role in ("organiser", "admin"):
        return SHORTEST_WIDE
    unit = load_unit(reader, owner.unit_code or "") if owner.role == "reviewer" else None
    return SHORTEST_WIDE if unit is not None and unit[1] is None else SHORTEST


def check_new_password(reader: Reader, owner: Actor, new: str, old: str | None = None) -> None:
    """Raise if a new password is not good enough for its owner.

    Raises
    ------
    UsageError
        ``accounts.too_long``, ``accounts.too_short``, ``accounts.password_unchanged``,
        ``accounts.password_public``, ``accounts.password_is_name``, ``accounts.too_common``.
    """
    if len(new) > LONGEST:
        raise UsageError("accounts.too_long", most=LONGEST)
    plain, least = _plain(new), shortest_for(reader, owner)
    if sum(sign.isprintable() and not sign.isspace() for sign in plain) < least:
        raise UsageError("accounts.too_short", least=least)
    if old is not None and plain == _plain(old):
        raise UsageError("accounts.password_unchanged")
    if plain == DEMO_PASSWORD:
        raise UsageError("accounts.password_public")
    if any(names_somebody(reader, word) for word in {plain.strip(), plain.strip().casefold()}):
        raise UsageError("accounts.password_is_name")
    unit = load_unit(reader, owner.unit_code) if owner.unit_code else None
    if _is_guessed_soon(plain, (owner.name, owner.unit_code or "", unit[0] if unit else "")):
        raise UsageError("accounts.too_common")


def _is_guessed_soon(plain: str, own_words: tuple[str, ...]) -> bool:
    """Whether a password, or what is left of it without capitals and marks, falls to the first guesses."""
    from zxcvbn import zxcvbn

    known = [word for word in (*own_words, *_OFFICE_WORDS) if word]
    bare = "".join(sign for sign in plain.casefold() if sign.isalnum() or sign.isspace())
    looked_at = {plain, bare} if len(bare) >= _LEAST_PLAIN else {plain}
    return any(zxcvbn(text[:_LOOKED_AT], user_inputs=known)["guesses"] < GUESSES for text in looked_at)


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
