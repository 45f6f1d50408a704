"""One-time codes for the people surveyed, and how many were used."""

import pandas as pd

from pbwidgets.campaign import Form
from pbwidgets.campaign.model import RaterKind
from pbwidgets.errors import DataError
from pbwidgets.store.surveys import load_survey_counts, make_batch
from pbwidgets.workflows.ground.desk import Desk, find_in_scope
from pbwidgets.workflows.ground.workspace import Opened


def survey_forms(opened: Opened) -> tuple[Form, ...]:
    """Forms of the campaign that are anonymous surveys."""
    return tuple(form for form in opened.campaign.forms if form.survey is not None)


def make_survey_batch(
    desk: Desk, form_id: str, unit_code: str, rater_kind: str, count: int
) -> tuple[str, ...]:
    """New one-time codes, to be printed at once: they cannot be read again.

    Raises
    ------
    DataError
        ``survey.unknown_form``, ``survey.unknown_rater_kind``, ``survey.wrong_unit`` (not of the form's kind),
        ``store.survey_count``.
    RightsError
        If the actor may not survey this unit.
    """
    units = desk.units
    desk.authorise("survey", unit_code)
    form = find_survey(desk.opened, form_id)
    find_rater_kind(form, rater_kind)
    if unit_code not in set(units.loc[units["kind"].isin(form.unit_kind), "unit_code"]):
        raise DataError("survey.wrong_unit", unit=unit_code)
    with desk.write() as writer:
        return make_batch(writer, *desk.opened.key, form_id, unit_code, rater_kind, count)


def survey_counts(desk: Desk) -> pd.DataFrame:
    """Numbers of codes handed out and of answers received, for the units that the actor may inspect.

    Returns
    -------
    pandas.DataFrame
        form_id, unit_code, rater_kind, handed_out, finished.

    Raises
    ------
    RightsError
        For roles that may inspect no unit.
    """
    seen = find_in_scope(desk, "inspect")
    with desk.workspace.store.read() as reader:
        counts = load_survey_counts(reader, *desk.opened.key)
    return counts[counts["unit_code"].isin(seen["unit_code"])].reset_index(drop=True)


def find_survey(opened: Opened, form_id: str) -> Form:
    """Survey with this id.

    Raises
    ------
    DataError
        ``survey.unknown_form``.
    """
    for form in survey_forms(opened):
        if form.id == form_id:
            return form
    raise DataError("survey.unknown_form", form=form_id)


def find_rater_kind(form: Form, rater_kind: str) -> RaterKind:
    """Kind of rater with this id in a survey.

    Raises
    ------
    DataError
        ``survey.unknown_rater_kind``.
    """
    for kind in form.survey.rater_kinds if form.survey else ():
        if kind.id == rater_kind:
            return kind
    raise DataError("survey.unknown_rater_kind", kind=rater_kind)
