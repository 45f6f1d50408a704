"""Answers and marks out of the store into workbooks, and back."""
