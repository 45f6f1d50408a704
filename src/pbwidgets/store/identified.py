"""Values that identify somebody, of all campaigns of a store: what its read transactions take out of other texts.

They are those of fields with ``identifies``, of every version and draft. They are kept in memory only and follow the
log: what has been written since is read again, unit by unit, so that a page costs one query more.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, func, select

from pbwidgets.campaign.freezing import from_json
from pbwidgets.campaign.identifying import words_of_definition, words_of_interface
from pbwidgets.intake.identifying import CommonWords, Scrubber, parts_of
from pbwidgets.store.tables import accounts, audit, campaign_versions, submission_versions, submissions, units
from pbwidgets.store.types import SCRUB

_MARK: Final = '"identifies":true'
_OF_SUBMISSIONS: Final = "submission:"
_OF_UNITS: Final = "unit:"
_OF_ACCOUNTS: Final = "account:"


@dataclass(frozen=True)
class Owner:
    """Who may see what a form says: the unit it is about, or the review level that fills it in about the unit."""

    unit_code: str
    filled_by: str | None = None


@dataclass
class Identified:
    """The values of one store, as of its newest write that was looked at."""

    others: Callable[[], CommonWords] | None = None  # words beside the store, such as those of its reports
    _head: int = 0
    _versions: int = 0
    _forms: dict[tuple[str, str], tuple[str | None, frozenset[str]]] = field(default_factory=dict)
    _values: dict[str, dict[Owner, set[str]]] = field(default_factory=dict)
    _definitions: CommonWords = field(default_factory=lambda: CommonWords.of(()))
    _names: CommonWords | None = None
    _accounts: set[str] = field(default_factory=set)
    _common: dict[str, bool] = field(default_factory=dict)
    _scrubber: Scrubber | None = None
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def scrubber(self, conn: Connection, own: Owner | None = None) -> Scrubber:
        """What is taken out for a reader; ``own``: for its filler, who sees the values of this owner."""
        with self._lock:
            token = SCRUB.set(None)  # the values themselves are read as they are
            try:
                self._follow(conn)
            finally:
                SCRUB.reset(token)
            return self._make(own)

    def common(self, conn: Connection) -> CommonWords:
        """What the store itself says: all campaigns, names of units and accounts; empty if no field identifies."""
        with self._lock:
            self._follow(conn)
            known = [words for words in (self._definitions, self._names) if words is not None]
            return CommonWords(
                "\n".join(words.text for words in known), frozenset().union(*(w.pairs for w in known))
            )

    def _make(self, own: Owner | None) -> Scrubber:
        if own is not None and own in self._values.get(own.unit_code, {}):
            return Scrubber.of(self._hidden(own))
        if self._scrubber is None:
            self._scrubber = Scrubber.of(self._hidden())
        return self._scrubber

    def _hidden(self, own: Owner | None = None) -> set[str]:
        """Values that are no common words; for an owner only those that stand in nothing it has written itself."""
        found = {value for owners in self._values.values() for values in owners.values() for value in values}
        mine = "\n".join(self._values[own.unit_code][own]) if own is not None else ""
        return {value for value in found if value not in mine and not self._is_common(value)}

    def _is_common(self, value: str) -> bool:
        """Whether others use the word; found out once, until campaigns or units change."""
        if value not in self._common:
            known = (words_of_interface(), self._definitions, self._names)
            self._common[value] = any(words.holds(value) for words in known if words is not None)
        return self._common[value]

    def _follow(self, conn: Connection) -> None:
        """Read what has been written since the last time."""
        head = conn.scalar(select(func.max(audit.c.id))) or 0
        if head == self._head:
            return
        versions = conn.scalar(select(func.max(campaign_versions.c.id))) or 0
        if head < self._head or versions != self._versions:
            self._head, self._values, self._names = 0, {}, None
            self._read_campaigns(conn)
            self._versions = versions
        if self._forms:
            self._read_values(conn)
        self._head = head

    def _read_campaigns(self, conn: Connection) -> None:
        """Fields that identify in any version and, if there are any, what all versions of all campaigns say."""
        table = campaign_versions.c
        marked = select(table.definition).where(table.definition.contains(_MARK, autoescape=True))
        self._forms, self._scrubber = {}, None
        for campaign in map(from_json, conn.scalars(marked.order_by(table.id))):
            for form in campaign.forms:
                _, paths = self._forms.get((campaign.id, form.id), (None, frozenset()))
                if named := paths | form.identifying_paths():
                    self._forms[campaign.id, form.id] = (form.filled_by, named)
        texts = conn.scalars(select(table.definition)) if self._forms else ()
        words = set().union(*map(words_of_definition, texts))
        beside = [self.others().text] if self._forms and self.others is not None else []
        self._definitions = CommonWords.of([*words, *beside])

    def _read_values(self, conn: Connection) -> None:
        table = audit.c
        touched = set()
        if self._head:
            query = select(table.unit_code, table.entity).where(table.id > self._head)
            rows = conn.execute(query).all()
            touched = {row.unit_code for row in rows if row.entity.startswith(_OF_SUBMISSIONS)}
            named = any(row.entity.startswith(_OF_ACCOUNTS) for row in rows)
            if any(row.entity.startswith(_OF_UNITS) for row in rows) or (
                named and self._accounts != set(conn.scalars(select(accounts.c.name)))
            ):
                self._names = None
        if self._names is None:
            of_units = conn.execute(select(units.c.unit_name, units.c.unit_code))
            self._accounts = set(conn.scalars(select(accounts.c.name)))
            self._names = CommonWords.of([*(text for row in of_units for text in row), *self._accounts])
            self._common, self._scrubber = {}, None
        if not self._head or touched:
            self._replace(conn, touched)

    def _replace(self, conn: Connection, touched: Collection[str]) -> None:
        """Read the values of some units again; of all, if none is named."""
        found: dict[str, dict[Owner, set[str]]] = defaultdict(lambda: defaultdict(set))
        for campaign_id, form_id, unit_code, answers in _answers(
            conn, {form for _, form in self._forms}, touched
        ):
            filled_by, paths = self._forms.get((campaign_id, form_id), (None, frozenset()))
            for path in paths:
                found[unit_code][Owner(unit_code, filled_by)].update(_parts_at(answers, path))
        before = {code: self._values.pop(code, {}) for code in touched}
        self._values.update(found)
        if not touched or any(before[code] != self._values.get(code, {}) for code in touched):
            self._scrubber = None


def _answers(
    conn: Connection, forms: Collection[str], touched: Collection[str]
) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Campaign, form, unit and answers of all versions and drafts of some forms."""
    key = (submissions.c.campaign_id, submissions.c.form_id, submissions.c.unit_code)
    queries = (
        select(*key, submissions.c.draft),
        select(*key, submissions.c.answers),
        select(*key, submission_versions.c.answers).join_from(submissions, submission_versions),
    )
    for query in queries:
        wanted = query.where(key[1].in_(forms))
        for *names, answers in conn.execute(wanted.where(key[2].in_(touched)) if touched else wanted):
            if answers:
                yield *names, answers


def _parts_at(answers: Mapping[str, Any], path: str) -> Iterator[str]:
    name, _, inner = path.partition("/")
    value = answers.get(name)
    rows = (
        [row.get(inner) for row in value if isinstance(row, Mapping)] if isinstance(value, list) else [value]
    )
    for text in rows:
        if isinstance(text, str):
            yield from parts_of(text)
