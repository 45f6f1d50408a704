"""Measures, points, totals, ranks, selection: pure functions from frames to frames."""
