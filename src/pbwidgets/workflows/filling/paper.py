"""A form on paper, to be stamped: one version as it was handed in, with its check code."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

from pbwidgets.campaign import Campaign, Form, from_json
from pbwidgets.campaign.identifying import hide_identifying
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError, RightsError
from pbwidgets.files import put_file
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.answer_words import NameUnit
from pbwidgets.forms.uploads import ShownFile
from pbwidgets.store import SubmissionKey, Version, history, load_campaign_json, load_evidence
from pbwidgets.store.submissions import HANDED_IN
from pbwidgets.units import kind_and_domain
from pbwidgets.wording import say
from pbwidgets.workflows.filling.access import check_filler
from pbwidgets.workflows.ground.desk import Desk, read_own
from pbwidgets.workflows.ground.lookup import unit_namer
from pbwidgets.workflows.ground.workspace import ZONE

_STYLE: Final = """
@page { size: A4; margin: 25mm 20mm 20mm 24mm }
body { font: 12pt/1.6 FangSong, STFangsong, "Noto Serif CJK SC", serif; max-width: 166mm; margin: 8mm auto }
h1 { font: 600 20pt/1.4 "FZXiaoBiaoSong-B05S", SimSun, "Noto Serif CJK SC", serif; text-align: center; margin: 0 0 4mm }
h3 { font: 600 13pt/1.5 SimHei, "Noto Sans CJK SC", sans-serif; margin: 5mm 0 1mm; break-after: avoid }
.head, .foot { font-size: 11pt } .foot { margin-top: 14mm; break-inside: avoid }
.foot div { margin: 6mm 0 } .mark { font-size: 9pt; color: #333; border-top: 1px solid #999; margin-top: 8mm }
dl { margin: 0; border-top: 1px solid #555 } dl > div { display: flex; border: solid #555; border-width: 0 1px 1px }
dt { flex: 0 0 38%; padding: 1mm 2mm; border-right: 1px solid #555 } dd { flex: 1; margin: 0; padding: 1mm 2mm;
white-space: pre-wrap; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; font-size: 11pt } th, td { border: 1px solid #555; padding: 1mm 1.5mm;
text-align: left; overflow-wrap: anywhere } tr { break-inside: avoid } thead { display: table-header-group }
.screen { background: #eef3fa; border: 1px solid #9db4d3; padding: 2mm 3mm; font: 11pt sans-serif; margin-bottom: 6mm }
@media print { .screen { display: none } body { margin: 0; max-width: none } }
"""


@dataclass(frozen=True)
class Paper:
    """A version that was handed in, as whoever prints it may see it.

    Attributes
    ----------
    campaign, form
        The campaign as it was then, and the form as the unit's kind sees it.
    key, unit_name
        Whose it is.
    answers
        What was answered; what identifies somebody is hidden from who does not fill it in.
    files
        Files on record, by their token.
    name_unit
        Gives the name of a unit by its code.
    mark
        Version, time and check code, in words.
    is_own
        Whether whoever prints it fills it in, and so sees whom it names.
    period_id
        Period in which it is printed.
    """

    campaign: Campaign
    form: Form
    key: SubmissionKey
    unit_name: str
    answers: Mapping[str, object]
    files: Mapping[str, ShownFile]
    name_unit: NameUnit
    mark: str
    is_own: bool
    period_id: str


def print_view(desk: Desk, key: SubmissionKey, version: int = 0) -> str:
    """HTML page (A4) of a version that was handed in, to be printed and stamped.

    Raises
    ------
    RightsError
        If the actor may not see the unit.
    DataError
        ``fill.paper_none`` if that version was not handed in.
    """
    paper = read_paper(desk, key, version)
    answers = answers_markup(
        paper.form,
        paper.campaign,
        paper.answers,
        desk.lang,
        paper.files.get,
        pictures=False,
        name_unit=paper.name_unit,
    )
    return _page(paper, answers, desk.lang)


def read_paper(desk: Desk, key: SubmissionKey, version: int = 0) -> Paper:
    """A version that was handed in, to be printed and stamped.

    Parameters
    ----------
    version
        Version to print; 0 is the newest.

    Raises
    ------
    RightsError
        If the actor may not see the unit.
    DataError
        ``fill.paper_none`` if that version was not handed in.
    """
    units = desk.units
    desk.authorise("view", key.unit_code)
    if desk.actor.role not in ("filler", "reviewer", "operator"):  # it shows sensitive fields
        check_filler(desk, key)
    is_own = _is_own(desk, key)
    with read_own(desk, key) if is_own else desk.workspace.store.read() as reader:
        versions = [item for item in history(reader, key) if item.cause in HANDED_IN]
        found = [item for item in versions if version in (0, item.version)]
        if not found:
            raise DataError("fill.paper_none")
        wanted = found[-1]
        campaign = from_json(load_campaign_json(reader, key.campaign_id, wanted.campaign_version))
        files = {
            item.file.sha256: ShownFile(item.file.sha256, item.file.filename, item.file.size_bytes, "")
            for item in load_evidence(reader, key)
        }
    named = units.loc[units["unit_code"] == key.unit_code, "unit_name"]
    unit_name = str(named.iloc[0]) if len(named) else key.unit_code
    form = form_of_unit(campaign.form(key.form_id), *kind_and_domain(units, key.unit_code))
    shown = wanted.answers if is_own else hide_identifying(form, wanted.answers)
    with desk.workspace.store.read(whole=True) as reader:
        (given,) = (item for item in history(reader, key) if item.version == wanted.version)
    code = check_code(
        paper_secret(desk.workspace.settings.private), key, given
    )  # one code, whoever prints it
    return Paper(
        campaign,
        form,
        key,
        unit_name,
        shown,
        files,
        unit_namer(units),
        _mark(given, code, desk.lang),
        is_own,
        desk.opened.period_id,
    )


def _is_own(desk: Desk, key: SubmissionKey) -> bool:
    """Whether the actor fills the form in, and so sees whom it names."""
    try:
        check_filler(desk, key)
    except RightsError:
        return False
    return not desk.actor.on_behalf


def check_code(secret: bytes, key: SubmissionKey, version: Version) -> str:
    """Check code of a version: 12 characters of the HMAC (SHA-256) of its unit, answers and campaign version.

    Parameters
    ----------
    secret
        That of the workspace: without it, nobody finds out hidden answers by trying.
    """
    about = [
        key.campaign_id, key.period_id, key.form_id, key.unit_code, key.occurrence, version.version,
        version.campaign_version, version.answers,
    ]  # fmt: skip
    text = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:12].upper()


def paper_secret(private: Path) -> bytes:
    """Secret of the check codes, kept in the private folder of a workspace."""
    path = private / "paper_secret"
    if not path.exists():
        put_file(path, secrets.token_hex(32).encode(), private=True)
    return path.read_bytes()


def _mark(version: Version, code: str, lang: str) -> str:
    made_at: datetime = version.made_at.astimezone(ZONE)
    moment = f"{made_at:%Y-%m-%d %H:%M:%S}"
    return say("fill.paper_version", lang, version=version.version, time=moment, digest=code)


def head_of(paper: Paper, lang: str) -> tuple[str, str, str]:
    """Title of a paper, and what stands below it: whose it is, and of which campaign and period."""
    key, campaign = paper.key, paper.campaign
    return (
        say("fill.paper_title", lang, form=campaign.form(key.form_id).name.words(lang)),
        say("fill.paper_unit", lang, unit=paper.unit_name, unit_code=key.unit_code),
        say("fill.paper_campaign", lang, campaign=campaign.name.words(lang), period=paper.period_id),
    )


def _page(paper: Paper, answers: str, lang: str) -> str:
    title, unit, of = map(escape, head_of(paper, lang))
    foot = "".join(
        f"<div>{escape(words)}</div>"
        for words in (
            say("fill.paper_signed", lang), say("fill.paper_stamp", lang), say("fill.paper_date", lang),
        )
    )  # fmt: skip
    return (
        f'<!doctype html><html lang="{"en" if lang == "en" else "zh-CN"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f'<style>{_STYLE}</style></head><body><p class="screen">{escape(say("fill.paper_hint", lang))}</p>'
        f'<h1>{title}</h1><p class="head">{unit}<br>{of}</p>{answers}'
        f'<div class="foot">{foot}</div><p class="mark">{escape(paper.mark)}</p></body></html>'
    )
