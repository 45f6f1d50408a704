"""An IPython shell in the current process whose outputs become those of notebook cells.

A session runs one notebook. It gets a new shell, so that names, magics, hooks and formatters of the notebook
before are gone, and restores what belongs to the process: standard streams, ``__main__``, working
directory, environment, ``sys.path``, warning filters. Imported modules stay imported, with whatever a
notebook sets in them (for example by ``pd.set_option``): this makes the next notebook quick.
"""

import atexit
import base64
import builtins
import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets.config import Config

from pbwidgets.wording import say

_HOMES_OF_CHARTS: Final = ("altair.vegalite.v6.api", "altair.vegalite.v5.api")


MOST_PRINTED: Final = 500_000
"""Characters that a cell may print; a report is read by people."""
MOST_IN_ALL: Final = 20_000_000
"""Characters that all outputs of a notebook may have; a picture counts with those of its text."""


class Outputs:
    """Outputs of the running cell, in order; consecutive text of one stream is joined.

    What goes beyond the limits is counted instead of kept, while the cell runs, and the cell says so.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._room = MOST_IN_ALL
        self._printed = 0
        self._cell_left_out = 0
        self._made: list[NotebookNode | tuple[str, list[str]]] = []
        self._displays: dict[str, list[NotebookNode]] = {}
        self._clear_before_next = False

    def begin_cell(self) -> None:
        """Forget the outputs of the previous cell, but not its display ids."""
        self._made = []
        self._clear_before_next = False
        self._printed = 0
        self._cell_left_out = 0

    def write(self, stream: str, text: str) -> None:
        """Add text to ``stdout`` or ``stderr``."""
        self._before_adding()
        kept = text[: max(0, min(MOST_PRINTED - self._printed, self._room))]
        self._leave_out(len(text) - len(kept))
        if not kept:
            return
        text = kept
        self._printed += len(text)
        self._room -= len(text)
        last = self._made[-1] if self._made else None
        if isinstance(last, tuple) and last[0] == stream:
            last[1].append(text)
        else:
            self._made.append((stream, [text]))

    def add(self, output_type: str, *, display_id: str | None = None, **content: Any) -> None:
        """Add a ``display_data``, ``execute_result`` or ``error``."""
        self._before_adding()
        if output_type != "error" and not self._has_room(_size(content)):
            return
        made = new_output(output_type, **content)
        self._made.append(made)
        if display_id:
            self._displays.setdefault(display_id, []).append(made)

    def update(self, display_id: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Replace what this notebook has displayed under an id, even in earlier cells."""
        shown_so_far = self._displays.get(display_id, [])
        if not self._has_room(_size(data) - sum(_size(shown.data) for shown in shown_so_far[:1])):
            return
        for shown in shown_so_far:
            shown.data, shown.metadata = NotebookNode(_as_text(data)), NotebookNode(metadata)

    def clear(self, wait: bool) -> None:
        """Drop everything, or with ``wait`` as soon as something new comes."""
        self._clear_before_next = wait
        if not wait:
            self._room += sum(
                _size(made if isinstance(made, NotebookNode) else made[1]) for made in self._made
            )
            self._printed = 0
            self._made.clear()

    def has_error(self) -> bool:
        """Whether there is an error among them."""
        return any(isinstance(made, NotebookNode) and made.output_type == "error" for made in self._made)

    def nodes(self) -> list[NotebookNode]:
        """The outputs as nbformat nodes, and what was left out of them."""
        nodes = [
            made
            if isinstance(made, NotebookNode)
            else new_output("stream", name=made[0], text="".join(made[1]))
            for made in self._made
        ]
        if self._cell_left_out:
            said = " ".join(
                say("batch.left_out", lang, count=self._cell_left_out) for lang in ("zh_CN", "en")
            )
            nodes.append(new_output("display_data", data={"text/plain": said}))
        return nodes

    def _has_room(self, size: int) -> bool:
        """Whether there is room for an output, which then has it; if not, it is left out."""
        if size > self._room:
            self._leave_out(size)
            return False
        self._room -= size
        return True

    def _leave_out(self, count: int) -> None:
        self._cell_left_out += count
        self.left_out += count

    def _before_adding(self) -> None:
        if self._clear_before_next:
            self.clear(wait=False)


def _size(value: Any) -> int:
    """Number of characters in an output."""
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(value) if isinstance(value, str | bytes) else 0


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    """Data of an output as a notebook keeps them: bytes, such as a PNG, in base64."""
    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


