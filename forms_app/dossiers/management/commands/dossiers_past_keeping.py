"""``manage.py dossiers_past_keeping``: which closed dossiers the archive may decide about."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forms_app.dossiers.selectors.keeping import past_keeping


class Command(BaseCommand):
    """Prints one dossier a line, then how many. Destroys nothing: that is an act of the archive, not of a program."""

    help = "List closed dossiers whose retention period is over."

    def handle(self, *args: Any, **options: Any) -> None:
        past = list(past_keeping(timezone.localdate()))
        for dossier, keeping in past:
            self.stdout.write(f"{dossier.code}\t{keeping.until:%d/%m/%Y}\t{keeping.legal_basis}")
        self.stdout.write(f"past={len(past)}")
