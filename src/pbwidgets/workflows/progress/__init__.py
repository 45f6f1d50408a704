"""What has been handed in, what is due, and who is late."""
