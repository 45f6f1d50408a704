"""What a campaign answers about itself."""

from collections.abc import Callable
from pathlib import Path

from pbwidgets.campaign.reader import read_campaign

Write = Callable[..., Path]


def test_headings_and_lines_are_numbered_as_the_score_sheet_shows_them(write: Write) -> None:
    track = read_campaign(write()).track("branches")
    numbered = [
        (item.number, item.criterion.id, item.heading and item.heading.id, item.depth)
        for item in track.numbered()
    ]
    assert numbered == [
        ("1", "life", None, 0),
        ("1.1", "life_meetings", "life", 1),
        ("1.2", "life_presence", "life", 1),
        ("2", "effect", None, 0),
    ]


def test_a_line_is_marked_by_the_sources_that_it_names_or_by_all(write: Write) -> None:
    named = ("        rule: {name: rated}", "        rule: {name: rated}\n        sources: [meeting]")
    for edits, marking in (((), ["check", "meeting"]), ((named,), ["meeting"])):
        campaign = read_campaign(write(*edits))
        track = campaign.track("branches")
        (line,) = (line for line in track.lines() if line.id == "effect")
        assert [source.id for source in campaign.marking_sources(track, "bureau", line)] == marking
        assert [source.id for source in campaign.marking_sources(track, "self", line)] == ["self"]
