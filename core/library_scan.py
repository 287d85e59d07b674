"""Scan the documents of the editors' library for malware.

The verdict belongs to the content, whatever the file name.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.utils import timezone
from wagtail.documents import get_document_model

from core import malware_scan
from core.models import LibraryScan

logger = logging.getLogger(__name__)

BATCH: Final = 50


def verdict_on(document: Any) -> str | None:
    """Return the verdict on the content of a document; None if it has not been scanned yet."""
    found = LibraryScan.objects.filter(file_hash=document.get_file_hash())
    return found.values_list("verdict", flat=True).first()


def scan_new() -> int:
    """Scan up to `BATCH` documents without a verdict, the newest first; return the number of verdicts."""
    if not malware_scan.is_configured():
        return 0
    done = 0
    known = LibraryScan.objects.values("file_hash")
    for document in get_document_model().objects.exclude(file_hash__in=known).order_by("-pk")[:BATCH]:
        try:
            with document.file.storage.open(document.file.name) as content:
                finding = malware_scan.scan(content)
        except OSError:
            logger.warning("document %s cannot be read", document.pk)
            continue
        except malware_scan.ScanFailed as error:
            logger.warning("document %s was not scanned: %s", document.pk, error)
            if not malware_scan.check_scanner():
                break
            continue
        if finding.verdict != malware_scan.Verdict.CLEAN:
            logger.warning("document %s: %s (%s)", document.pk, finding.verdict.value, finding.name)
        facts = {"verdict": finding.verdict.value, "note": finding.name, "scanned_at": timezone.now()}
        LibraryScan.objects.update_or_create(file_hash=document.get_file_hash(), defaults=facts)
        done += 1
    return done
