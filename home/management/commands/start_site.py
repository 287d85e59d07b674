"""Create the first pages of a new portal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from home.services import start_site


class Command(BaseCommand):
    help = (
        "Create the front page, the lists of procedures, agencies and news, and the menu, unless they exist."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the service and report the number of pages."""
        home = start_site()
        self.stdout.write(f"{home.title}: {home.get_children().count()} pages below")
