"""What counts now, and what counted at any moment before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.store import (
    ALWAYS,
    Actor,
    Store,
    SubmissionKey,
    accept,
    amend,
    audit_head,
    load_state,
    lock,
    redact,
    return_submission,
    submit,
    submit_many,
    undo_accept,
    withdraw,
)
from pbwidgets.store.counting import Counting, load_counting, load_given, newest_content
from pbwidgets.store.engine import Writer

CLERK = Actor("clerk", "organiser")
TOWN, COUNTY = LEVELS = ("township", "county")
ACCEPTED = ("accepted:township", "accepted:county", "locked")
AT_LAST = ("accepted:county", "locked")
BEGUN = datetime(2026, 10, 1, tzinfo=UTC)
NUMBERS = count(1)
FAULT = SubmissionKey("contest", ALWAYS, "faults", "990101", 1)

Step = Callable[["Entry", Writer], None]


@dataclass
class Entry:
    """An entry, what its writers know of it, and what counts of it by the rules."""

    key: SubmissionKey
    states: tuple[str, ...]
    state: str = "submitted"
    version: int = 1
    content: int = 1
    standing: int | None = None
    contents: dict[int, int] = field(default_factory=lambda: {1: 1})

    @property
    def counting(self) -> tuple[int, int] | None:
        """Version and content that count."""
        version = self.version if self.state in self.states else self.standing
        return None if version is None else (version, self.contents[version])

    def made(self, version: int, state: str) -> None:
        self.version, self.state = version, state
        self.contents[version] = self.content

    def amend(self, w: Writer, *, counts: bool) -> None:
        before = self.counting
        self.content += 1
        made = amend(w, self.key, {"n": self.content}, seen_version=self.version, counts=counts)
        if not counts and before is not None:
            self.standing = before[0]
        self.made(made, self.state if counts else "submitted")


def _accept(level: str) -> Step:
    return lambda entry, w: entry.made(accept(w, entry.key, level, LEVELS), f"accepted:{level}")


def _return(level: str) -> Step:
    return lambda entry, w: entry.made(return_submission(w, entry.key, level, LEVELS, "不清楚"), "returned")


def _undo(level: str, before: str) -> Step:
    return lambda entry, w: entry.made(undo_accept(w, entry.key, level, LEVELS), before)


def _withdraw(entry: Entry, w: Writer) -> None:
    withdraw(w, entry.key)
    entry.state = "draft"


def _amend(entry: Entry, w: Writer) -> None:
    entry.amend(w, counts=False)


def _amend_at_once(entry: Entry, w: Writer) -> None:
    entry.amend(w, counts=True)


STEPS: dict[str, tuple[Step, ...]] = {
    "draft": (lambda entry, w: entry.made(submit(w, entry.key), "submitted"),),
    "submitted": (_accept(TOWN), _return(TOWN), _withdraw, _amend),
    "accepted:township": (_accept(COUNTY), _return(COUNTY), _undo(TOWN, "submitted"), _amend, _amend_at_once),
    "accepted:county": (
        _undo(COUNTY, "accepted:township"),
        _amend,
        _amend_at_once,
        lambda entry, w: entry.made(lock(w, entry.key, LEVELS), "locked"),
    ),
    "locked": (_amend, _amend_at_once),
}
STEPS["returned"] = STEPS["draft"]


def head_of(store: Store) -> int:
    with store.read() as r:
        return audit_head(r)


def counting(store: Store, entry: Entry, revision: int | None = None) -> Counting | None:
    with store.read() as r:
        found = load_counting(r, "contest", "2026", lambda _form, state: state in entry.states, revision)
    return next((one for one in found if one.key == entry.key), None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.sampled_from([ACCEPTED, AT_LAST, ("locked",)]), choices=st.lists(st.integers(0, 5), max_size=10)
)
def test_no_sequence_of_steps_loses_what_counts_and_each_moment_reads_as_it_was(
    store: Store, states: tuple[str, ...], choices: list[int]
) -> None:
    entry = Entry(SubmissionKey("contest", ALWAYS, "faults", "990101", next(NUMBERS)), states)
    with store.write(CLERK) as w:
        submit_many(w, [(entry.key, {"n": 1})])
    seen = {head_of(store): counting(store, entry)}
    for choice in choices:
        steps = STEPS[entry.state]
        with store.write(CLERK) as w:
            steps[choice % len(steps)](entry, w)
        found = seen[head_of(store)] = counting(store, entry)
        assert (found and (found.version, found.answers["n"])) == entry.counting
        assert found is None or found.state in states
    assert {head: counting(store, entry, head) for head in seen} == seen
    before = counting(store, entry)
    with store.write(CLERK) as w:
        redact(w, entry.key, "n")
    after = counting(store, entry)
    assert (after and (after.version, after.answers)) == (before and (before.version, {}))


def test_a_withdrawn_amendment_leaves_what_counted_in_force(store: Store) -> None:
    entry = Entry(FAULT, AT_LAST)
    with store.write(CLERK) as w:
        submit_many(w, [(entry.key, {"n": 1})])
        accept(w, entry.key, TOWN, LEVELS)
        stands = accept(w, entry.key, COUNTY, LEVELS)
        amend(w, entry.key, {"n": 2}, seen_version=stands, counts=False)
        withdraw(w, entry.key)
    with store.read() as r:
        now = load_state(r, entry.key)
    found = counting(store, entry)
    assert now is not None
    assert (now.state, now.draft) == ("draft", {"n": 2})
    assert found is not None
    assert (found.version, found.state, found.answers) == (stands, "accepted:county", {"n": 1})


@pytest.fixture
def taken_back(store: Store) -> tuple[Store, list[int]]:
    """A store with an entry that was handed in, taken back the next day, and given again; its revisions."""
    revisions = [head_of(store)]
    for day, step in enumerate((None, withdraw, submit)):
        with store.write(CLERK, BEGUN + timedelta(days=day)) as w:
            step(w, FAULT) if step else submit_many(w, [(FAULT, {"n": 1})])
        revisions.append(head_of(store))
    return store, revisions


def test_what_was_taken_back_did_not_count_until_it_was_given_again(
    taken_back: tuple[Store, list[int]],
) -> None:
    store, revisions = taken_back
    found = [counting(store, Entry(FAULT, ("submitted",)), revision) for revision in revisions]
    assert [one and one.version for one in found] == [None, 1, None, 2]


def test_versions_come_with_their_days_and_what_was_taken_back_comes_twice(
    taken_back: tuple[Store, list[int]],
) -> None:
    store, revisions = taken_back

    def told(revision: int | None) -> list[tuple[int, str, str, bool]]:
        with store.read() as r:
            made = load_given(
                r, "contest", "2026", ["faults"], lambda _, state: state == "submitted", revision
            )
        return [(one.version, one.day, one.cause, one.counts) for one in made.get(FAULT, ())]

    all_of_them = [
        (1, "2026-10-01", "submit", True),
        (1, "2026-10-02", "withdraw", False),
        (2, "2026-10-03", "submit", True),
    ]
    assert told(None) == all_of_them
    assert [told(revision) for revision in revisions] == [all_of_them[:at] for at in range(4)]


def test_newer_content_is_that_of_the_revision(taken_back: tuple[Store, list[int]]) -> None:
    store, revisions = taken_back
    with store.write(CLERK) as w:
        amend(w, FAULT, {"n": 2}, seen_version=2, counts=True)
    with store.read() as r:
        found = [
            newest_content(r, "contest", "2026", ["faults"], revision)["990101"]
            for revision in (revisions[-1], None)
        ]
    assert [version for version, _ in found] == [1, 3]
    assert found[0][1] < found[1][1]
