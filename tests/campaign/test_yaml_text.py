"""A campaign written as YAML reads back the same, and reads as if a person had written it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbwidgets.campaign.freezing import to_json
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.reader import read_campaign
from pbwidgets.campaign.schema import SCHEMA_FILE
from pbwidgets.campaign.source import parse_source
from pbwidgets.campaign.yaml_text import to_yaml
from pbwidgets.intake.text import drop_unfit

CAMPAIGNS = sorted((Path(__file__).parents[2] / "parameters" / "campaigns").glob("*.yaml"))


@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
def test_a_campaign_file_written_again_gives_the_same_campaign(path: Path, tmp_path: Path) -> None:
    campaign = read_campaign(path)
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(campaign), encoding="utf-8")
    assert to_json(read_campaign(again)) == to_json(campaign)
    assert to_yaml(read_campaign(again)) == to_yaml(campaign)


def test_it_reads_as_a_person_would_write_it(small: Campaign) -> None:
    text = to_yaml(small)
    lines = text.splitlines()
    assert lines[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"
    assert "name: {zh: 小活动, en: Small}" in lines
    assert '    - {id: "yes", label: {zh: 是, en: "Yes"}}' in lines
    assert '  - id: "2026"' in lines
    assert (
        "            rule: {name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}"
        in lines
    )
    assert "    fields:" in lines
    assert "\n\ntracks:\n" in text
    assert "40.0" not in text
    assert max(len(line) for line in lines) < 300


WORDS = st.text(
    st.one_of(
        st.characters(min_codepoint=32, max_codepoint=126), st.sampled_from("三级联争，“”：#é\n\t\x85\xa0 ")
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=300)  # quick, and what YAML takes for something else is rare
@given(
    words=st.one_of(
        WORDS, st.sampled_from(["yes", "No", "~", "null", "1e3", "2026-01-01", "0x1F", "=", "- a", "? b"])
    )
)
def test_any_words_come_back_as_they_were(small_data: dict[str, object], words: str) -> None:
    campaign = Campaign.model_validate(
        {**small_data, "summary": {"zh": words, "en": words}, "documents": [words]}
    )
    source, problems = parse_source(to_yaml(campaign), "x.yaml")
    assert problems == ()
    assert source is not None
    kept = drop_unfit(words)
    assert source.data["summary"] == {"zh": kept, "en": kept}
    assert source.data["documents"] == [kept]


@pytest.fixture(scope="session")
def small_data() -> dict[str, object]:
    words = {"zh": "名", "en": "Name"}
    return {
        "format": 1,
        "id": "least",
        "name": words,
        "summary": words,
        "unit_kinds": [{"id": "unit", "name": words}],
        "partition_by": "unit",
        "periods": [{"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}],
        "tracks": [{"id": "track", "name": words, "kind": "checklist", "unit_kind": "unit"}],
    }
