"""What other libraries report, and why."""
