"""Marks given away from the desk: on site, and on paper."""
