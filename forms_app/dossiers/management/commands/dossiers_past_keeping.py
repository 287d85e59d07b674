"""``manage.py dossiers_past_keeping``: list the closed dossiers whose retention period has ended."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forms_app.dossiers.selectors.retention import past_retention


class Command(BaseCommand):
    """Print one dossier per line, then their number. Destroying them is a decision of the archive, not of a program."""

    help = "List closed dossiers whose retention period has ended."

    def handle(self, *args: Any, **options: Any) -> None:
        past = list(past_retention(timezone.localdate()))
        for dossier, period in past:
            self.stdout.write(f"{dossier.code}\t{period.until:%d/%m/%Y}\t{period.legal_basis}")
        self.stdout.write(f"past={len(past)}")
