"""What the services need from the machine: packages, users, ports, commands."""

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
_apt_updated = False


class ServiceError(Exception):
    """A problem the person at the keyboard can act on; the message says how."""


def say(text: str) -> None:
    """Progress goes to standard error: standard output is kept for `env`."""
    print(text, file=sys.stderr, flush=True)


def is_root() -> bool:
    return os.geteuid() == 0


def run(command: Sequence[str | Path], *, user: str = "", env: dict[str, str] | None = None) -> str:
    """Run to the end and return standard output; a failure shows what the command printed.

    `user` is honoured only when we are root: anybody else runs the server as themselves.
    """
    prefix = ["runuser", "-u", user, "--"] if user and is_root() else []
    # A daemon that inherits our pipes would keep `communicate()` waiting for ever: use a file.
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
    """Package mirrors hiccup: try three times with a growing pause."""
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
    """Install Debian packages, or say which ones a person without root has to ask for."""
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
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
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
    """The usual port when it is free, any other one when an older set of services holds it."""
    if wanted and port_is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(check: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise ServiceError(f"{what} did not answer within {seconds:.0f} s")
        time.sleep(0.1)


def pid_runs(pid: int, word: str) -> bool:
    """True when the process exists and its command line still names `word`: ids are reused."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return word in line
