"""Every door through which a table comes refuses what would do harm, and reads what is harmless without it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from counties import COUNTY, OPERATOR
from hostile import HARMLESS, REFUSED

from pbwidgets.campaign.workbook import write_campaign_workbook
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.workflows import Desk
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.meeting.class_list import import_classes
from pbwidgets.workflows.organise.exceptions import read_listed_units
from pbwidgets.workflows.organise.register import import_register
from pbwidgets.workflows.organise.weight_list import read_weights
from pbwidgets.workflows.organise.workbook import read_draft
from pbwidgets.workflows.people.account_list import check_account_list
from pbwidgets.workflows.reports.index.building import read_inputs
