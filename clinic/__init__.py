"""The Django project. ``__version__`` is Ashi's version; CHANGELOG.md lists what changed in each."""

__version__ = "0.3.0"
