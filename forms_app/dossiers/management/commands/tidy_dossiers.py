"""``manage.py tidy_dossiers``: run the scheduled clean-up now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock_guard
from forms_app.dossiers.services.clean_up import clean_up_dossiers


class Command(BaseCommand):
    """Print how much was removed."""

    help = "Delete expired drafts, quarantine files without a row, and wipe the seeds of handed-over secrets."

    def handle(self, *args: Any, **options: Any) -> None:
        if not clock_guard.is_trusted():
            raise CommandError("the clock has jumped: see manage.py confirm_clock")
        done = clean_up_dossiers()
        files = done.files
        self.stdout.write(
            f"drafts={done.drafts} seeds={done.seeds} views={done.views} quarantined={files.quarantined} "
            f"returned={files.returned} deleted={files.deleted}"
        )
        if files.refusal:
            raise CommandError(f"private files are left as they are: {files.refusal}")
