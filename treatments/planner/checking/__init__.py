"""Checks that the knowledge is consistent."""
