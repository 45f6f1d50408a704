"""A campaign as an Excel workbook, and forms as XLSForm: written, filled in by hand, checked, read."""

from pbwidgets.campaign.workbook.entering import enter_rows
from pbwidgets.campaign.workbook.reading import check_campaign_workbook, read_campaign_workbook
from pbwidgets.campaign.workbook.writing import write_blank_workbook, write_campaign_workbook
from pbwidgets.campaign.workbook.xlsform import XlsForm, read_xlsform, write_xlsform

__all__ = [
    "XlsForm",
    "check_campaign_workbook",
    "enter_rows",
    "read_campaign_workbook",
    "read_xlsform",
    "write_blank_workbook",
    "write_campaign_workbook",
    "write_xlsform",
]
