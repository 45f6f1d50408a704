"""Every door through which a table comes refuses what would do harm, and reads what is harmless without it."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counties import CAMPAIGN, COUNTY, OPERATOR, TOWN, VILLAGE
from hostile import HARMLESS, REFUSED, make_honest
from returns import Filled

from pbwidgets.campaign.workbook import write_campaign_workbook
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.workflows import Desk
from pbwidgets.workflows.exchange.answers import read_return, write_template
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.organise.exceptions import read_listed_units
from pbwidgets.workflows.organise.register import import_register
from pbwidgets.workflows.organise.weight_list import read_weights
from pbwidgets.workflows.organise.workbook import read_draft
from pbwidgets.workflows.people.account_list import check_account_list
from pbwidgets.workflows.reports.index.building import read_inputs

Door = Callable[[Workspace, Path], object]
DOORS: dict[str, Door] = {
    "units": lambda workspace, path: import_register(workspace, OPERATOR, path),
    "accounts": lambda workspace, path: check_account_list(workspace, OPERATOR, path),
    "campaign": lambda workspace, path: read_draft(workspace, OPERATOR, path),
    "weights": lambda _, path: read_weights(path, [TOWN]),
    "exceptions": lambda workspace, path: read_listed_units(
        Desk(workspace, OPERATOR, workspace.opened()), "village_application", path
    ),
    "index": lambda _, path: read_inputs(path, path),
    "answers": lambda workspace, path: read_return(Desk(workspace, OPERATOR, workspace.opened()), path),
}
UNITS = (("编码", "名称", "类别", "上级编码"), ("990101003", "新镇", "township", COUNTY))
ACCOUNTS = (("账号", "角色", "单位编码"), ("new", "填报员", TOWN))


@pytest.mark.parametrize("name", REFUSED)
def test_every_door_refuses_it_with_the_same_cause(name: str, small: Workspace, tmp_path: Path) -> None:
    make, code = REFUSED[name]
    path = make(tmp_path / name, UNITS)
    for door in DOORS.values():
        with pytest.raises(ProblemsError, match=f"intake.{code}"):
            door(small, path)
    assert "990101003" not in set(small.units()["unit_code"])


@pytest.mark.parametrize("name", HARMLESS)
def test_a_register_and_a_list_of_accounts_come_in_without_it(
    name: str, small: Workspace, tmp_path: Path
) -> None:
    path = HARMLESS[name](make_honest(tmp_path / name, UNITS))
    register = import_register(small, OPERATOR, path)
    assert register.content == 1
    accounts = check_account_list(small, OPERATOR, HARMLESS[name](make_honest(path, ACCOUNTS)))
    assert accounts.content == ("new",)
    assert _codes(register.notes) == _codes(accounts.notes)
    assert {entry.name for entry in tmp_path.iterdir()} == {name, "small"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("macro.xlsm", ["intake.macros_left"]),
        ("external_link.xlsx", ["intake.links_left"]),
        ("paths.xlsx", []),
    ],
)
def test_a_campaigns_workbook_comes_in_without_it_and_that_is_said_once(
    name: str, said: list[str], small: Workspace, tmp_path: Path
) -> None:
    path = write_campaign_workbook(small.opened().campaign, tmp_path / name)
    draft = read_draft(small, OPERATOR, HARMLESS[name](path))
    assert (draft.campaign.id, draft.changes) == (CAMPAIGN, ())
    assert [code for code in _codes(draft.notes) if code.endswith("_left")] == said


@pytest.mark.parametrize("name", [name for name in HARMLESS if name != "sheet_name.xlsx"])
def test_a_return_of_answers_comes_in_without_it_and_so_goes_its_annotated_copy(
    name: str, small: Workspace, tmp_path: Path
) -> None:
    desk = Desk(small, OPERATOR, small.opened(), now=datetime(2026, 5, 10, tzinfo=UTC))
    filled = Filled(write_template(desk, ["village_application"], [VILLAGE], tmp_path / "template.xlsx"))
    wrong = filled.put("village_application", VILLAGE, capable_members="二十")
    returned = read_return(desk, HARMLESS[name](filled.save(name)))
    assert ("intake.no_number", wrong) in [(finding.code, finding.place) for finding in returned.findings]
    assert returned.can_annotate
    with zipfile.ZipFile(returned.annotate(tmp_path / "copy.xlsx")) as archive:
        entries = " ".join(archive.namelist())
    assert not any(word in entries for word in ("vba", "external", "escaped", "bomb"))


def _codes(notes: tuple[Problem, ...]) -> list[str]:
    return [note.code for note in notes]
