#!/usr/bin/env python
"""Django's command line for Ashi. ``manage.py --version`` tells Ashi's own version."""

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
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
