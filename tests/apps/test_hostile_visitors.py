"""The real server under visitors who mean harm, while the page of somebody who is signed in keeps answering."""

import re
import resource
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil
import pytest
from clients import Client
from frames import FRAMES, HEADER, frame_of
from serving import Served, begin_serving, make_codes, make_small_county
from websocket import ABNF, WebSocket, WebSocketBadStatusException, WebSocketConnectionClosedException

from pbwidgets.apps.attaching import MAX_MESSAGE_BYTES
from pbwidgets.apps.messages import CLOSE_MALFORMED, CLOSE_POLICY, V1
from pbwidgets.apps.server import MAX_FORM_BYTES

PATIENCE_S = 20.0
MORE_MIB = 60.0
"""Memory that the server may use more while it is attacked; one frame took 4 GiB once."""
FEW_FILES = 256
ACCOUNTS = ("filler", "sister", "other", "town")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with four places for people who are signed in, which is given few files at first."""
    folder = make_small_county(tmp_path_factory.mktemp("hostile") / "county")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, before[1]))
    try:
        begun = begin_serving(folder, "--max-visitors", "4")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    yield begun
    left = begun.stop()
    assert not left, f"processes outlived the server: {left}"
    log = begun.log.read_text(encoding="utf-8")
    assert "Traceback" not in log


class Page:
    """An open page, as far as its websocket goes."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.kernel_id = client, client.open_kernel(path)

    def connect(self, protocol: str | None = V1, session_id: str = "", **headers: str) -> WebSocket:
        return self.client.attach(
            self.kernel_id,
            session_id or uuid.uuid4().hex,
            subprotocols=[protocol] if protocol else None,
            header=headers,
        )


def close_code(connection: WebSocket) -> int:
    """Code with which the server closes a connection."""
    while True:
        opcode, data = connection.recv_data(control_frame=True)
        if opcode == ABNF.OPCODE_CLOSE:
            connection.shutdown()
            return int.from_bytes(data[:2])


def answers(connection: WebSocket) -> bool:
    """Whether a page's kernel answers a question of this moment."""
    asked = {**HEADER, "msg_id": uuid.uuid4().hex, "msg_type": "kernel_info_request"}
    connection.send_binary(frame_of(V1, {}, asked))
    while message := connection.recv_data()[1]:
        if b"kernel_info_reply" in message and asked["msg_id"].encode() in message:
            return True
    return False


def send_raw(connection: WebSocket, *frames: tuple[int, int, bytes]) -> None:
    """Send frames of one's own: whether it is the last of its message, its kind, its bytes."""
    with suppress(OSError):  # it may be closed before all is sent
        for is_last, opcode, data in frames:
            connection.send_frame(ABNF.create_frame(data, opcode, is_last))


def mib(server: Served, what: str) -> float:
    """Memory of the server now (``VmRSS``) or at its highest (``VmHWM``)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def forget_highest(server: Served) -> float:
    """Memory of the server now, from which its highest is counted anew."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5", encoding="ascii")
    return mib(server, "VmRSS")


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
    codes = {}
    with closing(everybody["people"][0].connect()) as member:
        assert answers(member)
        before = forget_highest(server)
        for number, (name, (protocol, frame)) in enumerate(FRAMES.items()):
            hostile = everybody["strangers"][number % 4].connect(protocol)
            hostile.send(frame, ABNF.OPCODE_BINARY if isinstance(frame, bytes) else ABNF.OPCODE_TEXT)
            assert answers(member), name
            codes[name] = close_code(hostile)

    highest = mib(server, "VmHWM")
    print(f"memory before {before:.0f} MiB, at its highest {highest:.0f} MiB")
    assert highest - before < MORE_MIB
    assert set(codes.values()) == {CLOSE_MALFORMED, CLOSE_POLICY}
    closed = re.findall(
        r"a connection from 127\.0\.0\.1 was closed: ", server.log.read_text(encoding="utf-8")
    )
    assert len(closed) == len(codes)


