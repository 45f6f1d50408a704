"""Contact sheets: many pictures on one page, each with its caption."""

from collections.abc import Sequence
from pathlib import Path

from pbwidgets import palette
from pbwidgets.charts.theme import find_cjk_font

_CELL, _GAP, _CAPTION = (640, 400), 16, 34


def build_contact_sheet(
    images: Sequence[tuple[Path, str]], path: Path, *, columns: int = 3, cell: tuple[int, int] = _CELL
) -> Path:
    """Write one PNG with all pictures in a grid, each with its caption, and return the path.

    Parameters
    ----------
    images
        Picture files and captions, in reading order.
    path
        The PNG to write; folders are made.
    columns
        Pictures in a row.
    cell
        Space for each picture, in pixels.

    Raises
    ------
    ValueError
        If there is no picture.
    DataError
        ``charts.no_cjk_font`` if the captions cannot be drawn.
    """
    from PIL import Image, ImageDraw, ImageFont

    if not images:
        raise ValueError("a contact sheet needs at least one picture")
    font = ImageFont.truetype(find_cjk_font(), 20)
    columns = min(columns, len(images))
    lines = -(-len(images) // columns)
    wide, high = cell[0] + _GAP, cell[1] + _CAPTION + _GAP
    sheet = Image.new("RGB", (columns * wide + _GAP, lines * high + _GAP), palette.MOUNT)
    draw = ImageDraw.Draw(sheet)
    for place, (file, caption) in enumerate(images):
        left, top = _GAP + place % columns * wide, _GAP + place // columns * high
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail(cell)
        draw.text((left, top + 2), caption, font=font, fill=palette.INK)
        sheet.paste(picture, (left + (cell[0] - picture.width) // 2, top + _CAPTION))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    return path
