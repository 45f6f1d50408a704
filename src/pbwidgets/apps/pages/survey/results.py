"""Results of a survey about one unit by one kind of rater, once there are enough answers."""

from collections.abc import Iterator

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.workflows.survey.batches import survey_forms
from pbwidgets.workflows.survey.results import survey_results


def show_results(visit: Visit) -> Iterator[w.Widget]:
    """Parts of the results page; the address names form, unit and kind of rater."""
    form_id, unit, kind = (visit.place[name] for name in ("form", "unit", "kind"))
    result = survey_results(visit.desk, form_id, unit, kind)
    form = next(form for form in survey_forms(visit.opened) if form.id == form_id)
    kinds = form.survey.rater_kinds if form.survey else ()
    named = next(item.name.words(visit.lang) for item in kinds if item.id == kind)
    yield elements.links([(visit.words("survey.back"), visit.link("survey"))])
    title = visit.words(
        "survey.results_title", form=form.name.words(visit.lang), unit=visit.unit_name(unit), kind=named
    )
    yield elements.heading(title)
    if result is None:
        least = form.survey.shown_from if form.survey else 0
        yield elements.notice("info", visit.words("survey.too_few", least=least))
        return
    yield elements.paragraph(visit.words("survey.finished_count", count=result.finished), quiet=True)
    labels = dict(form.leaves())
    for path, counts in result.counts.items():
        choices = visit.opened.campaign.choices[labels[path].choices or ""]
        bars = [
            elements.progress(
                counts[choice.id] / result.finished,
                visit.words(
                    "survey.bar",
                    choice=choice.label.words(visit.lang),
                    count=counts[choice.id],
                    share=100 * counts[choice.id] / result.finished,
                ),
            ).value
            for choice in choices
        ]
        yield elements.card(elements.markup("".join(bars)), title=labels[path].label.words(visit.lang))
    for path, texts in result.remarks.items():
        rows = [(text,) for text in texts]
        heads = (visit.words("survey.remark"),)
        yield elements.card(
            elements.table(heads, rows, empty=visit.words("survey.no_remarks")),
            title=labels[path].label.words(visit.lang),
        )
