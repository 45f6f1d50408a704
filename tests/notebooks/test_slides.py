"""Slides of a township: a summary, then one message a slide, its chart editable."""

from pathlib import Path

import pytest
from pptx import Presentation

TOWNS = ("990101003", "990101019")
"""One in good order, and one that has handed nothing in."""


def title_of(slide) -> str:
    return slide.shapes.title.text_frame.text.replace("\v", "")


@pytest.mark.parametrize("town", TOWNS)
def test_a_township_has_at_most_eight_slides_and_no_table_that_nobody_asked_for(
    reports: Path, town: str
) -> None:
    slides = list(Presentation(str(reports / town / "slides.pptx")).slides)
    assert 5 < len(slides) <= 8
    assert title_of(slides[1]) == "要点"
    assert not [shape for slide in slides for shape in slide.shapes if shape.has_table]


def test_the_summary_says_in_order_what_the_slides_say(reports: Path) -> None:
    slides = list(Presentation(str(reports / TOWNS[0] / "slides.pptx")).slides)
    sentences = [
        paragraph.text
        for shape in slides[1].shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        if "：" in paragraph.text and not paragraph.text.startswith("来源")
    ]
    told = [title_of(slide) for slide in slides[2:]]
    places = [told.index(sentence.partition("：")[2]) for sentence in sentences]
    assert 3 <= len(sentences) <= 5
    assert places == sorted(places)


def test_points_and_marks_are_editable_charts_with_notes_to_speak_from(reports: Path) -> None:
    slides = list(Presentation(str(reports / TOWNS[0] / "slides.pptx")).slides)
    charts = [slide for slide in slides if any(shape.has_chart for shape in slide.shapes)]
    assert len(charts) == 3  # by criterion, by layer, places used
    for slide in slides[2:]:
        said, *_, source, data = slide.notes_slide.notes_text_frame.text.split("\n")
        assert title_of(slide) in said
        assert data.startswith("所用数据：")
        assert source.startswith("来源：三级联争，2026，数据截至")
