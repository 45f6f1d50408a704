"""Answers of a plan as they are handed in: placeholders become pictures and documents, and everything is checked."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from pbwidgets.campaign import Form, check_answers, compute_answers
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.demo.evidence import make_document, make_photo, make_room
from pbwidgets.demo.plan import Answers, Plan
from pbwidgets.files import MAX_BYTES
from pbwidgets.store import KeptFile, SubmissionKey, Writer, add_evidence, keep_file
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.workspace import Workspace

_DRAWN: Final = ("image", "file", "untidy", "tidy")
"""What a placeholder may begin with: ``image:3``."""


class Attaching:
    """Files of a demonstration, each made once."""

    def __init__(self, workspace: Workspace, plan: Plan) -> None:
        self._workspace = workspace
        self._plan = plan
        self._files: dict[str, KeptFile] = {}

    def answers(self, form_id: str, unit: str, answers: Answers, today: date) -> Answers:
        """Answers with placeholders turned into evidence, checked like everybody's on the server.

        Raises
        ------
        AnswersRefusedError
            If the plan gives what nobody may hand in.
        """
        form = self._plan.form_of(form_id, unit)
        full = {name: self._with_files(value) for name, value in answers.items()}
        problems = check_answers(form, self._plan.campaign, full, complete=True, today=today)
        if problems:
            raise AnswersRefusedError(problems)
        return compute_answers(form, full, today=today)

    def attach(self, writer: Writer, form: Form, items: Mapping[SubmissionKey, Answers]) -> None:
        """Attach the files that answers name."""
        kept = {file.sha256: file for file in self._files.values()}
        paths = [path for path, field in form.leaves() if field.type in UPLOADS]
        for key, answers in items.items():
            for path in paths:
                for sha256 in _files_at(answers, path):
                    add_evidence(writer, key, path, kept[sha256].filename, kept[sha256], MAX_BYTES)

    def _with_files(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._with_files(part) for name, part in value.items()}
        if isinstance(value, list):
            parts = [self._with_files(item) for item in value]
            return list(dict.fromkeys(parts)) if all(isinstance(part, str) for part in parts) else parts
        if isinstance(value, str) and value.partition(":")[0] in _DRAWN and value.partition(":")[2].isdigit():
            return self._file(value).sha256
        return value

    def _file(self, placeholder: str) -> KeptFile:
        if placeholder not in self._files:
            kind, _, number = placeholder.partition(":")
            content = _draw(kind, int(number))
            name = f"demo-{number}.{'pdf' if kind == 'file' else 'jpg'}"
            self._files[placeholder] = keep_file(self._workspace.settings.evidence, name, content, MAX_BYTES)
        return self._files[placeholder]


def _draw(kind: str, number: int) -> bytes:
    if kind == "file":
        return make_document(number)
    return make_photo(number) if kind == "image" else make_room(number, tidy=kind == "tidy")


def _files_at(answers: Answers, path: str) -> Iterator[str]:
    repeat, _, name = path.rpartition("/")
    for row in answers.get(repeat) or () if repeat else (answers,):
        yield from row.get(name) or ()
