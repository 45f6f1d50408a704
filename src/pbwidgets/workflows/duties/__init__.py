"""What somebody has to do: what is due over all campaigns, and lists to decide, reports, accounts."""
