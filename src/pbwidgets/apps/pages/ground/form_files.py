"""Files of a form on the page: stored through the workflows, shown by their address on the server."""

from dataclasses import replace
from urllib.parse import quote, urlencode

from pbwidgets.apps.visit import Visit
from pbwidgets.files import MAX_BYTES
from pbwidgets.forms.uploads import ShownFile
from pbwidgets.store import ALWAYS, Actor, Evidence, SubmissionKey
from pbwidgets.workflows.filling.evidence import attach_file


class FormFiles:
    """The files of one submission, in the form that a form view expects."""

    max_bytes = MAX_BYTES

    def __init__(
        self, visit: Visit, actor: Actor, key: SubmissionKey, evidence: tuple[Evidence, ...]
    ) -> None:
        self._visit, self._actor, self._key = visit, actor, key
        self._known = {item.file.sha256: item for item in evidence}
        self._has_kept = False

    def keep(self, field_path: str, filename: str, content: bytes) -> str:
        """Token of the file after storing it."""
        visit = self._visit
        kept = attach_file(replace(visit.desk, actor=self._actor), self._key, field_path, filename, content)
        self._known[kept.file.sha256] = kept
        self._has_kept = True
        return kept.file.sha256

    def take_kept(self) -> bool:
        """Whether a file was stored since this was last asked."""
        kept, self._has_kept = self._has_kept, False
        return kept

    def shown(self, token: str) -> ShownFile | None:
        """File with this token, or None."""
        found = self._known.get(token)
        return None if found is None else shown_file(self._key, found)

    def name(self, token: str) -> str:
        """Name of a file, for a list of changes."""
        found = self._known.get(token)
        return found.file.filename if found else self._visit.words("forms.file_gone")


def shown_file(key: SubmissionKey, item: Evidence) -> ShownFile:
    """Evidence as a page shows it, with its address on this server."""
    file = item.file
    where = "/".join(quote(part, safe="") for part in (key.form_id, key.unit_code, str(key.occurrence)))
    address = f"evidence/{where}/{file.sha256}?{urlencode(_asked(key))}"
    thumb = f"{address}&thumb=1" if file.kind.startswith("image/") else ""
    return ShownFile(file.sha256, file.filename, file.size_bytes, address, thumb)


def paper_address(key: SubmissionKey, version: int, *, word: bool = False) -> str:
    """Address of the print view of a version on this server, or of its Word document; 0 is the newest."""
    parts = (key.form_id, key.unit_code, str(key.occurrence), str(version))
    where = "/".join(quote(part, safe="") for part in parts)
    asked = {**_asked(key), **({"word": "1"} if word else {})}
    return f"paper/{where}?{urlencode(asked)}"


def _asked(key: SubmissionKey) -> dict[str, str]:
    """Campaign and period of an address; what lasts beyond its period is found in the newest one."""
    period = {} if key.period_id == ALWAYS else {"period": key.period_id}
    return {"campaign": key.campaign_id, **period}