def test_what_is_too_big_or_comes_too_fast_ends_only_its_own_connection(
    server: Served, everybody: dict[str, list[Page]]
) -> None:
    before, strangers = forget_highest(server), everybody["strangers"]
    with closing(everybody["people"][0].connect()) as member:
        big = strangers[0].connect(**{"Sec-WebSocket-Extensions": "permessage-deflate"})
        assert "sec-websocket-extensions" not in big.getheaders()  # nothing is unpacked
        send_raw(big, (1, ABNF.OPCODE_BINARY, bytes(MAX_MESSAGE_BYTES + 1)))
        assert answers(member)
        assert was_cut_off(big)

        pieces, chunk = strangers[1].connect(), bytes(2**20)
        send_raw(pieces, (0, ABNF.OPCODE_BINARY, chunk), *[(0, ABNF.OPCODE_CONT, chunk)] * 8)
        assert answers(member)
        assert was_cut_off(pieces)

        pings = strangers[2].connect()
        send_raw(pings, *[(1, ABNF.OPCODE_PING, b"ping")] * 3000)
        assert answers(member)
        assert was_cut_off(pings)

        # more messages than a page may send at once: they wait, and nobody else does
        with closing(strangers[3].connect()) as fast:
            send_raw(fast, *[(1, ABNF.OPCODE_BINARY, frame_of(V1))] * 3000)
            assert answers(member)
    highest = mib(server, "VmHWM")
    print(f"memory before {before:.0f} MiB, at its highest {highest:.0f} MiB")
    assert highest - before < MORE_MIB


def was_cut_off(connection: WebSocket) -> bool:
    """Whether the server ends a connection, with a code or, if the browser is still sending, without."""
    with suppress(OSError, WebSocketConnectionClosedException):
        return close_code(connection) in (1009, CLOSE_POLICY)
    connection.shutdown()
    return True


@pytest.mark.parametrize("session_id", ["x" * 300, "%00", "a%20b", "%E5%85%9A", "a&session_id="])
def test_a_session_id_that_could_name_no_socket_is_refused(
    everybody: dict[str, list[Page]], session_id: str
) -> None:
    with pytest.raises(WebSocketBadStatusException, match="400"):
        everybody["strangers"][0].connect(session_id=session_id)


def test_a_page_has_few_connections(everybody: dict[str, list[Page]]) -> None:
    with ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(closing(everybody["people"][1].connect()))
        with pytest.raises(WebSocketBadStatusException, match="429"):
            everybody["people"][1].connect()


def ask(server: Served, request: bytes) -> bytes:
    """The first bytes that the server answers to a request of one's own."""
    host, port = server.address.removeprefix("http://").split(":")
    connected = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    with connected as connection, suppress(ConnectionError):  # it may be cut off before all is sent
        connection.sendall(request)
        return connection.recv(1000)
    return b""


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (MAX_FORM_BYTES + 1),
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
    idle = [socket.create_connection((host, int(port)), timeout=PATIENCE_S) for _ in range(FEW_FILES + 50)]
    for connection in idle:
        connection.sendall(b"GET /home HTTP/1.1\r\nHost: ")

    assert Client(server).get("/login")[0] == 200
    assert psutil.Process(server.process.pid).num_fds() > FEW_FILES
    for connection in idle:
        connection.close()


def test_connections_go_only_to_the_host_that_was_asked(server: Served) -> None:
    client = Client(server)
    policies = {path: client.get(path)[2]["Content-Security-Policy"] for path in ("/alive", "/nothing")}
    host = server.address.removeprefix("http://")
    for policy in policies.values():
        assert f"connect-src 'self' ws://{host}" in policy

    forged = ask(server, b"GET /alive HTTP/1.1\r\nHost: x;script-src *\r\nConnection: close\r\n\r\n")
    assert b"x;script-src" not in forged
