"""Blocks on one unit."""
