"""Messages that a page sends to its kernel, checked before anything is built from them.

A websocket frame comes in one of two layouts. Both begin with a table of offsets, and a frame of a few bytes can
declare a table of any length: so number and offsets are compared with the length of the frame first, then the
brackets, commas and quotes of its JSON are counted, and only then is the JSON read. What is sent on to the
kernel is written anew from what was checked.
"""

import json
import re
import struct
from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise
from typing import Any, Final, NoReturn

V1: Final = "v1.kernel.websocket.jupyter.org"
"""Subprotocol of the layout that today's front end asks for; without it, Jupyter's older one applies."""

CHANNEL: Final = "shell"
"""The only channel of a kernel that pages send to."""

CLOSE_MALFORMED: Final = 1007
CLOSE_POLICY: Final = 1008

MOST_BUFFERS: Final = 64
"""Maximum number of binary buffers of one message."""
MOST_MARKS: Final = 40_000
"""Maximum number of quotes, and of brackets and commas, in one message: they bound what is built from it."""
MOST_DIGITS: Final = 400
"""Maximum number of digits in a row in a number; reading a whole number takes the square of them."""
DEEPEST: Final = 40
"""Maximum depth of lists and objects within each other."""
LONGEST_HEADER: Final = 4096
"""Maximum size of a header in bytes; a kernel repeats it in each of its answers."""
LONGEST_ID: Final = 200

_PARTS: Final = ("header", "parent_header", "metadata", "content")
_TARGET: Final = "jupyter.widget.control"
_METHODS: Final = frozenset({"update", "custom", "request_state", "request_states"})
_TEXT: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)  # possessive: each byte is read once
_LONG_NUMBER: Final = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class FrameError(ValueError):
    """A frame that none of our pages sends.

    Parameters
    ----------
    reason
        What is wrong with it, in English, for the log.
    close_code
        Code with which its connection is closed.
    """

    def __init__(self, reason: str, close_code: int = CLOSE_MALFORMED) -> None:
        super().__init__(reason)
        self.reason, self.close_code = reason, close_code


def read_message(
    frame: bytes | str,
    subprotocol: str | None,
    admit: Callable[[Mapping[str, Any], int], None] = lambda content, size: None,  # noqa: ARG005
) -> list[bytes]:
    """Parts of the message in a websocket frame, in the layout of its subprotocol.

    Parameters
    ----------
    admit
        Asked with the checked content, and the size of the frame in bytes, whether it may go on; it raises
        :class:`FrameError` if not.

    Returns
    -------
    list
        Header, parent's header, metadata and content as JSON, then the binary buffers; all for the kernel's
        channel :data:`CHANNEL`.

    Raises
    ------
    FrameError
        For anything that our pages do not send.
    """
    if subprotocol == V1:
        channel, parts, buffers = _parts_of_v1(frame)
    else:
        channel, parts, buffers = _parts_of_legacy(frame)
    if channel != CHANNEL:
        raise FrameError("a channel that pages do not use", CLOSE_POLICY)
    header, parent, metadata, content = parts
    _check_header(header)
    if not isinstance(parent, dict) or not isinstance(metadata, dict):
        raise FrameError("a parent's header or metadata that is no object")
    _check_content(header["msg_type"], content, len(buffers))
    admit(content, len(frame.encode("utf-8", "replace") if isinstance(frame, str) else frame))
    written = [_write_json(part) for part in parts]
    if any(len(part) > LONGEST_HEADER for part in written[:3]):
        raise FrameError("a header that is too long")
    return [*written, *buffers]


def _parts_of_v1(frame: bytes | str) -> tuple[object, list[Any], list[bytes]]:
    """Channel, the four parts, and buffers: after 8-byte offsets, the last of which is the end."""
    if isinstance(frame, str):
        raise FrameError("text where bytes are due")
    offsets = _read_offsets(frame, "<Q", 6)
    if offsets[-1] != len(frame):
        raise FrameError("a last offset that is not the end of the frame")
    channel, *parts = (frame[start:stop] for start, stop in pairwise(offsets))
    return channel.decode("ascii", "replace"), [_read_json(part) for part in parts[:4]], parts[4:]


