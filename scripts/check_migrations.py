"""Refuse migrations without a meaningful name, without a way back, or with StreamField definitions (ADR 9)."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("accounts", "core", "demo", "forms_app", "home", "one_stop", "portal", "procedures", "search")
NAMED = re.compile(r"^\d{4}_(?!auto_)[a-z0-9_]{3,}$")


def code_operations(text: str) -> list[ast.Call]:
    """Return the RunPython(…) and RunSQL(…) calls of a migration."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).endswith(("RunPython", "RunSQL"))]


def is_reversible(call: ast.Call) -> bool:
    """Return True if the call has a reverse: its second argument, or a named one."""
    return len(call.args) > 1 or any(
        keyword.arg in ("reverse_code", "reverse_sql") for keyword in call.keywords
    )


def problems_of(path: Path) -> list[str]:
    """Return the faults of one migration file."""
    text = path.read_text()
    found = []
    if not NAMED.match(path.stem):
        found.append("needs a name that says what it does")
    if "Irreversible:" not in text and any(not is_reversible(call) for call in code_operations(text)):
        found.append("runs code that cannot be undone: add a reverse, or a comment 'Irreversible: why'")
    if "StreamBlock" in text or "StructBlock" in text:
        found.append("holds StreamField block definitions; use core.wagtail.blocks.LeanStreamField")
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
