"""What every definition of a campaign file is, and words in both languages."""

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Arg


class Definition(BaseModel):
    """Base of all definitions: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Definition):
    """The same words in both languages."""

    zh: str = Arg(min_length=1)
    en: str = Arg(min_length=1)

    def words(self, lang: str) -> str:
        """Text in ``zh_CN`` or ``en``."""
        return self.en if lang == "en" else self.zh
