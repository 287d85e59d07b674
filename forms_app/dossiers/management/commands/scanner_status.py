"""``manage.py scanner_status``: the malware scanner, the age of its signatures, and the files by state."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core import malware_scan
from forms_app.dossiers.services import scans


class Command(BaseCommand):
    """Ask the scanner and print what it says.

    Exit code 1 if it is unavailable, its signatures are old or files are late.
    """

    help = "Show the malware scanner and the files that wait for it. Exit code 1 if something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--probe", action="store_true", help="send it a test file and an archive beyond its limits"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = scans.backlog()
        states = " ".join(f"{name}={number}" for name, number in sorted(found["states"].items()))
        self.stdout.write(f"files {states or 'none'} late={found['late']}")
        if not malware_scan.is_configured():
            self.stdout.write("no scanner: CLAMAV_ADDRESS is not set")
            sys.exit(1 if found["oldest"] else 0)
        answered = malware_scan.check_scanner()
        state = malware_scan.scanner_state()
        health = malware_scan.health()
        if answered and state is not None:
            self.stdout.write(f"{state.version}: {health}, signatures {self._age(state.signatures_at)}")
        elif state is not None:
            self.stdout.write(
                f"away since {state.away_since:%Y-%m-%d %H:%M}, last version {state.version or '-'}"
            )
        wrong = malware_scan.probe() if answered and options["probe"] else []
        for line in wrong:
            self.stdout.write(f"probe: {line}")
        if health != "ok" or found["late"] or wrong:
            sys.exit(1)

    def _age(self, moment: Any) -> str:
        return f"{(timezone.now() - moment).days} days old" if moment else "without a date"
