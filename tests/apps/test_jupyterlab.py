"""JupyterLab comes up in Chinese and asks for no news, by defaults that our installation brings."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jupyterlab_server.settings_utils import get_settings
from jupyterlab_server.translation_utils import get_language_packs

LAB = Path(sys.prefix, "share", "jupyter", "lab")
LANGUAGE, NEWS = "@jupyterlab/translation-extension:plugin", "@jupyterlab/apputils-extension:notification"


@pytest.fixture(autouse=True)
def no_settings_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))


def defaults(plugin: str) -> dict[str, Any]:
    """Defaults that JupyterLab's server gives to the browser."""
    settings, _ = get_settings(str(LAB / "settings"), str(LAB / "schemas"), "", schema_name=plugin)
    return {name: about["default"] for name, about in settings["schema"]["properties"].items()}


def test_the_menus_are_in_chinese_and_the_words_are_there() -> None:
    assert defaults(LANGUAGE)["locale"] == "zh_CN"
    packs, problem = get_language_packs()
    assert not problem
    assert "zh_CN" in packs


def test_nobody_is_asked_about_news_and_nothing_is_fetched() -> None:
    asked = defaults(NEWS)
    assert asked["fetchNews"] == "false"
    assert asked["checkForUpdates"] is False
