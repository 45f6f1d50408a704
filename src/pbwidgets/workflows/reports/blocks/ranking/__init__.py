"""Blocks on units beside each other."""
