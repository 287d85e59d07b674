"""Load the administrative units of the whole country."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.national_units import load_national_units


class Command(BaseCommand):
    help = (
        "Load the provinces and communes of the whole country and the successors of the old ones, as they come with "
        "the portal. Existing units are not changed; a second run does nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        units, successions = load_national_units()
        self.stdout.write(f"units: {units}")
        self.stdout.write(f"succession: {successions}")
