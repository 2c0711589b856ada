"""What a framework provides: its backend, and how the backend of an array is found."""
