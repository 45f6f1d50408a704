"""Blocks that say how far things are: numbers, checks, lists, entries and their photos."""
