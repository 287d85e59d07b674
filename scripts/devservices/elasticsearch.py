"""Elasticsearch from Maven Central: the server of one release with fewer modules.

For development and tests only, never committed or shipped (docs/operations.md).
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from devservices.base import Service
from devservices.system import (
    ServiceError,
    ensure_user,
    install,
    is_root,
    pid_runs,
    retrying,
    run,
    say,
    wait_until,
)

VERSION = "8.19.16"
GROUP = "org.elasticsearch.distribution.integ-test-zip"
ARCHIVE = Path(GROUP.replace(".", "/")) / "elasticsearch" / VERSION / f"elasticsearch-{VERSION}.zip"
USER = "esrun"
MIN_JAVA_VERSION = 17
CONFIG = """\
cluster.name: portal
node.name: n1
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
"""


def user_repository() -> Path:
    """Return Maven's default repository of the current user."""
    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run under a user id that has no entry
        home = Path.home()
    return home / ".m2" / "repository"


def java_home() -> Path | None:
    """Return a Java home that the server accepts, from Debian's folders or otherwise from PATH."""
    candidates = sorted(Path("/usr/lib/jvm").glob("java-*/bin/java"))
    if found := shutil.which("java"):
        candidates.append(Path(found).resolve())
    for java in candidates:
        output = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', output)
        if version and int(version[1]) >= MIN_JAVA_VERSION:
            return java.parents[1]
    return None


class Elasticsearch(Service):
    name = "elasticsearch"
    variable = "ELASTICSEARCH_URL"
    usual_port = 9200
    start_seconds = 120.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server(self) -> Path:
        return self.home / f"elasticsearch-{VERSION}"

    @property
    def pid_file(self) -> Path:
        return self.server / "es.pid"

    def install(self) -> None:
        if java_home() is None:
            install("openjdk-17-jre-headless")
        if not (self.server / "bin" / "elasticsearch").exists():
            self._unpack(self._download())
        ensure_user(USER)

    def launch(self) -> None:
        (self.server / "config" / "elasticsearch.yml").write_text(CONFIG.format(port=self.port))
        if is_root():
            run(["chown", "-R", USER, self.home])
        heap = os.environ.get("PORTAL_ELASTICSEARCH_HEAP", "512m")
        env = {"ES_JAVA_HOME": str(java_home()), "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}"}
        run([self.server / "bin" / "elasticsearch", "-d", "-p", self.pid_file], user=USER, env=env)

    def process_runs(self) -> bool:
        return pid_runs(self._pid(), str(self.server))

    def answers(self) -> bool:
        """Ask for the cluster's health; this distribution refuses `GET /`."""
        address = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=5s"
        try:
            with urllib.request.urlopen(address, timeout=6) as reply:  # noqa: S310 (127.0.0.1)
                return bool(reply.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        pid = self._pid()
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not pid_runs(pid, str(self.server)), 60, "the end of elasticsearch")

    def _pid(self) -> int:
        try:
            return int(self.pid_file.read_text())
        except (OSError, ValueError):
            return 0

    def _download(self) -> Path:
        """Return the server's archive, downloading it if no Maven repository has it.

        Maven takes the home directory from the user database, not from HOME, so its repository is named explicitly.
        """
        own = self.state.folder / "maven"
        for repository in (own, user_repository()):
            if (archive := repository / ARCHIVE).exists():
                return archive
        if not shutil.which("mvn"):
            install("maven")
        say(f"  elasticsearch: downloading {VERSION} (104 MB) through Maven")
        options = [f"-Dmaven.repo.local={own}", f"-Dartifact={GROUP}:elasticsearch:{VERSION}:zip"]
        fetch = ["mvn", "-q", "-B", "dependency:get", *options, "-Dtransitive=false"]
        retrying(lambda: run(fetch), "maven")
        archive = own / ARCHIVE
        if not archive.exists():
            raise ServiceError(f"Maven did not download {archive}")
        return archive

    def _unpack(self, archive: Path) -> None:
        self.remove()
        self.home.mkdir()
        with zipfile.ZipFile(archive) as bundle:
            for member in bundle.infolist():
                target = Path(bundle.extract(member, self.home))
                # extract() drops the permission bits, and the start scripts need theirs.
                if mode := member.external_attr >> 16:
                    target.chmod(mode)
