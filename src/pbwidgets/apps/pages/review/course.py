"""What a submission says otherwise than before, old beside new; and its course, step by step. Markup only."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from html import escape
from itertools import takewhile

from pbwidgets.apps.pages.ground.state_words import level_name, minute_words, state_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Field
from pbwidgets.forms.answer_changes import AnswerChange
from pbwidgets.forms.uploads import ShownFile, files_markup
from pbwidgets.store import Actor
from pbwidgets.wording import number
from pbwidgets.workflows.ground.workspace import ZONE
from pbwidgets.workflows.people.audit_log import role_words
from pbwidgets.workflows.review.case import Review
from pbwidgets.workflows.review.history import Event

FindFile = Callable[[str], ShownFile | None]


def changes_markup(visit: Visit, review: Review, find_file: FindFile) -> str:
    """What was handed in last, beside what had been handed in before it; empty if it was handed in once only.

    Of an amendment that waits for acceptance, beside the version that stands until then.
    """
    *earlier, last = review.handed_in
    if not earlier:
        return ""
    moment, count = minute_words(visit, earlier[-1].at), len(last.changes or ())
    if review.amendment is None:
        title, code = "review.changes", "review.compared_with"
    else:
        title = "review.amendment"
        code = "review.amendment_waits" if review.level else "review.amendment_made"
    words = visit.words(code, moment=moment, count=count)
    told = [f'<h3>{escape(visit.words(title))}</h3><p class="pb-text">{escape(words)}</p>']
    if review.amendment is not None and last.reason:
        why = visit.words("review.amended_because", reason=last.reason)
        told.append(f'<p class="pb-text">{escape(why)}</p>')
    returned = [event for event in review.history if event.deed == "return" and event.at <= last.at]
    if returned:
        asked = visit.words("review.asked", reason=_reason(visit, review, returned[-1]))
        told.append(f'<p class="pb-remark pb-remark-warn">{escape(asked)}</p>')
    return "".join(told) + compare_markup(visit, last.changes or (), find_file)


def compare_markup(visit: Visit, changes: Iterable[AnswerChange], find_file: FindFile) -> str:
    """Table of answers that differ, old beside new, with what differs marked; files as thumbnails."""
    rows = "".join(_row(visit, change, find_file) for change in changes)
    if not rows:
        return f'<p class="pb-text">{escape(visit.words("review.no_changes"))}</p>'
    heads = "".join(
        f'<th scope="col">{escape(visit.words(f"review.{name}"))}</th>' for name in ("field", "was", "is_now")
    )
    return (
        f'<div class="pb-scroll"><table class="pb-table pb-compare"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(visit: Visit, change: AnswerChange, find_file: FindFile) -> str:
    if change.files_before or change.files_after:
        cells = _files(visit, change, find_file)
    else:
        cells = _texts(change.before, change.after)
    shown = "".join(
        f'<td data-label="{escape(visit.words(f"review.{name}"), quote=True)}">{cell}</td>'
        for name, cell in zip(("was", "is_now"), cells, strict=True)
    )
    label = escape(visit.words("review.field"), quote=True)
    return f'<tr><td data-label="{label}"><b>{escape(change.label)}</b></td>{shown}</tr>'


def _texts(before: str, after: str) -> tuple[str, str]:
    """Both texts, with what stands between their common beginning and end marked."""
    begin = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    rest = min(len(before), len(after)) - begin
    backwards = zip(before[::-1][:rest], after[::-1][:rest], strict=True)
    end = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], backwards))

    def marked(text: str, tag: str) -> str:
        if not text:
            return '<span class="pb-quiet">—</span>'
        stop = len(text) - end
        middle = f"<{tag}>{escape(text[begin:stop])}</{tag}>" if stop > begin else ""
        return f'<span class="pb-answer">{escape(text[:begin])}{middle}{escape(text[stop:])}</span>'

    return marked(before, "del"), marked(after, "ins")


def _files(visit: Visit, change: AnswerChange, find_file: FindFile) -> tuple[str, str]:
    """Files that are gone and files that are new; those that stayed are counted."""
    gone = [token for token in change.files_before if token not in change.files_after]
    new = [token for token in change.files_after if token not in change.files_before]
    stayed = len(change.files_after) - len(new)

    def listed(code: str, tokens: list[str]) -> str:
        if not tokens:
            return '<span class="pb-quiet">—</span>'
        words = escape(visit.words(code, count=len(tokens)))
        return f"<p>{words}</p>{files_markup([find_file(token) for token in tokens], visit.lang)}"

    kept = (
        f'<p class="pb-quiet">{escape(visit.words("review.files_stayed", count=stayed))}</p>'
        if stayed
        else ""
    )
    return listed("review.files_gone", gone), listed("review.files_new", new) + kept


# -- the course ----------------------------------------------------------------------------------------


def course_markup(visit: Visit, review: Review, find_file: FindFile) -> str:
    """Every step, the newest first: when, who, what, from what to what, why."""
    items = "".join(_item(visit, review, event, find_file) for event in reversed(review.history))
    title = escape(visit.words("review.history"))
    hint = escape(visit.words("review.history_order"))
    return f'<h3>{title}</h3><p class="pb-quiet">{hint}</p><ol class="pb-course">{items}</ol>'


def _item(visit: Visit, review: Review, event: Event, find_file: FindFile) -> str:
    parts = [
        f"<p><time>{escape(minute_words(visit, event.at))}</time> <b>{escape(_deed(visit, event))}</b> "
        f'<span class="pb-quiet">{escape(_who(visit, event))}</span></p>'
    ]
    parts += [f"<p>{escape(words)}</p>" for words in _details(visit, review, event) if words]
    if event.changes is not None:
        words = escape(visit.words("review.changes_count", count=len(event.changes)))
        table = compare_markup(visit, event.changes, find_file)
        parts.append(
            f"<details><summary>{words}</summary>{table}</details>" if event.changes else f"<p>{words}</p>"
        )
    return f"<li>{''.join(parts)}</li>"


def _deed(visit: Visit, event: Event) -> str:
    again = event.deed in ("submit", "import") and event.changes is not None
    again = again or (event.deed == "rate" and event.before is not None)
    return visit.words(f"review.cause_{event.deed}{'_again' if again else ''}")


def _who(visit: Visit, event: Event) -> str:
    if event.line_id and event.level:  # a mark: whose it is is said by the layer
        layer = visit.opened.campaign.layer(event.level).name.words(visit.lang)
        return layer if event.who is None else f"{layer} · {visit.words('review.myself')}"
    level = level_name(visit, event.level) if event.level else ""
    return " · ".join(part for part in (level, _person(visit, event.who)) if part)


def _person(visit: Visit, who: Actor | None) -> str:
    if who is None:
        return ""
    if who.role == "operator":
        return role_words(who.role, visit.lang)
    name = f"{role_words(who.role, visit.lang)} {who.name}".strip()
    return visit.words("review.on_behalf", who=name) if who.on_behalf else name


def _details(visit: Visit, review: Review, event: Event) -> Iterator[str]:
    """Subject, from what to what, and why."""
    subject = _subject(visit, review, event)
    moved = _moved(visit, event)
    if event.line_id:
        yield f"{subject}：{moved}" if moved else subject
    else:
        yield moved
        yield visit.words("review.concerns", what=subject) if subject else ""
    if event.deed == "treat_mark":
        yield visit.words(f"audit.value.{event.reason}")
    elif event.reason:
        yield visit.words("review.commented" if event.line_id else "review.because", reason=event.reason)


def _subject(visit: Visit, review: Review, event: Event) -> str:
    if event.line_id:
        line = next(item for item in review.lines if item.criterion.id == event.line_id)
        return f"{line.number} {line.criterion.name.words(visit.lang)}"
    labels = dict(field_labels(review.form.fields, visit.lang))
    return labels.get(event.field_path or "", "")


def _reason(visit: Visit, review: Review, event: Event) -> str:
    return "：".join(part for part in (_subject(visit, review, event), event.reason) if part)


def _moved(visit: Visit, event: Event) -> str:
    if event.deed == "confirm_mark":
        return _value(visit, event, event.after)
    if event.before == event.after:
        return ""
    if event.before is None and not isinstance(event.after, datetime) and event.deed != "rate":
        return _value(visit, event, event.after)
    return f"{_value(visit, event, event.before)} → {_value(visit, event, event.after)}"


def _value(visit: Visit, event: Event, value: str | float | datetime | None) -> str:
    if isinstance(value, datetime):
        last = (value - timedelta(microseconds=1)).astimezone(ZONE).date()
        return visit.words("home.last_day", day=last.isoformat())
    if isinstance(value, str):
        return state_words(visit, value)
    if value is not None:
        return visit.words("review.points_given", points=number(value))
    if event.line_id:
        return visit.words("review.void_mark" if event.deed == "treat_mark" else "review.unmarked")
    return visit.words("home.no_deadline")


def field_labels(
    fields: tuple[Field, ...], lang: str, path: str = "", above: str = ""
) -> Iterator[tuple[str, str]]:
    """Path and label of every field and repeat of a form; fields of a repeat are named with it."""
    for item in fields:
        label = f"{above}{item.label.words(lang)}"
        if item.type == "group":
            yield from field_labels(item.fields, lang, path, above)
        elif item.type == "repeat":
            yield f"{path}{item.id}", label
            yield from field_labels(item.fields, lang, f"{path}{item.id}/", f"{label} · ")
        elif item.type != "note":
            yield f"{path}{item.id}", label
