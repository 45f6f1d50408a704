import pytest

from pbwidgets.scoring.names import Names


@pytest.mark.parametrize(
    ("key", "value"),
    [("kind_id", "team"), ("layer_id", "county"), ("tie_break_id", "unity"), ("gate_id", "none")],
)
def test_a_thing_is_called_by_its_name_and_by_its_id_if_it_has_none(small, key, value):
    campaign = small.make_campaign()
    known = {
        "kind_id": {kind.id: kind.name.words("en") for kind in campaign.unit_kinds},
        "layer_id": {layer.id: layer.name.words("en") for layer in campaign.layers},
        "tie_break_id": {line.id: line.name.words("en") for line in campaign.tracks[0].lines()},
        "gate_id": {},
    }
    names = Names(campaign, "en")
    assert names.name(key, value) == known[key].get(value, value)
    assert names.name(key, value) == names.name(key, value)


def test_several_kinds_are_called_by_their_names_joined(small):
    assert Names(small.make_campaign(), "zh_CN").name("kind_id", "team,district").count("、") == 1


def test_the_same_id_of_different_kinds_of_things_keeps_its_names_apart(small):
    names = Names(small.make_campaign(), "zh_CN")
    assert names.name("layer_id", "county") == names.name("source_id", "county")
    assert names.name("gate_id", "county") == "county"
    assert names.name("layer_id", "final") != "final"


def test_a_part_names_source_points_and_weight(small):
    said = Names(small.make_campaign(), "zh_CN").say_part("panel", "7.5", "30")
    assert ("panel" in said, "7.5" in said, "30%" in said) == (True, True, True)


def test_one_of_what_is_counted_is_called_by_its_unit_and_an_item_without_one(small):
    campaign = small.make_campaign(
        carried=[{"id": "last_year", "name": small.words("上年"), "track": "teams", "period": "2025"}],
        periods=[
            {"id": year, "begins": f"{year}-01-01", "ends": f"{year}-12-31"} for year in ("2025", "2026")
        ],
    )
    chinese, english = Names(campaign, "zh_CN"), Names(campaign, "en")
    assert [chinese.name_measure(name)["item"] for name in ("deeds", "faults", "last_year")] == [
        "件",
        "项",
        "分",
    ]
    assert english.name_measure("deeds")["item"] == english.name_measure("faults")["item"] == " item"
