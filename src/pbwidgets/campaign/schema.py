"""The JSON schema of a campaign file, for editors that complete and check YAML while it is typed.

A campaign file names it in its first line: ``# yaml-language-server: $schema=campaign.schema.json``.
"""

import json
from typing import Any, Final

from pbwidgets.campaign.model import Campaign

SCHEMA_FILE: Final = "campaign.schema.json"


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a campaign file."""
    schema = Campaign.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "pbwidgets campaign",
        "description": "A campaign: periods, forms, measures, tracks. `pbwidgets check` finds more.",
    }


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
