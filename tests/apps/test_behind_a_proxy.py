"""The server behind a proxy that provides https, or that signs people in."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from serving import PASSWORD, Served, begin_serving, make_codes, make_small_county

from pbwidgets.apps.sign_in import _NAME_COOKIE


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@pytest.fixture(scope="module", params=[(), ("--https",)], ids=["plain", "https"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    begun = begin_serving(make_small_county(tmp_path_factory.mktemp("https") / "county"), *request.param)
    yield begun
    begun.stop()


def cookies_of(served: Served) -> dict[str, bool]:
    """Cookies set by signing in and by an anonymous visit, and whether they are for https only."""
    opener, found = urllib.request.build_opener(Unfollowed()), SimpleCookie()

    def ask(path: str, fields: dict[str, str] | None = None) -> None:
        given = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in found.items())
        data = None if fields is None else urlencode(fields).encode()
        request = urllib.request.Request(served.address + path, data, {"Cookie": given})
        try:
            answer = opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            for line in answer.headers.get_all("Set-Cookie", []):
                found.load(line)

    ask("/login?lang=en")
    ask("/survey/code", {"_xsrf": found["_xsrf"].value, "code": make_codes(served.folder, 1)[0]})
    ask("/login", {"_xsrf": found["_xsrf"].value, "name": "filler", "password": PASSWORD})
    return {name: bool(morsel["secure"]) for name, morsel in found.items()}


def test_all_cookies_are_secure_behind_an_https_proxy(served: Served, request: pytest.FixtureRequest) -> None:
    found = cookies_of(served)
    assert {"_xsrf", "pb-lang", "pb-visitor", _NAME_COOKIE} < set(found)
    assert any(name.startswith("pb-session") for name in found)
    assert set(found.values()) == {request.node.callspec.params["served"] == ("--https",)}


@pytest.mark.parametrize(
    ("trusted", "lands_at"), [("127.0.0.0/8", "/home"), ("10.0.0.5", "/login")], ids=["trusted", "another"]
)
def test_the_header_signs_people_in_only_from_a_trusted_address(
    tmp_path: Path, trusted: str, lands_at: str
) -> None:
    begun = begin_serving(
        make_small_county(tmp_path / "county"), "--behind-proxy", "X-Remote-User", "--trust", trusted
    )
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    asked = urllib.request.Request(begun.address + "/home", headers={"X-Remote-User": "filler"})
    with opener.open(asked, timeout=60) as answer:
        found, page = urlsplit(answer.url).path, answer.read().decode()
    begun.stop()
    assert found == lands_at
    assert ('<span class="pb-who-name">filler</span>' in page) == (lands_at == "/home")
