"""A PostgreSQL cluster for this project; Debian's own cluster is not used."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from devservices.base import Service
from devservices.system import ServiceError, install, is_root, pid_runs, run

EXTENSIONS = ("unaccent", "pg_trgm")
DATABASE = "portal"


def binaries() -> Path | None:
    """Return the folder of the newest installed server, from Debian's layout or otherwise from PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).parent if found else None


class Postgres(Service):
    name = "postgres"
    variable = "DATABASE_URL"
    usual_port = 55432

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def install(self) -> None:
        if binaries() is None or not shutil.which("psql"):
            install("postgresql", "postgresql-contrib")

    def launch(self) -> None:
        self.home.mkdir(exist_ok=True)
        if is_root():
            shutil.chown(self.home, "postgres", "postgres")
        if not (self.data / "PG_VERSION").exists():
            shutil.rmtree(self.data, ignore_errors=True)
            locale = ["-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-A", "trust"]
            self._run("initdb", "-D", self.data, *locale)
        extra = shlex.split(os.environ.get("PORTAL_POSTGRES_OPTIONS", ""))
        options = ["-p", str(self.port), "-k", str(self.home), "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "max_connections=200", *extra]
        where = ["-D", str(self.data), "-l", str(self.home / "log")]
        self._run("pg_ctl", *where, "-o", shlex.join(options), "-w", "-t", "30", "start")

    def process_runs(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return False
        return pid_runs(pid, str(self.data))

    def answers(self) -> bool:
        command = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def prepare(self) -> None:
        """Create the database, and the extensions in template1 so that every test database has them."""
        if DATABASE not in self._sql("postgres", "select datname from pg_database").split():
            for extension in EXTENSIONS:
                self._sql("template1", f"create extension if not exists {extension}")
            self._sql("postgres", f"create database {DATABASE}")

    def _sql(self, database: str, statement: str) -> str:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *where, "-c", statement])

    def _run(self, program: str, *arguments: str | Path) -> None:
        folder = binaries()
        if folder is None:
            raise ServiceError("PostgreSQL's programs are not where they were installed")
        run([folder / program, *arguments], user="postgres")
