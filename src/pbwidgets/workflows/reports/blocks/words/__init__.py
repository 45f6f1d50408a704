"""Blocks in words of one's own."""
