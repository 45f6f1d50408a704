"""What people call the frames that blocks read."""

import pytest

from pbwidgets.workflows.reports.blocks.block import READABLE
from pbwidgets.workflows.reports.runs.manifest import word_frame


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_every_frame_that_a_block_may_read_has_words(lang: str) -> None:
    assert [frame for frame in sorted(READABLE) if word_frame(frame, lang) == frame and "_" in frame] == []
    assert lang == "en" or [frame for frame in READABLE if word_frame(frame, lang).isascii()] == []
