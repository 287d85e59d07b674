"""``manage.py import_procedures FILE``: lists, full texts and records into the catalogue."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from core.errors import PortalError
from procedures.importing import parse
from procedures.services.imports import (
    FormShelf,
    Import,
    ImportReport,
    Plan,
    apply_plan,
    plan_import,
)


class Command(BaseCommand):
    """Parse, validate, report, apply; all in one transaction."""

    help = (
        "Import procedures from an Excel or CSV list, full-text or structured JSON, or our own records. "
        "The last line is created=N updated=N unchanged=N refused=N."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """FILE and how to read it."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="report only; change nothing")
        parser.add_argument(
            "--section", default="", help="slug of the section (or its agency) for new procedures"
        )
        parser.add_argument("--forms", type=Path, help="folder with the blank forms, as <code>/docx/<file>")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="first day in force (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import; a broken file ends with its reason and changes nothing."""
        path: Path = options["file"]
        shelf = FormShelf(options["forms"]) if options["forms"] and not options["dry_run"] else None
        try:
            with shelf or nullcontext(), path.open("rb") as handle, transaction.atomic():
                report = self._run(handle, path, shelf, options)
        except FileNotFoundError as error:
            raise CommandError(_("%(file)s: there is no such file") % {"file": error.filename}) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except PortalError as error:
            raise CommandError(f"{path.name}: {error.message}") from error
        self._print(report)

    def _run(
        self, handle: IO[bytes], path: Path, shelf: FormShelf | None, options: dict[str, Any]
    ) -> ImportReport:
        rows = tqdm(parse(handle), desc=_("reading"), unit="", disable=None, file=self.stderr)
        plan = plan_import(rows, shelf=shelf, writing=not options["dry_run"])
        if not options["dry_run"]:
            self._apply(plan, path, options)
        return plan.report

    def _apply(self, plan: Plan, path: Path, options: dict[str, Any]) -> None:
        given = Import(section=options["section"], source=path.name, valid_from=options["valid_from"])
        with tqdm(total=len(plan.items), desc=_("writing"), disable=None, file=self.stderr) as bar:
            apply_plan(plan, given, bar.update)

    def _print(self, report: ImportReport) -> None:
        for line in report.shown():
            row = _("row %(number)d") % {"number": line.row}
            detail = f" ({line.words})" if line.words else ""
            self.stdout.write(f"{line.outcome.value}\t{row}\t{line.code}\t{line.title[:80]}{detail}")
        self.stdout.write(report.summary())
