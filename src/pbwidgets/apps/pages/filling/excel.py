"""Filling in with Excel: one form of one unit into its draft; the forms of many units, or a log's entries, at once."""

from collections.abc import Callable, Sequence

import ipywidgets as w

from pbwidgets.apps.pages.ground.return_panel import Done, Offer, ReturnPanel, ReturnUse
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Form
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.exchange.answers import read_return, store_return, write_template
from pbwidgets.workflows.exchange.checking import ChangedAnswers
from pbwidgets.workflows.exchange.own import find_draft, read_own_return
from pbwidgets.workflows.exchange.returned import Return
from pbwidgets.workflows.ground.desk import Desk


def draft_panel(
    visit: Visit, desk: Callable[[], Desk], key: SubmissionKey, take: Callable[[ChangedAnswers, bool], Done]
) -> ReturnPanel[Return]:
    """Panel for one form of one unit.

    Parameters
    ----------
    desk
        Desk of who fills in; what was typed is saved when it is asked for.
    take
        Puts answers into the draft; its second argument is whether something is wrong in them.
    """
    form = visit.opened.campaign.form(key.form_id)

    def store(returned: Return, good_rows: bool) -> Done:
        found = find_draft(desk(), returned)
        return Done(visit.words("excel.no_change")) if found is None else take(found, good_rows)

    def into_draft(returned: Return) -> str:
        return visit.words("excel.into_draft") if find_draft(desk(), returned) is not None else ""

    name = f"{form.name.words(visit.lang)}_{visit.unit_name(key.unit_code)}"
    return ReturnPanel(
        visit,
        ReturnUse(
            title=visit.words("excel.fill_panel"),
            hint=visit.words("excel.fill_hint") + _official_words(visit, form),
            offers=[
                Offer(
                    visit.words("excel.fill_offer"),
                    name,
                    lambda path: write_template(desk(), [key.form_id], [key.unit_code], path),
                )
            ],
            read=lambda path, told: read_own_return(desk(), key, path, told),
            store=store,
            confirm=visit.words("excel.take"),
            accept_good=into_draft,
        ),
    )


def units_panel(
    visit: Visit, form: Form, unit_codes: Sequence[str], on_stored: Callable[[], None]
) -> w.Widget:
    """Panel for a form of many units, or for the entries of a log: what is confirmed is handed in."""

    def store(returned: Return, good_rows: bool) -> Done:
        stored = store_return(visit.desk, returned, accept_good_rows=good_rows)
        on_stored()
        return Done(visit.words("excel.handed_in", count=stored.stored))

    def good(returned: Return) -> str:
        count = returned.count("new") + returned.count("changed")
        return visit.words("excel.accept_good", count=count) if count else ""

    name = form.name.words(visit.lang)
    many, official = len(unit_codes) > 1, form.id if form.official_tables else None
    words = (
        visit.words("excel.units_offer", count=len(unit_codes)) if many else visit.words("excel.fill_offer")
    )
    panel: ReturnPanel[Return] = ReturnPanel(
        visit,
        ReturnUse(
            title=visit.words("excel.fill_panel"),
            hint=visit.words("excel.units_hint" if many else "excel.entries_hint")
            + _official_words(visit, form),
            offers=[
                Offer(words, name, lambda path: write_template(visit.desk, [form.id], unit_codes, path)),
            ],
            read=lambda path, told: read_return(
                visit.desk, path, told, form_id=official, unit_code=None if many else unit_codes[0]
            ),
            store=store,
            confirm=visit.words("excel.hand_in"),
            accept_good=good,
        ),
    )
    return panel.view


def _official_words(visit: Visit, form: Form) -> str:
    """Which tables of others may be sent as they are; empty for none."""
    names = [table.name.words(visit.lang) for table in form.official_tables]
    return visit.words("excel.official", names=visit.words("excel.glue").join(names)) if names else ""
