"""What stands on the cover of a report, whatever it is about."""

from dataclasses import dataclass

from pbwidgets.exports import About


@dataclass(frozen=True)
class Cover:
    """What a report says of itself.

    Attributes
    ----------
    title
        Title of page, document and slides.
    basis
        What it rests on, in a sentence.
    subtitle
        Second line of the title slide.
    lang
        ``zh_CN`` or ``en``.
    about
        First sheet of the workbook.
    synthetic
        The data are made up for a demonstration; every file says so.
    """

    title: str
    basis: str
    subtitle: str
    lang: str
    about: About
    synthetic: bool = False
