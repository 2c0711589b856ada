"""The peers of accord's dialects, called as their users call them.

Each module asks one library, or a few that share a framework; nothing is imported before it runs.
A peer is registered in the entry-point group ``accord.peers`` under the name of its dialect, and is
a function of labels, scores and k that returns the figure it reports. If its dialect has averages
other than micro, the function takes them by name: ``average="macro"``.
"""
