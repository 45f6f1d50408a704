from datetime import date

import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, close_rectification, load_rectifications, open_rectification

TOWN = Actor("wang", "reviewer", "9901")


def test_rectifications_are_ordered_by_deadline_and_closed_once(store: Store) -> None:
    with store.write(TOWN) as w:
        late = open_rectification(
            w,
            "contest",
            "2026",
            "990101",
            shortcoming="制度未上墙",
            responsible_post="支部书记",
            deadline=date(2026, 9, 1),
        )
        soon = open_rectification(
            w,
            "contest",
            "2026",
            "990102",
            shortcoming="台账缺项",
            responsible_post="组织委员",
            deadline=date(2026, 7, 1),
        )
        assert [item.id for item in load_rectifications(w, "contest", "2026")] == [soon, late]
        close_rectification(w, late, date(2026, 8, 20), "已整改")
        (closed,) = load_rectifications(w, "contest", "2026", "990101")
        assert (closed.closed_on, closed.outcome) == (date(2026, 8, 20), "已整改")
        for number in (late, 77):
            with pytest.raises(DataError, match="不存在或已销号"):
                close_rectification(w, number, date(2026, 8, 21), "再次")


def test_a_rectification_names_shortcoming_and_post(store: Store) -> None:
    with pytest.raises(DataError, match="没有填写内容"), store.write(TOWN) as w:
        open_rectification(
            w,
            "contest",
            "2026",
            "990101",
            shortcoming="台账缺项",
            responsible_post="",
            deadline=date(2026, 7, 1),
        )


def test_what_no_file_can_hold_is_never_stored(store: Store) -> None:
    with store.write(TOWN) as w:
        open_rectification(
            w,
            "contest",
            "2026",
            "990101",
            shortcoming="台账不全\x0b未归档\x00\ud83d\ufffe",
            responsible_post="组织\n委员\u202e",
            deadline=date(2026, 12, 20),
        )
    with store.read() as r:
        (item,) = load_rectifications(r, "contest", "2026", "990101")
    assert (item.shortcoming, item.responsible_post) == ("台账不全 未归档", "组织委员")


def test_what_cannot_be_seen_is_no_shortcoming(store: Store) -> None:
    with pytest.raises(DataError, match="没有填写内容"), store.write(TOWN) as w:
        open_rectification(
            w,
            "contest",
            "2026",
            "990101",
            shortcoming="\x0b\u200b",
            responsible_post="组织委员",
            deadline=date(2026, 7, 1),
        )
