"""How gunicorn serves Ashi; it reads this file by itself. The scripts give the address and the number of workers."""

import ctypes
import gc
from contextlib import suppress
from typing import Any

from clinic import environment

environment.load()
with suppress(OSError, AttributeError):  # a C library other than GNU's has no such thing
    # One heap for all threads of a worker: only one of them runs at a time, and each heap keeps what was freed in it
    ctypes.CDLL(None).mallopt(-8, 1)  # M_ARENA_MAX
worker_class = "clinic.serving.WaitressWorker"
workers = environment.number("WEB_WORKERS", 3)
# Each has a connection. One of SQLite weighs 2 to 3 MiB, and more of them answer no more; PostgreSQL's weigh little
threads = 2 if environment.text("DATABASE_URL", "sqlite:").startswith("sqlite:") else 4  # docs/decisions/0058
preload_app = True  # loaded once and shared by all workers; a code change needs a new start
timeout = 60  # seconds without a sign of life before a worker is replaced
max_requests, max_requests_jitter = 5000, 500
accesslog = None
control_socket_disable = True  # several servers of one user fight for it, and nothing here needs it


def when_ready(server: Any) -> None:
    """Before the first worker is forked: no connection is shared, and what is loaded stays one copy for all."""
    from allauth.mfa.models import Authenticator
    from django.db import DatabaseError, connections
    from huey.contrib.djhuey import HUEY

    from clinic.lib.later import imported_now
    from clinic.people.apps import PASSKEYS

    with suppress(DatabaseError):  # if it does not answer now, each worker imports that when it needs it
        if Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists():
            imported_now(PASSKEYS)
    connections.close_all()
    HUEY.storage.close()
    gc.collect()
    gc.freeze()
