"""Bring administrative units and their succession in from tables."""

from accounts.importing.records import SuccessionRow, UnitRow, read_succession, read_units
from accounts.importing.services import Report, import_succession, import_units

__all__ = [
    "Report",
    "SuccessionRow",
    "UnitRow",
    "import_succession",
    "import_units",
    "read_succession",
    "read_units",
]