class _Stream(io.TextIOBase):
    """Standard output or standard error of the cell that runs."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, shell: "CellShell", name: str) -> None:
        self._shell = shell
        self._name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._shell.outputs.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    """Collects what ``display()`` shows."""

    def publish(  # type: ignore[override]  # IPython's own signature lost its types and its `source` in 9.0
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_of_older_releases: Any,
    ) -> None:
        outputs: Outputs = self.shell.outputs
        display_id = (transient or {}).get("display_id")
        if update and display_id:
            outputs.update(display_id, data, metadata or {})
        else:
            outputs.add("display_data", display_id=display_id, data=_as_text(data), metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _LastValue(DisplayHook):
    """Collects the value of a cell's last expression."""

    shell: "CellShell"

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.shell.outputs.add(
            "execute_result",
            data=_as_text(format_dict),
            metadata=md_dict or {},
            execution_count=self.shell.execution_count,
        )

    def finish_displayhook(self) -> None:
        pass


class CellShell(InteractiveShell):
    """A shell that writes nothing to the user's home or the terminal."""

    outputs: Outputs

    def init_ipython_dir(self, ipython_dir: object) -> None:
        """No folder in the account's home, which may not exist on a server."""

    def init_profile_dir(self, profile_dir: object) -> None:
        """No profile: a report must not depend on who runs it."""

    def init_virtualenv(self) -> None:
        """No search for packages: the process already has its environment."""

    def init_prompts(self) -> None:
        """No prompts; ``sys.ps1`` would tell libraries that a person is waiting."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        told = [line[:MOST_PRINTED] for line in stb]
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue)[:MOST_PRINTED], traceback=told)


class Session:
    """One notebook's shell."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._streams = _Stream(shell, "stdout"), _Stream(shell, "stderr")

    @property
    def left_out(self) -> int:
        """Characters that were printed beyond what is kept."""
        return self._shell.outputs.left_out

    def run(self, cell: NotebookNode) -> bool:
        """Run a code cell, put its outputs into it, and return whether it succeeded.

        Raises
        ------
        KeyboardInterrupt
            If somebody interrupted the cell; it still gets its outputs.
        """
        if not cell.source.strip():
            return True
        shell = self._shell
        shell.outputs.begin_cell()
        cell.execution_count = shell.execution_count
        stdout, stderr = self._streams
        with redirect_stdout(stdout), redirect_stderr(stderr):
            result = shell.run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not shell.outputs.has_error():
            shell.outputs.add("error", ename=type(error).__name__, evalue=str(error), traceback=[])
        cell.outputs = shell.outputs.nodes()
        if isinstance(error, KeyboardInterrupt):
            raise error
        return error is None


@contextmanager
def open_session() -> Iterator[Session]:
    """Open a session for one notebook; afterwards the process is as it was before."""
    with _restored_process():
        shell = _new_shell()
        try:
            yield Session(shell)
        finally:
            _close(shell)


def _new_shell() -> CellShell:
    config = Config()
    # no SQLite file, no writer thread: several workers would share them
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.autoawait = False
    config.CellShell.colors = "nocolor"
    shell = CellShell(  # type: ignore[no-untyped-call]
        config=config, user_ns={}, display_pub_class=_Publisher, displayhook_class=_LastValue, cache_size=0
    )
    shell.outputs = Outputs()
    formatters: Any = shell.display_formatter
    for home in _HOMES_OF_CHARTS:  # by name: a notebook that draws nothing does not import Altair
        formatters.mimebundle_formatter.for_type_by_name(home, "TopLevelMixin", _show_chart)
    # get_ipython(), display() and Altair's renderers ask the class for *the* shell of the process
    InteractiveShell._instance = shell  # type: ignore[assignment]  # traitlets leaves it untyped
    return shell


def _show_chart(chart: Any) -> Any:
    """Show an Altair chart as SVG, unless the notebook has enabled a renderer of its choice."""
    from altair import renderers

    from pbwidgets.charts import enable_offline

    with enable_offline() if renderers.active == "default" else nullcontext():
        return chart._repr_mimebundle_()


def _close(shell: CellShell) -> None:
    atexit.unregister(shell.atexit_operations)
    shell.restore_sys_module_state()  # type: ignore[no-untyped-call]
    shell.user_ns.clear()
    shell.user_ns_hidden.clear()
    # the last traceback would keep every frame of a failed notebook alive
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)


@contextmanager
def _restored_process() -> Iterator[None]:
    """Restore afterwards what a notebook may change in the process."""
    environment, folder, path = dict(os.environ), Path.cwd(), list(sys.path)
    main, shell_before = sys.modules["__main__"], InteractiveShell._instance
    display_before = vars(builtins).get("display")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
            yield
    finally:
        InteractiveShell._instance = shell_before
        sys.modules["__main__"] = main
        if display_before is None:
            vars(builtins).pop("display", None)
        sys.path[:] = path
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
