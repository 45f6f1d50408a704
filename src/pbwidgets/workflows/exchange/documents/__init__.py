"""Documents that an office sends, signs or has signed, made for Word."""
