"""The report of a composite index."""
