"""The two database backends with one addition: audit events are written last, just before the COMMIT (gathering.py)."""
