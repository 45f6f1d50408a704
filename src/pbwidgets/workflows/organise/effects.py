"""What a new version of a campaign does to answers, marks and nominations that are there, and what becomes of marks.

A mark on a line whose points change no longer says what it said: 8 of 10 is not 8 of 8. The organiser decides
when the version is opened: in proportion (``rescale``), at the new limit (``cap``), or given anew (``again``).

Whatever was opened in between, it is the rater's own mark that is converted, from the range of the version it was
given under; where the line is as it was then, the own mark counts and nothing is asked.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pbwidgets.campaign import Campaign, Change, check_answers, from_json, rows_in
from pbwidgets.campaign.model import Criterion, Track
from pbwidgets.campaign.names import ROW, form_of_unit, places
from pbwidgets.errors import UsageError
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import (
    MarkOnRecord,
    MarkPolicy,
    Reader,
    SubmissionKey,
    SubmissionState,
    Writer,
    load_campaign_json,
    load_decisions,
    load_marks,
    load_nominations,
    load_units,
    treat_marks,
)
from pbwidgets.store.nominations import NOMINATED
from pbwidgets.store.ratings import POLICIES, Treatment
from pbwidgets.store.submissions import load_submissions
from pbwidgets.units import kinds_and_domains
from pbwidgets.wording import number, say
from pbwidgets.workflows.ground.marks import is_marked, needs_reason
from pbwidgets.workflows.ground.workspace import Opened

Range = tuple[float, float]
Outcome = Treatment
"""What has become of a mark: ``own`` where it counts as it was given."""
_OUTCOMES: Final[tuple[Outcome, ...]] = (*POLICIES, "own")
_NAMED: Final = 5  # units named in a message
_DIGITS: Final = 9  # of a converted mark: below that is binary noise
_SMALL: Final = 1e-9
_WORDS: Final = frozenset(
    {"label", "hint", "unit", "constraint_message"}
)  # of a field: they refuse no answer


_UNCOUNTED: Final = frozenset(
    {
        "name", "description", "evidence", "anchors", "default", "recommendations", "public_notice", "award",
        "decided_by",
    }
)  # fmt: skip
"""Keys of lines and tracks that change no points and no list."""


@dataclass(frozen=True)
class Effect:
    """One change, and what is there that it touches; units by their codes, one for each case.

    Attributes
    ----------
    change
        The change.
    handed_in, drafts
        Submissions of its form that were handed in, and that are being filled in.
    failing
        Units whose answers, as they were handed in, the new version would refuse.
    dropped
        Units that answered a field which is no longer there.
    marks
        Units with a mark on its line or track.
    outside
        Units with a mark outside the new range of the line.
    points
        Old and new range of the line's points, if that is what changes.
    nominated, decided
        Nominations in force in its track, and units on which a decision stands.
    above
        Nominating units with more nominations than they will be allowed.
    recounts
        Whether points that are there are counted anew.
    """

    change: Change
    handed_in: int = 0
    drafts: int = 0
    failing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    points: tuple[Range, Range] | None = None
    nominated: int = 0
    decided: int = 0
    above: tuple[str, ...] = ()
    recounts: bool = False

    @property
    def touches_marks(self) -> bool:
        """Whether it has to be said what becomes of marks."""
        return self.points is not None and bool(self.marks)

    def touched(self, names: Mapping[str, str], lang: str | None = None) -> str:
        """What it touches, with counts and the names of units; empty if nothing."""
        counts = {
            "handed_in": self.handed_in, "drafts": self.drafts, "nominated": self.nominated,
            "decided": self.decided,
        }  # fmt: skip
        cases = {
            "failing": self.failing, "dropped": self.dropped, "marks": self.marks, "outside": self.outside,
            "above": self.above,
        }  # fmt: skip
        said = [say(f"workflows.effect_{name}", lang, count=count) for name, count in counts.items() if count]
        said += [
            say(f"workflows.effect_{name}", lang, count=len(codes), units=_name_units(codes, names, lang))
            for name, codes in cases.items()
            if codes
        ]
        return say("workflows.effect_separator", lang).join(said)

    def words(self, names: Mapping[str, str], lang: str | None = None) -> str:
        """The change and what it touches, in words."""
        nothing = "workflows.effect_recounts" if self.recounts else "workflows.effect_none"
        touched = self.touched(names, lang) or say(nothing, lang)
        return say("workflows.effect", lang, change=self.change.message(lang), touched=touched)


def find_effects(
    reader: Reader, opened: Opened, new: Campaign, changes: Iterable[Change], day: date
) -> tuple[Effect, ...]:
    """What each change touches of the records of an opened campaign.

    Parameters
    ----------
    opened
        The campaign and period as they are open.
    new
        The campaign as it would be.
    day
        What ``today()`` gives in the expressions of its forms.
    """
    submissions = load_submissions(reader, *opened.key)
    marks = load_marks(reader, *opened.key)
    turns = tuple(_find_turns(reader, opened, new, marks))
    whose = kinds_and_domains(load_units(reader))
    found = _Records(opened.campaign, new, submissions, marks, turns, reader, opened, day, whose)
    return tuple(found.effect(change) for change in changes)


def settle_marks(
    writer: Writer, old: Opened, new: Opened, policy: MarkPolicy | None, lang: str | None = None
) -> dict[Outcome, int]:
    """What becomes of marks whose lines are not as they were, and of how many.

    Raises
    ------
    UsageError
        ``workflows.marks_policy_needed`` if there are marks on lines whose points change, or which are marked now
        and computed then, and nobody has said what becomes of them.
    """
    turns = tuple(_find_turns(writer, old, new.campaign, load_marks(writer, *old.key)))
    asked = [turn for turn in turns if not turn.is_back]
    if asked and policy is None:
        names = {line.id: line.name.words(lang or "zh_CN") for line in _lines(new.campaign).values()}
        raise UsageError(
            "workflows.marks_policy_needed",
            count=len(asked),
            lines=say("workflows.effect_separator", lang).join(_ask(asked, names, lang)),
        )
    settled = [(turn, turn.settle(policy)) for turn in turns]
    treat_marks(writer, ((turn.mark, to, why) for turn, (to, why) in settled), new.version)
    return dict(Counter(turn.outcome(*how) for turn, how in settled))


def _ask(turns: Iterable["_Turn"], names: Mapping[str, str], lang: str | None) -> Iterator[str]:
    """Each line with what changes, and how many marks were given on it before."""
    for (line_id, given, new), count in Counter(
        (turn.mark.key.criterion_id, turn.given, turn.new) for turn in turns
    ).items():
        code = "workflows.marks_touched"
        if given.is_marked != new.is_marked:
            code = "workflows.marks_computed" if given.is_marked else "workflows.marks_marked"
        elif given.range == new.range:
            code = "workflows.marks_unexplained"
        yield say(code, lang, line=names[line_id], count=count, **_range_words(given.range, new.range))


def settled_words(settled: Mapping[Outcome, int], lang: str | None = None) -> str:
    """What has become of marks when a version was opened, with counts; empty if there were none.

    >>> settled_words({"rescale": 216, "again": 432}, "en")
    '216 marks count in proportion to the new points; 432 marks must be given anew.'
    """
    parts = [
        say(f"workflows.settled_{outcome}", lang, count=settled[outcome])
        for outcome in _OUTCOMES
        if outcome in settled
    ]
    said = say("workflows.effect_separator", lang).join(parts)
    return said and say("workflows.settled", lang, said=said)


def convert(points: float, old: Range, new: Range, policy: MarkPolicy) -> float | None:
    """What a mark counts as where the range of its line changes; None if it must be given anew.

    ``rescale`` multiplies by the new limit over the old one (the lowest one for points below zero); like
    ``cap`` it never leaves the new range.

    Examples
    --------
    >>> convert(9.0, (0.0, 10.0), (0.0, 8.0), "rescale"), convert(9.0, (0.0, 10.0), (0.0, 8.0), "cap")
    (7.2, 8.0)
    """
    if policy == "again":
        return None
    side = 0 if points < 0 else 1
    if policy == "rescale" and old[side]:
        points = round(points * new[side] / old[side], _DIGITS)
    return min(max(points, new[0]), new[1])


@dataclass(frozen=True)
class _Records:
    """The records of a period, asked change by change."""

    old: Campaign
    new: Campaign
    submissions: Sequence[SubmissionState]
    marks: Sequence[MarkOnRecord]
    turns: Sequence["_Turn"]
    reader: Reader
    opened: Opened
    day: date
    whose: Mapping[str, tuple[str, str | None]]
    refused: dict[SubmissionKey, frozenset[str]] = field(default_factory=dict)

    def effect(self, change: Change) -> Effect:
        if change.form_id is not None:
            return self._of_form(change, change.form_id)
        if change.line_id is not None:
            return self._of_line(change, change.line_id)
        if change.row is not None:
            return self._of_row(change, *change.row)
        return (
            self._of_track(change)
            if change.part == "track"
            else Effect(change, recounts=self._recounts(change))
        )

    def _recounts(self, change: Change) -> bool:
        there = bool(self.marks) or any(item.version for item in self.submissions)
        is_counted = change.part in ("criterion", "measure", "track", "row", "check", "list")
        return there and is_counted and not (change.keys and _UNCOUNTED.issuperset(change.keys))

    def _of_form(self, change: Change, form_id: str) -> Effect:
        ours = [item for item in self.submissions if item.key.form_id == form_id]
        handed_in = [item for item in ours if item.version]
        path = change.address.partition(".")[2]
        may_refuse = change.part == "field" and not (change.keys and _WORDS.issuperset(change.keys))
        return Effect(
            change,
            handed_in=len(handed_in),
            drafts=sum(item.draft is not None for item in ours),
            failing=tuple(
                item.key.unit_code for item in handed_in if may_refuse and path in self._refused(item)
            ),
            dropped=tuple(
                item.key.unit_code
                for item in handed_in
                if change.kind == "removed" and change.part == "field" and _has_answer(item, path)
            ),
        )

    def _of_row(self, change: Change, table: str, row_id: str) -> Effect:
        """A row that is gone keeps its answers in the versions that have them; nobody is asked for them any more."""
        fixed = {
            (form.id, place.field.id)
            for form in self.old.forms
            for place in places(form)
            if place.field.rows == table
        }
        touched = [
            item.key.unit_code
            for item in self.submissions
            if item.version
            and any(
                row.get(ROW) == row_id and len(row) > 1
                for form_id, repeat in fixed
                if form_id == item.key.form_id
                for row in rows_in(item.answers or {}, repeat)
            )
        ]
        gone = tuple(touched) if change.kind == "removed" else ()
        return Effect(change, dropped=gone, recounts=self._recounts(change))

    def _refused(self, item: SubmissionState) -> frozenset[str]:
        """Paths of the answers that the new form refuses, without fields that it does not have; found out once."""
        if item.key not in self.refused:
            self.refused[item.key] = self._find_refused(item)
        return self.refused[item.key]

    def _find_refused(self, item: SubmissionState) -> frozenset[str]:
        form = next((form for form in self.new.forms if form.id == item.key.form_id), None)
        if form is None:
            return frozenset()
        form = form_of_unit(form, *self.whose.get(item.key.unit_code, (None, None)))
        problems = check_answers(form, self.new, item.answers or {}, complete=True, today=self.day)
        return frozenset(one.path for one in problems if one.code != "campaign.answer_unknown_field")

    def _of_line(self, change: Change, line_id: str) -> Effect:
        marks = [mark for mark in self.marks if mark.key.criterion_id == line_id]
        turns = self._turns({line_id})
        outside = [turn.mark for turn in turns if not turn.is_within]
        return Effect(
            change,
            marks=_units(marks),
            outside=_units(outside),
            points=_ranges(turns),
            recounts=self._recounts(change),
        )

    def _turns(self, lines: Collection[str]) -> list["_Turn"]:
        """What has to be decided about marks on some lines."""
        return [turn for turn in self.turns if turn.mark.key.criterion_id in lines and not turn.is_back]

    def _of_track(self, change: Change) -> Effect:
        old, new = ({track.id: track for track in one.tracks} for one in (self.old, self.new))
        track = (old | new)[change.address]
        lines = set() if change.kind == "changed" else {line.id for line in track.lines()}
        nominations = load_nominations(self.reader, *self.opened.key)
        ours = nominations[(nominations["track_id"] == track.id) & (nominations["status"] == NOMINATED)]
        decisions = load_decisions(self.reader, *self.opened.key)
        return Effect(
            change,
            marks=_units(mark for mark in self.marks if mark.key.criterion_id in lines),
            points=_ranges(self._turns(lines)),
            nominated=len(ours),
            decided=int((decisions["track_id"] == track.id).sum()),
            recounts=self._recounts(change),
            above=_above(
                old.get(track.id),
                track,
                {str(code): int(n) for code, n in ours["by_unit"].value_counts().items()},
            ),
        )


def _above(old: Track | None, new: Track, listed: Mapping[str, int]) -> tuple[str, ...]:
    """Units with more nominations than the new limit, where it is lower than the old one."""
    was, limit = (_highest(track) for track in (old, new))
    return tuple(sorted(code for code, count in listed.items() if count > limit)) if limit < was else ()


def _highest(track: Track | None) -> float:
    bounds = track.nomination.allotment if track and track.nomination else None
    return bounds.highest if bounds else float("inf")


def _lines(campaign: Campaign) -> dict[str, Criterion]:
    return {line.id: line for track in campaign.tracks for line in track.lines()}


@dataclass(frozen=True)
class _Scale:
    """What a mark on a line may be: its range, and whether it is the points, or corrects computed ones."""

    range: Range
    is_marked: bool
    needs_reason: bool


@dataclass(frozen=True)
class _Turn:
    """A mark in force on a line that is not as it was when it was last said what the mark counts as.

    Attributes
    ----------
    given, new
        The line under the version that the mark was given under, and under the new one.
    """

    mark: MarkOnRecord
    given: _Scale
    new: _Scale

    @property
    def is_back(self) -> bool:
        """Whether the line is again as it was when the mark was given: nothing has to be decided."""
        same = (self.given.range, self.given.is_marked) == (self.new.range, self.new.is_marked)
        return same and not self.lacks_reason

    @property
    def lacks_reason(self) -> bool:
        """Whether the line needs a reason now, did not then, and the mark has none."""
        needed = self.new.needs_reason and not self.given.needs_reason
        return needed and not clean_text(self.mark.comment)

    @property
    def is_within(self) -> bool:
        """Whether the rater's own mark is within the new range."""
        low, high = self.new.range
        return low - _SMALL <= self.mark.own <= high + _SMALL

    def settle(self, policy: MarkPolicy | None) -> tuple[float | None, Treatment]:
        """What the mark counts as, and why; what a policy cannot convert must be given anew."""
        if self.is_back:
            return self.mark.own, "own"
        if policy is None or policy == "again" or self.must_be_given_anew:
            return None, "again"
        return convert(self.mark.own, self.given.range, self.new.range, policy), policy

    @property
    def must_be_given_anew(self) -> bool:
        """Whether no policy can convert it: marked then and computed now, or a reason is lacking."""
        return self.given.is_marked != self.new.is_marked or self.lacks_reason

    def outcome(self, to: float | None, why: Treatment) -> Outcome:
        """What has become of it, for the count."""
        return "own" if to == self.mark.own else why


