"""Safety review of a plan in its present state."""
