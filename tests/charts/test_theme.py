"""Colours that stay distinct in grey and for colour-blind readers; the font that must be installed."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from pbwidgets import palette
from pbwidgets.charts import find_cjk_font, theme
from pbwidgets.errors import DataError

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
BLIND = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lightness(light: np.ndarray) -> float:
    y = float(np.clip(light, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


SETS = {
    "statuses of a ranking": [
        theme.STATUS_COLOURS[name] for name in ("selected", "tied_at_cut", "waiting", "not_selected")
    ],
    "layers": theme.LAYER_COLOURS[:3],
    "balance": list(theme.BALANCE_COLOURS.values()),
    "losses": theme.LOSS_COLOURS,
    "own value on its ground": [theme.OWN, theme.BAND],
    "counts": palette.BLUES,
    "states of a check": [
        theme.STANDING_COLOURS[name]
        for name in ("reached", "claimed", "under_way", "due_soon", "not_begun", "overdue")
    ],
    "strong and weak": [theme.OWN, palette.RUSTS[1]],
}


@pytest.mark.parametrize("name", SETS)
def test_colours_shown_side_by_side_differ_in_grey_print(name) -> None:
    differences = [
        abs(lightness(linear(one)) - lightness(linear(other))) for one, other in combinations(SETS[name], 2)
    ]
    assert min(differences) >= 10


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("name", SETS)
def test_colours_differ_in_lightness_for_colour_blind_readers(name, kind) -> None:
    seen = [lightness(np.array(BLIND[kind]) @ linear(colour)) for colour in SETS[name]]
    assert min(abs(one - other) for one, other in combinations(seen, 2)) >= 9


@pytest.mark.parametrize("ink", [theme.INK, theme.QUIET, theme.ALERT])
def test_text_has_the_contrast_that_wcag_requires(ink) -> None:
    dark = float(linear(ink) @ [0.2126, 0.7152, 0.0722])
    assert 1.05 / (dark + 0.05) >= 4.5


def test_the_smallest_text_is_14_points_on_a_slide() -> None:
    assert min(theme.SMALL, theme.TEXT) * 12.3 * 72 / theme.WIDTH >= 14


def test_a_font_with_chinese_characters_is_found_on_this_machine() -> None:
    assert find_cjk_font().is_file()


def test_without_a_chinese_font_the_error_names_the_command_that_installs_one(tmp_path: Path) -> None:
    (tmp_path / "DejaVuSans.ttf").touch()
    with pytest.raises(DataError, match="apt-get install fonts-noto-cjk"):
        find_cjk_font([tmp_path, tmp_path / "absent"])


def test_a_font_in_a_subfolder_is_found_and_bold_is_ignored(tmp_path: Path) -> None:
    folder = tmp_path / "opentype" / "noto"
    folder.mkdir(parents=True)
    (folder / "NotoSansCJK-Bold.ttc").touch()
    (folder / "NotoSansCJK-Regular.ttc").touch()
    assert find_cjk_font([tmp_path]).name == "NotoSansCJK-Regular.ttc"
