"""The demo province's procedures in the measured database."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from procedures.models import ProcedurePage
from procedures.services.imports import import_records


def load() -> list[ProcedurePage]:
    """Import the demo's procedures and return their live pages, the longest first."""
    folder = Path(settings.BASE_DIR) / "portal" / "demo" / "data" / "procedures"
    records = []
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        records += found if isinstance(found, list) else [found]
    import_records(records)
    return list(ProcedurePage.objects.live().order_by("-title"))
