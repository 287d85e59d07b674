"""Compile the message catalogues without GNU gettext: every .po in `locale` and `locale_upstream` with an older .mo."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LOCALES = (ROOT / "locale", ROOT / "locale_upstream")


def compile_catalogues(*locales: Path) -> list[Path]:
    """Return the .mo files written. Each is replaced atomically, since test workers run in parallel."""
    written = []
    for source in sorted(path for locale in locales or LOCALES for path in locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        temporary = target.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(temporary))
        temporary.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_catalogues():
        print(f"compiled {path.relative_to(ROOT)}")
    sys.exit(0)
