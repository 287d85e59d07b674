"""Message catalogues are compiled if their source is newer."""

from __future__ import annotations

import os
from pathlib import Path

import polib
import pytest
from compile_messages import compile_catalogues


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A catalogue with one translated text, in a folder laid out like `locale`."""
    path = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    messages = polib.POFile()
    messages.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    messages.append(polib.POEntry(msgid="Search", msgstr="Tìm kiếm"))
    messages.save(str(path))
    return path


def test_catalogue_is_compiled_only_if_it_has_changed(tmp_path: Path, source: Path) -> None:
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    assert polib.mofile(str(source.with_suffix(".mo")))[0].msgstr == "Tìm kiếm"


def test_broken_source_leaves_the_compiled_catalogue_unchanged(tmp_path: Path, source: Path) -> None:
    (target,) = compile_catalogues(tmp_path)
    before = target.read_bytes()
    source.write_text("rubbish\n")
    os.utime(source, ns=(target.stat().st_mtime_ns + 10**9, target.stat().st_mtime_ns + 10**9))
    with pytest.raises(OSError, match="Syntax error"):
        compile_catalogues(tmp_path)
    assert target.read_bytes() == before
