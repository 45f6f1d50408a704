"""The tables of the store.

Text is never sorted by the database: SQLite and PostgreSQL order it differently. Rows come back in the
order of their ``id``, or are sorted in Python.

The migrations create the tables; a test compares the two.
"""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from pbwidgets.store.types import Answers, Json, Name, Prose, ProseName, UtcTime, Words

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _needed(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _prose(name: str, *, nullable: bool = False) -> Column[str]:
    """What people write, scrubbed of values that identify where others read it."""
    return Column(name, Prose, nullable=nullable)


def _line(name: str, *, nullable: bool = False) -> Column[str]:
    """As :func:`_prose`, of one line."""
    return Column(name, ProseName, nullable=nullable)


def _name(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Name, nullable=nullable)


def _moment(name: str) -> Column[Any]:
    return Column(name, UtcTime, nullable=False)


def _head() -> Column[int]:
    """The store's revision at that time, which tells what came before a closing; NULL in rows of older packages."""
    return Column("head", Integer)


def _unit(name: str = "unit_code", nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, Words, ForeignKey("units.unit_code"), nullable=nullable, primary_key=primary_key)


def _scope(primary_key: bool = False) -> tuple[Column[str], Column[str]]:
    return (
        Column("campaign_id", Words, nullable=False, primary_key=primary_key),
        Column("period_id", Words, nullable=False, primary_key=primary_key),
    )


def _one_current(name: str, *columns: str, where: str = "is_current") -> Index:
    """At most one row in force for each combination; older ones stay as history."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


units: Final = Table(
    "units",
    METADATA,
    Column("unit_code", Words, primary_key=True),
    _name("unit_name"),
    _name("kind"),
    Column("parent_code", Words),
    _name("domain", nullable=True),
    Column("valid_from", Words),
    Column("valid_to", Words),
    Column("merged_into", Words),
    Column("synthetic", Boolean, nullable=False),
)

campaign_versions: Final = Table(
    "campaign_versions",
    METADATA,
    _number(),
    _needed("campaign_id"),
    _needed("version"),
    Column("definition", Words, nullable=False),
    _moment("frozen_at"),
    _needed("frozen_by"),
    UniqueConstraint("campaign_id", "version"),
)

period_versions: Final = Table(
    "period_versions",
    METADATA,
    _number(),
    *_scope(),
    _needed("version"),
    Column("is_open", Boolean, nullable=False),
    _moment("since"),
    _needed("since_by"),
    Column("roots", Json),  # codes of units; none: every root that fits
    _head(),
    Index("ix_period_versions_scope", "campaign_id", "period_id"),
)

submissions: Final = Table(
    "submissions",
    METADATA,
    _number(),
    *_scope(),
    _needed("form_id"),
    _unit(),
    Column("occurrence", Integer, nullable=False),
    _needed("state"),
    Column("version", Integer, nullable=False),  # newest version, 0 before the first
    Column("answers", Answers),  # of the newest version, so that a snapshot is one query
    Column("campaign_version", Words),  # of the newest version
    Column("content_version", Integer, nullable=False),  # newest version that changed the answers
    Column("content_head", Integer, nullable=False),  # the store's revision at that time
    Column("draft", Answers),
    Column("revision", Integer, nullable=False),  # of the draft
    Column("draft_by", Words),
    Column("draft_at", UtcTime),
    Column("draft_campaign_version", Words),  # under which the draft was last checked
    Column("standing_version", Integer),  # replaced by an amendment; it counts until that one does
    UniqueConstraint(
        "campaign_id", "period_id", "form_id", "unit_code", "occurrence", name="uq_submissions_key"
    ),
)

submission_versions: Final = Table(
    "submission_versions",
    METADATA,
    _number(),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("version", Integer, nullable=False),
    _needed("cause"),
    _needed("state"),
    Column("answers", Answers, nullable=False),
    _needed("campaign_version"),
    Column("level", Words),
    _prose("reason", nullable=True),
    Column("field_path", Words),
    _moment("made_at"),
    _needed("made_by"),
    _needed("role"),
    Column("on_behalf", Boolean, nullable=False),
    Column("standing_version", Integer),  # that of the submission while this one is the newest
    Column("content_version", Integer),  # as in the submission; NULL in rows of older packages
    Column("content_head", Integer),
    Column("withdrawn_at", UtcTime),  # taken back for editing
    Column("withdrawn_head", Integer),
    _head(),
    UniqueConstraint("submission_id", "version"),
)

raters: Final = Table(
    "raters",
    METADATA,
    *_scope(primary_key=True),
    Column("rater", Words, primary_key=True),
    _needed("rater_id"),  # pseudonym
    UniqueConstraint("campaign_id", "period_id", "rater_id"),
)

ratings: Final = Table(
    "ratings",
    METADATA,
    _number(),
    *_scope(),
    _unit(),
    _needed("criterion_id"),
    _needed("layer"),
    _needed("source"),
    _needed("rater"),
    Column("points", Float, nullable=False),
    _prose("comment"),
    Column("submission_version", Integer, nullable=False),
    Column("seen_head", Integer, nullable=False),  # the store's revision that the rater saw
    _line("second_inspector", nullable=True),  # who inspected with the rater on site
    Column("campaign_version", Words),  # under which it was given
    Column("is_current", Boolean, nullable=False),
    _moment("rated_at"),
    _needed("rated_by"),
    _one_current(
        "uq_ratings_current",
        "campaign_id",
        "period_id",
        "unit_code",
        "criterion_id",
        "layer",
        "source",
        "rater",
    ),
)

mark_treatments: Final = Table(
    "mark_treatments",
    METADATA,
    _number(),
    Column("rating_id", Integer, ForeignKey("ratings.id"), nullable=False),
    _needed("policy"),  # rescale, cap, again; own: as it was given
    Column("counts_as", Float),  # NULL: the mark must be given anew
    _needed("campaign_version"),  # whose opening brought it
    _moment("made_at"),
    _needed("made_by"),
    Index("ix_mark_treatments_rating_id", "rating_id"),
)

recusals: Final = Table(
    "recusals",
    METADATA,
    *_scope(primary_key=True),
    Column("rater", Words, primary_key=True),
    _unit(primary_key=True),
    _prose("reason"),
    _moment("recorded_at"),
    _needed("recorded_by"),
)

allotments: Final = Table(
    "allotments",
    METADATA,
    *_scope(primary_key=True),
    Column("track_id", Words, primary_key=True),
    _unit("by_unit", primary_key=True),
    Column("allotted", Integer, nullable=False),
)

nominations: Final = Table(
    "nominations",
    METADATA,
    _number(),
    *_scope(),
    _needed("track_id"),
    _unit(),
    _unit("by_unit"),
    Column("position", Integer, nullable=False),
    _needed("status"),
    _moment("recorded_at"),
    _needed("recorded_by"),
    _one_current(
        "uq_nominations_in_force",
        "campaign_id", "period_id", "track_id", "unit_code",
        where="status = 'in_force'",
    ),
)  # fmt: skip

vetoes: Final = Table(
    "vetoes",
    METADATA,
    _number(),
    *_scope(),
    _unit(),
    Column("track_id", Words),
    _needed("kind"),
    _prose("basis"),
    _line("document_number", nullable=True),
    _needed("status"),
    _moment("recorded_at"),
    _needed("recorded_by"),
    _moment("status_at"),
    _needed("status_by"),
    _prose("status_reason", nullable=True),
    Index("ix_vetoes_scope", "campaign_id", "period_id"),
)

decisions: Final = Table(
    "decisions",
    METADATA,
    _number(),
    *_scope(),
    _needed("track_id"),
    _unit(),
    _needed("status"),
    _needed("decided_on"),
    _line("decided_by"),
    _prose("reason"),
    _prose("present", nullable=True),  # posts of those present
    Column("is_current", Boolean, nullable=False),
    _moment("recorded_at"),
    _needed("recorded_by"),
    _one_current("uq_decisions_current", "campaign_id", "period_id", "track_id", "unit_code"),
)

class_decisions: Final = Table(
    "class_decisions",
    METADATA,
    _number(),
    *_scope(),
    _needed("track_id"),
    _unit(),
    Column("class_no", Integer, nullable=False),  # from 1, the top class
    _needed("decided_on"),
    _line("decided_by"),
    _prose("reason"),
    _prose("present", nullable=True),  # posts of those present
    _moment("recorded_at"),
    _needed("recorded_by"),
    _head(),
    Index("ix_class_decisions_campaign_id", "campaign_id"),
)

concessions: Final = Table(
    "concessions",
    METADATA,
    _number(),
    *_scope(),
    _unit(),
    _needed("check_id"),
    _needed("part"),  # row or group of a check of rows; empty for the whole
    Column("excused", Boolean, nullable=False),
    Column("due_on", Words),
    _prose("reason"),
    _moment("recorded_at"),
    _needed("recorded_by"),
    _head(),
    Column("lifted_at", UtcTime),
    Column("lifted_by", Words),
    Column("lifted_head", Integer),
    _prose("lifted_reason", nullable=True),
    Index("ix_concessions_scope", "campaign_id", "period_id", "unit_code"),
)

deadline_exceptions: Final = Table(
    "deadline_exceptions",
    METADATA,
    _number(),
    *_scope(),
    _needed("form_id"),
    _unit(),
    _moment("until"),
    _prose("reason"),
    _moment("recorded_at"),
    _needed("recorded_by"),
    Index("ix_deadline_exceptions_scope", "campaign_id", "period_id", "form_id", "unit_code"),
)

running_notes: Final = Table(
    "running_notes",
    METADATA,
    _number(),
    *_scope(),
    _unit(),
    _needed("noted_on"),
    _prose("text"),
    _moment("recorded_at"),
    _needed("recorded_by"),
    Index("ix_running_notes_scope", "campaign_id", "period_id", "unit_code"),
)

evidence: Final = Table(
    "evidence",
    METADATA,
    _number(),
    *_scope(),
    _needed("form_id"),
    _unit(),
    Column("occurrence", Integer, nullable=False),
    _needed("field_path"),
    _needed("sha256"),
    _needed("kind"),
    Column("size_bytes", Integer, nullable=False),
    _line("filename"),
    _moment("added_at"),
    _needed("added_by"),
    Column("removed_at", UtcTime),
    Index("ix_evidence_sha256", "sha256"),
    Index("ix_evidence_key", "campaign_id", "period_id", "form_id", "unit_code", "occurrence"),
)

public_notices: Final = Table(
    "public_notices",
    METADATA,
    _number(),
    *_scope(),
    _needed("track_id"),
    _needed("begins"),
    _needed("ends"),
    _prose("contact", nullable=True),
    _moment("recorded_at"),
    _needed("recorded_by"),
    Column("ended_at", UtcTime),  # taken back early
    Column("unit_code", Words),  # the only unit that it is about; none: the whole list of the track
    Index("ix_public_notices_scope", "campaign_id", "period_id", "track_id"),
)

objections: Final = Table(
    "objections",
    METADATA,
    _number(),
    Column("notice_id", Integer, ForeignKey("public_notices.id"), nullable=False),
    _unit(),
    _needed("received_on"),
    _prose("gist"),  # what is objected to, never by whom
    _needed("status"),
    _prose("outcome", nullable=True),
    _moment("recorded_at"),
    _needed("recorded_by"),
    Column("closed_at", UtcTime),
    Column("closed_by", Words),
)

accounts: Final = Table(
    "accounts",
    METADATA,
    Column("name", Name, primary_key=True),
    _needed("password_hash"),
    _needed("role"),
    _unit(nullable=True),
    Column("must_change", Boolean, nullable=False),  # the password was chosen by somebody else
    Column("disabled_at", UtcTime),
    Column("replaced_by", Words),  # the account that took this one's place
    Column("reset_at", UtcTime),  # somebody else set the password; until its owner has seen the notice
    Column("reset_by", Words),
    _moment("created_at"),
    _needed("created_by"),
)

sessions: Final = Table(
    "sessions",
    METADATA,
    Column("token_hash", Words, primary_key=True),
    Column("account", Words, ForeignKey("accounts.name"), nullable=False),
    _moment("begun_at"),
    _moment("seen_at"),
    Column("ended_at", UtcTime),
    Column("address", Words),  # of the browser
    Column("browser", Words),  # as it names itself
    Column("confirmed_at", UtcTime),  # when the password was given once more
    Column("wrong", Integer),  # wrong passwords in a row when it was asked for once more
    Index("ix_sessions_account", "account"),
)

survey_batches: Final = Table(
    "survey_batches",
    METADATA,
    _number(),
    *_scope(),
    _needed("form_id"),
    _unit(),
    _needed("rater_kind"),
    _moment("made_at"),
    _needed("made_by"),
    Index("ix_survey_batches_scope", "campaign_id", "period_id", "form_id", "unit_code"),
)

survey_codes: Final = Table(
    "survey_codes",
    METADATA,
    Column("code_hash", Words, primary_key=True),
    Column("batch_id", Integer, ForeignKey("survey_batches.id"), nullable=False),
    Column("is_used", Boolean, nullable=False),
    Index("ix_survey_codes_batch_id", "batch_id"),
)

survey_answers: Final = Table(
    "survey_answers",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # random: the order shows nothing
    Column("batch_id", Integer, ForeignKey("survey_batches.id"), nullable=False),
    _needed("answered_on"),  # the day, never the hour
    Column("answers", Answers, nullable=False),
    Index("ix_survey_answers_batch_id", "batch_id"),
)

survey_guesses: Final = Table(
    "survey_guesses",
    METADATA,
    Column("minute", Words, primary_key=True),
    Column("wrong", Integer, nullable=False),
)

audit: Final = Table(
    "audit",
    METADATA,
    _number(),
    _moment("at"),
    _needed("action"),
    _needed("actor"),
    _needed("role"),
    Column("on_behalf", Boolean, nullable=False),
    Column("campaign_id", Words),
    Column("period_id", Words),
    Column("unit_code", Words),  # no foreign key: the log outlives everything
    _needed("entity"),
    Column("details", Json, nullable=False),
    Index("ix_audit_unit_code", "unit_code"),
    sqlite_autoincrement=True,  # a number is never used twice
)
