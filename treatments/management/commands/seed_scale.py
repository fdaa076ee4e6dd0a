"""Fill an empty database with a big invented clinic, to see how Ashi copes."""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.people.models import Patient, User
from treatments.demo.scale import bulk, fill
from treatments.demo.scale.timetable import Size

SMALLEST, LARGEST = 10, 5_000_000


class Command(BaseCommand):
    help = (
        "Fills an empty database with an invented clinic of ten years: for each patient ten appointments, three notes, "
        "six scores, twenty audit events. The same numbers give the same rows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=100_000, help="how many (default: %(default)s)")
        parser.add_argument("--week", type=int, default=0, help="visits of each week around today (default: as always)")
        parser.add_argument("--seed", type=int, default=1, help="another one gives another clinic")
        parser.add_argument("--today", type=dt.date.fromisoformat, help="the day it is told from (default: today)")

    def handle(self, *args: Any, patients: int, week: int, seed: int, today: dt.date | None, **options: Any) -> None:
        if not SMALLEST <= patients <= LARGEST:
            raise CommandError(f"--patients must be from {SMALLEST} to {LARGEST}.")
        if Patient.objects.exists() or User.objects.exists():
            raise CommandError(
                "This clinic has people already. seed_scale fills an empty database only: give it one of its own with "
                "DATABASE_URL."
            )
        size, bar = Size(patients, week), Bar(self.stdout)
        bar.total = fill.count_rows(size)
        with bulk.writing(bar.add, bar.say, counts=fill.keep_counts) as rows:
            bar.say("people to copy")
            filling = fill.Filling(size, seed=seed, today=today or timezone.localdate())
            rows.take_down()
            filling.write(rows)
        bar.end()
        for model, count in sorted(rows.counts.items(), key=lambda one: -one[1]):
            self.stdout.write(f"{count:>10,} {model._meta.verbose_name_plural}")
        self.stdout.write(f"{time.monotonic() - bar.started:.0f} seconds. Staff sign in with ASHI_DEMO=1 only.")


class Bar:
    """Progress; on a terminal in one line."""

    def __init__(self, out: Any) -> None:
        self.out, self.done, self.total, self.shown, self.words = out, 0, 1, -1, ""
        self.started = time.monotonic()
        self.is_terminal = sys.stdout.isatty()

    def add(self, rows: int) -> None:
        self.done += rows
        percent = min(99, 100 * self.done // self.total)
        if percent >= self.shown + (1 if self.is_terminal else 10):
            self.shown = percent
            self.say("")

    def say(self, words: str) -> None:
        filled = "#" * (self.shown // 4)
        line = f"[{filled:<25}] {max(0, self.shown):>3} %  {self.done:>11,} rows  {words}"
        self.out.write(f"\r{line:<75}" if self.is_terminal else line, ending="" if self.is_terminal else "\n")
        self.out.flush()

    def end(self) -> None:
        self.shown = 100
        self.say(f"{time.monotonic() - self.started:.0f} s")
        self.out.write("")
