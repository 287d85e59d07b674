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
from procedures.imports import rows
from procedures.imports.existing import lock_imports
from procedures.imports.formats.reader import parse_file
from procedures.imports.plan import ImportChoices
from procedures.imports.reference_rows import FormFileStore
from procedures.models import ImportUpload


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
                self._run(handle, path, form_files, options)
                transaction.set_rollback(options["dry_run"])
        except FileNotFoundError as error:
            raise CommandError(_("%(file)s: there is no such file") % {"file": error.filename}) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except PortalError as error:
            raise CommandError(f"{path.name}: {error.message}") from error

    def _run(
        self, handle: IO[bytes], path: Path, form_files: FormFileStore | None, options: dict[str, Any]
    ) -> None:
        if not options["dry_run"]:
            lock_imports()
        parsed = tqdm(parse_file(handle), desc=_("reading"), unit="", disable=None, file=self.stderr)
        choices = ImportChoices(section=options["section"], valid_from=options["valid_from"])
        upload = ImportUpload.objects.create(name=path.name[:200], valid_from=options["valid_from"])
        rows.read_rows(upload, parsed, choices, form_files)
        if not options["dry_run"]:
            total = rows.queue_rows(upload, by=None)
            with tqdm(total=total, desc=_("writing"), disable=None, file=self.stderr) as bar:
                rows.apply_all(upload, choices, bar.update)
        self._print(upload)

    def _print(self, upload: ImportUpload) -> None:
        for row in rows.shown_rows(upload).iterator():
            number = _("row %(number)d") % {"number": row.number}
            detail = f" ({row.message})" if row.message else ""
            self.stdout.write(f"{row.outcome}\t{number}\t{row.code}\t{row.title[:80]}{detail}")
            for concern in row.concerns:
                self.stderr.write(f"{number}\t{row.code}\t{concern}")
        self.stdout.write(" ".join(f"{name}={count}" for name, count in upload.report["counts"].items()))
