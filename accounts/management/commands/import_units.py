"""Import the administrative units of a province and the successors of the old ones."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services.national_units import shipped_province_codes
from accounts.services.unit_import import (
    UnitRow,
    import_succession,
    import_units,
    read_succession,
    read_units,
)
from core.errors import InvalidInput
from core.text import nfc


class Command(BaseCommand):
    help = (
        "Import current communes (CSV: code, name, type, note) and, if given, the table of old and new units."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("units", type=Path, help="CSV of the current communes")
        parser.add_argument("--succession", type=Path, help="CSV of the links from old wards to new communes")
        parser.add_argument("--province-name", default=settings.PORTAL_PROVINCE)
        parser.add_argument("--province-code", help="default: that of the province in the shipped units")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name = options["province_name"]
        code = options["province_code"] or shipped_province_codes().get(nfc(name))
        if code is None:
            raise CommandError(f"{name} is not among the shipped units: give its --province-code")
        province = UnitRow(code, name, "tinh", "202/2025/QH15")
        try:
            report = import_units(province=province, communes=read_units(options["units"]))
            self.stdout.write(f"units: {report}")
            if options["succession"]:
                links = import_succession(read_succession(options["succession"]))
                self.stdout.write(f"succession: {links}")
        except InvalidInput as error:
            raise CommandError(error.message) from error
