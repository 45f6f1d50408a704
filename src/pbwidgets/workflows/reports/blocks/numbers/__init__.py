"""Blocks of numbers that are no scores: entries counted, measures reached."""
