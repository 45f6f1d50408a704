"""Look at what was handed in: accept, return, mark, nominate, put on record."""
