"""Campaigns, forms, scores and reports for party-building offices."""
