"""The real server under visitors who mean harm, while the page of somebody who is signed in keeps answering."""

import asyncio
import json
import re
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from clients import Client
from frames import FRAMES, HEADER, LEGACY, UPDATE, frame_of
from serving import Served, begin_serving, make_codes, make_small_county
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from pbwidgets.apps.attaching import MAX_MESSAGE_BYTES
from pbwidgets.apps.messages import CLOSE_MALFORMED, CLOSE_POLICY, V1
from pbwidgets.apps.server import MAX_BODY_BYTES

PATIENCE_S = 60.0
MORE_MIB = 150.0
"""Memory that the server may use more while it is attacked; one frame took 4 GiB once."""
ACCOUNTS = ("filler", "sister", "other", "town")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with four places for people who are signed in."""
    begun = begin_serving(
        make_small_county(tmp_path_factory.mktemp("hostile") / "county"), "--max-visitors", "4"
    )
    yield begun
    left = begun.stop()
    assert not left, f"processes outlived the server: {left}"
    log = begun.log.read_text(encoding="utf-8")
    assert "Traceback" not in log


class Page:
    """An open page, as far as its websocket goes."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.kernel_id = client, client.open_kernel(path)

    async def connect(self, protocol: str | None = V1, session_id: str = "", **headers: str) -> Any:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies().items())
        address = self.client.served.address
        request = HTTPRequest(
            f"{address.replace('http', 'ws')}/api/kernels/{self.kernel_id}/channels"
            f"?session_id={session_id or uuid.uuid4().hex}",
            headers={"Cookie": cookies, "Origin": address, **headers},
            connect_timeout=PATIENCE_S,
            request_timeout=PATIENCE_S,
        )
        return await websocket_connect(request, subprotocols=[protocol] if protocol else None)


async def close_code(connection: WebSocketClientConnection) -> int | None:
    """Code with which the server closes a connection."""
    while await asyncio.wait_for(connection.read_message(), PATIENCE_S) is not None:
        pass
    return connection.close_code


async def answers(connection: WebSocketClientConnection) -> bool:
    """Whether a page's kernel answers a question of this moment."""
    asked = {**HEADER, "msg_id": uuid.uuid4().hex, "msg_type": "kernel_info_request"}
    await connection.write_message(frame_of(V1, {}, asked), binary=True)
    while message := await asyncio.wait_for(connection.read_message(), PATIENCE_S):
        if b"kernel_info_reply" in message and asked["msg_id"].encode() in message:
            return True
    return False


async def send_raw(connection: WebSocketClientConnection, *frames: tuple[bool, int, bytes]) -> None:
    """Send frames of one's own: whether it is the last of its message, its kind, its bytes."""
    for is_last, opcode, data in frames:
        connection.protocol._write_frame(is_last, opcode, data)
        await asyncio.sleep(0)


