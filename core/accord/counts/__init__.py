"""Counts that add, and what is made of them: averages, and the state of metrics."""
