"""What every definition of a campaign file is, and words in both languages."""

import re
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Arg

from pbwidgets.intake.text import drop_unfit_in

ASKED: Final = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
"""An answer that a label, hint or message of a form shows: ``${village}``."""
BLANK: Final = "____"


class Definition(BaseModel):
    """Base of all definitions: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True)


Words = Annotated[str, Arg(min_length=1), BeforeValidator(drop_unfit_in)]
"""Text of at least one character, without what is unfit for a text."""


class Text(Definition):
    """The same words in both languages."""

    zh: Words
    en: Words

    def words(self, lang: str) -> str:
        """Text in ``zh_CN`` or ``en``; where it asks for an answer, ``${village}``, it has a blank to write in."""
        words = self.en if lang == "en" else self.zh
        return ASKED.sub(BLANK, words) if "${" in words else words
