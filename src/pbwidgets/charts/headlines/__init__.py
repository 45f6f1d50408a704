"""What the data of a chart say, in a sentence that a meeting understands: titles of slides, leads of figures.

Each function is pure: frames in, one sentence out. It says what the numbers are, never what to think of them, and
names only units that the frames given to it hold.
"""
