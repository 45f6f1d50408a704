"""Answers as a frame, one row for each set of answers, with the types that their fields have."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.model import Field
from pbwidgets.campaign.values import UPLOADS, ValueRefusedError, to_answer
from pbwidgets.forms.answer_names import Names
from pbwidgets.forms.answer_sheet import without_groups

if TYPE_CHECKING:
    import pandas as pd

_DTYPES: Final = {"integer": "Int64", "decimal": "float64", "date": "datetime64[s]", "calculate": "object"}


def build_answer_frame(
    fields: Sequence[Field], answers: Sequence[Mapping[str, Any]], names: Names
) -> "pd.DataFrame":
    """One row for each set of answers, one column for each field that holds a single value.

    Parameters
    ----------
    fields
        Fields of a form, or of a repeat. Notes, repeats and uploads have no column.
    answers
        Canonical answers, each for one row.
    names
        What columns and choices are called.

    Returns
    -------
    pandas.DataFrame
        ``Int64`` for whole numbers, ``float64``, ``datetime64[s]`` for dates, ``object`` for what is calculated,
        ``string`` for the rest; several choices are joined by spaces. What is not answered, or not as its field asks,
        is missing, never 0.
    """
    import pandas as pd

    shown = [item for item in without_groups(fields) if item.type not in ("note", "repeat", *UPLOADS)]
    return pd.DataFrame(
        {
            names.of(item.id): pd.Series(
                [_cell(item, row.get(item.id), names) for row in answers],
                dtype=_DTYPES.get(item.type, "string"),
            )
            for item in shown
        }
    )


def _cell(item: Field, answer: object, names: Names) -> object:
    try:
        value = to_answer(item, answer)
    except ValueRefusedError:
        return None
    if value is None or item.choices is None:
        return value
    chosen = value if isinstance(value, list) else [value]
    return " ".join(names.choices.get(str(part), str(part)) for part in chosen)
