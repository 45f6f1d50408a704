"""Browsers in words, from what they call themselves."""

from typing import Final

from pbwidgets.wording import say

_BROWSERS: Final = (
    ("MicroMessenger", "wechat"), ("DingTalk", "dingtalk"), ("QQBrowser", "qq"), ("QihooBrowser", "360"),
    ("360SE", "360"), ("360EE", "360"), ("Edg/", "edge"), ("Firefox/", "firefox"), ("Chrome/", "chrome"),
    ("Safari/", "safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("OpenHarmony", "harmony"), ("HarmonyOS", "harmony"), ("Android", "android"), ("iPhone", "iphone"),
    ("iPad", "ipad"), ("Windows", "windows"), ("Mac OS X", "mac"), ("Linux", "linux"),
)  # fmt: skip


def browser_words(agent: str, lang: str) -> str:
    """Browser and system in words.

    Parameters
    ----------
    agent
        The header ``User-Agent``, which can say anything: only what is known is shown.

    >>> browser_words("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36 Edg/120.0", "en")
    'Edge on Windows'
    >>> browser_words("curl/8.1", "en")
    'Unknown browser'
    """
    browser, system = (_first(agent, known) for known in (_BROWSERS, _SYSTEMS))
    if not browser:
        return say("accounts.browser.unknown", lang)
    if not system:
        return say(f"accounts.browser.{browser}", lang)
    words = {
        "browser": say(f"accounts.browser.{browser}", lang),
        "system": say(f"accounts.system.{system}", lang),
    }
    return say("accounts.browser_on", lang, **words)


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((code for mark, code in known if mark in agent), "")
