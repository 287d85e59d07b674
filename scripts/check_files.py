"""Check what no linter checks: file lengths, unfinished work, compose.yaml, and a package that would hide `locale`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 400
EXEMPT = ("portal/settings/", "/migrations/")
SERVICES = {"postgres", "redis", "elasticsearch", "clamav"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git tracks or would track, so that var/ is not read."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def too_long() -> Iterator[str]:
    """Yield modules over MAX_LINES, without settings and migrations."""
    for path in tracked("*.py"):
        name = path.relative_to(ROOT).as_posix()
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES and not any(part in name for part in EXEMPT):
            yield f"{name}: {lines} lines, at most {MAX_LINES}"


def unfinished() -> Iterator[str]:
    """Yield comments about unfinished work that do not name an issue."""
    for path in tracked("*.py", "*.html", "*.js", "*.css", "*.txt", "scripts/*", "Makefile"):
        if path.name == Path(__file__).name or path.name.startswith("requirements"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: name the issue, as in TODO(#12): {line.strip()}"


def compose() -> Iterator[str]:
    """Yield faults of compose.yaml: continuous integration has no Docker to run it, so it is only read."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    if missing := SERVICES - set(services):
        yield f"compose.yaml: no {', '.join(sorted(missing))}"
    for name, service in services.items():
        if "healthcheck" not in service:
            yield f"compose.yaml: {name} has no healthcheck"
        if any(not str(port).startswith("127.0.0.1:") for port in service.get("ports", [])):
            yield f"compose.yaml: {name} is open to the network"


def hidden_module() -> Iterator[str]:
    """Yield locale/__init__.py, which would make Python import our folder instead of its own module."""
    if (ROOT / "locale" / "__init__.py").exists():
        yield "locale/__init__.py would hide Python's own locale module"


def main() -> int:
    problems = [problem for check in (too_long, unfinished, compose, hidden_module) for problem in check()]
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
