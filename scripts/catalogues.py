"""Rebuild the message catalogues, or check them: `catalogues.py [--check]`.

Django's makemessages collects the texts; the files are then written without locations and dates, sorted by text, so
that additions by two people rarely conflict. English texts are their own translation.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PLURALS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
IGNORED = ("var/*", ".venv/*", "tests/*", "bench/*", "scripts/*", "node_modules/*", "artifacts/*")
MAX_SHOWN = 15
#: One width for everything that writes catalogues, so that a change shows in a diff as what it is.
LINE_WIDTH = 110


def catalogue(tree: Path, language: str) -> Path:
    return tree / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(tree: Path) -> None:
    """Rewrite the catalogues of `tree` with makemessages."""
    command = [sys.executable, "manage.py", "makemessages", "--no-location", "--no-obsolete", "-v", "0"]
    for language in PLURALS:
        catalogue(tree, language).parent.mkdir(parents=True, exist_ok=True)
        command += ["-l", language]
    for pattern in IGNORED:
        command += ["-i", pattern]
    subprocess.run(command, cwd=tree, check=True)
    for language in PLURALS:
        normalise(catalogue(tree, language), language)


def normalise(path: Path, language: str) -> None:
    """Write the file in its normal form: no dates, sorted, and without guessed ("fuzzy") translations."""
    messages = polib.pofile(str(path), encoding="utf-8", wrapwidth=LINE_WIDTH)
    messages.header = ""
    messages.metadata = {
        "Project-Id-Version": "portal",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    messages.metadata_is_fuzzy = False
    for entry in messages:
        if entry.fuzzy:
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
            entry.flags.remove("fuzzy")
        entry.previous_msgid = entry.previous_msgctxt = entry.previous_msgid_plural = None
        if language == "en":
            translate_as_itself(entry)
    messages.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    messages.save(str(path))


def translate_as_itself(entry: polib.POEntry) -> None:
    if entry.msgid_plural:
        entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
    else:
        entry.msgstr = entry.msgid


def entries(path: Path) -> dict[tuple[str, str, str], polib.POEntry]:
    """Return the entries of a catalogue by (context, text, plural); a missing context or plural is empty."""
    if not path.exists():
        return {}
    active = [entry for entry in polib.pofile(str(path), encoding="utf-8") if not entry.obsolete]
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""): entry for entry in active}


def compare(kept: Path, fresh: Path, language: str) -> list[str]:
    """Return how the catalogue in the repository differs from the one collected from the sources."""
    old, new = entries(kept), entries(fresh)
    problems = [f"{language}: not in the catalogue: {key[1]!r}" for key in new.keys() - old.keys()]
    problems += [f"{language}: no longer in the sources: {key[1]!r}" for key in old.keys() - new.keys()]
    problems += [
        f"{language}: untranslated: {key[1]!r}"
        for key in old.keys() & new.keys()
        if not old[key].translated()
    ]
    return sorted(problems)


def check() -> int:
    """Compare the catalogues with those collected in a copy of the tree; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        skipped = shutil.ignore_patterns(".git", ".venv", "var", "node_modules", "artifacts", "*.pyc", "*.mo")
        shutil.copytree(ROOT, copy, ignore=skipped)
        collect(copy)
        problems = [
            problem
            for language in PLURALS
            for problem in compare(catalogue(ROOT, language), catalogue(copy, language), language)
        ]
    for problem in problems[:MAX_SHOWN]:
        print(f"  {problem}")
    if problems:
        print(f"  {len(problems)} in all; `make messages` updates the texts, then translate them by hand")
    return 1 if problems else 0


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        return check()
    collect(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
