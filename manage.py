#!/usr/bin/env python
"""Django's command line for Ashi."""

import os
import sys


def main() -> None:
    from clinic import environment

    environment.private()
    environment.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
