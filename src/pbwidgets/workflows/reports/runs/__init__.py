"""Runs of reports: what went in and came out, what is out of date, and making it again."""
