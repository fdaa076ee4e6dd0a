"""Measures, and whether the treatment works."""
