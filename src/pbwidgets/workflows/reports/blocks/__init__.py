"""The blocks that a report may be made of: a file each, holding one function of the same name."""
