"""Compile the message catalogues without GNU gettext: every .po of ours and for the libraries whose .mo is older."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LOCALES = (ROOT / "locale", ROOT / "locale_upstream")


def compile_catalogues(*locales: Path) -> list[Path]:
    """Return the .mo files written. A file appears whole or not at all: test workers run side by side."""
    written = []
    for source in sorted(path for locale in locales or LOCALES for path in locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        aside = target.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(aside))
        aside.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_catalogues():
        print(f"compiled {path.relative_to(ROOT)}")
    sys.exit(0)
