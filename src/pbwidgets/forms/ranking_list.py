"""The list for a meeting: ranks, totals and statuses with the cut line, legible from the back row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from pbwidgets.wording import say


@dataclass(frozen=True)
class RankedUnit:
    """One row of the list, already in words.

    Attributes
    ----------
    rank
        Rank; empty for a unit that is not ranked.
    rank_before
        Rank without the what-if if it differs, else empty.
    unit_name, above
        The unit, and its parent if units need it to be told apart.
    total
        Total, rounded as the campaign specifies.
    layers
        Totals of the layers, in order.
    status, status_words
        Status and its words.
    decided
        The decision in words; empty if there is none.
    firmness
        How often it is selected when assumptions vary; empty if not computed.
    reason, lost
        Reason for the status, and points lost.
    is_new
        Whether the what-if brings it in or drops it.
    """

    rank: str
    rank_before: str
    unit_name: str
    above: str
    total: str
    layers: Sequence[str]
    status: str
    status_words: str
    decided: str = ""
    firmness: str = ""
    reason: str = ""
    lost: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class RankingWords:
    """Words and options of the list.

    Attributes
    ----------
    layers
        Names of the layers, in order.
    cut
        Words of the cut line.
    cut_after
        Number of rows before it; 0 for no line.
    shows_decided, shows_firmness
        Whether those columns are shown.
    """

    layers: Sequence[str]
    cut: str
    cut_after: int
    lang: str
    shows_decided: bool = False
    shows_firmness: bool = False
    unranked: Sequence[RankedUnit] = field(default_factory=tuple)


def ranking_markup(units: Sequence[RankedUnit], words: RankingWords) -> str:
    """Markup of the list; clicking a name shows the reason. What people typed is escaped."""
    columns = [
        say(f"meeting.column_{name}", words.lang)
        for name, shown in (("rank", True), ("unit", True), ("total", True), ("status", True),
                            ("decided", words.shows_decided), ("firm", words.shows_firmness))
        if shown
    ]  # fmt: skip
    columns[3:3] = list(words.layers)
    numbers = range(2, 3 + len(words.layers))
    heads = "".join(
        f'<th scope="col" class="{"pb-r-number" if at in numbers else "pb-r-text"}">{escape(name)}</th>'
        for at, name in enumerate(columns)
    )
    rows = [_row(unit, columns, words) for unit in units]
    if 0 < words.cut_after < len(rows):
        cut = f'<tr class="pb-cut"><td colspan="{len(columns)}"><span>{escape(words.cut)}</span></td></tr>'
        rows.insert(words.cut_after, cut)
    body = "".join(rows)
    return (
        f'<table class="pb-ranking"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
        + _unranked(words)
    )


def _row(unit: RankedUnit, columns: Sequence[str], words: RankingWords) -> str:
    before = ""
    if unit.rank_before:
        code = "meeting.was_none" if unit.rank_before == "0" else "meeting.was"
        before = f' <small class="pb-was">{escape(say(code, words.lang, rank=unit.rank_before))}</small>'
    cells = [
        ("pb-r-rank", escape(unit.rank) + before),
        ("pb-r-name", _name(unit, words.lang)),
        ("pb-r-number", f"<b>{escape(unit.total)}</b>"),
        *(("pb-r-number", escape(total)) for total in unit.layers),
        ("pb-r-status", f'<span class="pb-mark pb-mark-{unit.status}">{escape(unit.status_words)}</span>'),
    ]
    if words.shows_decided:
        cells.append(("pb-r-decided", escape(unit.decided)))
    if words.shows_firmness:
        cells.append(("pb-r-number", escape(unit.firmness)))
    made = "".join(
        f'<td class="{name}" data-label="{escape(column, quote=True)}">{cell}</td>'
        for column, (name, cell) in zip(columns, cells, strict=True)
    )
    return f'<tr class="pb-is-{unit.status}{" pb-is-new" if unit.is_new else ""}">{made}</tr>'


def _name(unit: RankedUnit, lang: str) -> str:
    above = f' <small class="pb-quiet">{escape(unit.above)}</small>' if unit.above else ""
    lost = ""
    if unit.lost:
        items = "".join(f"<li>{escape(part)}</li>" for part in unit.lost.split("；"))
        lost = f"<p><b>{escape(say('meeting.lost', lang))}</b></p><ul>{items}</ul>"
    return (
        f"<details><summary>{escape(unit.unit_name)}{above}</summary>"
        f'<div class="pb-why"><p>{escape(unit.reason)}</p>{lost}</div></details>'
    )


def _unranked(words: RankingWords) -> str:
    if not words.unranked:
        return ""
    title = escape(say("meeting.unranked", words.lang, count=len(words.unranked)))
    items = "".join(
        f"<li><b>{escape(unit.unit_name)}</b> {escape(unit.above)}　"
        f'<span class="pb-mark pb-mark-{unit.status}">{escape(unit.status_words)}</span> {escape(unit.reason)}</li>'
        for unit in words.unranked
    )
    return f'<details class="pb-unranked"><summary>{title}</summary><ul>{items}</ul></details>'
