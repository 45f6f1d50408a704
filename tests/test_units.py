"""The register is read and checked in full, and cut by day and subtree."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pbwidgets.errors import DataError, ProblemsError
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.units import (
    COLUMNS,
    ancestors,
    members,
    official_level,
    partitions,
    read_units,
    sole_partitions,
    subtree,
    successors,
    taking_part,
    tops,
    unit_names,
    units_as_of,
)

KINDS = {"county": (), "township": ("county",), "village": ("township",)}
CSV = """编码,名称,类别,上级编码,启用日期,停用日期,并入
990101,九九县,county,,,,
990101001,东乡,township,990101,,,
990101001001,东一村,village,990101001,2020/1/1,,
990101001002,东二村,village,990101001,,2025-12-31,990101001001
007,零七所,township,990101,,,
"""


def problems_of(path: Path, text: str | bytes, kinds: object = KINDS) -> list[tuple[str, str]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ProblemsError, match=r".+") as caught:
        read_units(path, kinds)  # type: ignore[arg-type]
    for problem in caught.value.problems:
        assert problem.line("zh_CN")
        assert problem.line("en")
    return [(problem.code, problem.place) for problem in caught.value.problems]


def test_the_columns_are_those_of_the_frame_of_units() -> None:
    assert dict(COLUMNS) == dict(UNITS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(CSV.replace(",", delimiter).encode(encoding))
    units = read_units(path, KINDS).content
    assert list(units["unit_code"]) == ["990101", "990101001", "990101001001", "990101001002", "007"]
    assert units["parent_code"].isna().tolist() == [True, False, False, False, False]
    assert units["valid_from"].tolist()[2] == "2020-01-01"
    pd.testing.assert_frame_equal(units, to_frame(units, UNITS))


def test_english_headers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("unit_code,unit_name,kind,synthetic\n990101,County,county,1\n", encoding="utf-8")
    assert bool(read_units(path).content["synthetic"].iloc[0])


def test_codes_in_a_workbook_keep_their_leading_zeros(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编码", "名称", "类别", "上级编码", "启用日期"])
    sheet.append([990101, "九九县", "county", None, date(2020, 1, 1)])
    sheet.append([990101001.0, "东乡", "township", "990101", None])
    sheet.append([7, "零七所", "township", 990101, None])
    sheet.append(["008", "零八所", "township", 990101, None])
    sheet["A4"].number_format = "000"
    path = tmp_path / "units.xlsx"
    book.save(path)
    units = read_units(path, KINDS).content
    assert list(units["unit_code"]) == ["990101", "990101001", "007", "008"]
    assert units["parent_code"].tolist()[1:] == ["990101"] * 3
    assert units["valid_from"].iloc[0] == "2020-01-01"


def test_a_mistake_in_a_workbook_is_named_by_its_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "单位"
    sheet.append(["名称", "编码", "类别", "上级编码"])
    sheet.append(["九九县", 990101, "county", None])
    sheet.append([])
    sheet.append(["东乡", 990101001, "townshp", 990102])
    path = tmp_path / "units.xlsx"
    book.save(path)
    assert problems_of(path, path.read_bytes()) == [
        ("units.unknown_parent", "单位!D4"),
        ("units.unknown_kind", "单位!C4"),
    ]


def test_all_problems_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        CSV
        + "990101001,重号,township,990101,,,\n"  # 7
        + "990101003,无上级,village,999999,,,\n"  # 8
        + "990102004,串号,township,990101,,,\n"  # 9
        + "x1,坏日期,township,990101,2026-02-30,,\n"  # 10
        + "x2,倒日期,township,990101,2026-02-01,2026-01-01,\n"  # 11
        + "x3,并入无,township,990101,,2026-01-01,nobody\n"  # 12
        + "x4,未停用,township,990101,,,007\n"  # 13
        + "x5,孤村,village,,,,\n"  # 14
        + "x6,错级,village,990101,,,\n"  # 15
        + ",无码,township,990101,,,\n"  # 16
        + "坏 码,坏码,township,990101,,,\n"  # 17
    )
    assert problems_of(tmp_path / "units.csv", text) == [
        ("units.repeated_code", "7"),
        ("units.unknown_parent", "8"),
        ("intake.bad_date", "10"),
        ("units.ends_before_begin", "11"),
        ("units.unknown_merger", "12"),
        ("units.merged_without_end", "13"),
        ("units.parent_missing", "14"),
        ("units.wrong_parent_kind", "15"),
        ("units.missing_value", "16"),
        ("units.bad_code", "17"),
    ]


def test_a_circle_names_its_members_only(tmp_path: Path) -> None:
    text = "编码,名称,类别,上级编码\na,甲,k,b\nb,乙,k,c\nc,丙,k,a\nd,丁,k,a\ne,戊,k,\nf,己,k,f\n"
    assert problems_of(tmp_path / "units.csv", text, None) == [
        ("units.circle", "2"),
        ("units.circle", "3"),
        ("units.circle", "4"),
        ("units.circle", "7"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("intake.file_empty", "")]),
        (b"\xef\xbb\xbf\n\n", [("intake.file_empty", "")]),
        (b"PK\x03\x04 broken", [("intake.bad_workbook", "")]),
        (b"\xd0\xcf\x11\xe0\x00\x00\x00", [("intake.file_not_table", "")]),
        ("编码,名称,类别\n".encode(), [("units.no_rows", "")]),
        ("编码,名称\n1,a\n".encode(), [("intake.missing_column", "1")]),
        ("编码,名称,类别,备忘\n1,a,k,\n".encode(), [("intake.unknown_column", "1")]),
        ("编码,名称,类别,编码\n1,a,k,1\n".encode(), [("intake.repeated_column", "1")]),
        ("编码,名称,类别,演示数据\n1,a,k,也许\n".encode(), [("intake.bad_flag", "2")]),
    ],
)
def test_a_file_that_is_not_a_register_is_refused(
    tmp_path: Path, content: bytes, expected: list[tuple[str, str]]
) -> None:
    assert problems_of(tmp_path / "units.csv", content, None) == expected


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "no.csv", "intake.file_missing"), (tmp_path, "intake.file_is_folder")):
        with pytest.raises(ProblemsError, match=code.replace(".", r"\.")):
            read_units(path)


@pytest.fixture
def units(tmp_path: Path) -> pd.DataFrame:
    path = tmp_path / "units.csv"
    path.write_text(CSV, encoding="utf-8")
    return read_units(path).content


def test_the_last_day_is_a_day_on_which_the_unit_exists(units: pd.DataFrame) -> None:
    assert "990101001002" in set(units_as_of(units, date(2025, 12, 31))["unit_code"])
    assert "990101001002" not in set(units_as_of(units, "2026-01-01")["unit_code"])
    assert "990101001001" not in set(units_as_of(units, "2019-12-31")["unit_code"])
    assert "990101001001" in set(units_as_of(units, "2020-01-01")["unit_code"])


def test_a_unit_that_was_merged_away_goes_on_with_the_one_that_exists_at_the_end_of_all_mergers() -> None:
    rows = [
        ("a", "2025-06-30", "b"), ("b", "2026-06-30", "c"), ("c", None, None), ("d", "2025-06-30", "c"),
        ("ended", "2025-06-30", None), ("lost", "2025-06-30", "ended"),
        ("left", "2025-06-30", "right"), ("right", "2025-06-30", "left"),
    ]  # fmt: skip
    units = to_frame(pd.DataFrame(rows, columns=["unit_code", "valid_to", "merged_into"]), UNITS)
    assert successors(units, "2025-06-30") == {}
    assert successors(units, date(2026, 1, 1)) == {"a": "b", "d": "c"}
    found = successors(units, date(2026, 7, 1))
    assert list(found.items()) == [("d", "c"), ("a", "c"), ("b", "c")]  # as they came


def test_a_subtree_is_the_unit_and_all_units_below_it(units: pd.DataFrame) -> None:
    assert list(subtree(units, "990101001")["unit_code"]) == ["990101001", "990101001001", "990101001002"]
    assert len(subtree(units, "990101")) == 5
    with pytest.raises(DataError, match="nobody"):
        subtree(units, "nobody")


def test_an_ancestor_is_the_nearest_unit_of_the_kind_or_the_unit_itself(units: pd.DataFrame) -> None:
    found = ancestors(units, "township")
    assert found["990101001002"] == "990101001"
    assert found["990101001"] == "990101001"
    assert pd.isna(found["990101"])
    assert ancestors(units, "county").tolist() == ["990101"] * 5
    assert ancestors(units.iloc[:0], "county").tolist() == []
    nearest = ancestors(units, ("county", "township"))
    assert (nearest["990101001002"], nearest["990101"]) == ("990101001", "990101")


PARENTS = st.lists(st.integers(-1, 30), max_size=30)


def grown(parents: list[int], draw: Callable[[], str]) -> pd.DataFrame:
    """A register in which a parent comes before its children, so that there is no circle."""
    return to_frame(
        {
            "unit_code": [f"u{at}" for at in range(len(parents))],
            "unit_name": [f"u{at}" for at in range(len(parents))],
            "kind": [draw() for _ in parents],
            "parent_code": [f"u{parent}" if 0 <= parent < at else None for at, parent in enumerate(parents)],
        },
        UNITS,
    )


@given(parents=PARENTS, kinds=st.data())
def test_ancestors_and_subtrees_agree(parents: list[int], kinds: st.DataObject) -> None:
    register = grown(parents, lambda: kinds.draw(st.sampled_from("ab")))
    found = ancestors(register, "a")
    for code, ancestor in found.dropna().items():
        assert code in set(subtree(register, ancestor)["unit_code"])
    for code in found.index[found.isna()]:
        holders = register.loc[register["kind"] == "a", "unit_code"]
        assert all(code not in set(subtree(register, holder)["unit_code"]) for holder in holders)


@given(parents=PARENTS, kinds=st.data())
def test_a_member_is_of_a_root_kind_or_hangs_below_a_member_as_its_kind_may(
    parents: list[int], kinds: st.DataObject
) -> None:
    register = grown(parents, lambda: kinds.draw(st.sampled_from("rabx")))
    may_hang = {"r": (), "a": ("r", "a"), "b": ("a",)}
    inside = set(members(register, may_hang)["unit_code"])
    kind = dict(zip(register["unit_code"], register["kind"], strict=True))
    for code, own, above in register[["unit_code", "kind", "parent_code"]].itertuples(index=False):
        fits = own == "r" or (above in inside and kind[above] in may_hang.get(own, ()))
        assert (code in inside) == fits
    one = {code for code in inside if kind[code] == "r"}
    assert set(members(register, may_hang, one)["unit_code"]) == inside


@given(parents=PARENTS, kinds=st.data())
def test_who_takes_part_hangs_together_and_is_found_again_below_its_tops(
    parents: list[int], kinds: st.DataObject
) -> None:
    register = grown(parents, lambda: kinds.draw(st.sampled_from("raxp")))
    may_hang = {"r": (), "a": ("r", "a")}
    found = taking_part(register, may_hang, ["p"])
    assert taking_part(found, may_hang, ["p"]).equals(found)
    assert set(found["unit_code"]) == {
        *members(register, may_hang)["unit_code"],
        *register.loc[register["kind"] == "p", "unit_code"],
    }
    assert set(found["parent_code"].dropna()) <= set(found["unit_code"])
    below = {code for top in tops(found, ["a"]) for code in subtree(found, top)["unit_code"]}
    assert set(found.loc[found["kind"] == "a", "unit_code"]) <= below
    assert set(found.loc[found["unit_code"].isin(tops(found, ["a"])), "kind"]) <= {"r"}


@given(parents=PARENTS, kinds=st.data())
def test_every_unit_has_a_partition_and_lies_in_it_alone_unless_it_is_above_several(
    parents: list[int], kinds: st.DataObject
) -> None:
    register = grown(parents, lambda: kinds.draw(st.sampled_from("ab")))
    part, sole = partitions(register, "a"), sole_partitions(register, "a")
    assert not part.isna().any()
    for code in register["unit_code"]:
        inside = set(part[list(subtree(register, code)["unit_code"])])
        assert (inside == {sole[code]}) if len(inside) == 1 else pd.isna(sole[code])


def test_neither_a_circle_nor_an_empty_register_keeps_the_search_for_members_running() -> None:
    circle = to_frame(
        {"unit_code": ["a", "b"], "unit_name": ["a", "b"], "kind": ["a", "a"], "parent_code": ["b", "a"]},
        UNITS,
    )
    for register in (circle, circle.iloc[:0]):
        assert taking_part(register, {"r": (), "a": ("a",)}, []).empty


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("99", 1),
        ("9901", 2),
        ("990101", 3),
        ("990101001", 4),
        ("990101001001", 5),
        ("P-1", None),
        ("990", None),
        ("９９", None),
        ("620000", 1),
        ("620100", 2),
        ("620000000000", 1),
        ("620122101000", 4),
        ("429004", 3),
    ],
)
def test_the_level_of_an_official_code_is_that_of_its_own_digits(code: str, level: int | None) -> None:
    assert official_level(code) == level


def test_a_large_register_is_cut_and_checked() -> None:
    villages = 40_000
    codes = [f"99{at // 1000:07d}{at % 1000:03d}" for at in range(villages)]
    parents = sorted({code[:9] for code in codes})
    register = to_frame(
        {
            "unit_code": [*parents, *codes],
            "unit_name": "名",
            "kind": np.repeat(["township", "village"], [len(parents), villages]),
            "parent_code": [None] * len(parents) + [code[:9] for code in codes],
        },
        UNITS,
    )
    found = ancestors(register, "township")
    assert (found.to_numpy()[len(parents) :] == np.array([code[:9] for code in codes], dtype=object)).all()


def test_new_units_in_a_file_may_have_parents_in_the_register(tmp_path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("编码,名称,类别,上级编码\n990101001009,新村,village,990101001\n", encoding="utf-8")

    with pytest.raises(ProblemsError, match="990101001"):
        read_units(path)

    assert read_units(path, known={"990101001"}).content["unit_code"].tolist() == ["990101001009"]


def test_names_of_units_by_code() -> None:
    units = pd.DataFrame({"unit_code": ["9902", "99"], "unit_name": ["乙", "甲"]}, dtype="string")
    assert unit_names(units) == {"9902": "乙", "99": "甲"}
