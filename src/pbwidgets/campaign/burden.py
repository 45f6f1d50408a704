"""How much a campaign asks of a unit: fields to fill and files to hand in, a month and form by form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign.model import Campaign, Field, Form
from pbwidgets.campaign.names import UNIT_KIND, rows_of_unit

_UPLOADS: Final = ("image", "file")
_NOT_FILLED: Final = ("note", "calculate")
_DAYS_OF_MONTH: Final = 30.44


@dataclass(frozen=True)
class Asked:
    """What one form asks of a unit of one kind.

    Attributes
    ----------
    form
        The form, which the unit fills itself.
    fields, files
        Fields without uploads, and uploads, that one submission has; of a repeat its fixed rows, else its least
        number of rows, at least one. Whether a field is relevant is not looked at: it is the most.
    monthly
        Submissions a month, over the whole campaign; 0 for what is filled in once, or as something happens.
    """

    form: Form
    fields: int
    files: int
    monthly: float


def find_asked(campaign: Campaign, kind: str) -> tuple[Asked, ...]:
    """What each form asks of a unit of a kind, forms that it fills itself, in their order; surveys are nobody's."""
    return tuple(
        Asked(form, *_count(form.fields, kind), _monthly(campaign, form))
        for form in campaign.forms
        if kind in form.unit_kind and form.filled_by is None and form.survey is None
    )


def _monthly(campaign: Campaign, form: Form) -> float:
    if form.occurrence == "many" or form.lasts == "campaign":
        return 0.0
    phased = any(form.id in phase.forms for period in campaign.periods for phase in period.phases)
    times = sum(
        not phased or any(form.id in phase.forms for phase in period.phases) for period in campaign.periods
    )
    days = sum((period.ends - period.begins).days + 1 for period in campaign.periods)
    return times * _DAYS_OF_MONTH / max(days, 1)


def _count(fields: tuple[Field, ...], kind: str) -> tuple[int, int]:
    """Fields and uploads of one submission."""
    counted = [*_each(fields, kind)]
    files = sum(type_ in _UPLOADS for type_ in counted)
    return len(counted) - files, files


def _each(fields: tuple[Field, ...], kind: str) -> Iterator[str]:
    for field in fields:
        if field.type not in ("group", "repeat"):
            yield from () if field.type in _NOT_FILLED else (field.type,)
            continue
        times = 1
        if field.type == "repeat":
            table = rows_of_unit(field, {UNIT_KIND: kind})
            times = max(field.min_count or 1, 1) if table is None else len(table.rows)
        yield from list(_each(field.fields, kind)) * times
