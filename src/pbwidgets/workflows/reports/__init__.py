"""Reports and their parts: scores, charts, files."""
