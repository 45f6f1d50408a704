"""Organise a campaign: open it, its register, exceptions, allotments."""
