"""The meeting: try out a list, decide, classify, publish the notice."""
