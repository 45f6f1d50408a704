"""Visits to the unit, and what comes back from them: on-site inspection, marks from paper."""
