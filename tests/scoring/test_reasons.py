import re
from importlib import resources
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from babel.messages.pofile import read_po

import pbwidgets.scoring
from pbwidgets.scoring.frames import STATUSES
from pbwidgets.scoring.reasons import Derived, Reason, render_reasons, word_reason


def catalogue(lang):
    text = resources.files("pbwidgets").joinpath(f"locale/{lang}/scoring.po").read_text(encoding="utf-8")
    return {message.id: message.string for message in read_po(text.splitlines()) if message.id}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def codes_in_source():
    folder = Path(pbwidgets.scoring.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = set(re.findall(r'"(scoring\.[a-z_]+)"', text))
    codes |= {f"scoring.status_{status}" for status in STATUSES}
    codes |= {
        f"scoring.{status}{end}"
        for status in ("disqualified", "barred", "capped")
        for end in ("", "_on_record", "_no_list", "_no_list_on_record")
    }
    return codes | {f"scoring.note_{missing}" for missing in ("skip", "reweight", "fail")}


def test_every_code_has_words_in_both_languages_and_no_words_are_idle():
    used = codes_in_source()
    for lang in ("zh_CN", "en"):
        written = {code for code in catalogue(lang) if not code.endswith(".remedy")}
        assert used == written


def test_both_languages_name_the_same_things():
    chinese, english = catalogue("zh_CN"), catalogue("en")
    assert chinese.keys() == english.keys()
    assert {code: placeholders(text) for code, text in chinese.items()} == {
        code: placeholders(text) for code, text in english.items()
    }


def test_the_later_reason_holds_and_notes_are_added():
    reasons = [
        Reason("scoring.rated", args={"points": np.array([1.0, 2.0]), "max_points": 8.0}),
        Reason("scoring.not_rated", np.array([False, True]), {"max_points": 8.0}),
        Reason("scoring.note_stale", np.array([True, False]), {"count": np.array([1, 0])}, is_note=True),
    ]
    codes, args = render_reasons(reasons, 2)
    assert codes.tolist() == ["scoring.rated", "scoring.not_rated"]
    assert args.tolist() == [
        '{"max_points": 8, "notes": [["scoring.note_stale", {"count": 1}]], "points": 1}',
        '{"max_points": 8}',
    ]


def test_only_the_rows_asked_for_are_rendered():
    reason = Reason("scoring.rated", args={"points": np.array([1.0, 2.0, 3.0])})
    assert render_reasons([reason], 3, np.array([2]))[1].tolist() == ['{"points": 3}']


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh_CN",
            "deeds2件，要求3件，少1件，每1件扣0.5分，扣0.5分，得1.5分。其中1个评分依据的是修改前的材料。",
        ),
        (
            "en",
            "deeds: 2 deeds, 3 required, 1 short at 0.5 per item; 0.5 lost, 1.5 points. "
            "1 mark(s) were given on an earlier version of the material.",
        ),
    ],
)
def test_a_reason_is_worded_with_the_names_of_the_campaign(small, lang, expected):
    args = {
        "measure_id": "deeds",
        "value": 2,
        "required": 3,
        "short": 1,
        "each": 0.5,
        "lost": 0.5,
        "points": 1.5,
        "floor": 0,
    }
    args["notes"] = [["scoring.note_stale", {"count": 1}]]
    assert word_reason(small.make_campaign(), "scoring.per_missing_item", args, lang) == expected


def test_braces_in_a_comment_are_only_text(small):
    args = {"points": 1, "comment": "见{附件}。"}
    assert (
        word_reason(small.make_campaign(), "scoring.discretion_added", args, "zh_CN")
        == "加1分，理由：见{附件}。"
    )


def test_a_derived_number_is_worked_out_for_the_rows_that_are_asked_for():
    asked = []

    def work_out(rows):
        asked.append(rows.tolist())
        return rows / 2

    reason = Reason("scoring.rated", np.array([True, True, False, True]), {"lost": Derived(work_out)})
    codes, args = render_reasons([reason], 4, np.array([3, 2]))
    assert (codes.tolist(), args.tolist()) == (["scoring.rated", ""], ['{"lost": 1.5}', "{}"])
    assert asked == [[3]]


@pytest.mark.parametrize(
    ("rule", "count", "words"),
    [
        ({"name": "capped_deduction", "points_each": 0.005, "cap": 5}, 3, ("扣0.005分", "0.015分")),
        ({"name": "capped_bonus", "points_each": 0.335}, 3, ("计0.335分", "1.005分")),
        ({"name": "capped_deduction", "points_each": 1.5, "cap": 5}, 3, ("扣1.5分", "4.5分")),
    ],
)
def test_a_price_is_shown_as_it_is_written_and_what_comes_of_it_agrees(small, rule, count, words):
    line = {
        "id": "line",
        "name": {"zh": "甲", "en": "A"},
        "points": 10,
        "rule": {**rule, "measure": "faults"},
    }
    campaign = small.make_campaign(small.make_track(criteria=[line], base_points=10))
    rows = small.score(campaign, submissions=[small.answer("9901001", "faults", count)]).points
    row = rows[rows["unit_code"] == "9901001"].iloc[-1]
    said = word_reason(campaign, row["reason_code"], row["reason_args"], "zh_CN")
    assert all(part in said for part in words), said


def test_sources_stand_in_the_order_of_the_file(small):
    sources = [
        {"id": name, "name": small.words(name), "weight": weight}
        for name, weight in (("work", 60), ("alike", 40))
    ]
    campaign = small.make_campaign(small.make_track(layers=[{"id": "county", "sources": sources}]))
    args = {"points": 8, "max_points": 10}
    args |= {"points:alike": 5, "weight:alike": 40, "points:work": 10, "weight:work": 60}
    text = word_reason(campaign, "scoring.rated_sources", args, "zh_CN")
    assert text == "work10分（占60%）、alike5分（占40%），合8分（满分10分）。"
