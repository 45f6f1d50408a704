"""The heading of a section: its name and its progress."""

from html import escape


def section_markup(title: str, progress: str, anchor: str = "") -> str:
    """Heading with the progress beside it."""
    named = f' id="{escape(anchor, quote=True)}"' if anchor else ""
    return (
        f'<div class="pb-section-head"{named}><h3>{escape(title)}</h3>'
        f'<span class="pb-section-progress">{escape(progress)}</span></div>'
    )
