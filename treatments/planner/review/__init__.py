"""A plan as it stands, judged for safety."""
