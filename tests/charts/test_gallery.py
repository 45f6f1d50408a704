"""Contact sheets hold all pictures."""

from pathlib import Path

import pytest
from PIL import Image

from pbwidgets.charts import build_contact_sheet


def test_every_picture_has_its_own_cell(tmp_path: Path) -> None:
    colours = ["#ff0000", "#00ff00", "#0000ff", "#ffff00"]
    images = []
    for place, colour in enumerate(colours):
        file = tmp_path / f"{place}.png"
        Image.new("RGB", (640, 360), colour).save(file)
        images.append((file, f"图{place}"))
    with Image.open(build_contact_sheet(images, tmp_path / "sheet" / "all.png", columns=2)) as sheet:
        seen = {colour for _, colour in sheet.getcolors(maxcolors=1_000_000)}
    assert {(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)} <= seen


def test_a_sheet_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        build_contact_sheet([], tmp_path / "all.png")
