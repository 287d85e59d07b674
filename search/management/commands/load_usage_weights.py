"""``manage.py load_usage_weights FILE``: how often procedures are used nationwide."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from search.language.tokenizer import codes_in
from search.models import UsageWeight


class Command(BaseCommand):
    """Read a JSON array (plain or gzip) of ``{"TTHC_MA": code, "WEIGHT": uses}``."""

    help = "Load how often procedures are used, to rank equal search results."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            uses = {
                code: int(row["WEIGHT"])
                for row in json.loads(raw)
                for code in codes_in(str(row["TTHC_MA"]))[:1]
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file}: {error}") from error
        rows = [UsageWeight(code=code, uses=number) for code, number in uses.items()]
        UsageWeight.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["code"], update_fields=["uses"]
        )
        self.stdout.write(f"codes={len(rows)}")
