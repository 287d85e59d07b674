"""Make the first pages of a new portal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from home.services import start_site


class Command(BaseCommand):
    help = "Make the front page, the lists of procedures, agencies and news, and the menu; once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the service and say what is there."""
        home = start_site()
        self.stdout.write(f"{home.title}: {home.get_children().count()} pages below")
