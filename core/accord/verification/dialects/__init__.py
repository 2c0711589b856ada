"""The rules of other libraries, as data."""
