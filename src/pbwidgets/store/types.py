"""Column types that behave the same on SQLite and PostgreSQL.

What people write has types of its own (:class:`Prose`, :class:`ProseName`, :class:`Answers`): values that identify
somebody are taken out of it while a read transaction says so. Everything else (codes, ids, states, hashes, names of
units and accounts) comes back as it is kept.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from pbwidgets.errors import DataError
from pbwidgets.intake.identifying import Scrubber
from pbwidgets.intake.text import clean_name, drop_unfit, drop_unfit_in


@dataclass
class Scrub:
    """What one transaction hides.

    Attributes
    ----------
    scrubber
        Values that are taken out of what people have written.
    answers
        Whether answers are scrubbed too; not for who has filled them in.
    """

    scrubber: Scrubber
    answers: bool = True

    def text(self, text: str) -> str:
        """The text with ``〔略〕`` in place of the values."""
        return self.scrubber.scrub(text)

    def value(self, value: Any) -> Any:
        """Plain data with its texts scrubbed, at any depth; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(part) for part in value]
        return value


SCRUB: Final[ContextVar[Scrub | None]] = ContextVar("scrub", default=None)
"""What the transaction at hand hides; None: nothing, as in everything that writes."""


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept in UTC and returned with its time zone (SQLite itself keeps none)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a time zone: nobody could tell later which hour was meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value.isoformat()}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text without characters that PostgreSQL or an Office file cannot hold, whoever hands it over."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text without them."""
        return None if value is None else drop_unfit(value)


class Name(TypeDecorator[str]):
    """Name of somebody or something: one line, without marks of direction."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The clean name."""
        return None if value is None else clean_name(value)


def _scrubbed(value: str | None) -> str | None:
    scrub = SCRUB.get()
    return value if scrub is None or value is None else scrub.text(value)


class Prose(Words):
    """Text that people write: what identifies somebody is taken out where it is read by others."""

    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text, scrubbed if the transaction says so."""
        return _scrubbed(value)


class ProseName(Name):
    """Text of one line that people write, such as a post or the name of a file; as :class:`Prose`."""

    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text, scrubbed if the transaction says so."""
        return _scrubbed(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical text: sorted keys, readable Chinese."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Write the value as text."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Read the text."""
        return None if value is None else json.loads(value)


class Answers(Json):
    """Answers to a form: what identifies somebody is taken out where they are read by others than the filler."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the text, scrubbed if the transaction says so."""
        read, scrub = super().process_result_value(value, dialect), SCRUB.get()
        return read if scrub is None or not scrub.answers else scrub.value(read)


def to_json(value: Any) -> str:
    """Canonical JSON of a value, its texts without characters that cannot be kept; dates become ISO dates.

    Raises
    ------
    DataError
        ``store.not_plain`` for NaN, infinity, or an object that JSON cannot represent.

    Examples
    --------
    >>> to_json({"b": 1, "a": date(2026, 5, 1)})
    '{"a":"2026-05-01","b":1}'
    """
    try:
        return json.dumps(
            drop_unfit_in(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"),
            default=_plain,
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise DataError("store.not_plain") from error


def same_json(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two values are stored as the same text."""
    return to_json(one) == to_json(other)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not a JSON value")
