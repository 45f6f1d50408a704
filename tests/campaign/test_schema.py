"""The JSON schema that editors read is the one of the models."""

from pathlib import Path

from pbwidgets.campaign.schema import SCHEMA_FILE, json_schema, schema_text

CAMPAIGNS = Path(__file__).parents[2] / "parameters" / "campaigns"


def test_the_schema_in_the_project_is_current() -> None:
    assert (CAMPAIGNS / SCHEMA_FILE).read_text(encoding="utf-8") == schema_text()


def test_the_schema_forbids_unknown_keys_and_knows_the_rules() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert "tracks" in schema["required"]
    assert schema["$defs"]["PerMissingItem"]["properties"]["name"]["const"] == "per_missing_item"
