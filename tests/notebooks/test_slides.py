"""Slides of a township: a picture for each chart, and its native table."""

from pathlib import Path

from pptx import Presentation

TOWN = "990101003"


def test_every_chart_has_a_slide_with_its_picture_and_a_native_table_behind_it(reports: Path) -> None:
    folder = reports / TOWN
    charts = sorted((folder / "charts").glob("*.png"))
    slides = list(Presentation(str(folder / "slides.pptx")).slides)[1:]
    pictures = [slide for slide in slides if any(shape.shape_type == 13 for shape in slide.shapes)]
    tables = [slide for slide in slides if any(shape.has_table for shape in slide.shapes)]

    assert len(charts) == len(pictures) == len(tables) == 8
    assert [slide in pictures for slide in slides] == [True, False] * 8


def test_the_table_of_the_layers_side_by_side_names_every_layer(reports: Path) -> None:
    slides = Presentation(str(reports / TOWN / "slides.pptx")).slides
    heads = [
        [cell.text for cell in shape.table.rows[0].cells]
        for slide in slides
        for shape in slide.shapes
        if shape.has_table
    ]

    assert ["序号", "评分项", "满分", "自评", "县级考评"] in heads
    assert ["村", "自评", "乡镇审核", "县级考评"] in heads
