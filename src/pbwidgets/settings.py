"""Where things are: the workspace, the store, the language. Read from the environment at each call."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from pbwidgets.errors import UsageError
from pbwidgets.wording import default_language


@dataclass(frozen=True)
class Quota:
    """How much one account may keep in the store, so that none fills the disk of all.

    Attributes
    ----------
    files
        Photos and documents on record that it has added.
    megabytes
        Their size together, in millions of bytes.
    drafts
        Drafts that it has begun and nobody has handed in.
    """

    files: int = 3000
    megabytes: int = 5000
    drafts: int = 1000


@dataclass(frozen=True)
class Settings:
    """Places of one workspace.

    Attributes
    ----------
    workspace
        Folder with ``notebooks/`` and ``parameters/``.
    store_url
        SQLAlchemy URL of the store.
    lang
        ``zh_CN`` or ``en``.
    address
        Address at which the pages are opened, without a trailing slash; empty if not set.
    quota
        How much one account may keep.
    """

    workspace: Path
    store_url: str
    lang: str
    address: str = ""
    quota: Quota = Quota()

    @property
    def notebooks(self) -> Path:
        """Folder of the notebooks."""
        return self.workspace / "notebooks"

    @property
    def parameters(self) -> Path:
        """Folder of campaigns, units, reports, overrides and demos."""
        return self.workspace / "parameters"

    @property
    def outputs(self) -> Path:
        """Folder of what reports write."""
        return self.workspace / "outputs"

    @property
    def private(self) -> Path:
        """Folder that no server serves: SQLite file, evidence, snapshots."""
        return self.workspace / ".pbwidgets"

    @property
    def evidence(self) -> Path:
        """Folder of photos and documents, by SHA-256."""
        return self.private / "evidence"

    @property
    def snapshots(self) -> Path:
        """Folder of snapshots, by id."""
        return self.private / "snapshots"


def load_settings(workspace: Path | None = None) -> Settings:
    """Settings from ``PBWIDGETS_WORKSPACE``, ``PBWIDGETS_STORE``, ``PBWIDGETS_LANG``, ``PBWIDGETS_ADDRESS``.

    If no workspace is named, it is the nearest folder upwards that has ``parameters/campaigns``,
    else the current one. ``PBWIDGETS_QUOTA_FILES``, ``…_MEGABYTES`` and ``…_DRAFTS`` say how much an account may keep.

    Raises
    ------
    UsageError
        ``errors.bad_setting`` if one of these is no number.
    """
    named = workspace or os.environ.get("PBWIDGETS_WORKSPACE")
    folder = Path(named).resolve() if named else _nearest_workspace(Path.cwd())
    url = (
        os.environ.get("PBWIDGETS_STORE")
        or f"sqlite:///{(folder / '.pbwidgets' / 'store.sqlite').as_posix()}"
    )
    address = to_address(os.environ.get("PBWIDGETS_ADDRESS", ""))
    quota = {name: _number(f"PBWIDGETS_QUOTA_{name.upper()}", most) for name, most in asdict(Quota()).items()}
    return Settings(
        workspace=folder, store_url=url, lang=default_language(), address=address, quota=Quota(**quota)
    )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text and not text.isdecimal():
        raise UsageError("errors.bad_setting", name=name, value=text)
    return int(text) if text else default


def to_address(text: str) -> str:
    """Address of a server, however it was typed; empty if nothing was typed.

    >>> to_address(" 10.0.0.8:8866/ "), to_address("https://pb.example.cn"), to_address("")
    ('http://10.0.0.8:8866', 'https://pb.example.cn', '')
    """
    plain = text.strip().rstrip("/")
    return f"http://{plain}" if plain and not plain.startswith(("http://", "https://")) else plain


def _nearest_workspace(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / "parameters" / "campaigns").is_dir():
            return folder
    return start
