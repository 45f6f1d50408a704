"""The address of a browser, directly connected or behind proxies."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from pbwidgets.apps.addresses import UNKNOWN, client_address, peer_address
from pbwidgets.apps.files import EVIDENCE
from pbwidgets.apps.printing import PAPER

PROXIES = ["10.0.0.0/8", "::1"]


def request(peer: object, *forwarded: str) -> HTTPServerRequest:
    headers = HTTPHeaders({"Host": "x"})
    for value in forwarded:
        headers.add("X-Forwarded-For", value)
    context = SimpleNamespace(address=peer, remote_ip="", protocol="http")
    connection: Any = SimpleNamespace(context=context)
    start = RequestStartLine("GET", "/", "HTTP/1.1")
    return HTTPServerRequest(start_line=start, headers=headers, connection=connection)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (("192.0.2.1", 5), (), "192.0.2.1"),
        (("192.0.2.1", 5), ("198.51.100.9",), "192.0.2.1"),
        (("10.0.0.5", 5), (), "10.0.0.5"),
        (("10.0.0.5", 5), ("198.51.100.9",), "198.51.100.9"),
        (("10.0.0.5", 5), ("203.0.113.7, 198.51.100.9",), "198.51.100.9"),
        (("10.0.0.5", 5), ("203.0.113.7", "198.51.100.9, 10.0.0.6"), "198.51.100.9"),
        (("10.0.0.5", 5), ("198.51.100.9, <b>",), "10.0.0.5"),
        (("10.0.0.5", 5), ("10.0.0.7",), "10.0.0.7"),
        (("::1", 5, 0, 0), ("2001:db8::0001",), "2001:db8::1"),
        (("::ffff:10.0.0.5", 5, 0, 0), ("198.51.100.9",), "198.51.100.9"),
    ],
)
def test_only_a_trusted_proxy_passes_an_address_on(
    peer: object, forwarded: tuple[str, ...], address: str
) -> None:
    assert client_address(request(peer, *forwarded), PROXIES) == address


def test_a_connection_without_an_address_is_never_trusted() -> None:
    assert peer_address(request("")) == UNKNOWN
    assert client_address(request("", "198.51.100.9"), PROXIES) == UNKNOWN


@pytest.mark.parametrize(
    ("pattern", "address"),
    [(EVIDENCE, f"/evidence/f/99/{{}}/{'0' * 64}"), (PAPER, "/paper/f/99/{}/0"), (PAPER, "/paper/f/99/0/{}")],
)
def test_a_number_beyond_any_is_no_address(pattern: str, address: str) -> None:
    assert re.fullmatch(pattern, address.format("12"))
    assert not re.fullmatch(pattern, address.format("9" * 20))
