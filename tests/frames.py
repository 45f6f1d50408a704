"""Frames of a page's websocket, good ones and such as no page sends, in both of Jupyter's layouts."""

import json
import struct
from typing import Any

from pbwidgets.apps.messages import V1

HEADER = {"msg_id": "1", "msg_type": "comm_msg", "session": "s", "username": "", "version": "5.2"}
UPDATE = {"comm_id": "c", "data": {"method": "update", "state": {"value": "茶叶"}, "buffer_paths": []}}
PRESSED = {"comm_id": "c", "data": {"method": "custom", "content": {"event": "click"}}}
OPENED = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
LEGACY = None


def encode(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def v1(parts: list[Any], channel: bytes = b"shell") -> bytes:
    """A frame of the newer layout, with whatever stands in its parts."""
    pieces = [channel, *map(encode, parts)]
    offsets = [8 * (len(pieces) + 2)]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(pieces)


def legacy(parts: list[Any], channel: object = "shell") -> bytes:
    """A binary frame of the older layout."""
    header, parent, metadata, content, *buffers = parts
    whole = b'{"header":%s,"parent_header":%s,"metadata":%s,"content":%s,"channel":%s}' % tuple(
        encode(part) for part in (header, parent, metadata, content, channel)
    )
    pieces = [whole, *buffers]
    offsets = [4 * (len(pieces) + 1)]
    for piece in pieces[:-1]:
        offsets.append(offsets[-1] + len(piece))
    return struct.pack(f">{len(pieces) + 1}I", len(pieces), *offsets) + b"".join(pieces)


def frame_of(protocol: str | None, content: Any = UPDATE, header: Any = HEADER, *buffers: bytes) -> bytes:
    make = v1 if protocol == V1 else legacy
    return make([header, {}, {}, content, *buffers])


FRAMES: dict[str, tuple[str | None, bytes | str]] = {
    "v1: empty": (V1, b""),
    "v1: text": (V1, '{"channel":"shell"}'),
    "v1: half a number": (V1, b"\x06\x00\x00"),
    "v1: 30 million offsets": (V1, (30_000_000).to_bytes(8, "little") + bytes(8)),
    "v1: 2^63 offsets": (V1, (2**63).to_bytes(8, "little") + bytes(64)),
    "v1: no offsets": (V1, bytes(64)),
    "v1: offsets beyond the frame": (V1, struct.pack("<7Q", 6, 56, 2**40, 2**40, 2**40, 2**40, 2**40)),
    "v1: offsets that go back": (V1, struct.pack("<7Q", 6, 56, 40, 41, 42, 43, 56)),
    "v1: offsets into themselves": (V1, struct.pack("<7Q", 6, 0, 8, 16, 24, 32, 56)),
    "v1: all parts the same": (V1, struct.pack("<7Q", 6, 56, 56, 56, 56, 56, 56)),
    "v1: more than the last offset": (V1, v1([HEADER, {}, {}, UPDATE]) + b"more"),
    "v1: a thousand buffers": (V1, v1([HEADER, {}, {}, UPDATE, *[b"x"] * 1000])),
    "v1: another channel": (V1, v1([HEADER, {}, {}, UPDATE], b"iopub")),
    "v1: a channel that is no text": (V1, v1([HEADER, {}, {}, UPDATE], b"\xff\xfe")),
    "v1: a parent that is a list": (V1, v1([HEADER, [], {}, UPDATE])),
    "legacy: empty": (LEGACY, b""),
    "legacy: empty text": (LEGACY, ""),
    "legacy: half a number": (LEGACY, b"\x00\x00"),
    "legacy: 2^31 buffers": (LEGACY, bytes.fromhex("7f000000") + bytes(60)),
    "legacy: 2^32 - 1 buffers": (LEGACY, bytes.fromhex("ffffffff") + bytes(60)),
    "legacy: no buffers": (LEGACY, bytes(64)),
    "legacy: offsets that go back": (LEGACY, struct.pack(">3I", 2, 12, 8)),
    "legacy: offsets beyond the frame": (LEGACY, struct.pack(">3I", 2, 12, 2**31)),
    "legacy: the same buffer 60 times": (LEGACY, struct.pack(">61I", 60, *[0] * 60) + bytes(100)),
    "legacy: another channel": (LEGACY, legacy([HEADER, {}, {}, UPDATE], "control")),
    "legacy: no channel": (LEGACY, legacy([HEADER, {}, {}, UPDATE], None)),
    "legacy: a text of nothing but a number": (LEGACY, "3"),
    "legacy: a text that is no JSON": (LEGACY, "kernel"),
    "legacy: a text of brackets": (LEGACY, "[" * 2**20),
}  # fmt: skip
"""Frames of a wrong layout: the protocol and the frame."""
