"""Packages, users, ports, commands and processes of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ATTEMPTS = 3
#: Another script of this project may be installing packages at the same time.
LOCK = "-oDPkg::Lock::Timeout=300"
_apt_updated = False


class ServiceError(Exception):
    """A problem that the user can solve; the message says how."""


def say(text: str) -> None:
    """Print progress to standard error; standard output is reserved for `env`."""
    print(text, file=sys.stderr, flush=True)


def is_root() -> bool:
    return os.geteuid() == 0


def run(command: Sequence[str | Path], *, user: str = "", env: dict[str, str] | None = None) -> str:
    """Run a command and return its output; raise ServiceError with the output if it fails.

    `user` applies only when run as root; other users run the server as themselves.
    """
    prefix = ["runuser", "-u", user, "--"] if user and is_root() else []
    # A daemon that inherits a pipe would block `communicate()`, so the output goes to a file.
    log = Path(os.environ.get("TMPDIR", "/tmp")) / f"portal-services-{os.getpid()}.out"  # noqa: S108 (removed below)
    try:
        with log.open("wb") as sink:
            done = subprocess.run(
                [*prefix, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd="/",
                start_new_session=True,
                check=False,
            )
        output = log.read_text(errors="replace")
    finally:
        log.unlink(missing_ok=True)
    if done.returncode:
        raise ServiceError(
            f"{' '.join(map(str, command))} failed with {done.returncode}:\n{output.strip()[-2000:]}"
        )
    return output


def retrying(action: Callable[[], object], what: str) -> None:
    """Run `action` up to three times with growing pauses, since package mirrors fail now and then."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            action()
        except ServiceError as error:
            if attempt == ATTEMPTS:
                raise
            say(f"  {what}: attempt {attempt} failed, again in {5 * attempt} s\n  {str(error)[-300:]}")
            time.sleep(5 * attempt)
        else:
            return


def install(*packages: str) -> None:
    """Install Debian packages; without root, raise ServiceError with the command to run."""
    global _apt_updated  # noqa: PLW0603 (once per process is the point)
    if not is_root() or not shutil.which("apt-get"):
        raise ServiceError(
            f"missing: {' '.join(packages)}. Install them as root "
            f"(Debian: apt-get update && apt-get install {' '.join(packages)}) and run this again."
        )
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    if not _apt_updated:
        say("  apt-get update")
        retrying(lambda: run(["apt-get", "update", "-q"], env=env), "apt-get update")
        _apt_updated = True
    say(f"  apt-get install {' '.join(packages)}")
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", LOCK, *packages]
    retrying(lambda: run(command, env=env), "apt-get install")


def ensure_user(name: str) -> None:
    if not is_root():
        return
    if subprocess.run(["id", name], capture_output=True, check=False).returncode:
        run(["useradd", "--system", "--no-create-home", name])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def pick_port(wanted: int) -> int:
    """Return `wanted` if it is free, else any free port."""
    if wanted and port_is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(check: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until `check` holds; raise ServiceError after `seconds`."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise ServiceError(f"{what} did not answer within {seconds:.0f} s")
        time.sleep(0.1)


def pid_runs(pid: int, word: str) -> bool:
    """Return True if the process exists and its command line contains `word`, since ids are reused."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return word in line


def main(packages: list[str]) -> int:
    """Install the Debian packages named on the command line; return the exit code."""
    try:
        install(*packages)
    except ServiceError as error:
        say(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
