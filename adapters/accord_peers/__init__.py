"""The libraries of accord's dialects, called as their users call them.

Each module calls the libraries of one framework. A library is imported when it is called. A peer
is registered in the entry-point group ``accord.peers`` under the name of its dialect, and is
a function of labels, scores and k that returns the figure it reports. If its dialect has averages
other than micro, the function takes them by name: ``average="macro"``.
"""