def _find_turns(reader: Reader, old: Opened, new: Campaign, marks: Iterable[MarkOnRecord]) -> Iterator[_Turn]:
    after = _scales(new)
    known = {old.version: _scales(old.campaign)}

    def scale_of(version: str | None, line_id: str) -> _Scale | None:
        name = version or old.version
        if name not in known:
            known[name] = _scales(from_json(load_campaign_json(reader, new.id, name)))
        return known[name].get(line_id)

    for mark in marks:
        line_id = mark.key.criterion_id
        now, given = after.get(line_id), scale_of(mark.given_under, line_id)
        if now is None or given is None:  # a mark on a line that was not there is nobody's
            continue
        if scale_of(mark.settled_under, line_id) != now:
            yield _Turn(mark, given, now)


def _scales(campaign: Campaign) -> dict[str, _Scale]:
    return {
        line_id: _Scale(find_range(line), is_marked(line), needs_reason(line))
        for line_id, line in _lines(campaign).items()
    }


def _ranges(turns: Sequence[_Turn]) -> tuple[Range, Range] | None:
    return (turns[0].given.range, turns[0].new.range) if turns else None


def _range_words(old: Range, new: Range) -> dict[str, str]:
    shown = [number(top) if low == 0 else f"{number(low)}–{number(top)}" for low, top in (old, new)]
    return {"before": shown[0], "after": shown[1]}


def _units(marks: Iterable[MarkOnRecord]) -> tuple[str, ...]:
    return tuple(mark.key.unit_code for mark in marks)


def _has_answer(item: SubmissionState, path: str) -> bool:
    repeat, _, name = path.rpartition("/")
    answers = item.answers or {}
    rows = rows_in(answers, repeat) if repeat else [answers]
    return any(row.get(name) not in (None, "", []) for row in rows)


def _name_units(codes: Sequence[str], names: Mapping[str, str], lang: str | None) -> str:
    different = sorted(set(codes))
    shown = say("workflows.effect_glue", lang).join(names.get(code, code) for code in different[:_NAMED])
    more = len(different) - _NAMED
    return shown if more <= 0 else say("workflows.effect_more", lang, units=shown, count=len(different))
