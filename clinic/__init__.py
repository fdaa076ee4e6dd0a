"""The Django project. ``__version__`` is Ashi's own; what changed in each is told in CHANGELOG.md."""

__version__ = "0.3.0"
