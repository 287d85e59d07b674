"""Load the invented province, only if the settings are those of a demo."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.load import load_province


class Command(BaseCommand):
    """Load the demo province; running it again changes nothing."""

    help = "Load the demo province. Refuses unless DEMO is set: its accounts have a published password."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "load_demo runs with portal.settings.demo only: its accounts have a known password."
            )
        logging.disable(logging.INFO)  # one line per page and task would hide the summary
        try:
            load_province(self.stdout.write)
        finally:
            logging.disable(logging.NOTSET)
