"""Bring in a province's administrative units and where the old ones went."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.importing import UnitRow, import_succession, import_units, read_succession, read_units
from core.errors import InvalidInput


class Command(BaseCommand):
    help = "Import today's communes (CSV: code, name, type, note) and, if given, the old-to-new table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("units", type=Path, help="CSV of today's communes")
        parser.add_argument("--succession", type=Path, help="CSV of the links from old wards to new communes")
        parser.add_argument("--province-code", default="96")
        parser.add_argument("--province-name", default="Tỉnh Cà Mau")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        province = UnitRow(options["province_code"], options["province_name"], "tinh", "202/2025/QH15")
        try:
            report = import_units(province=province, communes=read_units(options["units"]))
            self.stdout.write(f"units: {report}")
            if options["succession"]:
                links = import_succession(read_succession(options["succession"]))
                self.stdout.write(f"succession: {links}")
        except InvalidInput as error:
            raise CommandError(error.message) from error
