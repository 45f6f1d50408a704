"""Texts are cut to fit; rows are split over panels and sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.charts import sheet

TEXTS = st.text(alphabet="党建工作示范村ab c（）", max_size=40)


@given(TEXTS, st.floats(min_value=60, max_value=900))
def test_a_fitted_text_is_never_too_wide(text, width) -> None:
    assert sheet.text_width(sheet.fit_text(text, width)) <= width


@given(TEXTS, st.floats(min_value=60, max_value=900), st.integers(min_value=1, max_value=3))
def test_wrapped_lines_fit_and_are_at_most_as_many_as_allowed(text, width, lines) -> None:
    made = sheet.wrap_text(text, width, lines=lines)
    assert len(made) <= lines
    assert all(sheet.text_width(line) <= width for line in made)


def test_a_text_that_fits_is_unchanged() -> None:
    assert sheet.fit_text("党建工作", 88) == "党建工作"
    assert sheet.wrap_text("党建工作示范村", 88) == ["党建工作", "示范村"]


def test_english_is_wrapped_between_words() -> None:
    assert sheet.wrap_text("leading industry", 130, size=20) == ["leading", "industry"]


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=3))
def test_splitting_rows_over_panels_keeps_all_in_order(items, count) -> None:
    parts = sheet.split_rows(items, count)
    assert len(parts) == count
    assert [item for part in parts for item in part] == items


@given(st.lists(st.integers(), max_size=90), st.integers(min_value=1, max_value=26))
def test_sheets_contain_every_row_once(items, per_page) -> None:
    pages = range(1, sheet.page_count(len(items), per_page) + 1)
    assert [item for page in pages for item in sheet.take_page(items, page, per_page)] == items


@pytest.mark.parametrize("page", [0, 3])
def test_a_page_out_of_range_is_refused(page) -> None:
    with pytest.raises(IndexError, match=f"page {page} of 2"):
        sheet.take_page(list(range(20)), page, 10)
