"""How requests reach Ashi: gunicorn manages the processes, waitress in each of them reads from the network.

gunicorn's own threads wait for connections that send nothing: thirty idle sockets stopped the server. waitress
reads requests in one loop, however slow the sender, and hands a thread only complete ones
(docs/decisions/slow-senders.md).
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import waitress
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

# A connection silent for this long is closed. Longer than a proxy keeps one for its next request (nginx: 60): if we
# closed it just as that request came, the request would be lost.
IDLE_SECONDS = 75
TIDY_SECONDS = 5  # between two times that free memory is given back, which takes a tenth of a millisecond
CONNECTIONS = 1000  # open at once per process; an idle one costs a few kilobytes


_C = ctypes.CDLL(None)


class _NewestWaiter(threading.Condition):
    def notify(self, n: int = 1) -> None:
        self._waiters.rotate(1)  # type: ignore[attr-defined]  # it wakes the first, which has waited longest
        super().notify(n)


class LastFirst(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress brings no types
    """Hands a request to the thread that was busy last: its database connection, and what that has read, are still at
    hand. While requests come one after the other, the other threads open no connection at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = _NewestWaiter(self.lock)


class WaitressWorker(Worker):  # type: ignore[misc]  # gunicorn brings no types
    """A gunicorn worker process that serves with waitress."""

    def run(self) -> None:
        from django.conf import settings  # imported here: gunicorn loads this module before Django is set up

        self._tidied = time.monotonic()
        parts: dict[int, Any] = {}  # the sockets in waitress's loop: listening and connected ones
        threads = LastFirst()
        threads.set_thread_count(self.cfg.threads)
        server = waitress.create_server(
            self._counted,
            _dispatcher=threads,
            map=parts,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            ident=None,  # no "Server:" line
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            asyncore_use_poll=True,  # select() handles only 1024 files
            max_request_body_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1,
            inbuf_overflow=settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1,  # never to disk
            clear_untrusted_proxy_headers=False,  # Django judges them (ASHI_BEHIND_PROXY)
        )
        listening = [part for part in parts.values() if hasattr(part, "active_channels")]
        while self.alive and self.ppid == os.getppid():
            self._turn(parts)
        for part in listening:
            part.accepting = False
        until = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until and any(map(_is_busy, listening)):
            self._turn(parts)
        server.task_dispatcher.shutdown(timeout=1)

    def _turn(self, parts: dict[int, Any]) -> None:
        self.notify()
        if time.monotonic() > self._tidied + TIDY_SECONDS:
            _give_back()
            self._tidied = time.monotonic()
        wasyncore.loop(timeout=1, use_poll=True, map=parts, count=1)

    def _counted(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False  # gunicorn starts a fresh process
        return self.wsgi(environ, start_response)  # type: ignore[no-any-return]


def _give_back() -> None:
    """What large answers left free in the midst of the heap, some MiB. (Each of them in memory of its own, which
    M_MMAP_THRESHOLD would give them, costs a plan page a quarter more time.)"""
    with suppress(AttributeError):  # a C library other than GNU's has no such thing
        _C.malloc_trim(0)


def _is_busy(server: Any) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in list(server.active_channels.values()))
