"""``manage.py tidy_dossiers``: run the scheduled clean-up now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock_guard
from forms_app.dossiers.services import private_files, retention


class Command(BaseCommand):
    """Print how much was removed."""

    help = "Delete expired drafts, quarantine files without a row, and wipe the seeds of handed-over secrets."

    def handle(self, *args: Any, **options: Any) -> None:
        if not clock_guard.is_trusted():
            raise CommandError("the clock has jumped: see manage.py confirm_clock")
        drafts, seeds = retention.delete_expired_drafts(), retention.wipe_secret_seeds()
        views = retention.delete_expired_view_log()
        files = private_files.clean_up_files()
        self.stdout.write(
            f"drafts={drafts} seeds={seeds} views={views} quarantined={files.quarantined} returned={files.returned}"
            f" deleted={files.deleted}"
        )
        if files.refusal:
            raise CommandError(f"private files are left as they are: {files.refusal}")
