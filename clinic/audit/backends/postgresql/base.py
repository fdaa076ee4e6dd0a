from django.db.backends.postgresql import base

from clinic.audit.backends.gathering import Gathering


class DatabaseWrapper(Gathering, base.DatabaseWrapper):
    """PostgreSQL that writes a transaction's audit events last."""
