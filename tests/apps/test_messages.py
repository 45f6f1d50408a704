"""Frames that reach the server from a page's websocket: each is checked before anything is built from it."""

import json
import struct
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from frames import FRAMES, HEADER, LEGACY, OPENED, PRESSED, UPDATE, encode, frame_of, legacy, v1
from hypothesis import example, given
from hypothesis import strategies as st

from pbwidgets.apps.messages import CLOSE_MALFORMED, CLOSE_POLICY, V1, FrameError, read_message

PROTOCOLS = pytest.mark.parametrize("protocol", [V1, LEGACY], ids=["v1", "legacy"])


def with_kind(kind: object) -> dict[str, Any]:
    return {**HEADER, "msg_type": kind}


def update(**data: Any) -> dict[str, Any]:
    return {**UPDATE, "data": {**UPDATE["data"], **data}}


# -- what pages send ------------------------------------------------------------------------------------


@PROTOCOLS
@pytest.mark.parametrize(
    ("kind", "content", "buffers"),
    [
        ("comm_msg", UPDATE, []),
        ("comm_msg", PRESSED, []),
        ("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}}, []),
        ("comm_msg", update(buffer_paths=[["value", 0, "content"]]), [b"\x00\xff"]),
        ("comm_open", OPENED, []),
        ("comm_close", {"comm_id": "c", "data": {}}, []),
        ("kernel_info_request", {}, []),
        ("comm_info_request", {"target_name": "jupyter.widget"}, []),
    ],
)
def test_what_pages_send_goes_on_to_the_kernel_unchanged(
    protocol: str | None, kind: str, content: Any, buffers: list[bytes]
) -> None:
    header = with_kind(kind)

    *parts, metadata, sent = read_message(frame_of(protocol, content, header, *buffers), protocol)[:4]

    assert [json.loads(part) for part in (*parts, metadata, sent)] == [header, {}, {}, content]
    assert read_message(frame_of(protocol, content, header, *buffers), protocol)[4:] == buffers


def test_a_message_of_the_older_layout_may_come_as_text() -> None:
    whole = {"header": HEADER, "parent_header": {}, "metadata": {}, "content": UPDATE, "channel": "shell"}

    assert json.loads(read_message(json.dumps(whole), LEGACY)[3]) == UPDATE


@PROTOCOLS
def test_a_sheet_that_is_pasted_in_is_no_bomb(protocol: str | None) -> None:
    sheet = [["红旗村", '党员"先锋"[岗]{1}', 3.5, None] for _ in range(5000)]

    assert json.loads(read_message(frame_of(protocol, update(state={"value": sheet})), protocol)[3])


@given(st.text('\\"[]{},:/茶\n\ud800', max_size=60))
@example('\\"[{,' * 50)
def test_any_text_that_is_typed_arrives_as_it_was_typed(text: str) -> None:
    for protocol in (V1, LEGACY):
        sent = read_message(frame_of(protocol, update(state={"value": text})), protocol)[3]
        assert json.loads(sent)["data"]["state"]["value"] == text


# -- what no page sends ---------------------------------------------------------------------------------

DEEP = b'{"comm_id":"c","data":{"method":"update","state":{"value":' + b"[" * 500 + b"]" * 500 + b"}}}"
NUMBER = b'{"comm_id":"c","data":{"method":"update","state":{"value":%s}}}'
HOSTILE: dict[str, tuple[Any, Any, int]] = {
    "execute": (with_kind("execute_request"), {"code": "1"}, CLOSE_POLICY),
    "shutdown": (with_kind("shutdown_request"), {"restart": True}, CLOSE_POLICY),
    "input": (with_kind("input_reply"), {"value": "1"}, CLOSE_POLICY),
    "no identifiers": ({"msg_type": "comm_msg"}, UPDATE, CLOSE_MALFORMED),
    "kind is a list": (with_kind(["comm_msg"]), UPDATE, CLOSE_MALFORMED),
    "header is a list": ([HEADER], UPDATE, CLOSE_MALFORMED),
    "header is null": (None, UPDATE, CLOSE_MALFORMED),
    "header is long": ({**HEADER, "more": "x" * 5000}, UPDATE, CLOSE_MALFORMED),
    "identifier is long": ({**HEADER, "msg_id": "x" * 500}, UPDATE, CLOSE_MALFORMED),
    "second kind": (
        b'{"msg_id":"1","session":"s","username":"","msg_type":"comm_msg","msg_type":"execute_request"}',
        {"code": "1"},
        CLOSE_POLICY,
    ),
    "content is a list": (HEADER, [UPDATE], CLOSE_MALFORMED),
    "content is a text": (HEADER, "update", CLOSE_MALFORMED),
    "content is empty": (HEADER, {}, CLOSE_MALFORMED),
    "comm id is a number": (HEADER, {**UPDATE, "comm_id": 1}, CLOSE_MALFORMED),
    "data is a list": (HEADER, {**UPDATE, "data": []}, CLOSE_MALFORMED),
    "no method": (HEADER, {**UPDATE, "data": {}}, CLOSE_POLICY),
    "method is a list": (HEADER, update(method=["update"]), CLOSE_POLICY),
    "state is a list": (HEADER, update(state=[]), CLOSE_MALFORMED),
    "path without a buffer": (HEADER, update(buffer_paths=[["value"]]), CLOSE_MALFORMED),
    "paths are a number": (HEADER, update(buffer_paths=3), CLOSE_MALFORMED),
    "a new widget": (with_kind("comm_open"), {**OPENED, "target_name": "jupyter.widget"}, CLOSE_POLICY),
    "nested too deep": (HEADER, DEEP, CLOSE_POLICY),
    "nested until the end": (HEADER, b"[" * 100_000, CLOSE_POLICY),
    "a million lists": (HEADER, b"[" + b"[]," * 690_000 + b"0]", CLOSE_POLICY),
    "a million numbers": (HEADER, b"[" + b"1.5," * 500_000 + b"0]", CLOSE_POLICY),
    "a million texts": (HEADER, b"[" + b'"ab",' * 400_000 + b"0]", CLOSE_POLICY),
    "quotes that never close": (HEADER, b'\\"' * 2**20, CLOSE_POLICY),
    "a number without end": (HEADER, NUMBER % (b"9" * 10**6), CLOSE_POLICY),
    "a number of 401 digits": (HEADER, NUMBER % (b"9" * 401), CLOSE_POLICY),
    "80,000 numbers": (HEADER, NUMBER % (b"[" + b"1.2345678901234567," * 80_000 + b"0]"), CLOSE_POLICY),
    "not a number": (HEADER, NUMBER % b"NaN", CLOSE_MALFORMED),
    "infinity": (HEADER, NUMBER % b"-Infinity", CLOSE_MALFORMED),
    "read as infinity": (HEADER, NUMBER % b"1e999", CLOSE_MALFORMED),
    "no JSON": (HEADER, b"{", CLOSE_MALFORMED),
    "no UTF-8": (HEADER, b'{"comm_id":"\xff"}', CLOSE_MALFORMED),
}  # fmt: skip


@PROTOCOLS
@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_page_sends_closes_the_connection(protocol: str | None, name: str) -> None:
    header, content, close_code = HOSTILE[name]

    with pytest.raises(FrameError, match=r"\w") as caught:
        read_message(frame_of(protocol, content, header), protocol)

    assert caught.value.close_code == close_code


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_of_a_wrong_layout_closes_the_connection(name: str) -> None:
    protocol, frame = FRAMES[name]

    with pytest.raises(FrameError, match=r"\w"):
        read_message(frame, protocol)


@pytest.mark.parametrize("name", [name for name in FRAMES if "offsets" in name or "buffers" in name])
def test_a_frame_that_declares_much_takes_no_more_memory_than_it_is_long(name: str) -> None:
    protocol, frame = FRAMES[name]
    tracemalloc.start()
    try:
        with pytest.raises(FrameError, match=r"\w"):
            read_message(frame, protocol)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


numbers = st.integers(-1, 2**64 - 1) | st.integers(0, 200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PARTS = JSON.map(encode) | st.sampled_from([encode(HEADER), encode(UPDATE), b"{}"]) | st.binary(max_size=40)


@st.composite
def offsets_and_bytes(draw: st.DrawFn) -> bytes:
    """A number, offsets that may say anything, and some bytes."""
    layout = draw(st.sampled_from("QI"))
    order = "<" if layout == "Q" else ">"
    most = 2 ** (8 * struct.calcsize(layout)) - 1
    told = draw(st.lists(numbers, max_size=12))
    number = draw(st.just(len(told)) | numbers)
    values = [min(max(value, 0), most) for value in (number, *told)]
    return struct.pack(f"{order}{len(values)}{layout}", *values) + draw(st.binary(max_size=200))


FRAME = (
    st.binary(max_size=200)
    | st.text(max_size=100)
    | offsets_and_bytes()
    | st.lists(PARTS, min_size=4, max_size=8).map(v1)
    | st.lists(PARTS, min_size=4, max_size=8).map(legacy)
    | JSON.map(json.dumps)
)


@given(FRAME, st.sampled_from([V1, LEGACY]))
def test_any_frame_is_either_refused_or_becomes_a_message_of_its_size(
    frame: bytes | str, protocol: str | None
) -> None:
    try:
        header, parent, metadata, content, *buffers = read_message(frame, protocol)
    except FrameError:
        return
    size = len(frame.encode() if isinstance(frame, str) else frame)
    assert sum(map(len, (header, parent, metadata, content, *buffers))) <= 6 * size  # \\u4e00 for 3 bytes
    assert json.loads(header)["msg_type"] in {
        "comm_msg", "comm_open", "comm_close", "comm_info_request", "kernel_info_request",
    }  # fmt: skip


@given(st.binary(min_size=1, max_size=8), st.integers(0, 400), st.sampled_from([V1, LEGACY]))
def test_a_good_frame_with_some_bytes_changed_is_read_or_refused(
    changed: bytes, at: int, protocol: str | None
) -> None:
    good = bytearray(frame_of(protocol))
    good[at % len(good) : at % len(good) + len(changed)] = changed
    with suppress(FrameError):
        assert len(read_message(bytes(good), protocol)) >= 4
