"""``manage.py after_restore``: run once after a back-up was restored, before the processes start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forms_app.dossiers.services.restores import end_what_was_restored


class Command(BaseCommand):
    """Print what was done."""

    help = (
        "After a restore: let today's dossier numbers go on after a gap, end all sessions and one-time links."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = end_what_was_restored()
        self.stdout.write(f"agencies={done.agencies} sessions={done.sessions} links={done.links}")
