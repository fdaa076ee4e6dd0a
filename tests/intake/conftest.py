"""A made-up language that every page for a patient is looked at in."""

from tests.support.brackets import brackets, folder

__all__ = ["brackets", "folder"]
