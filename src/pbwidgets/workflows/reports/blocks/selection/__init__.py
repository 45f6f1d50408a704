"""Blocks on nominations, places, classes and what selection brings."""
