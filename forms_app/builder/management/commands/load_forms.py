"""``manage.py load_forms FILE…``: load exported forms and publish them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.errors import InvalidInput
from forms_app.builder import services


class Command(BaseCommand):
    """Load and publish exported forms; a form without changes gets no new version."""

    help = "Load online forms from JSON exports and publish them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                definition = services.import_form(data=json.loads(path.read_text("utf-8")))
                version = services.publish(definition=definition)
            except (OSError, ValueError, RecursionError, InvalidInput) as error:
                raise CommandError(f"{path}: {error}") from error
            self.stdout.write(
                f"{definition.procedure.core_code} {definition.title}: version {version.number}"
            )
