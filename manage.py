#!/usr/bin/env python
"""Django's command line for Ashi. ``manage.py --version`` tells Ashi's own version."""

import gc
import os
import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["version"]):
        from clinic import __version__

        sys.stdout.write(f"Ashi {__version__}\n")
        return
    from clinic import environment

    environment.private()
    environment.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    if sys.argv[1:2] == ["propose"]:
        propose()
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def propose() -> None:
    """The command needs no app and no database: without Django's set-up, which imports every app, it answers in half
    the time."""
    gc.disable()  # what is imported stays, and one answer leaves little: a search for garbage is not worth its time
    from treatments.management.commands.propose import Command

    Command().run_from_argv(sys.argv)


if __name__ == "__main__":
    main()
