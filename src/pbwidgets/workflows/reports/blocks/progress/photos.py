"""Photos before and after, side by side."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import Field, PositiveInt

from pbwidgets.campaign import Campaign, Form
from pbwidgets.campaign.findings import Finding, unknown
from pbwidgets.campaign.model import Id
from pbwidgets.exports.checklist_tables import LivingRows, list_entries
from pbwidgets.exports.columns import Column
from pbwidgets.exports.photo_pairs import Photo, PhotoPair
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.wording import NOTHING, say
from pbwidgets.workflows.reports.blocks.block import Arguments, FormId, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Photos, Piece, Sentence, Table
from pbwidgets.workflows.reports.blocks.progress.entries import check_condition, find_entries

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class PhotoArguments(Arguments):
    """Which photos of which entries."""

    form: FormId
    before: Id = Field(description="field with the photo before")
    after: Id = Field(description="field with the photo after")
    where: str | None = Field(
        default=None, description="condition on the entries, as in the block of entries"
    )
    per_page: PositiveInt = Field(default=2, le=3, description="most pairs on a page of A4 or on a slide")

    def find_wrong(self, campaign: Campaign) -> Iterator[tuple[str, Finding]]:
        """Fields that hold no photo or are sensitive, and a form whose entries do not live."""
        form = campaign.form(self.form)
        if form.life is None:
            yield "form", Finding("blocks.no_life", (), {"form": form.id})
        kinds = {path: field.type for path, field in form.leaves()}
        photos = [path for path, kind in kinds.items() if kind == "image"]
        for key, path in (("before", self.before), ("after", self.after)):
            if path not in photos:
                yield key, unknown("blocks.no_photo_field", (), path, photos)
            elif path in form.sensitive_paths():
                yield key, Finding("blocks.sensitive_column", (), {"field": path})
        yield from check_condition(campaign, form, self.where)


@block(reads={"entries", "submissions", "photos"}, needs=("lives",), figures=False)
def photos(report: "Report", args: PhotoArguments) -> Iterator[Piece]:
    """Photos before and after."""
    form = report.campaign.form(args.form)
    living = [one for one in find_entries(report, form.id, args.where) if one.repeat is None]
    pairs = [pair for one in living for pair in _pairs(report, form, one, args)]
    if not pairs:
        return
    title = report.say("photos_title", form=form.name.words(report.lang))
    both = sum(all(photo.file is not None for photo in pair.photos) for pair in pairs)
    told = report.say("photos_said", count=len(pairs), both=both)
    yield Heading(title)
    yield Sentence(told)
    yield Photos(title, tuple(pairs), args.per_page, told, args.slide != "none")
    yield Table(_table(pairs, title, report.lang), rows=0)


def _pairs(report: "Report", form: Form, one: LivingRows, args: PhotoArguments) -> Iterator[PhotoPair]:
    """A pair for each entry that has a photo before or after, the longest overdue first."""
    files = _files(report.photos, form.id)
    labels = {path: field.label.words(report.lang) for path, field in form.leaves()}
    frame = list_entries(report.campaign, [one], report.names, report.lang)
    for at, row in frame.to_dict("index").items():
        days = {name: NOTHING if pd.isna(row[name]) else str(row[name]) for name in ("opened_on", "due_on")}
        entry = one.entries.iloc[int(str(at))]
        key = str(entry["unit_code"]), int(entry["occurrence"])
        before, after = files.get((*key, args.before), []), files.get((*key, args.after), [])
        for place in range(max(len(before), len(after))):
            yield PhotoPair(
                report.say("pair_title", unit=row["unit"], title=row["title"]),
                report.say(
                    "pair_dates",
                    opened=days["opened_on"],
                    due=days["due_on"],
                    state=" ".join(
                        filter(
                            None, (str(row["state"]), "" if pd.isna(row["closed_on"]) else row["closed_on"])
                        )
                    ),
                ),
                _photo(report, labels[args.before], before[place : place + 1]),
                _photo(report, labels[args.after], after[place : place + 1]),
            )


def _files(photos_of: pd.DataFrame, form_id: str) -> Mapping[tuple[str, int, str], list[Mapping[Any, Any]]]:
    """Files of a form's entries by unit, number of the entry and field, in their order."""
    made: dict[tuple[str, int, str], list[Mapping[Any, Any]]] = {}
    own = photos_of[photos_of["form_id"] == form_id].sort_values(["row", "place"], kind="stable")
    for row in own.to_dict("records"):
        made.setdefault((str(row["unit_code"]), int(row["occurrence"]), str(row["field"])), []).append(row)
    return made


def _photo(report: "Report", label: str, found: list[Mapping[Any, Any]]) -> Photo:
    if not found:
        return Photo(label, missing=report.say("photo_missing"))
    file = None if pd.isna(found[0]["picture"]) else report.snapshot.picture(str(found[0]["sha256"]))
    return Photo(label, file, report.say("photo_lost"))


def _table(pairs: list[PhotoPair], title: str, lang: str) -> LabelledTable:
    """For the workbook, in which no photos stand: which there are."""
    kept = {False: say("tables.photo_missing", lang), True: say("tables.photo_kept", lang)}
    rows = [
        (pair.title, pair.below, *(kept[photo.file is not None] for photo in pair.photos)) for pair in pairs
    ]
    columns = {
        "title": Column(say("tables.entry_title", lang), 40),
        "dates": Column(say("tables.state", lang), 40),
        "before": Column(pairs[0].before.label, 14),
        "after": Column(pairs[0].after.label, 14),
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)
