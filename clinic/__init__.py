"""The Django project. ``__version__`` is Ashi's version; CHANGELOG.md lists what changed in each."""

from clinic.lib.later import imported_later

__version__ = "0.3.0"
# What modules that every worker has import, and no request uses; before they do. tests/clinic/test_memory.py
NOT_AT_START = (
    "sqlparse",  # by Django, for scripts of SQL and for what tables look like: migrations
    "polib",  # for catalogues that have changed since they were compiled
)
for module in NOT_AT_START:
    imported_later(module)
