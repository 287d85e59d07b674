"""The download of Elasticsearch through Maven, with a stand-in for `mvn`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from devservices import elasticsearch
from devservices.elasticsearch import ARCHIVE, Elasticsearch
from devservices.state import State
from devservices.system import ServiceError

# Write the artifact to the given repository, or else to the default one of the "user"; HOME is ignored.
MAVEN = """#!/bin/bash
repository={default}
for argument; do
  case $argument in -Dmaven.repo.local=*) repository=${{argument#*=}} ;; esac
done
echo "$@" >> {log}
mkdir -p "$repository/{folder}" && echo archive > "$repository/{archive}"
"""


pytestmark = pytest.mark.usefixtures("not_root")


@pytest.fixture
def user_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The default repository of a user whose home is not HOME."""
    repository = tmp_path / "home" / ".m2" / "repository"
    monkeypatch.setattr(elasticsearch, "user_repository", lambda: repository)
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    return repository


@pytest.fixture
def maven_log(tmp_path: Path, user_repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The calls of the stand-in for Maven, one per line."""
    log = tmp_path / "maven.log"
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(MAVEN.format(default=user_repository, log=log, folder=ARCHIVE.parent, archive=ARCHIVE))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return log


def test_download_is_found_regardless_of_home(tmp_path: Path, maven_log: Path) -> None:
    server = Elasticsearch(State(tmp_path / "services"))
    archive = server._download()
    assert archive == tmp_path / "services" / "maven" / ARCHIVE
    assert archive.read_text() == "archive\n"
    assert server._download() == archive
    assert len(maven_log.read_text().splitlines()) == 1


def test_archive_in_the_users_own_repository_is_not_downloaded_again(
    tmp_path: Path, maven_log: Path, user_repository: Path
) -> None:
    archive = user_repository / ARCHIVE
    archive.parent.mkdir(parents=True)
    archive.write_text("earlier")
    assert Elasticsearch(State(tmp_path / "services"))._download() == archive
    assert not maven_log.exists()


def test_download_that_leaves_no_archive_is_an_error(
    tmp_path: Path, maven_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin" / "mvn").write_text("#!/bin/bash\n")
    with pytest.raises(ServiceError, match="Maven did not download"):
        Elasticsearch(State(tmp_path / "services"))._download()


def test_maven_repository_of_the_user_comes_from_the_user_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path not in elasticsearch.user_repository().parents
