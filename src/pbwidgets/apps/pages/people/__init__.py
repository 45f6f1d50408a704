"""Cards of the home page for managing accounts."""
