"""Reports: the figures of an evaluation, for a terminal, a notebook, a file or a program."""
