from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    NominationList,
    Store,
    Writer,
    import_nominations,
    load_allotments,
    load_nomination_list,
    load_nominations,
    nominate,
    order_nominations,
    set_allotments,
    withdraw_nomination,
)

TOWN = Actor("wang", "reviewer", "9901")
LIST = NominationList("contest", "2026", "village", "9901")
OTHER_LIST = NominationList("contest", "2026", "village", "9902")


def allot(store: Store, number: int) -> None:
    with store.write(TOWN) as w:
        set_allotments(w, "contest", "2026", "village", {"9901": number})


def test_a_nomination_above_the_allotment_is_refused_at_entry(store: Store) -> None:
    allot(store, 1)
    with store.write(TOWN) as w:
        assert nominate(w, LIST, "990101") == 1
    with pytest.raises(DataError, match="分配名额为1个") as caught, store.write(TOWN) as w:
        nominate(w, LIST, "990102")
    assert caught.value.code == "store.above_allotment"


def test_an_import_above_the_allotment_is_kept_and_flagged(store: Store) -> None:
    allot(store, 1)
    with store.write(TOWN) as w:
        assert import_nominations(w, LIST, ["990102", "990101"]) == ("990101",)
        assert load_nomination_list(w, LIST) == ("990102", "990101")
        assert import_nominations(w, LIST, ["990101"]) == ()
        nominations = load_nominations(w, "contest", "2026")
    assert nominations[["unit_code", "order", "status"]].to_numpy().tolist() == [
        ["990102", 1, "withdrawn"],
        ["990101", 2, "withdrawn"],
        ["990101", 1, "in_force"],
    ]


def test_without_an_allotment_a_list_has_no_limit(store: Store) -> None:
    with store.write(TOWN) as w:
        assert [nominate(w, LIST, code) for code in ("990101", "990102")] == [1, 2]
        assert import_nominations(w, LIST, ["990101", "990102"]) == ()
        assert import_nominations(w, LIST, []) == ()
        assert load_nomination_list(w, LIST) == ()


def test_a_unit_is_nominated_once_in_a_track(store: Store) -> None:
    with store.write(TOWN) as w:
        nominate(w, LIST, "990101")
        with pytest.raises(DataError, match="990101已由9901申报"):
            nominate(w, OTHER_LIST, "990101")
        with pytest.raises(DataError, match="990101已由9901申报"):
            import_nominations(w, OTHER_LIST, ["990101"])
        with pytest.raises(DataError, match="990102已由9902申报"):
            import_nominations(w, OTHER_LIST, ["990102", "990102"])


def test_a_withdrawn_nomination_frees_its_place_and_the_others_move_up(store: Store) -> None:
    allot(store, 2)
    with store.write(TOWN) as w:
        import_nominations(w, LIST, ["990101", "990102"])
        withdraw_nomination(w, LIST, "990101")
        frame = load_nominations(w, "contest", "2026")
        assert frame.loc[frame["status"] == "in_force", ["unit_code", "order"]].to_numpy().tolist() == [
            ["990102", 1]
        ]
        assert nominate(w, LIST, "990101") == 2
        withdraw_nomination(w, LIST, "990101")
        with pytest.raises(DataError, match="没有990101"):
            withdraw_nomination(w, LIST, "990101")


def test_a_new_order_must_name_the_same_units(store: Store) -> None:
    with store.write(TOWN) as w:
        import_nominations(w, LIST, ["990101", "990102"])
        order_nominations(w, LIST, ["990102", "990101"])
        assert load_nomination_list(w, LIST) == ("990102", "990101")
        with pytest.raises(DataError, match="不一致"):
            order_nominations(w, LIST, ["990102"])


def test_allotments_are_replaced_one_by_one(store: Store) -> None:
    with store.write(TOWN) as w:
        set_allotments(w, "contest", "2026", "village", {"9901": 4, "9902": 5})
        set_allotments(w, "contest", "2026", "village", {"9902": 6})
        set_allotments(w, "contest", "2026", "village", {})
        frame = load_allotments(w, "contest", "2026")
        assert frame[["by_unit", "allotted"]].to_numpy().tolist() == [["9901", 4], ["9902", 6]]
        with pytest.raises(DataError, match="小于零"):
            set_allotments(w, "contest", "2026", "village", {"9902": -1})


ACTS = st.tuples(
    st.sampled_from([nominate, withdraw_nomination]), st.sampled_from(["99", "9902", "990101", "990102"])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(allotted=st.integers(0, 3), acts=st.lists(ACTS, max_size=8))
def test_a_list_entered_by_hand_never_exceeds_its_allotment(
    store: Store, allotted: int, acts: list[tuple[Callable[[Writer, NominationList, str], object], str]]
) -> None:
    with store.write(TOWN) as w:
        set_allotments(w, "contest", "2026", "village", {"9901": allotted})
        import_nominations(w, LIST, [])
        for act, code in acts:
            with suppress(DataError):  # full, nominated already, or not on the list
                act(w, LIST, code)
            assert len(load_nomination_list(w, LIST)) <= allotted
