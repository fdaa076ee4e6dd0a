"""Validates what is entered on intake pages."""