def mib(server: Served, what: str) -> float:
    """Memory of the server now (``VmRSS``) or at its highest (``VmHWM``)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


@pytest.fixture(scope="module")
def everybody(server: Served) -> dict[str, list[Page]]:
    """Four anonymous visitors and four people who are signed in, each with a page open."""
    strangers = [Client(server) for _ in ACCOUNTS]
    for stranger, code in zip(strangers, make_codes(server.folder, len(strangers)), strict=True):
        assert stranger.enter(code)[0] == 303
    return {
        "strangers": [Page(stranger, "/survey") for stranger in strangers],
        "people": [Page(Client(server, account), "/home") for account in ACCOUNTS],
    }


def test_four_anonymous_and_four_signed_in_visitors_fit_and_no_more(
    server: Served, everybody: dict[str, list[Page]]
) -> None:
    assert len(server.kernels()) == 8

    late, member = Client(server), Client(server, "reviewer")
    assert late.enter(make_codes(server.folder, 1)[0])[0] == 303
    for client, path in ((late, "/survey"), (member, "/home")):
        status, body, _ = client.get(path)
        assert (status, "请稍候" in body.decode()) == (503, True)
    assert len(server.kernels()) == 8


def test_without_a_right_code_no_kernel_is_started(server: Served, everybody: dict[str, list[Page]]) -> None:
    before = {process.pid for process in server.kernels()}
    stranger = Client(server)

    for path in ("/survey", "/survey?answer=1", "/survey?code=ABCD-2345", "/survey?answer=1&code=ABCD-2345"):
        status, _, headers = stranger.get(path)
        assert (status, headers["Location"].partition("?")[0]) == (302, "/survey/code")
    assert stranger.post("/survey/code", code="ABCD-2345", _xsrf="forged")[0] == 403
    status, body, _ = stranger.enter("ABCD-2345")
    assert (status, "测评码不存在或已经用过" in body.decode()) == (403, True)
    assert stranger.enter("  ")[0] == 400
    assert stranger.get("/survey")[0] == 302
    assert {process.pid for process in server.kernels()} == before


def test_who_tries_many_wrong_codes_has_to_wait_also_with_another_browser(server: Served) -> None:
    found = []
    for _ in range(40):
        stranger = Client(server)
        found.append(stranger.enter("ABCD-2345")[0])
        if found[-1] == 429:
            break

    assert set(found) == {403, 429}
    status, body, _ = Client(server).enter("ABCD-2345")
    assert (status, "请一分钟后再试" in body.decode()) == (429, True)


def test_no_frame_stops_the_server_or_takes_its_memory(
    server: Served, everybody: dict[str, list[Page]]
) -> None:
    codes, before = asyncio.run(_attack(server, everybody)), 0.0

    assert set(codes.values()) <= {CLOSE_MALFORMED, CLOSE_POLICY}, codes
    closed = re.findall(
        r"a connection from 127\.0\.0\.1 was closed: ", server.log.read_text(encoding="utf-8")
    )
    assert len(closed) == len(codes)
    assert before is not None


async def _attack(server: Served, everybody: dict[str, list[Page]]) -> dict[str, int | None]:
    """Codes with which the connections were closed, by the name of the frame."""
    member = await everybody["people"][0].connect()
    assert await answers(member)
    before, codes = mib(server, "VmRSS"), {}
    for number, (name, (protocol, frame)) in enumerate(FRAMES.items()):
        hostile = await everybody["strangers"][number % 4].connect(protocol)
        await hostile.write_message(frame, binary=isinstance(frame, bytes))
        assert await answers(member), name
        codes[name] = await close_code(hostile)
    print(f"memory before {before:.0f} MiB, at its highest {mib(server, 'VmHWM'):.0f} MiB")
    assert mib(server, "VmHWM") - before < MORE_MIB
    return codes


def test_what_is_too_big_or_comes_too_fast_ends_only_its_own_connection(
    server: Served, everybody: dict[str, list[Page]]
) -> None:
    asyncio.run(_flood(server, everybody))


async def _flood(server: Served, everybody: dict[str, list[Page]]) -> None:
    member = await everybody["people"][0].connect()
    assert await answers(member)
    before, strangers = mib(server, "VmRSS"), everybody["strangers"]

    big = await strangers[0].connect(**{"Sec-WebSocket-Extensions": "permessage-deflate"})
    assert "Sec-WebSocket-Extensions" not in big.headers  # nothing is unpacked
    await big.write_message(bytes(MAX_MESSAGE_BYTES + 1), binary=True)
    assert await close_code(big) == 1009

    pieces = await strangers[1].connect()
    chunk = bytes(2**20)
    await send_raw(pieces, (False, 0x2, chunk), (False, 0x0, chunk), (False, 0x0, chunk))
    assert await close_code(pieces) == 1009

    pings = await strangers[2].connect()
    await send_raw(pings, *[(True, 0x9, b"ping")] * 3000)
    assert await close_code(pings) == CLOSE_POLICY

    fast = await strangers[3].connect(LEGACY)
    whole = {"header": HEADER, "parent_header": {}, "metadata": {}, "content": UPDATE, "channel": "shell"}
    for _ in range(3000):  # more than a page may send at once: the rest waits, and nobody else does
        await fast.write_message(json.dumps(whole))
    assert await answers(member)
    fast.close()
    assert mib(server, "VmHWM") - before < MORE_MIB


@pytest.mark.parametrize("session_id", ["x" * 300, "%00", "a%20b", "%E5%85%9A", "a&session_id="])
def test_a_session_id_that_could_name_no_socket_is_refused(
    everybody: dict[str, list[Page]], session_id: str
) -> None:
    with pytest.raises(HTTPClientError, match="400"):
        asyncio.run(everybody["strangers"][0].connect(session_id=session_id))


def test_a_page_has_few_connections(everybody: dict[str, list[Page]]) -> None:
    async def connect() -> int:
        made = []
        with pytest.raises(HTTPClientError, match="429"):
            while len(made) < 10:
                made.append(await everybody["people"][1].connect())
        for connection in made:
            connection.close()
        return len(made)

    assert asyncio.run(connect()) == 3


def ask(server: Served, request: bytes) -> bytes:
    """The first bytes that the server answers to a request of one's own."""
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        connection.sendall(request)
        return connection.recv(1000)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        lambda: b"POST /alive HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        lambda: b"GET /survey?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        lambda: b"GET /login HTTP/1.1\r\nHost: a\r\n" + b"Cookie: a=b\r\n" * 6000 + b"\r\n",
    ],
    ids=["a long body", "a body without length", "a long address", "many headers"],
)
def test_a_request_that_is_too_big_is_cut_off(server: Served, request_of: Callable[[], bytes]) -> None:
    answer = ask(server, request_of())

    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413", b"HTTP/1.1 431"))
    assert Client(server).get("/login")[0] == 200


def test_many_connections_that_say_nothing_keep_nobody_out(server: Served) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    before = psutil.Process(server.process.pid).num_fds()
    idle = [socket.create_connection((host, int(port)), timeout=PATIENCE_S) for _ in range(300)]
    for connection in idle:
        connection.sendall(b"GET /home HTTP/1.1\r\nHost: ")

    assert Client(server).get("/login")[0] == 200
    assert psutil.Process(server.process.pid).rlimit(psutil.RLIMIT_NOFILE)[0] > before + len(idle)
    for connection in idle:
        connection.close()


def test_connections_go_only_to_the_host_that_was_asked(server: Served) -> None:
    client = Client(server)
    policies = {path: client.get(path)[2]["Content-Security-Policy"] for path in ("/alive", "/nothing")}
    host = server.address.removeprefix("http://")
    for policy in policies.values():
        assert f"connect-src 'self' ws://{host} wss://{host};" in policy

    forged = ask(server, b"GET /alive HTTP/1.1\r\nHost: x;script-src *\r\nConnection: close\r\n\r\n")
    assert b"x;script-src" not in forged
