import pandas as pd
import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    AuditQuery,
    Store,
    audit_head,
    has_real_rows,
    import_units,
    load_audit,
    load_units,
)

CLERK = Actor("clerk", "organiser")


def test_units_are_loaded_as_they_were_imported(store: Store) -> None:
    with store.read() as r:
        loaded = load_units(r)
    assert loaded["unit_code"].tolist() == ["99", "9901", "990101", "990102", "9902"]
    assert loaded["parent_code"].isna().tolist() == [True, False, False, False, False]
    assert loaded["synthetic"].all()


def test_a_second_import_changes_what_differs_and_keeps_the_rest(store: Store) -> None:
    with store.read() as r:
        changed, before = load_units(r), audit_head(r)
    changed = changed[changed["unit_code"].isin(["990101", "990102"])].copy()
    changed.loc[changed["unit_code"] == "990102", "valid_to"] = "2026-06-30"
    changed.loc[changed["unit_code"] == "990102", "merged_into"] = "990101"
    with store.write(CLERK) as w:
        assert import_units(w, changed) == (0, 1)
    with store.read() as r:
        after = load_units(r).set_index("unit_code")
        (row,) = load_audit(r, AuditQuery(after=before))
    assert after.loc["990102", "merged_into"] == "990101"
    assert len(after) == 5
    assert row.deed.details == {"columns": ["valid_to", "merged_into"]}


def test_importing_the_same_units_again_keeps_the_revision(store: Store) -> None:
    with store.write(CLERK) as w:
        before = audit_head(w)
        assert import_units(w, load_units(w)) == (0, 0)
        assert audit_head(w) == before


def test_the_frame_is_not_changed_by_an_import(store: Store) -> None:
    units_frame = pd.DataFrame({"unit_code": ["9903"], "unit_name": ["南乡"], "kind": ["township"]})
    kept = units_frame.copy()
    with store.write(CLERK) as w:
        import_units(w, units_frame)
    pd.testing.assert_frame_equal(units_frame, kept)


def test_a_code_listed_twice_is_refused(store: Store) -> None:
    twice = pd.DataFrame({"unit_code": ["9903", "9903"], "unit_name": ["a", "b"], "kind": ["x", "x"]})
    with pytest.raises(DataError, match="9903 出现了两次"), store.write(CLERK) as w:
        import_units(w, twice)


def test_an_unknown_parent_is_refused(store: Store) -> None:
    orphan = pd.DataFrame({"unit_code": ["9903"], "unit_name": ["a"], "kind": ["x"], "parent_code": ["98"]})
    with pytest.raises(DataError, match="98 不在单位名录中"), store.write(CLERK) as w:
        import_units(w, orphan)


def test_a_single_real_unit_makes_the_store_real(store: Store) -> None:
    with store.write(CLERK) as w:
        assert not has_real_rows(w)
        import_units(
            w, pd.DataFrame({"unit_code": ["9903"], "unit_name": ["a"], "kind": ["x"], "synthetic": [False]})
        )
        assert has_real_rows(w)
