"""The server behind a proxy that provides https, or that signs people in."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from apps_probe import add_standing
from serving import PASSWORD, Served, begin_serving, make_codes, make_small_county


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@pytest.fixture(scope="module", params=[(), ("--https", "--hsts")], ids=["plain", "https"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    begun = begin_serving(make_small_county(tmp_path_factory.mktemp("https") / "county"), *request.param)
    yield begun
    begun.stop()


def cookies_of(served: Served) -> tuple[dict[str, tuple[bool, str]], Message]:
    """Cookies set by signing in and by an anonymous visit: whether for https only, and for which sites; headers."""
    opener, found = urllib.request.build_opener(Unfollowed()), SimpleCookie()

    def ask(path: str, fields: dict[str, str] | None = None) -> Message:
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
            return answer.headers

    ask("/login?lang=en")
    headers = ask("/survey")
    ask("/survey/code", {"_xsrf": found["_xsrf"].value, "code": make_codes(served.folder, 1)[0]})
    ask("/login", {"_xsrf": found["_xsrf"].value, "name": "filler", "password": PASSWORD})
    return {name: (bool(morsel["secure"]), morsel["samesite"]) for name, morsel in found.items()}, headers


def test_behind_an_https_proxy_all_cookies_are_secure_and_pages_connect_only_there(
    served: Served, request: pytest.FixtureRequest
) -> None:
    is_https = "--https" in request.node.callspec.params["served"]
    found, headers = cookies_of(served)
    prefix, scheme = ("__Host-", "wss") if is_https else ("", "ws")
    host = urlsplit(served.address).netloc
    names = {"_xsrf", f"{prefix}pb-lang", f"{prefix}pb-visitor", f"{prefix}pb-name"}
    assert names | {f"{prefix}pb-session-{host.replace('.', '-').replace(':', '-')}"} == set(found)
    assert set(found.values()) == {(is_https, "Lax")}
    assert f"connect-src 'self' {scheme}://{host}" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"] == ("max-age=31536000" if is_https else None)


@pytest.mark.parametrize(
    ("trusted", "lands_at"), [("127.0.0.0/8", "/home"), ("10.0.0.5", "/login")], ids=["trusted", "another"]
)
def test_the_header_signs_people_in_only_from_a_trusted_address(
    tmp_path: Path, trusted: str, lands_at: str
) -> None:
    folder = make_small_county(tmp_path / "county")
    add_standing(folder)
    begun = begin_serving(folder, "--behind-proxy", "X-Remote-User", "--trust", trusted)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(path: str) -> tuple[str, str]:
        asked = urllib.request.Request(begun.address + path, headers={"X-Remote-User": "filler"})
        with opener.open(asked, timeout=60) as answer:
            return urlsplit(answer.url).path, answer.read().decode()

    found, page = ask("/home")
    ask("/standing")  # its visitor's account is disabled while the page is open
    begun.stop()
    written = folder / "said.txt"
    assert (written.read_text() if written.exists() else "") == (
        "accounts.stopped" if lands_at == "/home" else ""
    )
    assert found == lands_at
    assert ('<span class="pb-who-name">filler</span>' in page) == (lands_at == "/home")
