"""``manage.py private_files``: compare rows and files, list the quarantine, move files back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import InvalidInput
from forms_app.dossiers.services import private_files


class Command(BaseCommand):
    """Without an option compare rows and files; exit code 1 if a file of a dossier is missing."""

    help = "Compare the rows of attachments with the files; list the quarantine; move files back from it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="compare with this copy of PRIVATE_MEDIA_ROOT")
        parser.add_argument("--quarantine", action="store_true", help="list the files in quarantine")
        parser.add_argument("--restore", nargs="+", metavar="PATH", default=[], help="move these files back")
        parser.add_argument("--restore-all", action="store_true", help="move all files back")

    def handle(self, *args: Any, **options: Any) -> None:
        held = private_files.quarantined_files()
        paths = [file.path for file in held] if options["restore_all"] else options["restore"]
        if paths or options["restore_all"]:
            self._restore(paths)
        elif options["quarantine"]:
            for file in held:
                self.stdout.write(f"{file.since} {file.path}")
            self.stdout.write(f"quarantined={len(held)}")
        else:
            self._compare(options["folder"])

    def _restore(self, paths: list[str]) -> None:
        try:
            for path in paths:
                private_files.restore_file(path=path)
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored={len(paths)}")

    def _compare(self, folder: Path | None) -> None:
        found = private_files.compare_rows_and_files(folder=folder)
        for path in found.missing_of_dossiers:
            self.stdout.write(f"missing: {path}")
        self.stdout.write(
            f"rows={found.rows} missing={len(found.missing_of_dossiers)}"
            f" missing_of_drafts={len(found.missing_of_drafts)} files_without_row={found.files_without_row}"
        )
        if found.missing_of_dossiers:
            raise CommandError("files of dossiers are missing: database and files do not belong together")
