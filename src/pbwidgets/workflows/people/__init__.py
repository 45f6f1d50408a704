"""Accounts, sign-in, and the health of the server."""
