from datetime import date

import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, add_note, load_audit, load_notes

TOWN = Actor("wang", "reviewer", "9901")


def test_notes_are_loaded_by_day_and_unit_and_stay_out_of_the_log(store: Store) -> None:
    with store.write(TOWN) as w:
        add_note(w, "contest", "2026", "990101", date(2026, 6, 1), "现场会组织有序")
        add_note(w, "contest", "2026", "990101", date(2026, 3, 1), "台账不全")
        add_note(w, "contest", "2026", "990102", date(2026, 4, 1), "活动正常")
        assert [note.text for note in load_notes(w, "contest", "2026", "990101")] == [
            "台账不全",
            "现场会组织有序",
        ]
        assert len(load_notes(w, "contest", "2026")) == 3
        assert "台账" not in str(load_audit(w))
        with pytest.raises(DataError, match="没有填写内容"):
            add_note(w, "contest", "2026", "990101", date(2026, 6, 1), "\n")
