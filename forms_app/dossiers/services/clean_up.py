"""The clean-up of dossiers, every 15 minutes and on demand (``manage.py tidy_dossiers``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.dossiers.services import private_files, retention


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Numbers of deleted drafts, wiped seeds, deleted entries of the logs; what happened to files without a row."""

    drafts: int
    seeds: int
    views: int
    files: private_files.CleanUpReport


def clean_up_dossiers(*, now: datetime | None = None) -> CleanUp:
    """Delete expired drafts and log entries, wipe seeds of secrets, quarantine files without a row."""
    return CleanUp(
        drafts=retention.delete_expired_drafts(now=now),
        seeds=retention.wipe_secret_seeds(now=now),
        views=retention.delete_expired_view_log(now=now),
        files=private_files.clean_up_files(now=now),
    )
