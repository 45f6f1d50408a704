"""The pages: one module each, which puts widgets together and calls workflows."""
