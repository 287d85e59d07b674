"""``manage.py load_demo``: the invented province, only where the settings say that this is a demonstration."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.load import load_province


class Command(BaseCommand):
    """Repeating it changes nothing."""

    help = "Load the demo province. Refuses unless DEMO is set: its accounts have a published password."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "load_demo runs with portal.settings.demo only: its accounts have a known password."
            )
        logging.disable(logging.INFO)  # a line a page and task would bury what matters
        try:
            load_province(self.stdout.write)
        finally:
            logging.disable(logging.NOTSET)
