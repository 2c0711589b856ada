"""Whether one model's scores stand in for another's."""
