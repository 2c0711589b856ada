"""From a caller's arguments to a batch that every engine can count."""
