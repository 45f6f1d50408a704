"""The contents name every heading once, at an address that leads to it; the drawings of a page keep apart."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.charts import embed_svg
from pbwidgets.exports.outline import mark_headings, write_contents
from pbwidgets.exports.pictures import Drawings

HEADINGS = st.lists(
    st.tuples(st.sampled_from(["h2", "h3"]), st.text(alphabet="名次 &<\"'2", min_size=1, max_size=8)),
    max_size=8,
)


@given(HEADINGS)
def test_every_entry_leads_to_one_heading(headings) -> None:
    from html import escape, unescape

    page = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in headings)
    marked, entries = mark_headings(page)
    ids = [unescape(found) for found in re.findall(r'<h[23] id="([^"]*)"', marked)]
    assert ids == [entry.anchor for entry in entries]
    assert len(set(ids)) == len(ids)
    assert [entry.text for entry in entries] == [" ".join(t.split()) for _, t in headings if t.split()]


def test_a_heading_of_markdown_loses_its_sign_and_gets_an_id_of_ours() -> None:
    page = '<h2 id="名-次">名<em>次</em><a class="anchor-link" href="#名-次">¶</a></h2>'
    marked, (entry,) = mark_headings(page)
    assert marked.count(" id=") == 1
    assert (entry.text, entry.anchor) == ("名次", "名次")


def test_a_caption_is_an_entry_unless_it_says_what_the_heading_says() -> None:
    page = "<h2>示范村名单</h2><table><caption>示范村名单</caption></table><table><caption>得分</caption></table>"
    marked, entries = mark_headings(page)
    assert [(entry.text, entry.is_below) for entry in entries] == [("示范村名单", False), ("得分", True)]
    assert '<caption class="repeated">示范村名单</caption>' in marked


def test_a_short_page_has_no_contents() -> None:
    _, entries = mark_headings("<h2>甲</h2><h2>乙</h2>")
    assert write_contents(entries, "目录") == ""


def test_the_names_of_two_drawings_differ_and_lead_to_their_own() -> None:
    svg = '<svg><clipPath id="a"/><g clip-path="url(#a)"/><a href="#top"/></svg>'
    drawings = Drawings()
    places = drawings.put(f"<?xml version='1.0'?>{svg}") + drawings.take_out(embed_svg(svg, "得分 <甲>"))
    page = drawings.fill(places)
    assert re.findall(r'id="([^"]+)"', page) == ["drawing-0-a", "drawing-1-a"]
    assert re.findall(r"url\(#([^)]+)\)", page) == ["drawing-0-a", "drawing-1-a"]
    assert page.count('href="#top"') == 2
    assert 'aria-label="得分 &lt;甲&gt;"' in page
    assert "xml version" not in page


def test_a_picture_with_rules_for_the_whole_page_stays_a_picture() -> None:
    for inside in ("<style>*{color:red}</style>", "<SCRIPT>1</SCRIPT>", "<foreignObject/>"):
        picture = embed_svg(f"<svg>{inside}</svg>", "图")
        assert Drawings().take_out(picture) == picture
