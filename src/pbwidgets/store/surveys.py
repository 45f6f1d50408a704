"""Anonymous surveys: codes made in batches, and answers that cannot be traced to a code or an hour.

The tables of codes and answers share only the batch. For a code, only its hash is kept and whether it is
used; for an answer, its batch and its day. An answer's number is drawn at random, so that neither its place in
the table nor the order of reading shows when it came. **Answering writes no row in the audit log**: the log
is numbered, so a row's neighbours would give the hour away, whatever its own timestamp.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import delete, func, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.campaigns import load_open_version
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import survey_answers, survey_batches, survey_codes, survey_guesses
from pbwidgets.store.units import check_units_known

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not mistaken for each other on paper: no I, O, 0, 1."""
CODE_LENGTH: Final = 8  # 40 bits
MOST_CODES: Final = 5000
"""Most codes in one batch."""

_HIGHEST_ID: Final = 2**31 - 1  # what both databases keep in an Integer


@dataclass(frozen=True)
class SurveyBatch:
    """Codes made together, for one form, one unit and one kind of rater."""

    batch_id: int
    campaign_id: str
    period_id: str
    form_id: str
    unit_code: str
    rater_kind: str


def plain_code(typed: str) -> str:
    """Code as issued, from what somebody typed or scanned.

    >>> plain_code(" abcd-2345 ")
    'ABCD2345'
    """
    return "".join(mark for mark in unicodedata.normalize("NFKC", typed).upper() if mark in ALPHABET)


def make_batch(
    w: Writer, campaign_id: str, period_id: str, form_id: str, unit_code: str, rater_kind: str, count: int
) -> tuple[str, ...]:
    """New codes of a batch; this is the only time they can be read.

    Raises
    ------
    DataError
        ``store.survey_count`` outside 1 to :data:`MOST_CODES`; ``store.unknown_unit``,
        ``store.period_not_open``.
    """
    if not 1 <= count <= MOST_CODES:
        raise DataError("store.survey_count", count=count, most=MOST_CODES)
    load_open_version(w, campaign_id, period_id)
    check_units_known(w, unit_code)
    batch_id = w.conn.scalar(
        insert(survey_batches)
        .values(
            campaign_id=campaign_id,
            period_id=period_id,
            form_id=form_id,
            unit_code=unit_code,
            rater_kind=rater_kind,
            made_at=w.now,
            made_by=w.actor.name,
        )
        .returning(survey_batches.c.id)
    )
    codes: set[str] = set()
    while len(codes) < count:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if _find(w, code) is None:
            codes.add(code)
    # sorted by hash, so that the order of the rows does not show the order of the slips
    rows = sorted(_hash(code) for code in codes)
    w.conn.execute(
        insert(survey_codes), [{"code_hash": row, "batch_id": batch_id, "is_used": False} for row in rows]
    )
    details = {"form": form_id, "rater_kind": rater_kind, "count": count}
    record(
        w, Deed("make_survey_batch", f"survey_batch:{batch_id}", campaign_id, period_id, unit_code, details)
    )
    return tuple(codes)


def find_batch(r: Reader, code: str) -> SurveyBatch | None:
    """Batch of a code that can still be used; None if it is unknown or used (it does not say which)."""
    row = _find(r, plain_code(code))
    if row is None or row.is_used:
        return None
    batch = r.conn.execute(select(survey_batches).where(survey_batches.c.id == row.batch_id)).one()
    return SurveyBatch(
        batch.id, batch.campaign_id, batch.period_id, batch.form_id, batch.unit_code, batch.rater_kind
    )


def use_code(w: Writer, code: str, answers: Mapping[str, Any], day: date) -> None:
    """Keep the answers and mark the code used, both or neither; the audit log gets no row.

    Parameters
    ----------
    day
        Day of answering; the hour is not kept.

    Raises
    ------
    DataError
        ``store.survey_code`` if the code is unknown or used.
    """
    batch = find_batch(w, code)
    if batch is None:
        raise DataError("store.survey_code")
    load_open_version(w, batch.campaign_id, batch.period_id)
    w.conn.execute(
        update(survey_codes).where(survey_codes.c.code_hash == _hash(plain_code(code))).values(is_used=True)
    )
    w.conn.execute(
        insert(survey_answers).values(
            id=_free_id(w), batch_id=batch.batch_id, answered_on=day.isoformat(), answers=dict(answers)
        )
    )


def count_wrong_code(w: Writer) -> None:
    """Count a wrong code in this minute, without who tried it or what; older minutes are deleted."""
    minute = _minute(w.now)
    w.conn.execute(delete(survey_guesses).where(survey_guesses.c.minute != minute))
    wrong = survey_guesses.c.wrong + 1
    found = w.conn.execute(
        update(survey_guesses).where(survey_guesses.c.minute == minute).values(wrong=wrong)
    )
    if not found.rowcount:
        w.conn.execute(insert(survey_guesses).values(minute=minute, wrong=1))


def load_wrong_codes(r: Reader, now: datetime) -> int:
    """Number of wrong codes tried by anybody in the minute of a moment."""
    query = select(survey_guesses.c.wrong).where(survey_guesses.c.minute == _minute(now))
    return r.conn.scalar(query) or 0


def load_survey_counts(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """Codes handed out and finished: form_id, unit_code, rater_kind, handed_out, finished."""
    columns = ["form_id", "unit_code", "rater_kind"]
    batches = survey_batches.c
    query = (
        select(
            *(batches[name] for name in columns), func.count(), func.count().filter(survey_codes.c.is_used)
        )
        .join(survey_codes, survey_codes.c.batch_id == batches.id)
        .where(batches.campaign_id == campaign_id, batches.period_id == period_id)
        .group_by(*(batches[name] for name in columns))
    )
    rows = [tuple(row) for row in r.conn.execute(query)]
    counts = pd.DataFrame(rows, columns=[*columns, "handed_out", "finished"])
    return counts.sort_values(columns).reset_index(drop=True)


def load_survey_answers(
    r: Reader, campaign_id: str, period_id: str, form_id: str, unit_code: str, rater_kind: str, least: int
) -> tuple[Mapping[str, Any], ...]:
    """Answers about a unit by one kind of rater, in random order; none if there are fewer than ``least``."""
    batches = survey_batches.c
    query = (
        select(survey_answers.c.answers)
        .join(survey_batches, batches.id == survey_answers.c.batch_id)
        .where(
            batches.campaign_id == campaign_id,
            batches.period_id == period_id,
            batches.form_id == form_id,
            batches.unit_code == unit_code,
            batches.rater_kind == rater_kind,
        )
        .order_by(survey_answers.c.id)
    )
    found = tuple(row.answers for row in r.conn.execute(query))
    return found if len(found) >= least else ()


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _find(r: Reader, code: str) -> Any:
    return r.conn.execute(select(survey_codes).where(survey_codes.c.code_hash == _hash(code))).first()


def _free_id(w: Writer) -> int:
    while True:
        number = secrets.randbelow(_HIGHEST_ID) + 1
        if w.conn.scalar(select(survey_answers.c.id).where(survey_answers.c.id == number)) is None:
            return number
