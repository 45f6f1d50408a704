"""Address of the browser behind a request: that of the connection, or the one a trusted proxy passes on."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tornado.httputil import HTTPServerRequest

UNKNOWN = "?"
"""Address of a connection that has none, such as a Unix socket."""


def peer_address(request: HTTPServerRequest) -> str:
    """Address of the other end of the connection, in its plain form; :data:`UNKNOWN` if it has none."""
    found = getattr(getattr(request.connection, "context", None), "address", None)
    return _plain(str(found[0])) if isinstance(found, tuple) else UNKNOWN


def client_address(request: HTTPServerRequest, trusted: Sequence[str]) -> str:
    """Address of the browser, as far as it can be believed.

    ``X-Forwarded-For`` counts only if the connection comes from a trusted proxy. It is read from its end: each
    proxy appends who connected to it, so the last address that is no trusted proxy is the browser's; what
    stands before it was sent by the browser and can say anything.

    Parameters
    ----------
    trusted
        Addresses or networks (CIDR) of the trusted proxies.
    """
    found = peer_address(request)
    chain = ",".join(request.headers.get_list("X-Forwarded-For")).split(",")
    while is_trusted(found, trusted) and chain:
        before = _plain(chain.pop().strip())
        if before == UNKNOWN:
            break
        found = before
    return found


def counted_as(address: str) -> str:
    """What an address is counted as where tries and connections are limited.

    Whoever has one IPv6 address usually has 2^64 of them, so they count together.

    >>> counted_as("10.1.2.3"), counted_as("2001:db8::7"), counted_as("?")
    ('10.1.2.3', '2001:db8::/64', '?')
    """
    found = _parse(address)
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def is_trusted(address: str, trusted: Sequence[str]) -> bool:
    """Whether an address is one of the trusted proxies'.

    >>> is_trusted("10.1.2.3", ["10.0.0.0/8"]), is_trusted("?", ["10.0.0.0/8"])
    (True, False)
    """
    found = _parse(address)
    if found is None:
        return False
    networks = [ip_network(text, strict=False) for text in trusted]
    return any(found.version == network.version and found in network for network in networks)


def _plain(address: str) -> str:
    found = _parse(address)
    return UNKNOWN if found is None else str(found)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
