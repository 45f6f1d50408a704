"""Fill in a form."""
