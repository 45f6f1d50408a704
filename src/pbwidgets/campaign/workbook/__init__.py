"""A campaign as an Excel workbook, and forms as XLSForm: written, filled in by hand, checked, read.

Each name is imported on first use: scoring reads cells as a workbook does, and needs none of the writers.
"""

from typing import TYPE_CHECKING

from pbwidgets.lazy import lazily

if TYPE_CHECKING:
    from pbwidgets.campaign.workbook.entering import enter_rows
    from pbwidgets.campaign.workbook.reading import check_campaign_workbook, read_campaign_workbook
    from pbwidgets.campaign.workbook.writing import write_blank_workbook, write_campaign_workbook
    from pbwidgets.campaign.workbook.xlsform import XlsForm, read_xlsform
    from pbwidgets.campaign.workbook.xlsform_plain import plain_form
    from pbwidgets.campaign.workbook.xlsform_writing import write_xlsform

__all__ = [
    "XlsForm",
    "check_campaign_workbook",
    "enter_rows",
    "plain_form",
    "read_campaign_workbook",
    "read_xlsform",
    "write_blank_workbook",
    "write_campaign_workbook",
    "write_xlsform",
]
_HOMES = {
    "XlsForm": "xlsform",
    "check_campaign_workbook": "reading",
    "enter_rows": "entering",
    "plain_form": "xlsform_plain",
    "read_campaign_workbook": "reading",
    "read_xlsform": "xlsform",
    "write_blank_workbook": "writing",
    "write_campaign_workbook": "writing",
    "write_xlsform": "xlsform_writing",
}

if not TYPE_CHECKING:  # else mypy would take any name for one of ours
    __getattr__ = lazily(__name__, _HOMES)
