"""What has changed of a form since it was last handed in."""

from datetime import UTC, datetime

from counties import VILLAGE, VILLAGE_ANSWERS, key_of

from pbwidgets.store import Actor
from pbwidgets.workflows.filling.comparing import changes_since_last_version
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace

FORM = "village_application"


def test_changes_are_compared_with_the_last_version_handed_in(small: Workspace, contest: Opened) -> None:
    filler, key = Actor("zhang", "filler", VILLAGE), key_of(FORM, VILLAGE)
    first = changes_since_last_version(Desk(small, filler, contest), key, VILLAGE_ANSWERS)
    assert len(first) > 5
    hand_in(Desk(small, filler, contest, now=datetime(2026, 11, 1, tzinfo=UTC)), key, VILLAGE_ANSWERS, 0)
    after = {**VILLAGE_ANSWERS, "industry": "柑橘"}
    again = changes_since_last_version(Desk(small, filler, contest), key, after)
    assert [(item.before, item.after) for item in again] == [("茶叶", "柑橘")]
