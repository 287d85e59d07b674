"""``manage.py tidy_dossiers``: run the scheduled clean-up now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forms_app.dossiers.services import retention


class Command(BaseCommand):
    """Print how much was removed."""

    help = "Delete expired drafts and files without a row, and wipe the seeds of handed-over secrets."

    def handle(self, *args: Any, **options: Any) -> None:
        drafts, seeds = retention.expire_drafts(), retention.wipe_secret_seeds()
        views = retention.delete_expired_view_log()
        self.stdout.write(f"drafts={drafts} seeds={seeds} views={views} files={retention.remove_orphans()}")
