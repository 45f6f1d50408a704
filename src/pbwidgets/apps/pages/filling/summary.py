"""What is shown before handing in, and when two people have changed the same draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.apps.pages.filling.self_marks import SelfMarksView
from pbwidgets.apps.pages.ground.state_words import account_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Change, Form
from pbwidgets.errors import ConflictError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_changes import AnswerChange, compare_answers
from pbwidgets.forms.answer_words import NameFile
from pbwidgets.forms.form_view import FormView
from pbwidgets.store import Actor
from pbwidgets.workflows.filling.comparing import changes_since_last_version
from pbwidgets.workflows.filling.entries import OpenForm
from pbwidgets.workflows.ground.dry_run import SelfLine
from pbwidgets.workflows.ground.workspace import ZONE


def summary_card(
    visit: Visit,
    actor: Actor,
    opened: OpenForm,
    view: FormView,
    name_file: NameFile,
    self_marks: Sequence[SelfMarksView],
    *,
    blocked: bool,
    confirm: Callable[[], None],
    close: Callable[[], None],
) -> w.Widget:
    """Problems that prevent handing in, each with a link to its field; or what would be handed in, to confirm."""
    head = elements.led_to_heading(visit.words("fill.summary"))
    back = elements.button(visit.words("fill.go_on"), close)
    if blocked:
        return elements.card(
            head,
            elements.notice("error", visit.words("fill.blocked", count=len(view.problems))),
            elements.markup(view.jump_links()),
            elements.row(back),
        )
    parts: list[w.Widget] = [head]
    wrong = [words for item in self_marks for words in item.problems.values()]
    parts += [elements.notice("error", words) for words in wrong]
    if opened.is_closed(visit.desk.now):
        parts.append(elements.notice("error", visit.words("fill.closed")))
    changes = changes_since_last_version(
        replace(visit.desk, actor=actor), opened.key, view.answers, name_file
    )
    if opened.version:
        parts.append(_changes(visit, changes))
    else:
        parts.append(elements.paragraph(visit.words("fill.first_time", count=len(changes))))
    parts += [elements.paragraph(item.total_words) for item in self_marks]
    parts += [_short(visit, lines) for item in self_marks if (lines := item.sheet.short)]
    buttons = (
        [] if wrong else [after_uploads(elements.button(visit.words("fill.confirm"), confirm, "primary"))]
    )
    return elements.card(*parts, elements.row(*buttons, back))


def after_uploads(button: w.Button) -> w.Button:
    """The button, which the page's script holds back while a file is on its way."""
    button.add_class("pb-after-uploads")
    return button


def _short(visit: Visit, lines: Sequence[SelfLine]) -> w.Widget:
    """Warning that lines stay below their least number; the form can be handed in all the same."""
    items = "".join(
        f"<li>{escape(f'{line.place} {line.line.name.words(visit.lang)}')}<br>{escape(line.reason)}</li>"
        for line in lines
    )
    words = escape(visit.words("fill.short", count=len(lines)))
    return elements.markup(
        f'<div class="pb-notice pb-warn" role="status"><p>{words}</p><ul>{items}</ul></div>'
    )


def changes_card(visit: Visit, changes: Sequence[Change]) -> w.Widget:
    """What a newer version of the campaign has changed of the form: each field, its old and new values."""
    columns = [visit.words(f"fill.column_{name}") for name in ("what", "change")]
    rows = [(_name(visit, change), _values(visit, change)) for change in changes]
    return elements.card(
        elements.paragraph(visit.words("fill.newer_hint")),
        elements.table(columns, rows),
        title=visit.words("fill.newer_title"),
    )


def _name(visit: Visit, change: Change) -> str:
    """Name of what has changed; its form, which the page shows, is left out."""
    names = change.names[1:] or change.names
    return " · ".join(name.words(visit.lang) for name in names)


def _values(visit: Visit, change: Change) -> str:
    if change.kind == "changed":
        return visit.words("campaign.change_separator").join(change.values(visit.lang))
    return visit.words(f"fill.change_{change.kind}")


def _changes(visit: Visit, changes: Sequence[AnswerChange]) -> w.Widget:
    columns = [visit.words(f"fill.column_{name}") for name in ("field", "before", "after")]
    rows = [(item.label, item.before or "—", item.after or "—") for item in changes]
    return elements.table(
        columns, rows, caption=visit.words("fill.changes"), empty=visit.words("fill.no_changes")
    )


def conflict_card(
    visit: Visit,
    actor: Actor,
    form: Form,
    name_file: NameFile,
    mine: Mapping[str, Any],
    error: ConflictError,
    keep_mine: Callable[[], None],
    take_theirs: Callable[[], None],
) -> w.Widget:
    """Both versions of a draft, and the choice between them."""
    given = error.args_of_message
    at = given["at"].astimezone(ZONE).strftime("%H:%M:%S") if given.get("at") else "–"
    code = "fill.conflict_own" if given["by"] == actor.name else "fill.conflict"
    changes = compare_answers(
        form, visit.opened.campaign, given["answers"], mine, visit.lang, name_file, visit.unit_name
    )
    columns = [visit.words(f"fill.column_{name}") for name in ("field", "theirs", "mine")]
    rows = [(item.label, item.before or "—", item.after or "—") for item in changes]
    made = elements.card(
        elements.notice("warn", visit.words(code, by=account_words(visit, given["by"]), at=at)),
        elements.table(columns, rows, empty=visit.words("fill.conflict_same")),
        elements.row(
            elements.button(visit.words("fill.keep_mine"), keep_mine, "primary"),
            elements.button(visit.words("fill.take_theirs"), take_theirs),
        ),
        title=visit.words("fill.conflict_title"),
    )
    made.add_class("pb-conflict")
    return made