def _parts_of_legacy(frame: bytes | str) -> tuple[object, list[Any], list[bytes]]:
    """Channel, the four parts, and buffers: text, or one object and buffers after 4-byte offsets."""
    starts: tuple[int, ...] = (0,)
    if isinstance(frame, str):
        frame = frame.encode("utf-8", "replace")
    else:
        starts = _read_offsets(frame, ">I", 1)
    first, *buffers = (frame[start:stop] for start, stop in pairwise((*starts, len(frame))))
    whole = _read_json(first)
    if not isinstance(whole, dict):
        raise FrameError("a message that is no object")
    return whole.get("channel"), [whole.get(name) for name in _PARTS], buffers


def _read_offsets(frame: bytes, layout: str, least: int) -> tuple[int, ...]:
    """Offsets at the beginning of a frame, which ascend within it; their number stands before them.

    Parameters
    ----------
    layout
        Of each number, as :mod:`struct` names it.
    least
        Number of offsets of a message without buffers.
    """
    width = struct.calcsize(layout)
    number = int.from_bytes(frame[:width], "little" if layout[0] == "<" else "big")
    if not least <= number <= least + MOST_BUFFERS or width * (1 + number) > len(frame):
        raise FrameError("a number of offsets that the frame cannot hold")
    offsets = struct.unpack_from(f"{layout[0]}{number}{layout[1]}", frame, width)
    if offsets[0] != width * (1 + number):
        raise FrameError("a first offset that is not the end of the offsets")
    if any(start > stop for start, stop in pairwise((*offsets, len(frame)))):
        raise FrameError("offsets that do not ascend within the frame")
    return offsets


def _read_json(part: bytes) -> Any:
    """Value of a JSON text, once its marks are counted."""
    if part.count(b'"') > MOST_MARKS:
        raise FrameError("JSON with too many texts", CLOSE_POLICY)
    plain = _TEXT.sub(b"", part)
    brackets = plain.translate(None, _NOT_BRACKETS)
    if len(brackets) + plain.count(b",") > MOST_MARKS:
        raise FrameError("JSON with too many values", CLOSE_POLICY)
    if _LONG_NUMBER.search(plain):
        raise FrameError("a number with too many digits", CLOSE_POLICY)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEEPEST:
        raise FrameError("JSON that is nested too deep", CLOSE_POLICY)
    try:
        return json.loads(part.decode("utf-8"), parse_constant=_refuse_constant)
    except ValueError as error:  # also bytes that are not UTF-8
        raise FrameError("no JSON") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _write_json(value: object) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:  # a number such as 1e999, which is read as infinity
        raise FrameError("a number that is not finite") from error


def _check_header(header: object) -> None:
    if not isinstance(header, dict) or not all(
        isinstance(header.get(name), str) and len(header[name]) <= LONGEST_ID
        for name in ("msg_id", "msg_type", "session", "username")
    ):
        raise FrameError("a header without its identifiers")


def _check_content(kind: str, content: object, n_buffers: int) -> None:
    """Refuse kinds of messages that the front end does not send, and content without what belongs to its kind."""
    if not isinstance(content, dict):
        raise FrameError("content that is no object")
    if kind in ("kernel_info_request", "comm_info_request"):
        return
    if kind not in ("comm_open", "comm_msg", "comm_close"):
        raise FrameError("a kind of message that pages do not send", CLOSE_POLICY)
    comm_id, data = content.get("comm_id"), content.get("data")
    if not isinstance(comm_id, str) or len(comm_id) > LONGEST_ID or not isinstance(data, dict):
        raise FrameError("a comm message without its parts")
    if kind == "comm_open" and content.get("target_name") != _TARGET:
        raise FrameError("a target that pages do not open", CLOSE_POLICY)
    if kind == "comm_msg":
        _check_data(data, n_buffers)


def _check_data(data: Mapping[str, Any], n_buffers: int) -> None:
    """Refuse what is no message to a widget."""
    method = data.get("method")
    if not isinstance(method, str) or method not in _METHODS:
        raise FrameError("a method that widgets do not have", CLOSE_POLICY)
    if method == "update":
        paths = data.get("buffer_paths", [])
        if not isinstance(data.get("state"), dict) or not isinstance(paths, list) or len(paths) != n_buffers:
            raise FrameError("an update without its state")
        if not all(_is_path(path) for path in paths):
            raise FrameError("a path that names no place")


def _is_path(path: object) -> bool:
    return isinstance(path, list) and bool(path) and all(type(step) in (str, int) for step in path)
