"""What a log tells of its entries."""

from counties import ROOT

from pbwidgets.campaign import read_campaign
from pbwidgets.workflows.filling.logs import told_fields


def test_entries_without_a_life_are_told_apart_by_short_fields_and_those_with_one_by_it() -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / "sanhua_jianshe.yaml")
    told = {form.id: [field.id for field in told_fields(form)] for form in campaign.forms}
    assert told["funds"] == ["kind", "amount", "booked_on"]
    assert told["actions"] == ["work", "done_on"]
    assert told["faults"] == told["works"] == []
