"""Pictures have the promised size, contain their texts, and are the same every day."""

from pathlib import Path

from PIL import Image

from pbwidgets import charts


def strip(county):
    return charts.rank_strip({county.long_name: 3}, 25, county.view())


def test_a_png_is_16_to_9_and_twice_as_large_as_its_units(county, tmp_path: Path) -> None:
    with Image.open(charts.save_chart(strip(county), tmp_path / "charts" / "a.png")) as picture:
        assert picture.size == (2560, 1440)
        assert picture.size[0] * 9 == picture.size[1] * 16


def test_an_svg_is_16_to_9_and_its_text_is_text(county, tmp_path: Path) -> None:
    svg = charts.save_chart(strip(county), tmp_path / "charts" / "a.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 1280 720"' in svg
    assert county.long_name in svg


def test_chinese_is_drawn_as_characters_not_boxes(county, tmp_path: Path) -> None:
    """Two different names of the same length give different pictures; boxes would be the same."""
    one = charts.draw_png(charts.rank_strip({"甲丙": 0, "乙": 2}, 3, county.view()), scale=1)
    other = charts.draw_png(charts.rank_strip({"丁戊": 0, "乙": 2}, 3, county.view()), scale=1)
    assert one != other


def test_the_same_chart_gives_the_same_bytes(county) -> None:
    assert charts.draw_png(strip(county), scale=1) == charts.draw_png(strip(county), scale=1)
    assert charts.draw_svg(strip(county)) == charts.draw_svg(strip(county))
