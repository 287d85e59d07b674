"""Refuse migrations that lock a live table or lose data, and ones without a meaningful name (ADR 0008).

django-migration-linter reads the SQL that PostgreSQL would run; initial migrations create only new tables.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("accounts", "core", "forms_app", "home", "portal", "procedures", "search")
NAMED = re.compile(r"^\d{4}_(?!auto_)[a-z0-9_]{3,}$")
REVERSE = re.compile(r"Irreversible:|reverse_(code|sql)|\.noop|\bbackwards\b")
RUNS_CODE = re.compile(r"\b(RunPython|RunSQL)\(")


def problems_of(path: Path) -> list[str]:
    """What is wrong with one migration file."""
    text = path.read_text()
    found = []
    if not NAMED.match(path.stem):
        found.append("needs a name that says what it does")
    if RUNS_CODE.search(text) and not REVERSE.search(text):
        found.append("runs code that cannot be undone: add a reverse, or a comment 'Irreversible: why'")
    if "StreamBlock" in text or "StructBlock" in text:
        found.append("holds StreamField block definitions; use core.blocks.LeanStreamField")
    return found


def main() -> int:
    failed = False
    for app in APPS:
        for path in sorted((ROOT / app).rglob("migrations/[0-9]*.py")):
            for problem in problems_of(path):
                failed = True
                print(f"  {path.relative_to(ROOT)}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
