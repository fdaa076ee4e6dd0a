"""Which thread of a worker answers."""

from __future__ import annotations

import threading
import time

from clinic.serving import LastFirst


class _Task:
    def __init__(self, wait: threading.Event | None = None) -> None:
        self.wait, self.done, self.by = wait, threading.Event(), ""

    def service(self) -> None:
        self.by = threading.current_thread().name
        if self.wait is not None:
            self.wait.wait(10)
        self.done.set()

    def cancel(self) -> None:
        self.done.set()


def _until_idle(threads: LastFirst) -> None:
    until = time.monotonic() + 10
    while threads.active_count and time.monotonic() < until:
        time.sleep(0.001)
    assert not threads.active_count


def test_one_request_after_the_other_is_answered_by_one_thread_and_several_at_once_by_several() -> None:
    threads = LastFirst()
    threads.set_thread_count(4)
    try:
        one_by_one = [_Task() for _ in range(12)]
        for task in one_by_one:
            _until_idle(threads)
            threads.add_task(task)
            assert task.done.wait(10)
        assert len({task.by for task in one_by_one}) == 1
        _until_idle(threads)
        end = threading.Event()
        at_once = [_Task(end) for _ in range(4)]
        for task in at_once:
            threads.add_task(task)
        until = time.monotonic() + 10
        while not all(task.by for task in at_once) and time.monotonic() < until:
            time.sleep(0.001)
        end.set()
        assert len({task.by for task in at_once}) == 4
    finally:
        threads.shutdown()
