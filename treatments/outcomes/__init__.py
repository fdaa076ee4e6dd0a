"""Scores, and whether the treatment works."""
