"""Back up and restore the database together with the files of citizens (docs/operations.md#back-up-and-restore).

A back-up is a folder: `portal.dump`, `private/`, `media/` and `manifest.json`, which proves that they belong together.
Unchanged files are hard links to the previous back-up, so that many generations need little space. Exit codes: 0 done,
1 refused or failed, with the reason on standard error.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

ROOT: Final = Path(__file__).resolve().parents[1]
DUMP, MANIFEST = "portal.dump", "manifest.json"


class Refused(Exception):
    """The reason why nothing was done, or why the result must not be used."""


def back_up(target: Path) -> Path:
    """Write a new back-up below `target` and return its folder. The database comes first: see docs/operations.md."""
    url, private = _environment("DATABASE_URL"), Path(_environment("PRIVATE_MEDIA_ROOT"))
    target.mkdir(parents=True, exist_ok=True)
    earlier = sorted(path for path in target.iterdir() if (path / MANIFEST).exists())
    folder = target / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.partial"
    folder.mkdir()
    _run(["pg_dump", "--format=custom", f"--file={folder / DUMP}", url])
    before = earlier[-1] if earlier else None
    files = copy_files(private, folder / "private", before and before / "private")
    if media := os.environ.get("MEDIA_ROOT"):
        copy_files(Path(media), folder / "media", before and before / "media")
    manifest = {"dump_sha256": _sha256(folder / DUMP), "private_files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return folder.rename(folder.with_suffix(""))


def copy_files(source: Path, target: Path, before: Path | None) -> int:
    """Copy the files below `source`, as hard links to `before` if size and time are the same; return the number."""
    count = 0
    for path in sorted(source.rglob("*")) if source.exists() else []:
        if not path.is_file():
            continue
        place, known = target / path.relative_to(source), before and before / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if known and known.is_file() and _same(known, path):
            os.link(known, place)
        else:
            shutil.copy2(path, place)
        count += 1
    target.mkdir(parents=True, exist_ok=True)
    return count


def restore(folder: Path) -> None:
    """Restore a back-up into an empty database and an empty folder, with no process of the portal running."""
    url, private = _environment("DATABASE_URL"), Path(_environment("PRIVATE_MEDIA_ROOT"))
    check_back_up(folder)
    if private.exists() and any(private.iterdir()):
        raise Refused(f"{private} is not empty: move it away first")
    check_database(url)
    check_workers()
    _run(["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", str(folder / DUMP)])
    _run([sys.executable, str(ROOT / "manage.py"), "private_files", "--folder", str(folder / "private")])
    shutil.copytree(folder / "private", private, dirs_exist_ok=True)
    if (media := os.environ.get("MEDIA_ROOT")) and (folder / "media").exists():
        shutil.copytree(folder / "media", media, dirs_exist_ok=True)


def check_back_up(folder: Path) -> None:
    """Refuse a back-up that is incomplete, or whose dump and files come from different back-ups."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"{folder / MANIFEST} cannot be read: this is no complete back-up ({error})") from error
    if _sha256(folder / DUMP) != manifest["dump_sha256"]:
        raise Refused("the dump is not the one of the manifest: dump and files do not belong together")
    found = sum(path.is_file() for path in (folder / "private").rglob("*"))
    if found != manifest["private_files"]:
        raise Refused(
            f"the manifest counts {manifest['private_files']} private files, the folder holds {found}"
        )


def check_database(url: str) -> None:
    """Refuse a database that has tables, or in which another process has a session."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        sessions = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchone()
    if tables and tables[0]:
        raise Refused(f"the database has {tables[0]} tables: restore into a new, empty one")
    if sessions and sessions[0]:
        raise Refused(f"{sessions[0]} other sessions use the database: stop web, workers and beat first")


def check_workers() -> None:
    """Refuse while a Celery worker answers on the broker: its clean-up must not see a half-restored database."""
    if not os.environ.get("REDIS_URL"):
        return
    ping = [sys.executable, "-m", "celery", "-A", "portal", "inspect", "--timeout", "3", "ping"]
    answer = subprocess.run(ping, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        raise Refused("a worker is running: stop web, workers and beat first")


def _same(first: Path, second: Path) -> bool:
    one, other = first.stat(), second.stat()
    return one.st_size == other.st_size and int(one.st_mtime) == int(other.st_mtime)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _environment(name: str) -> str:
    if not os.environ.get(name):
        raise Refused(f"{name} is not set")
    return os.environ[name]


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise Refused(f"{Path(command[0]).name} {' '.join(command[1:3])} failed: do not start the portal")


def main(arguments: list[str]) -> int:
    """Run `backup FOLDER` or `restore BACK-UP`."""
    parser = argparse.ArgumentParser(prog="backups")
    parser.add_argument("act", choices=["backup", "restore"])
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.act == "backup":
            print(back_up(chosen.folder.resolve()))
        else:
            restore(chosen.folder.resolve())
            print("restored: now manage.py migrate, after_restore, search_rebuild, then start the processes")
    except (Refused, psycopg.Error) as error:
        print(f"{chosen.act}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
