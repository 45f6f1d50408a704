"""No column of the store keeps a character that a database or an Office file cannot hold, whoever writes it."""

import json

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import String
from sqlalchemy.dialects import sqlite

from pbwidgets.intake.text import clean_name, drop_unfit
from pbwidgets.store.tables import METADATA
from pbwidgets.store.types import Json, Name, Words

DIALECT = sqlite.dialect()
ANY = st.text(st.characters() | st.sampled_from("\x00\x0b\x85\ud800\ufffe\u202e\n"), max_size=12)


def test_every_column_of_texts_cleans_them() -> None:
    columns = [column for table in METADATA.tables.values() for column in table.columns]
    assert [str(column) for column in columns if isinstance(column.type, String)] == []
    kinds = {type(column.type) for column in columns}
    assert {Words, Name, Json} <= kinds


@given(text=ANY)
@example(text="台账不全\x0b未归档\x00\ud83d\ufffe")
def test_a_text_is_stored_without_what_no_file_can_hold(text: str) -> None:
    stored = [kind().process_bind_param(text, DIALECT) for kind in (Words, Name)]
    assert stored == [drop_unfit(text), clean_name(text)]
    written = Json().process_bind_param({"rows": [{text: text}, 1, None]}, DIALECT)
    assert written is not None
    assert json.loads(written) == {"rows": [{drop_unfit(text): drop_unfit(text)}, 1, None]}
    for one in (*stored, written):
        assert one is not None
        one.encode()
        assert "\x00" not in one
