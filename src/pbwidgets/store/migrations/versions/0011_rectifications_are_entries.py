"""Shortcomings to be put right are entries of a form; their table goes."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_FORM: Final = "rectifications"
_FIELDS: Final = {
    "shortcoming": "text", "post": "text", "found_on": "date", "due_on": "date", "fixed_on": "date",
    "outcome": "text", "closed_on": "date",
}  # fmt: skip
_ZONE: Final = timezone(timedelta(hours=8))
_MOMENT: Final = sa.DateTime(timezone=True)
_TYPES: Final[dict[str, sa.types.TypeEngine[Any]]] = {
    "made_at": _MOMENT,
    "recorded_at": _MOMENT,
    "on_behalf": sa.Boolean(),
}
_INSERTED: Final = {
    name: sa.table(
        name, *(sa.column(column, _TYPES.get(column, sa.types.NULLTYPE)) for column in columns.split())
    )
    for name, columns in {
        "submissions": "campaign_id period_id form_id unit_code occurrence state version answers campaign_version"
        " content_version content_head revision",
        "submission_versions": "submission_id version cause state answers campaign_version made_at made_by role"
        " on_behalf content_version content_head head",
        "running_notes": "campaign_id period_id unit_code noted_on text recorded_at recorded_by",
    }.items()
}


def upgrade() -> None:
    """Make an entry of each row where the period's definition has such a form, else a note of the running record."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT r.*, u.kind FROM rectifications AS r JOIN units AS u ON u.unit_code = r.unit_code ORDER BY r.id"
        ).columns(recorded_at=_MOMENT)
    ).mappings()
    forms: dict[tuple[str, str], tuple[str, Mapping[str, Any]] | None] = {}
    for row in rows.all():
        scope = str(row["campaign_id"]), str(row["period_id"])
        if scope not in forms:
            forms[scope] = _find_form(connection, *scope)
        found, answers = forms[scope], _answers(row)
        if found is not None and _takes(found[1], str(row["kind"]), answers):
            _add_entry(connection, row, *found, answers)
        else:
            _add_note(connection, row)
    op.drop_table("rectifications")


def _find_form(
    connection: sa.Connection, campaign_id: str, period_id: str
) -> tuple[str, Mapping[str, Any]] | None:
    """Version of the period's definition, and its form of that name with these fields; None without one."""
    known = connection.execute(
        sa.text(
            "SELECT c.version, c.definition FROM period_versions AS p JOIN campaign_versions AS c"
            " ON c.campaign_id = p.campaign_id AND c.version = p.version"
            " WHERE p.campaign_id = :campaign AND p.period_id = :period ORDER BY p.id DESC LIMIT 1"
        ),
        {"campaign": campaign_id, "period": period_id},
    ).first()
    if known is None:
        return None
    for form in json.loads(known.definition)["forms"]:
        types = {field["id"]: field["type"] for field in form["fields"]}
        if form["id"] == _FORM and form.get("occurrence") == "many" and types == {**types, **_FIELDS}:
            return str(known.version), form
    return None


def _answers(row: Mapping[Any, Any]) -> dict[str, str]:
    """The row as answers; a deadline that had passed when it was recorded is the day on which it was found."""
    found_on = min(_day(row["recorded_at"]), row["deadline"])
    given = {
        "shortcoming": row["shortcoming"], "post": row["responsible_post"], "found_on": found_on,
        "due_on": row["deadline"], "fixed_on": row["closed_on"], "outcome": row["outcome"],
        "closed_on": row["closed_on"],
    }  # fmt: skip
    return {name: str(value) for name, value in given.items() if value}


def _day(moment: datetime) -> str:
    """The day in China; SQLite keeps moments without their zone, in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(_ZONE).date().isoformat()


def _takes(form: Mapping[str, Any], kind: str, answers: Mapping[str, str]) -> bool:
    """Whether the form is for units of the kind, and each answer is as long as it may be."""
    kinds = [form["unit_kind"]] if isinstance(form["unit_kind"], str) else form["unit_kind"]
    most = {field["id"]: field.get("max_length") for field in form["fields"]}
    return kind in kinds and all(len(text) <= (most[name] or len(text)) for name, text in answers.items())


def _add_entry(
    connection: sa.Connection,
    row: Mapping[Any, Any],
    version: str,
    form: Mapping[str, Any],
    answers: Mapping[str, str],
) -> None:
    """Entry with one version: that of whoever touched the row last, as the log says."""
    deed = connection.execute(
        sa.text(
            "SELECT id, at, actor, role, on_behalf FROM audit WHERE entity = :entity ORDER BY id DESC LIMIT 1"
        ).columns(at=_MOMENT, on_behalf=sa.Boolean()),
        {"entity": f"rectification:{row['id']}"},
    ).first()
    key = {
        "campaign_id": row["campaign_id"],
        "period_id": "*" if form.get("lasts") == "campaign" else row["period_id"],
        "form_id": _FORM,
        "unit_code": row["unit_code"],
    }
    taken = connection.scalar(
        sa.text(
            "SELECT MAX(occurrence) FROM submissions WHERE campaign_id = :campaign_id AND period_id = :period_id"
            " AND form_id = :form_id AND unit_code = :unit_code"
        ),
        key,
    )
    head = 0 if deed is None else int(deed.id)
    made = {
        "version": 1,
        "state": "submitted",
        "answers": json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "campaign_version": version,
        "content_version": 1,
        "content_head": head,
    }
    number = {"occurrence": (taken or 0) + 1}
    connection.execute(sa.insert(_INSERTED["submissions"]), {**key, **number, **made, "revision": 1})
    by = {
        "made_at": row["recorded_at"] if deed is None else deed.at,
        "made_by": row["recorded_by"] if deed is None else deed.actor,
        "role": "reviewer" if deed is None else deed.role,
        "on_behalf": deed is not None and bool(deed.on_behalf),
    }
    submission = connection.scalar(
        sa.text(
            "SELECT id FROM submissions WHERE campaign_id = :campaign_id AND period_id = :period_id"
            " AND form_id = :form_id AND unit_code = :unit_code AND occurrence = :occurrence"
        ),
        {**key, **number},
    )
    connection.execute(
        sa.insert(_INSERTED["submission_versions"]),
        {"submission_id": submission, "cause": "submit", "head": head, **made, **by},
    )


def _add_note(connection: sa.Connection, row: Mapping[Any, Any]) -> None:
    connection.execute(
        sa.insert(_INSERTED["running_notes"]),
        {
            "noted_on": _day(row["recorded_at"]),
            "text": "；".join(_tell(row)),
            **{
                name: row[name]
                for name in ("campaign_id", "period_id", "unit_code", "recorded_at", "recorded_by")
            },
        },
    )


def _tell(row: Mapping[Any, Any]) -> Iterator[str]:
    """The row in words, all of it."""
    yield f"限期整改：{row['shortcoming']}"
    yield f"责任岗位：{row['responsible_post']}"
    yield f"整改期限：{row['deadline']}"
    yield f"销号日期：{row['closed_on']}" if row["closed_on"] else "尚未销号"
    if row["outcome"]:
        yield f"整改结果：{row['outcome']}"
