"""The markup of a repeat with fixed rows: its lines with plain inputs, what is said of each row, the filters.

It is text from answers; nothing here listens. ``rows.js`` finds the parts again by their ``data-…`` attributes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from html import escape
from itertools import count, groupby
from typing import Any, Final

from pbwidgets.campaign.checklists import RowsCheck
from pbwidgets.campaign.model import Campaign, Choice, Field, Form
from pbwidgets.campaign.names import ROW, row_names
from pbwidgets.campaign.tables import TableRow
from pbwidgets.campaign.values import UPLOADS, to_text
from pbwidgets.forms.captions import anchor_of, label_of
from pbwidgets.forms.life_states import WARN_DAYS, LifeState, find_life_state, with_cells
from pbwidgets.wording import say

ON_THE_LINE: Final = 6
"""Most fields that stand on the line of a row; the others open in it."""
SHORT_TEXT: Final = 60
"""Most characters of a text that stands on the line."""
FILTERS: Final = ("soon", "overdue", "undone")
_WIDTHS: Final = {"select_one": 8.5, "date": 9.5, "integer": 6.0, "decimal": 7.0, "text": 11.0}
_DRAWN: Final = count(1)
"""Makes each drawing another text: what was typed into the table is drawn as it is here all the same."""

WordAnswer = Callable[[Field, object], str]


@dataclass(frozen=True)
class RowsLook:
    """What the rows of a table are told by: the column of their headings, and when they are due soon.

    Attributes
    ----------
    heading
        Column under whose values the rows stand; empty for none.
    headings
        Names of these values.
    warn_days
        Days before the due day from which on a row is due soon.
    """

    heading: str = ""
    headings: Mapping[str, str] = attribute(default_factory=dict)
    warn_days: int = WARN_DAYS

    def heading_of(self, known: TableRow) -> str:
        """Heading under which a row stands; empty for none."""
        value = known.cell(self.heading) if self.heading else ""
        return self.headings.get(value, value)


def look_of_rows(form: Form, repeat: Field, campaign: Campaign, lang: str) -> RowsLook:
    """How rows are told by the checks over them, or else by the columns of their table.

    The column of headings is that of the check, or one called ``heading``; its values are named by the choice list of
    the column or of the track.
    """
    columns = repeat.table.columns if repeat.table is not None else {}
    found = [
        (track, check)
        for track in campaign.tracks
        for check in track.checks
        if isinstance(check, RowsCheck) and check.rows == f"{form.id}/{repeat.id}"
    ]
    given = next((check.heading for _, check in found if check.heading), "row/heading").partition("/")[2]
    heading = given if given in columns else ""
    lists = [columns.get(heading, ""), *(track.headings or "" for track, _ in found)]
    choices = next((campaign.choices[name] for name in lists if name in campaign.choices), ())
    names = {choice.id: choice.label.words(lang) for choice in choices}
    return RowsLook(heading, names, min((track.warn_days for track, _ in found), default=WARN_DAYS))


@dataclass
class Row:
    """A row: its place, what the table says of it, and its answers, which are changed in place."""

    at: int
    known: TableRow
    holder: dict[str, Any]


class RowsTable:
    """Makes the markup of the rows of one repeat.

    Parameters
    ----------
    field, fields
        The repeat with its table, and its fields and notes without groups.
    campaign, lang, look
        Choices, language, and how rows are told.
    word_answer
        Puts an answer into words.
    may_change
        Whether a field may be changed; the others are text.
    today
        The day by which rows are due.
    name
        Tells its anchors from those of other forms on the page.
    counting
        The rows as they count by now, for a form that somebody has to accept: a row that is done counts only then.

    Attributes
    ----------
    line_fields, opened_fields
        Fields that stand on the line of a row, and those that open in it.
    """

    def __init__(
        self,
        field: Field,
        fields: Sequence[Field],
        *,
        campaign: Campaign,
        lang: str,
        look: RowsLook,
        word_answer: WordAnswer,
        may_change: Callable[[Field], bool],
        today: date,
        name: str,
        counting: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        assert field.table is not None
        self._field, self._table, self._fields = field, field.table, tuple(fields)
        self._campaign, self._lang, self._look, self._word = campaign, lang, look, word_answer
        self._may_change, self._today, self._name = may_change, today, name
        self.line_fields = [item for item in fields if _fits_on_line(item)][:ON_THE_LINE]
        self.opened_fields = [item for item in fields if item not in self.line_fields]
        self._accepted = None if counting is None else self._find_accepted(counting)

    def _find_accepted(self, counting: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        """Ids of the rows that are done and count as such."""
        answers = {str(row.get(ROW)): dict(row) for row in counting}
        rows = (Row(at, known, answers.get(known.id, {})) for at, known in enumerate(self._table.rows))
        return frozenset(row.known.id for row in rows if (state := self.state(row)) and state.is_done)

    # -- what a row is -------------------------------------------------------------------------------------

    def name_of(self, row: Row) -> str:
        """Name of a row."""
        return row.known.name.words(self._lang)

    def anchor(self, path: str, row: Row) -> str:
        """Anchor of a field on the line of a row, or of the row for the path ``…/row``."""
        return anchor_of(path, row.at, self._name)

    def choices(self, field: Field) -> Sequence[Choice]:
        """Options of a field on the line."""
        return self._campaign.choices.get(field.choices or "", ())

    def state(self, row: Row) -> LifeState | None:
        """How far a row has come; None where rows have no life."""
        if self._field.life is None:
            return None
        answers = with_cells(row.holder, row_names(self._table, row.known))
        return find_life_state(
            self._field.life, self._fields, answers, self._campaign, self._lang, self._today
        )

    def count_done(self, rows: Sequence[Row]) -> str:
        """How many of the rows are done, in words; empty where rows have no life."""
        if self._field.life is None:
            return ""
        done = sum(state is not None and state.is_done for state in map(self.state, rows))
        return say("forms.rows_done", self._lang, done=done, rows=len(rows))

    def _kinds(self, state: LifeState | None) -> list[str]:
        """Filters that let a row through."""
        if state is None:
            return []
        fits = (state.is_due_soon(self._look.warn_days), state.is_overdue, not state.is_done)
        return [kind for kind, is_it in zip(FILTERS, fits, strict=True) if is_it]

    # -- what is said of a row -----------------------------------------------------------------------------

    def tell(self, row: Row, problems: Sequence[str], advice: Sequence[str], shut: Iterable[str]) -> str:
        """What is said of a row beside its answers.

        Parameters
        ----------
        problems, advice
            What is wrong in it, and what looks wrong.
        shut
            Ids of its fields that are not asked.
        """
        state = self.state(row)
        is_claimed = self._accepted is not None and row.known.id not in self._accepted
        parts = [*self._state_parts(state, is_claimed=is_claimed), *self._file_parts(row)]
        parts += [f'<div class="pb-problem" role="alert">{escape(words)}</div>' for words in problems]
        parts += [f'<div class="pb-advice" role="status">{escape(words)}</div>' for words in advice]
        kinds = " ".join([*self._kinds(state), *(["wrong"] if problems else [])])
        row_id, closed = escape(row.known.id, quote=True), " ".join(sorted(shut))
        return f'<div data-of="{row_id}" data-kinds="{kinds}" data-shut="{closed}">{"".join(parts)}</div>'

    def _state_parts(self, state: LifeState | None, *, is_claimed: bool) -> list[str]:
        if state is None:
            return []
        tone, code = _tone_of(state, self._look.warn_days)
        if is_claimed and state.is_done:
            tone, code = "accent", "claimed"
        words = escape(say(f"forms.row_{code}", self._lang))
        due = state.word_due(self._lang)
        return [
            f'<span class="pb-chip pb-tone-{tone}">{words}</span>',
            f'<span class="pb-rows-due">{escape(due)}</span>' if due else "",
        ]

    def _file_parts(self, row: Row) -> list[str]:
        """How many photos and other files a row has."""
        counts = {
            kind: sum(len(_listed(row.holder.get(item.id))) for item in self._fields if item.type == kind)
            for kind in UPLOADS
        }
        return [
            f'<span class="pb-rows-files">{escape(say(f"forms.rows_of_{kind}", self._lang, count=number))}</span>'
            for kind, number in counts.items()
            if number
        ]

    def filters(self, rows: Sequence[Row]) -> str:
        """Buttons that show some of the rows only, each with their number; empty where rows have no life."""
        if self._field.life is None or not rows:
            return ""
        kinds = [self._kinds(self.state(row)) for row in rows]
        counts = {"all": len(kinds), **{name: sum(name in one for one in kinds) for name in FILTERS}}
        buttons = "".join(
            f'<button type="button" data-filter="{name}" aria-pressed="{str(name == "all").lower()}">'
            f"{escape(say(f'forms.rows_{name}', self._lang))} <b>{number}</b></button>"
            for name, number in counts.items()
        )
        label = escape(say("forms.rows_filter", self._lang), quote=True)
        return f'<div class="pb-rows-filters" role="group" aria-label="{label}">{buttons}</div>'

    # -- the table -----------------------------------------------------------------------------------------

    def markup(
        self,
        rows: Sequence[Row],
        fields: Sequence[Field],
        told: Mapping[str, str],
        *,
        opened: Row | None = None,
        after: Row | None = None,
    ) -> str:
        """Table of some of the rows.

        Parameters
        ----------
        fields
            Fields on the line, with their words filled in.
        told
            What is said of each row, by its id.
        opened
            The row that is open.
        after
            The row after which these go on, under the same heading.
        """
        widths = "".join(f'<col style="width:{_WIDTHS[item.type]}em">' for item in fields)
        labels = [
            self._field.label.words(self._lang),
            *(label_of(item, self._lang) for item in fields),
            say("forms.rows_state", self._lang),
        ]
        heads = "".join(f'<th scope="col">{escape(label)}</th>' for label in labels)
        body, above = "", self._look.heading_of(after.known) if after is not None else ""
        for heading, group in groupby(rows, key=lambda row: self._look.heading_of(row.known)):
            if heading and heading != above:
                name = f'<th scope="colgroup" colspan="{len(labels)}">{escape(heading)}</th>'
                body += f'<tr class="pb-rows-heading">{name}</tr>'
            body += "".join(self._line(row, fields, told[row.known.id], row is opened) for row in group)
        return (
            f'<div class="pb-scroll" data-drawn="{next(_DRAWN)}"><table class="pb-rows-table">'
            f'<colgroup><col class="pb-rows-name">{widths}<col class="pb-rows-last"></colgroup>'
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _line(self, row: Row, fields: Sequence[Field], told: str, is_open: bool) -> str:
        row_id = escape(row.known.id, quote=True)
        anchor = escape(self.anchor(f"{self._field.id}/{ROW}", row), quote=True)
        cells = "".join(self._cell(row, item) for item in fields)
        return (
            f'<tr id="{anchor}" data-row="{row_id}"{" class=pb-rows-open" if is_open else ""}>'
            f'<th scope="row">{escape(self.name_of(row))}<small>{escape(self._more_of(row))}</small></th>{cells}'
            f'<td class="pb-rows-told"><div><div class="pb-rows-said">{told}</div>'
            f"{self._opener(row, is_open)}</div></td></tr>"
        )

    def _more_of(self, row: Row) -> str:
        return word_row_columns(self._field, row.known, self._campaign, self._lang, self._look.heading)

    def _opener(self, row: Row, is_open: bool) -> str:
        """Button that opens a row; named by what is in it."""
        named = [item for item in self.opened_fields if item.type != "note"]
        if not self.opened_fields:
            return ""
        first = named[0].label.words(self._lang) if named else ""
        code = (
            "forms.rows_close" if is_open else "forms.rows_open" if len(named) > 1 else "forms.rows_open_one"
        )
        words = escape(say(code, self._lang, first=first, count=len(named)))
        label = escape(f"{self.name_of(row)} {words}", quote=True)
        return (
            f'<button type="button" data-open aria-expanded="{str(is_open).lower()}"'
            f' aria-label="{label}">{words}</button>'
        )

    def _cell(self, row: Row, field: Field) -> str:
        answer = shown(row.holder.get(field.id))
        anchor = escape(self.anchor(f"{self._field.id}/{field.id}", row), quote=True)
        classes = ["pb-typed"] if field.type in ("text", "integer", "decimal") else []
        classes += ["pb-sensitive"] if field.is_sensitive else []
        if self._may_change(field):
            inner = self._input(row, field, answer)
        else:
            inner = f"<span>{escape(self._word(field, answer or None)) or '—'}</span>"
        return (
            f'<td id="{anchor}" class="{" ".join(classes)}" data-field="{field.id}"'
            f' data-label="{escape(label_of(field, self._lang), quote=True)}">{inner}</td>'
        )

    def _input(self, row: Row, field: Field, answer: str) -> str:
        name = f'class="pb-rows-input" data-at="{escape(f"{row.known.id},{field.id}", quote=True)}"'
        words = escape(f"{self.name_of(row)} {field.label.words(self._lang)}")
        if field.type == "select_one":
            none = f'<option value="">{escape(say("forms.choose", self._lang))}</option>'
            options = "".join(
                f'<option value="{escape(item.id, quote=True)}"{" selected" if item.id == answer else ""}>'
                f"{escape(item.label.words(self._lang))}</option>"
                for item in self.choices(field)
            )
            made = f"<select {name}>{none}{options}</select>"
        else:
            kind = "date" if field.type == "date" else "text"
            mode = {"integer": ' inputmode="numeric"', "decimal": ' inputmode="decimal"'}.get(field.type, "")
            value = escape(answer, quote=True)
            made = f'<input type="{kind}" {name} value="{value}" autocomplete="off"{mode}>'
        return f'<label><span class="pb-hidden">{words}</span>{made}</label>'


def word_row_columns(field: Field, row: TableRow, campaign: Campaign, lang: str, heading: str = "") -> str:
    """Number of a row, if its id is one (1.2), and its values in columns that are neither heading nor due day."""
    due = (field.life.due if field.life else None) or ""
    parts = [row.id] if row.id[:1].isdigit() else []
    for column, kind in (field.table.columns if field.table is not None else {}).items():
        value = row.cell(column)
        if value and column not in (heading, due.partition("/")[2]):
            choices = campaign.choices.get(kind, ())
            named = {choice.id: choice.label.words(lang) for choice in choices}
            parts.append(named.get(value, value))
    return " · ".join(parts)


def shown(answer: object) -> str:
    """An answer as an input on a line holds it."""
    return "" if answer is None else to_text(answer)


def _tone_of(state: LifeState, warn_days: int) -> tuple[str, str]:
    """Colour of a state, and the code of its words."""
    told = (
        (state.is_done, "good", "done"),
        (state.is_overdue, "error", "overdue"),
        (state.is_due_soon(warn_days), "warn", "soon"),
        (state.is_begun, "accent", "begun"),
    )
    return next(((tone, code) for is_it, tone, code in told if is_it), ("quiet", "not_begun"))


def _fits_on_line(field: Field) -> bool:
    if field.choice_filter is not None or field.type not in _WIDTHS:
        return False
    return field.type != "text" or (field.max_length or SHORT_TEXT + 1) <= SHORT_TEXT


def _listed(answer: object) -> Sequence[object]:
    return answer if isinstance(answer, list) else ()
