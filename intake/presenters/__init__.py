"""Puts into words what intake pages show."""
