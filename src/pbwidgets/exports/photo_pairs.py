"""Photos before and after, side by side: on a page, in a document, on slides."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Photo:
    """One photo, or why there is none.

    Attributes
    ----------
    label
        What stands below it: before or after, and its day.
    file
        The picture; None: there is none, and ``missing`` stands in its place.
    missing
        Why there is none.
    """

    label: str
    file: Path | None = None
    missing: str = ""


@dataclass(frozen=True)
class PhotoPair:
    """What a pair shows, and its two photos."""

    title: str
    below: str
    before: Photo
    after: Photo

    @property
    def photos(self) -> tuple[Photo, Photo]:
        """Both photos."""
        return self.before, self.after

    @property
    def words(self) -> str:
        """What it shows, for those who do not see it."""
        return f"{self.title} {self.below}".strip()


def fit_within(file: Path, width: float, height: float) -> tuple[float, float]:
    """Width and height of a picture, as large as it can be in a box."""
    from PIL import Image

    with Image.open(file) as image:
        shape = image.width / image.height
    wide = min(width, height * shape)
    return wide, wide / shape
