"""CSV that Excel does not compute and our own reader gives back as it was."""

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.exports.csv import to_csv
from pbwidgets.intake.text import clean_name
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.units import read_units

NAMES = (
    st.text("'=+-@＝\t \"05,.e甲\x0b", min_size=1, max_size=8)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
).map(lambda text: clean_name(f"{text}镇"))


@given(names=st.lists(NAMES, min_size=1, max_size=5))
def test_a_register_that_is_listed_and_imported_again_is_the_same(names: list[str]) -> None:
    rows = [
        {"unit_code": f"99010100{at}", "unit_name": name, "kind": "township", "synthetic": at % 2 == 0}
        for at, name in enumerate(names)
    ]
    units = to_frame(rows, UNITS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        path.write_text(to_csv(units), encoding="utf-8-sig")
        read = read_units(path)
    pd.testing.assert_frame_equal(read.content, units)
    assert [note for note in read.notes if note.code != "units.official_code_apart"] == []


def test_a_formula_is_text_and_a_negative_number_is_a_number() -> None:
    frame = pd.DataFrame(
        {
            "=name": ["=1+1镇", "@甲", "-走访", "甲\x0b乙"],
            "change": [-0.5, 1, 2, 3],
            "value": ["-0.5", "+3", "5", None],
        }
    )
    assert list(csv.reader(io.StringIO(to_csv(frame)))) == [
        ["'=name", "change", "value"],
        ["'=1+1镇", "-0.5", "-0.5"],
        ["'@甲", "1.0", "+3"],
        ["'-走访", "2.0", "5"],
        ["甲 乙", "3.0", ""],
    ]
