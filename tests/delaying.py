"""A slow or broken line between a browser and the server: a proxy that passes bytes on later, or not at all."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from serving import Served


@dataclass
class Line:
    """A line to a server; made by :func:`lay_line`.

    Attributes
    ----------
    served
        The server, at the address of this line.
    delay_s
        Time that every byte takes, each way, in seconds.
    is_cut
        Whether nobody comes through.
    """

    served: Served
    listening: socket.socket
    delay_s: float
    is_cut: bool = False
    _open: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        self.is_cut = True
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self.is_cut = False

    def take(self, to: tuple[str, int]) -> None:
        """Connect whoever comes, until the line is closed."""
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(to)
            self._open += [near, far]
            for source, target in ((near, far), (far, near)):
                late: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
                threading.Thread(target=self._read, args=(source, late), daemon=True).start()
                threading.Thread(target=_write, args=(target, late), daemon=True).start()

    def _read(self, source: socket.socket, late: SimpleQueue[tuple[float, bytes]]) -> None:
        data = b" "
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            late.put((time.monotonic() + self.delay_s, data))


def _write(target: socket.socket, late: SimpleQueue[tuple[float, bytes]]) -> None:
    while True:
        due, data = late.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
        except OSError:
            return


@contextlib.contextmanager
def lay_line(served: Served, delay_s: float = 0.0) -> Iterator[Line]:
    """A line to a server, open to one machine."""
    host, port = served.address.removeprefix("http://").split(":")
    listening = socket.create_server(("127.0.0.1", 0))
    line = Line(replace(served, address=f"http://127.0.0.1:{listening.getsockname()[1]}"), listening, delay_s)
    threading.Thread(target=line.take, args=((host, int(port)),), daemon=True).start()
    try:
        yield line
    finally:
        listening.close()
        line.cut()
