"""What the planner knows, to read."""
