"""Read the data files of the demo province."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"


def read_file(name: str) -> Any:
    """Return the content of ``data/<name>.json``."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def read_folder(name: str) -> list[dict[str, Any]]:
    """Return the content of every file of ``data/<name>/``, by file name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / name).glob("*.json"))]


@cache
def people() -> dict[str, Any]:
    """Return the invented people: ``pool`` of names, ``accounts`` one per role, ``officers`` by agency."""
    found: dict[str, Any] = read_file("people")
    return found


def full_name(person: dict[str, Any]) -> str:
    """Return the name in Vietnamese order: family name, middle and given names."""
    return f"{person['family']} {person['middle_given']}"
