"""Scan uploaded files for malware: after the upload, in another process, until the scanner has given a verdict.

A waiting file has the time of its next scan. The process that moves that time into the future holds the file until
then (a lease), so that two processes never scan it at once and a process that dies loses nothing. No transaction is
open while the scanner works. A file with malware is moved out of the way and never served again (ADR 171).
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any, Final

from celery import current_app
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import close_old_connections, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from core import malware_scan
from core.malware_scan import Finding, ScanFailed
from core.outbox import RelayNotifier, enqueue
from forms_app.dossiers.models import Attachment

logger = logging.getLogger(__name__)

State = Attachment.ScanState

#: Outbox kind of the mail about a file that must be sent again; the payload is ``{"file": pk}``.
REFUSED_FILE_MAIL: Final = "dossier.refused_file"
#: Name of the task ``forms_app.dossiers.tasks.scan_files``.
SCAN_TASK: Final = "dossiers.scan_files"
#: Longer than a scan and the task around it may take.
LEASE: Final = timedelta(minutes=5)
#: How long one task takes on new files; the next one continues.
RUN_SECONDS: Final = 100.0
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(hours=1)
LATE_AFTER: Final = timedelta(minutes=10)
CANDIDATES: Final = 20
BATCH: Final = 100
#: Folder of the private store for files with malware, apart from those that are served.
INFECTED_FOLDER: Final = "infected"


def waiting_fields(now: datetime) -> dict[str, Any]:
    """Return the fields of a new file: it waits for the scanner, if there is one."""
    if not malware_scan.is_configured():
        return {}
    transaction.on_commit(request_scan, robust=True)
    return {"scan_state": State.WAITING, "scan_due_at": now}


def scan_due() -> int:
    """Scan what is due until nothing is left, the scanner is unavailable or the time is up.

    Return the number of verdicts.
    """
    if not malware_scan.is_configured() or not Attachment.objects.filter(scan_due_at__lte=_now()).exists():
        return 0
    end, done = time.monotonic() + RUN_SECONDS, 0
    if not malware_scan.check_scanner():
        return 0
    while time.monotonic() < end and (claimed := _claim()) is not None:
        if _scan(claimed):
            done += 1
        elif not malware_scan.check_scanner():
            break
    return done


def _now() -> datetime:
    return timezone.now()


def _claim() -> Attachment | None:
    """Claim the file that has been due longest, for the duration of the lease; None if none is due."""
    now = _now()
    due = Attachment.objects.filter(scan_due_at__lte=now).order_by("scan_due_at", "pk")
    for pk, due_at in due.values_list("pk", "scan_due_at")[:CANDIDATES]:
        still_free = Attachment.objects.filter(pk=pk, scan_due_at=due_at)
        if still_free.update(scan_due_at=now + LEASE, scan_attempts=F("scan_attempts") + 1):
            return Attachment.objects.filter(pk=pk).first()
    return None


def _scan(file: Attachment) -> bool:
    """Scan one claimed file and record the outcome; return True if there was a verdict."""
    try:
        finding = _ask(file)
    except ScanFailed as error:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(file.scan_attempts - 1, 10))
        logger.warning("file %s was not scanned (attempt %s): %s", file.pk, file.scan_attempts, error)
        _mine(file).update(
            scan_state=State.FAILED, scan_note=str(error)[:200] or "error", scan_due_at=_now() + wait
        )
        return False
    record_verdict(file=file, finding=finding)
    return True


def _ask(file: Attachment) -> Finding:
    try:
        with storages["private"].open(file.path) as content:
            return malware_scan.scan(content)
    except OSError as error:
        raise ScanFailed(f"the file cannot be read: {type(error).__name__}") from error


def _mine(file: Attachment) -> Any:
    """Return the row of ``file``, unless another process has taken the file over."""
    return Attachment.objects.filter(pk=file.pk, scan_due_at=file.scan_due_at)


@transaction.atomic
def record_verdict(*, file: Attachment, finding: Finding, now: datetime | None = None) -> bool:
    """Record the verdict on ``file`` as it was read, and mail the citizen of a dossier about a refused file.

    Return False, and change nothing, if the file was removed or its scan taken over in the meantime.
    """
    path = _path_for(file, finding)
    mine = _mine(file).update(
        scan_state=finding.verdict.value,
        scan_note=finding.name,
        scanned_at=now or _now(),
        scan_due_at=None,
        path=path,
    )
    if not mine:
        if path != file.path:
            storages["private"].delete(path)
        return False
    if path != file.path:
        transaction.on_commit(lambda: storages["private"].delete(file.path), robust=True)
    if finding.verdict != malware_scan.Verdict.CLEAN:
        logger.warning("file %s: %s (%s)", file.pk, finding.verdict.value, finding.name)
        # Read again: it may have become part of a dossier while the scanner worked.
        _mail_refusal(Attachment.objects.get(pk=file.pk))
    return True


def _mail_refusal(file: Attachment) -> None:
    """Mail the citizen about a file that they sent with a dossier.

    For a draft the page shows it, and other files concern the agency.
    """
    at_counter = file.supplement is not None and file.supplement.received_by_id is not None
    if file.dossier_id and file.purpose != Attachment.Purpose.RESULT and not at_counter:
        enqueue(
            kind=REFUSED_FILE_MAIL, key=f"mail:file:{file.pk}:{file.scan_state}", payload={"file": file.pk}
        )


def _path_for(file: Attachment, finding: Finding) -> str:
    """Return where the file belongs, after copying it there if that is a new place."""
    within = file.path.removeprefix(f"{INFECTED_FOLDER}/")
    wanted = f"{INFECTED_FOLDER}/{within}" if finding.verdict == malware_scan.Verdict.INFECTED else within
    if wanted == file.path:
        return wanted
    store = storages["private"]
    with store.open(file.path) as content:
        return store.save(wanted, File(content))


def scan_unscanned(*, after: int = 0) -> tuple[int, int]:
    """Scan a batch of files from before there was a scanner; return the number of verdicts and the last ``pk``.

    Officers can open the files until there is a verdict. A ``pk`` of 0: there are no more. ``ScannerAway``: try later.
    """
    batch = list(Attachment.objects.filter(scan_state=State.NOT_SCANNED, pk__gt=after).order_by("pk")[:BATCH])
    done = 0
    for file in batch:
        try:
            done += record_verdict(file=file, finding=_ask(file))
        except ScanFailed as error:
            malware_scan.version()
            logger.warning("file %s was not scanned: %s", file.pk, error)
    return done, batch[-1].pk if batch else 0


def scan_again(*, states: list[str]) -> int:
    """Queue the files in these states again, for example after new signatures or limits; return their number."""
    found = Attachment.objects.filter(scan_state__in=states)
    number = found.update(
        scan_state=State.WAITING, scan_note="", scanned_at=None, scan_due_at=_now(), scan_attempts=0
    )
    request_scan()
    return number


def release_waiting() -> int:
    """Mark every waiting file as "not scanned" after the scanner was removed for good; return their number."""
    return Attachment.objects.filter(scan_due_at__isnull=False).update(
        scan_state=State.NOT_SCANNED, scan_note="", scan_due_at=None
    )


def backlog(*, now: datetime | None = None) -> dict[str, Any]:
    """Return the numbers of files by state (``states``), of those late (``late``), and the oldest waiting upload."""
    moment = now or _now()
    rows = Attachment.objects.order_by().values("scan_state").annotate(number=Count("pk"))
    waiting = Attachment.objects.filter(scan_due_at__isnull=False).aggregate(
        late=Count("pk", filter=Q(uploaded_at__lt=moment - LATE_AFTER)), oldest=Min("uploaded_at")
    )
    return {"states": {row["scan_state"]: row["number"] for row in rows}, **waiting}


def late_files(*, now: datetime | None = None) -> int:
    """Return the number of files that have waited for more than ten minutes."""
    before = (now or _now()) - LATE_AFTER
    return Attachment.objects.filter(scan_due_at__isnull=False, uploaded_at__lt=before).count()


def _publish() -> None:
    """Start a scan: by a worker, or in this thread of the notifier if there is no broker."""
    try:
        if current_app.conf.task_always_eager:
            close_old_connections()
            scan_due()
            close_old_connections()
        else:
            current_app.send_task(SCAN_TASK, retry=False, ignore_result=True)
    except Exception:
        logger.warning("the scan of uploaded files could not be started; it is done later", exc_info=True)


notifier: Final = RelayNotifier(_publish)


def request_scan() -> None:
    """Request a scan of the files that are due; returns at once."""
    notifier.notify()
