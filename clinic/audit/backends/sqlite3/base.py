from django.db.backends.sqlite3 import base

from clinic.audit.backends.gathering import Gathering


class DatabaseWrapper(Gathering, base.DatabaseWrapper):
    """SQLite that writes a transaction's audit events last."""
