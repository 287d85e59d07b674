"""Files in the private store to which no row refers: first quarantined, then deleted after 30 days (ADR 165).

A wrong, empty or older database makes citizens' files look unneeded. Therefore nothing is deleted at once, nothing is
moved while the database looks wrong, and never more than a small share is in quarantine. Only for a store on disk.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db.models import Max
from django.utils import timezone

from core.errors import InvalidInput
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, Draft, ViewLogEntry
from forms_app.dossiers.services.scans import INFECTED_FOLDER

logger = logging.getLogger(__name__)

FILES: Final = "dossiers"
#: Where the files of rows are; those with malware are kept apart (ADR 171).
FOLDERS: Final = (FILES, INFECTED_FOLDER)
QUARANTINE: Final = "quarantine"
# A file without a row may belong to a transaction in progress; after a day it cannot.
ORPHAN_AGE: Final = timedelta(days=1)
QUARANTINE_TIME: Final = timedelta(days=30)
# The clocks of the database server and the file server differ, and a file is stored before its row is committed.
CLOCK_TOLERANCE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CleanUpReport:
    """Numbers of files moved into quarantine, moved back and deleted; why nothing was done, or an empty string."""

    quarantined: int = 0
    returned: int = 0
    deleted: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """A file in quarantine: where it is, since which day, and the ``path`` that its row would have."""

    location: Path
    since: date
    path: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows and files compared: paths of rows without their file, by owner, and the number of files without a row."""

    rows: int
    missing_of_dossiers: list[str]
    missing_of_drafts: list[str]
    files_without_row: int


def clean_up_files(*, now: datetime | None = None) -> CleanUpReport:
    """Quarantine files without a row, move back those that have one again, delete those quarantined 30 days ago.

    A refusal is logged as an error and changes nothing. Every moved or deleted file is one line in the log.
    """
    root, moment = _root(), now or timezone.now()
    if root is None:
        return CleanUpReport()
    named = set(Attachment.objects.values_list("path", flat=True))
    stored, kept = _stored_files(root), quarantined_files()
    returned = [file for file in kept if file.path in named and not (root / file.path).exists()]
    orphans = _orphans(root, stored, named, moment)
    refusal = _refusal(stored, orphans, len(kept) - len(returned), named)
    if refusal:
        logger.error("private files are left as they are: %s", refusal)
        return CleanUpReport(refusal=refusal)
    for file in returned:
        _return(root, file)
    expired = [file for file in kept if file not in returned and _has_expired(file, moment)]
    for file in expired:
        file.location.unlink(missing_ok=True)
        logger.warning("private file %s deleted after quarantine since %s", file.path, file.since)
    for path in orphans:
        _quarantine(root, path, moment)
    return CleanUpReport(len(orphans), len(returned), len(expired))


def quarantined_files() -> list[QuarantinedFile]:
    """Return the files in quarantine, the oldest first."""
    root = _root()
    if root is None:
        return []
    base = root / QUARANTINE
    return [
        QuarantinedFile(path, date.fromisoformat(path.relative_to(base).parts[0]), _path_of(base, path))
        for path in sorted(_files_below(base))
    ]


def restore_file(*, path: str) -> None:
    """Move the file with this ``path`` from the quarantine back; ``InvalidInput`` if it is not there."""
    root = _root()
    found = [file for file in quarantined_files() if file.path == path]
    if root is None or not found:
        raise InvalidInput(f"{path} is not in quarantine")
    if (root / path).exists():
        raise InvalidInput(f"{path} exists: the file in quarantine is {found[-1].location}")
    _return(root, found[-1])


def compare_rows_and_files(*, folder: Path | None = None) -> Comparison:
    """Compare the rows with the files in ``folder`` (default: the private store); a file of another size is missing."""
    root = folder or _root()
    if root is None:
        raise InvalidInput("the private store is not on a disk")
    sizes = {path.relative_to(root).as_posix(): path.stat().st_size for path in _stored_files(root)}
    rows = list(Attachment.objects.order_by("pk").values_list("path", "size", "dossier_id"))
    missing = [(path, dossier) for path, size, dossier in rows if sizes.get(path) != size]
    return Comparison(
        rows=len(rows),
        missing_of_dossiers=[path for path, dossier in missing if dossier],
        missing_of_drafts=[path for path, dossier in missing if not dossier],
        files_without_row=len(sizes.keys() - {path for path, _size, _dossier in rows}),
    )


def _root() -> Path | None:
    store = storages["private"]
    return Path(store.location) if isinstance(store, FileSystemStorage) else None


def _stored_files(root: Path) -> list[Path]:
    return [path for folder in FOLDERS for path in _files_below(root / folder)]


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _path_of(base: Path, location: Path) -> str:
    """Return the former path: below the quarantine, the first part is the day."""
    return Path(*location.relative_to(base).parts[1:]).as_posix()


def _orphans(root: Path, stored: Iterable[Path], named: set[str], moment: datetime) -> list[Path]:
    before = (moment - ORPHAN_AGE).timestamp()
    return [
        path
        for path in stored
        if path.relative_to(root).as_posix() not in named and path.stat().st_mtime < before
    ]


def _refusal(stored: list[Path], orphans: list[Path], waiting: int, named: set[str]) -> str:
    """Return why the database may be the wrong one, or an empty string."""
    if not orphans:
        return ""
    if not named:
        return f"the database names no file, the store holds {len(stored)}"
    newest = max(path.stat().st_mtime for path in stored)
    if newest > _last_activity() + CLOCK_TOLERANCE.total_seconds():
        return "the newest file is newer than everything in the database: was an older one restored?"
    limit = max(settings.PRIVATE_FILES_QUARANTINE_MIN, settings.PRIVATE_FILES_QUARANTINE_SHARE * len(stored))
    if len(orphans) + waiting > limit:
        return f"{len(orphans)} files of {len(stored)} have no row and {waiting} are in quarantine: more than {limit:g}"
    return ""


def _last_activity() -> float:
    """Return the time of the last change known to the database, as seconds since 1970."""
    moments = [
        model.objects.aggregate(last=Max(field))["last"]
        for model, field in (
            (Attachment, "uploaded_at"),
            (Draft, "saved_at"),
            (Dossier, "submitted_at"),
            (DossierEvent, "at"),
            (ViewLogEntry, "at"),
        )
    ]
    return max((moment.timestamp() for moment in moments if moment), default=0.0)


def _quarantine(root: Path, path: Path, moment: datetime) -> None:
    target = root / QUARANTINE / timezone.localdate(moment).isoformat() / path.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    logger.warning("private file %s has no row: moved into quarantine", path.relative_to(root).as_posix())


def _return(root: Path, file: QuarantinedFile) -> None:
    target = root / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    file.location.replace(target)
    logger.warning("private file %s moved back from quarantine", file.path)


def _has_expired(file: QuarantinedFile, moment: datetime) -> bool:
    return file.since + QUARANTINE_TIME < timezone.localdate(moment)
