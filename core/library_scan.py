"""Scan the documents and images of the editors' library for malware; the verdict belongs to the content.

If there is a scanner, a file can be downloaded and an image shown only once it is clean (ADR 171, 291).
"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from core import malware_scan
from core.models import LibraryScan, ScannerState
from core.web import page_cache

logger = logging.getLogger(__name__)

BATCH: Final = 50


def with_verdicts(library: QuerySet[Any]) -> QuerySet[Any]:
    """Read the verdicts with the rows of a list, if there is a scanner: one query instead of one for each."""
    if not malware_scan.is_configured():
        return library
    scans = LibraryScan.objects.filter(file_hash=OuterRef("file_hash"))
    return library.annotate(
        read_hash=F("file_hash"),
        read_verdict=Subquery(scans.values("verdict")[:1]),
        scanner_was_away=Exists(ScannerState.objects.exclude(away_since=None)),
    )


def verdict_on(media: Any) -> str | None:
    """Return the verdict on the content of a document or image; None if it has not been scanned yet."""
    file_hash = media.get_file_hash()
    if getattr(media, "read_hash", None) == file_hash:  # else it was read without, or has new content since
        read: str | None = media.read_verdict
        return read
    found = LibraryScan.objects.filter(file_hash=file_hash)
    return found.values_list("verdict", flat=True).first()


def is_withheld(media: Any) -> bool:
    """Return True if a document or image is withheld: there is a scanner that has not found it clean."""
    return malware_scan.is_configured() and verdict_on(media) != LibraryScan.Verdict.CLEAN


def state_text(media: Any) -> str:
    """Return what an editor should know about the scan of a document or image."""
    if not malware_scan.is_configured():
        return _("Not scanned for malware: the portal has no scanner.")
    if verdict := verdict_on(media):
        return str(LibraryScan.Verdict(verdict).label)
    if _is_scanner_away(media):
        return _(
            "The malware scanner does not respond. The scan is retried automatically; until then nobody can "
            "open the file."
        )
    return _("Being scanned for malware")


def _is_scanner_away(media: Any) -> bool:
    read: bool | None = getattr(media, "scanner_was_away", None)
    if read is not None:
        return read
    state = malware_scan.scanner_state()
    return state is not None and state.away_since is not None


def scan_new() -> int:
    """Scan up to `BATCH` documents and as many images without a verdict, the newest first; return the verdicts."""
    if not malware_scan.is_configured():
        return 0
    done = 0
    for model in (get_document_model(), get_image_model()):
        known = LibraryScan.objects.values("file_hash")
        for media in model.objects.exclude(file_hash__in=known).order_by("-pk")[:BATCH]:
            try:
                done += _scan(media)
            except malware_scan.ScanFailed as error:
                logger.warning("%s %s was not scanned: %s", model._meta.model_name, media.pk, error)
                if not malware_scan.check_scanner():
                    return done
    return done


def _scan(media: Any) -> int:
    """Scan one file and keep the verdict; return 0 if it cannot be read, ``ScanFailed`` without a verdict."""
    kind = media._meta.model_name
    try:
        with media.file.storage.open(media.file.name) as content:
            finding = malware_scan.scan(content)
    except OSError:
        logger.warning("%s %s cannot be read", kind, media.pk)
        return 0
    if finding.verdict != malware_scan.Verdict.CLEAN:
        logger.warning("%s %s: %s (%s)", kind, media.pk, finding.verdict.value, finding.name)
    _keep(media.get_file_hash(), finding)
    return 1


@transaction.atomic
def _keep(file_hash: str, finding: malware_scan.Finding) -> None:
    facts = {"verdict": finding.verdict.value, "note": finding.name, "scanned_at": timezone.now()}
    LibraryScan.objects.update_or_create(file_hash=file_hash, defaults=facts)
    images = get_image_model().objects.filter(file_hash=file_hash)
    if finding.verdict != malware_scan.Verdict.CLEAN:
        # Made while there was no scanner; the proxy serves them without asking the portal.
        for image in images:
            for rendition in image.renditions.all():
                rendition.delete()
    if images.exists():
        page_cache.purge()
