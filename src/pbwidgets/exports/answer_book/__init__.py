"""Workbooks of answers: laid out, written, read, and annotated with what is wrong."""
