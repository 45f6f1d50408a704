"""Photos and documents for a demonstration: real JPEG and PDF files, obviously made up."""

import io
import time
from typing import Final

import numpy as np

_MADE: Final = time.strptime("2001-01-01", "%Y-%m-%d")
"""Earlier than any demonstration; with the current time, the document would change at every fill."""


def make_photo(number: int) -> bytes:
    """A JPEG of 1280 × 960 pixels with a horizon, some blocks, and the EXIF data that a phone would add."""
    from PIL import Image, ImageDraw, ImageFilter

    rng = np.random.default_rng(number)
    image = Image.new("RGB", (1280, 960))
    draw = ImageDraw.Draw(image)
    top, bottom = rng.integers(150, 230, 3), rng.integers(60, 140, 3)
    for row in range(960):
        share = row / 960
        draw.line(
            [(0, row), (1280, row)],
            fill=tuple(int(a * (1 - share) + b * share) for a, b in zip(top, bottom, strict=True)),
        )
    for _ in range(9):
        left, width, height = (
            int(rng.integers(0, 1100)),
            int(rng.integers(90, 260)),
            int(rng.integers(120, 420)),
        )
        draw.rectangle(
            (left, 860 - height, left + width, 860),
            fill=tuple(int(part) for part in rng.integers(70, 200, 3)),
        )
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 880, 1280, 960), fill=(255, 255, 255))
    draw.text((30, 895), f"DEMO {number:02d} - synthetic picture", fill=(60, 60, 60), font_size=40)
    exif = Image.Exif()
    exif[0x010F] = "Demo camera"  # Make
    exif[0x0132] = "2001:01:01 09:00:00"  # DateTime
    exif.get_ifd(0x8825)[1] = "N"  # a GPS reference, which the store must remove
    made = io.BytesIO()
    image.save(made, "JPEG", quality=82, exif=exif)
    return made.getvalue()


def make_room(number: int, *, tidy: bool) -> bytes:
    """A JPEG of 1280 × 960 pixels: a room with things all over the floor, or the same room after it was put right.

    Rooms of the same number are the same room.
    """
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(number)
    wall, floor = (tuple(int(part) for part in rng.integers(*ends, 3)) for ends in ((190, 225), (120, 165)))
    image = Image.new("RGB", (1280, 960), wall)
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 960), (0, 700), (160, 560), (1120, 560), (1280, 700), (1280, 960)], fill=floor)
    left = int(rng.integers(180, 420))
    draw.rectangle((left, 150, left + 300, 400), fill=(214, 232, 245), outline=(110, 110, 110), width=8)
    draw.line((left + 150, 150, left + 150, 400), fill=(110, 110, 110), width=6)
    things = [
        (
            *(int(part) for part in rng.integers((60, 600), (1100, 800))),
            *(int(part) for part in rng.integers(50, 140, 2)),
        )
        for _ in range(14)
    ]
    colours = [tuple(int(part) for part in rng.integers(70, 190, 3)) for _ in things]
    for at, ((x, y, width, height), colour) in enumerate(zip(things, colours, strict=True)):
        if tidy:
            x, y, width, height = 760 + 110 * (at % 4), 250 + 110 * (at // 4), 90, 90
        draw.rectangle((x, y, x + width, y + height), fill=colour, outline=(60, 60, 60), width=3)
    if tidy:
        draw.rectangle((740, 230, 1210, 690), outline=(120, 85, 50), width=12)
        for shelf in range(3):
            draw.line((740, 350 + 110 * shelf, 1210, 350 + 110 * shelf), fill=(120, 85, 50), width=8)
    draw.rectangle((0, 880, 1280, 960), fill=(255, 255, 255))
    said = "after" if tidy else "before"
    draw.text((30, 895), f"DEMO {number:02d} {said} - synthetic picture", fill=(60, 60, 60), font_size=40)
    made = io.BytesIO()
    image.save(made, "JPEG", quality=82)
    return made.getvalue()


def make_document(number: int) -> bytes:
    """A PDF of one A4 page."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    draw.text((140, 160), f"DEMO DOCUMENT {number:02d}", fill="black", font_size=56)
    draw.text((140, 250), "Synthetic; made for a demonstration.", fill="black", font_size=34)
    for row in range(22):
        draw.line(
            [(140, 360 + 52 * row), (1100 - 37 * (row % 5), 360 + 52 * row)], fill=(150, 150, 150), width=6
        )
    made = io.BytesIO()
    page.save(made, "PDF", resolution=150.0, creationDate=_MADE, modDate=_MADE)
    return made.getvalue()
