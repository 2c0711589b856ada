"""Whether frameworks count the same."""
