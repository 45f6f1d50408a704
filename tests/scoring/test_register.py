from pbwidgets.scoring.register import build_register


def test_units_stand_in_the_order_of_their_codes(small):
    units = small.make_units([2]).sample(frac=1, random_state=3)
    register = build_register(units)
    assert list(register.codes) == ["99", "9901", "9901001", "9901002"]
    assert register.parents.tolist() == [-1, 0, 1, 1]
    assert register.of_kind("team").tolist() == [2, 3]


def test_the_nearest_unit_of_a_kind_above(small):
    register = build_register(small.make_units([1, 1]))
    assert register.ancestors("district").tolist() == [-1, -1, 1, -1, 3]
    assert register.ancestors("county").tolist() == [-1, 0, 0, 0, 0]
    assert register.ancestors("county", "district").tolist() == [-1, 0, 1, 0, 3]


def test_a_parent_outside_the_register_is_none(small):
    units = small.make_units([1])
    assert build_register(units[units["kind"] == "team"]).parents.tolist() == [-1]


def test_a_circle_of_parents_ends(small):
    units = small.make_units([1])
    units.loc[units["unit_code"] == "99", "parent_code"] = "9901"
    assert build_register(units).ancestors("team").tolist() == [-1, -1, -1]


def test_kinds_above_and_below_at_any_height(small):
    campaign = small.make_campaign()
    assert campaign.kinds_above("team") == {"county", "district"}
    assert campaign.kinds_below("county") >= {"district", "team"}
    assert campaign.kinds_below("team") == frozenset()
