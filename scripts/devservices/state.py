"""The folder of the servers' files and the port of each, kept between calls."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devservices.system import is_root

REPOSITORY = Path(__file__).resolve().parents[2]
FALLBACKS = (Path("/var/lib"), Path("/tmp"))  # noqa: S108 (a folder of our own is made below it)


def state_dir() -> Path:
    return Path(os.environ.get("PORTAL_SERVICES_DIR") or REPOSITORY / "var" / "services").resolve()


def can_be_entered(folder: Path) -> bool:
    """Return True if every user may enter `folder`, which is not the case below /root or in `mktemp -d`."""
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in existing)


def data_root(state: Path) -> Path:
    """Return the folder for the servers' files.

    Started by root, the servers run as other users, who must be able to reach their files; if the state folder is
    closed to them, a folder elsewhere whose name is derived from it is used.
    """
    if not is_root() or can_be_entered(state):
        return state
    mark = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    for parent in FALLBACKS:
        if parent.is_dir() and os.access(parent, os.W_OK) and can_be_entered(parent):
            return parent / f"portal-services-{mark}"
    return state


class State:
    """The state folder with `services.json`: {service name: port}."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "services.json"
        self.root = data_root(folder)
        self.root.mkdir(parents=True, exist_ok=True)
        if self.root != folder:
            self.root.chmod(0o755)

    def port(self, name: str) -> int:
        """Return the saved port, 0 if there is none."""
        return int(self._read().get(name, 0))

    def save_port(self, name: str, port: int) -> None:
        ports = self._read() | {name: port}
        self.file.write_text(json.dumps(ports, indent=2) + "\n")

    def home(self, name: str) -> Path:
        return self.root / name

    def remove_fallback_folder(self) -> None:
        """Delete the folder outside the state folder if no server's files are left in it."""
        if self.root != self.folder and not any(self.root.iterdir()):
            self.root.rmdir()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock so that two `up` do not both create a cluster."""
        with (self.folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, int]:
        try:
            data: dict[str, int] = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return data
