"""Tables that people send: one reader with one tolerance for every CSV file and workbook that comes in."""

from pbwidgets.intake.table import Column, Reading, Table, read_table
from pbwidgets.intake.text import clean_code, clean_name, clean_text

__all__ = ["Column", "Reading", "Table", "clean_code", "clean_name", "clean_text", "read_table"]
