"""What the planner knows: tables and rules read from TOML, checked, compiled."""
