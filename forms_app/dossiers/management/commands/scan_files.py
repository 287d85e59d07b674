"""``manage.py scan_files``: scan waiting files, those from before there was a scanner, or some states again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import malware_scan
from core.malware_scan import ScannerAway
from forms_app.dossiers.models import Attachment
from forms_app.dossiers.services import scans

#: States with a verdict that new signatures or other limits may change.
REPEATABLE = [Attachment.ScanState.INFECTED.value, Attachment.ScanState.LIMIT_EXCEEDED.value, "clean"]


class Command(BaseCommand):
    """Print how many files got a verdict. It may be interrupted: finished work is kept, and the next call continues."""

    help = "Scan uploaded files for malware now (docs/operations.md#malware-scan)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unscanned", action="store_true", help="include files uploaded before there was a scanner"
        )
        parser.add_argument("--again", choices=REPEATABLE, help="scan the files with this verdict again")
        parser.add_argument(
            "--release",
            action="store_true",
            help="mark waiting files “not scanned”: the scanner has been removed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["release"]:
            self._release()
            return
        if not malware_scan.is_configured():
            raise CommandError("CLAMAV_ADDRESS is not set")
        if not malware_scan.check_scanner():
            raise CommandError("the scanner does not answer; nothing was changed")
        if options["again"]:
            self.stdout.write(f"again={scans.scan_again(states=[options['again']])}")
        self.stdout.write(
            f"scanned={self._due()} unscanned={self._unscanned() if options['unscanned'] else 0}"
        )

    def _due(self) -> int:
        done = 0
        while number := scans.scan_due():
            done += number
        return done

    def _unscanned(self) -> int:
        done, after = 0, 0
        try:
            while True:
                number, after = scans.scan_unscanned(after=after)
                done += number
                if not after:
                    return done
        except ScannerAway as error:
            raise CommandError(
                f"the scanner went away after {done} files; run this again: {error}"
            ) from error

    def _release(self) -> None:
        if malware_scan.is_configured():
            raise CommandError("CLAMAV_ADDRESS is set: waiting files are scanned")
        self.stdout.write(f"released={scans.release_waiting()}")
