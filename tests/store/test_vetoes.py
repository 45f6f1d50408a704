import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    Store,
    Veto,
    appeal_veto,
    lift_veto,
    load_veto_records,
    load_vetoes,
    record_veto,
    uphold_veto,
)

COUNTY = Actor("county", "organiser", "99")
VETO = Veto("contest", "2026", "990101", "incident", "县信访局确认 1 件", "village", "信字〔2026〕3号")


def test_a_veto_is_on_record_with_basis_document_and_who(store: Store) -> None:
    with store.write(COUNTY) as w:
        number = record_veto(w, VETO)
        (kept,) = load_veto_records(w, "contest", "2026")
        assert (kept.id, kept.veto, kept.status, kept.recorded_by, kept.recorded_at) == (
            number,
            VETO,
            "in_force",
            "county",
            w.now,
        )


def test_an_appealed_veto_stays_until_it_is_lifted_or_upheld(store: Store) -> None:
    with store.write(COUNTY) as w:
        number = record_veto(w, VETO)
        seen = []
        for act in (appeal_veto, uphold_veto, appeal_veto, lift_veto):
            act(w, number, "复核")
            seen.append(load_vetoes(w, "contest", "2026")["status"].tolist())
        assert seen == [["appealed"], ["in_force"], ["appealed"], ["lifted"]]
        with pytest.raises(DataError, match="不能这样办理"):
            lift_veto(w, number, "再次")
        assert load_veto_records(w, "contest", "2026")[0].status_reason == "复核"


def test_a_veto_over_the_whole_campaign_names_no_track(store: Store) -> None:
    with store.write(COUNTY) as w:
        record_veto(w, Veto("contest", "2026", "990102", "falsified", "材料不实"))
        assert load_vetoes(w, "contest", "2026")["track_id"].isna().all()
        assert load_vetoes(w, "contest", "2025").empty


def test_basis_and_reason_are_required_and_numbers_must_exist(store: Store) -> None:
    with store.write(COUNTY) as w:
        with pytest.raises(DataError, match="没有填写理由或依据"):
            record_veto(w, Veto("contest", "2026", "990102", "falsified", " "))
        with pytest.raises(DataError, match="没有填写理由或依据"):
            lift_veto(w, 1, "")
        with pytest.raises(DataError, match="没有编号为 77"):
            lift_veto(w, 77, "复核")
