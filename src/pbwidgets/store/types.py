"""Column types that behave the same on SQLite and PostgreSQL."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_name, drop_unfit, drop_unfit_in


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
