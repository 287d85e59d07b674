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
from procedures.imports.apply import ImportContext, apply_plan
from procedures.imports.formats.reader import parse_file
from procedures.imports.plan import ImportChoices, Plan, plan_import
from procedures.imports.reference_rows import FormFileStore
from procedures.imports.report import ImportReport


class Command(BaseCommand):
    """Parse, validate, report, apply; all in one transaction."""

    help = (
        "Import procedures from an Excel or CSV list, full-text or structured JSON, or our own records. "
        "The last line is created=N updated=N unchanged=N refused=N."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the file and the options."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="only report; make no changes")
        parser.add_argument(
            "--section", default="", help="slug of the section (or its agency) for new procedures"
        )
        parser.add_argument("--forms", type=Path, help="folder with the blank forms, as <code>/docx/<file>")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="first day in force (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import; a broken file ends in a ``CommandError`` and changes nothing."""
        path: Path = options["file"]
        form_files = FormFileStore(options["forms"]) if options["forms"] and not options["dry_run"] else None
        try:
            with form_files or nullcontext(), path.open("rb") as handle, transaction.atomic():
                report = self._run(handle, path, form_files, options)
        except FileNotFoundError as error:
            raise CommandError(_("%(file)s: there is no such file") % {"file": error.filename}) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except PortalError as error:
            raise CommandError(f"{path.name}: {error.message}") from error
        self._print(report)

    def _run(
        self, handle: IO[bytes], path: Path, form_files: FormFileStore | None, options: dict[str, Any]
    ) -> ImportReport:
        rows = tqdm(parse_file(handle), desc=_("reading"), unit="", disable=None, file=self.stderr)
        choices = ImportChoices(section=options["section"], valid_from=options["valid_from"])
        plan = plan_import(rows, choices=choices, form_files=form_files, writing=not options["dry_run"])
        if not options["dry_run"]:
            self._apply(plan, path, options)
        return plan.report

    def _apply(self, plan: Plan, path: Path, options: dict[str, Any]) -> None:
        context = ImportContext(
            section=options["section"], source=path.name, valid_from=options["valid_from"]
        )
        with tqdm(total=len(plan.changes), desc=_("writing"), disable=None, file=self.stderr) as bar:
            apply_plan(plan, context, bar.update)

    def _print(self, report: ImportReport) -> None:
        for row in report.shown():
            number = _("row %(number)d") % {"number": row.row}
            detail = f" ({row.message})" if row.message else ""
            self.stdout.write(f"{row.outcome.value}\t{number}\t{row.code}\t{row.title[:80]}{detail}")
            for concern in row.concerns:
                self.stderr.write(f"{number}\t{row.code}\t{concern}")
        self.stdout.write(report.summary())
