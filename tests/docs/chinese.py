"""Chinese for Sphinx: a search that finds words, and lines that are joined without a space.

For the search, text and question are cut into pairs of characters in the same way. Sphinx's own way needs a
dictionary when the pages are built and has none in the browser, so it finds a word only where the dictionary
happened to cut it out. Pairs need none: 评分项 is 评分 and 分项, wherever it occurs, and a page is found if it has all
pairs of the question.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

_CHINESE = "㐀-䶿一-鿿"
_LAST = re.compile(rf"[{_CHINESE}，。；：、！？）】”]$")
_FIRST = re.compile(rf"[{_CHINESE}（【“]")
_WORDS = re.compile(rf"([{_CHINESE}]+)|([^\W{_CHINESE}]+)")


class SearchPairs(SearchEnglish):
    """English as in Sphinx, and Chinese by pairs of characters."""

    lang = "zh"
    language_name = "English"  # under this name the browser finds the stemmer
    js_splitter_code = (
        r"var splitQuery = (query) => [...query.matchAll("
        rf"/([{_CHINESE}]+)|(?:(?![{_CHINESE}])[\p{{Letter}}\p{{Number}}_])+/gu"
        r")].flatMap(([word, chinese]) => !chinese || chinese.length < 3 ? [word]"
        r" : [...chinese].slice(1).map((sign, at) => chinese[at] + sign));"
    )

    def split(self, input: str) -> list[str]:  # noqa: A002  Sphinx's name
        """Words of a text, and pairs of its Chinese characters."""
        return list(_pieces(input))

    def word_filter(self, word: str) -> bool:
        """Whether a word goes into the index."""
        return len(word) > 1 and super().word_filter(word)


def _pieces(text: str) -> Iterator[str]:
    for chinese, word in _WORDS.findall(text):
        if word:
            yield word
        yield from (first + second for first, second in pairwise(chinese))


class JoinLines(SphinxPostTransform):
    """Join Chinese lines without a space, which browsers would add for every line break."""

    default_priority = 900

    def run(self, **kwargs: Any) -> None:
        """Called by Sphinx for each page."""
        for line_end in [text for text in self.document.findall(nodes.Text) if text == "\n"]:
            line = line_end.parent
            at = line.index(line_end)
            before, after = (
                line[near].astext() if 0 <= near < len(line) else "" for near in (at - 1, at + 1)
            )
            if _LAST.search(before) and _FIRST.match(after):
                line.remove(line_end)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx for the extension."""
    languages["zh"] = SearchPairs
    app.add_post_transform(JoinLines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
