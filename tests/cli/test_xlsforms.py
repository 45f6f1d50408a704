"""One form is written as XLSForm, and one from elsewhere is read, on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from pyxform.xls2xform import convert
from ruamel.yaml import YAML

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.reader import check_campaign
from pbwidgets.cli import main

FILE = Path(__file__).parents[2] / "parameters" / "campaigns" / "sanji_lianzheng.yaml"
FORMS = [form.id for form in read_campaign(FILE).forms]
SURVEY = [
    ["type", "name", "label", "relevant", "appearance"],
    ["start", "start"],
    ["select_one yes-no", "Has-Road", "Is there a road to the village?"],
    ["integer", "Length", "Kilometres", "${Has-Road} = 'yes'", "thousands-sep"],
    ["photo", "Photo", "A photo of the road"],
]
CHOICES = [["list_name", "name", "label"], ["yes-no", "yes", "Yes"], ["yes-no", "no", "No"]]


def make_xlsform(path: Path, survey: list[list[str]]) -> Path:
    book = Workbook()
    pages = {
        "survey": survey,
        "choices": CHOICES,
        "settings": [["form_title", "form_id"], ["Roads", "roads"]],
    }
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def test_a_form_made_elsewhere_becomes_part_of_a_campaign_that_passes_the_check(tmp_path: Path) -> None:
    path = make_xlsform(tmp_path / "roads.xlsx", SURVEY)
    run = CliRunner().invoke(main, ["campaign", "form-from-xlsx", str(path), "--unit-kind", "village"])
    assert run.exit_code == 0, run.output
    assert "survey!" in run.stderr  # what was renamed or left out, by its cell
    assert "appearance" in run.stderr
    part = YAML(typ="safe").load(run.stdout)
    assert [field["id"] for field in part["forms"][0]["fields"]] == ["has_road", "length", "photo"]
    assert part["forms"][0]["fields"][1]["relevant"] == "${has_road} = 'yes'"
    whole = YAML(typ="safe").load(FILE)
    whole["forms"] += part["forms"]
    whole["choices"] |= part["choices"]
    joined = tmp_path / "joined.yaml"
    with joined.open("w", encoding="utf-8") as file:
        YAML().dump(whole, file)
    assert check_campaign(joined) == ()
    assert read_campaign(joined).form("roads").unit_kind == ("village",)


def test_an_unusable_xlsform_names_its_cells_and_writes_nothing(tmp_path: Path) -> None:
    rows = [
        ["geotrace", "Track", "Where"],
        ["integer", "Cost", "Cost", "${Fee} > 1"],
        ["select_one fees", "F", "F"],
    ]
    survey = [*SURVEY, *rows]
    path, made = make_xlsform(tmp_path / "roads.xlsx", survey), tmp_path / "roads.yaml"
    run = CliRunner().invoke(main, ["campaign", "form-from-xlsx", str(path), "-o", str(made)])
    assert run.exit_code == 1
    assert all(cell in run.stderr for cell in ("survey!A6", "survey!D7", "survey!A8"))
    assert run.stdout == ""
    assert not made.exists()
    assert CliRunner().invoke(main, ["campaign", "form-from-xlsx", str(tmp_path / "no.xlsx")]).exit_code == 1


@pytest.mark.parametrize("form_id", FORMS)
def test_every_form_of_a_campaign_is_accepted_by_pyxform_and_reads_back(form_id: str, tmp_path: Path) -> None:
    path, again = tmp_path / "form.xlsx", tmp_path / "form.yaml"
    run = CliRunner().invoke(main, ["campaign", "form-to-xlsx", str(FILE), form_id, str(path)])
    assert (run.exit_code, run.stdout) == (0, ""), run.output
    assert f'id="{form_id}"' in str(convert(str(path), validate=False).xform)
    run = CliRunner().invoke(main, ["campaign", "form-from-xlsx", str(path), "-o", str(again)])
    assert run.exit_code == 0, run.output
    (form,) = YAML(typ="safe").load(again)["forms"]
    written = next(item for item in YAML(typ="safe").load(FILE)["forms"] if item["id"] == form_id)
    plain = [{key: value for key, value in field.items() if key != "later"} for field in written["fields"]]
    assert form["fields"] == plain


def test_an_unknown_form_is_named_with_the_nearest_and_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    run = CliRunner().invoke(main, ["campaign", "form-to-xlsx", str(FILE), "stabilty", str(path)])
    assert run.exit_code == 2
    assert "stability" in run.stderr
    path.write_text("mine", encoding="utf-8")
    run = CliRunner().invoke(main, ["campaign", "form-to-xlsx", str(FILE), "stability", str(path)])
    assert run.exit_code == 2
    assert path.read_text(encoding="utf-8") == "mine"
