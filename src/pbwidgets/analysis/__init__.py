"""The few names that ``import pbwidgets`` gives: a table and a sheet of lines in, scores with reasons out.

Everything here rests on the rooms below: a table becomes the submissions of a campaign with one track, and the
pipeline scores it as any other. There is no second way to a score.
"""
