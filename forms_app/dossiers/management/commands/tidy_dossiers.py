"""``manage.py tidy_dossiers``: the scheduled clean-up by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forms_app.dossiers.services import retention


class Command(BaseCommand):
    """Prints what was removed."""

    help = "Delete expired drafts and files without a row, and wipe the seeds of handed-over secrets."

    def handle(self, *args: Any, **options: Any) -> None:
        drafts, seeds, views = retention.expire_drafts(), retention.seal(), retention.forget_views()
        self.stdout.write(f"drafts={drafts} seeds={seeds} views={views} files={retention.remove_orphans()}")
