"""What units say is done, and what a level grants them: accepted, not accepted, excused, put off."""
