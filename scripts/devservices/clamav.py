"""The ClamAV daemon with a database of one signature: the EICAR test file.

For development and tests: nothing is downloaded, and no real malware is found. Production uses the vendor's
signatures (docs/operations.md).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Final

from devservices.base import Service
from devservices.system import install, is_root, pid_runs, run, wait_until

USER: Final = "clamav"
# In two parts, or a scanner on the developer's machine would report this file.
EICAR: Final = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*"
# The limits and alerts that the documentation requires in production, but fewer archive levels, to be quick.
CONFIG: Final = """\
DatabaseDirectory {home}/signatures
LogFile {home}/log
LogTime yes
PidFile {home}/clamd.pid
Foreground yes
TemporaryDirectory {home}
TCPSocket {port}
TCPAddr 127.0.0.1
StreamMaxLength 30M
MaxRecursion 8
AlertExceedsMax yes
AlertEncrypted yes
"""


class ClamAV(Service):
    name = "clamav"
    variable = "CLAMAV_ADDRESS"
    usual_port = 33310

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.home / "clamd.conf"

    def install(self) -> None:
        if _program() is None:
            install("clamav-daemon")

    def launch(self) -> None:
        signatures = self.home / "signatures"
        signatures.mkdir(parents=True, exist_ok=True)
        # Name, any kind of file, at any position, the bytes:
        # https://docs.clamav.net/manual/Signatures/ExtendedSignatures.html
        (signatures / "portal.ndb").write_text(f"Portal.Eicar:0:*:{EICAR.encode().hex()}\n")
        self.config.write_text(CONFIG.format(home=self.home, port=self.port))
        if is_root():
            run(["chown", "-R", USER, self.home])
        self._start()

    def process_runs(self) -> bool:
        return pid_runs(self._pid(), str(self.config))

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
                link.sendall(b"zPING\0")
                return link.recv(16).startswith(b"PONG")
        except OSError:
            return False

    def stop(self) -> None:
        pid = self._pid()
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not pid_runs(pid, str(self.config)), 20, "the end of clamav")

    def _start(self) -> None:
        """Start clamd in a session of its own.

        It can put itself into the background, but its first process then waits for a signal that may have come before.
        """
        run(["setsid", "--fork", _program() or "clamd", "--config-file", self.config], user=USER)

    def _pid(self) -> int:
        try:
            return int((self.home / "clamd.pid").read_text())
        except (OSError, ValueError):
            return 0


def _program() -> str | None:
    """Return the path of clamd; /usr/sbin is not in the PATH of every user."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
