#!/usr/bin/env python
"""Django's command line. Without DJANGO_SETTINGS_MODULE it runs the development settings (SQLite in var/)."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
