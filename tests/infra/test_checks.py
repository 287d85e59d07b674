"""The checks of `make lint` find what they are for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import catalogues
import check_house
import check_migrations
import polib
import pytest
from compile_messages import compile_catalogues

from tests.paths import ROOT


def write_catalogue(folder: Path, language: str, texts: dict[str, str]) -> Path:
    path = catalogues.catalogue(folder, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    messages = polib.POFile()
    messages.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    messages.extend(polib.POEntry(msgid=key, msgstr=value) for key, value in texts.items())
    messages.save(str(path))
    return path


def test_every_target_of_make_is_explained_in_one_line() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony is not None
    assert {line.split()[0] for line in shown} == set(phony[1].replace("\\\n", "").split())
    assert all(len(line.split()) > 2 for line in shown)


def test_catalogues_are_compiled_only_when_they_changed(tmp_path: Path) -> None:
    source = write_catalogue(tmp_path, "vi", {"Search": "Tìm kiếm"})
    assert compile_catalogues(tmp_path / "locale") == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path / "locale") == []
    assert polib.mofile(str(source.with_suffix(".mo")))[0].msgstr == "Tìm kiếm"


def test_drift_and_missing_translations_are_found(tmp_path: Path) -> None:
    kept = write_catalogue(tmp_path / "kept", "vi", {"Old": "Cũ", "Same": "Giống", "Empty": ""})
    fresh = write_catalogue(tmp_path / "fresh", "vi", {"New": "", "Same": "", "Empty": ""})
    assert catalogues.compare(kept, fresh, "vi") == [
        "vi: no longer in the sources: 'Old'",
        "vi: not in the catalogue: 'New'",
        "vi: untranslated: 'Empty'",
    ]


def test_a_guessed_translation_counts_as_none_and_english_speaks_for_itself(tmp_path: Path) -> None:
    path = write_catalogue(tmp_path, "en", {"Search": ""})
    messages = polib.pofile(str(path))
    messages.append(polib.POEntry(msgid="Find", msgstr="Guess", flags=["fuzzy"]))
    messages.append(
        polib.POEntry(msgid="%(n)s page", msgid_plural="%(n)s pages", msgstr_plural={0: "", 1: ""})
    )
    messages.save(str(path))
    catalogues.settle(path, "en")
    settled = catalogues.entries(path)
    assert settled["", "Search", ""].msgstr == "Search"
    assert settled["", "Find", ""].msgstr == "Find"
    assert settled["", "%(n)s page", "%(n)s pages"].msgstr_plural == {0: "%(n)s page", 1: "%(n)s pages"}

    vietnamese = write_catalogue(tmp_path, "vi", {})
    messages = polib.pofile(str(vietnamese))
    messages.append(polib.POEntry(msgid="Find", msgstr="Đoán", flags=["fuzzy"]))
    messages.save(str(vietnamese))
    catalogues.settle(vietnamese, "vi")
    assert catalogues.entries(vietnamese)["", "Find", ""].msgstr == ""


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("0002_auto_20261123", "", "needs a name"),
        ("0002_fill", "migrations.RunPython(fill)", "cannot be undone"),
        ("0002_fill", "migrations.RunPython(forwards, backwards)", ""),
        ("0002_fill", "# Irreversible: the numbers are gone\nmigrations.RunSQL('x')", ""),
        ("0002_blocks", "wagtail.blocks.StructBlock([])", "LeanStreamField"),
    ],
)
def test_bad_migrations_are_found(tmp_path: Path, name: str, body: str, complaint: str) -> None:
    path = tmp_path / f"{name}.py"
    path.write_text(body)
    problems = " ".join(check_migrations.problems_of(path))
    assert (complaint in problems) if complaint else problems == ""


@pytest.fixture
def house(tmp_path: Path, monkeypatch) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(check_house, "ROOT", tmp_path)
    return tmp_path


def test_long_files_and_unfinished_work_are_found(house: Path) -> None:
    (house / "long.py").write_text("x = 1\n" * 401)
    (house / "fine.py").write_text("x = 1  # TODO(#12): later\n" * 400)
    (house / "bare.py").write_text("x = 1  # TO" + "DO later\n")
    assert list(check_house.too_long()) == ["long.py: 401 lines, at most 400"]
    assert len(list(check_house.unfinished())) == 1


def test_a_compose_file_open_to_the_network_is_found(house: Path) -> None:
    (house / "compose.yaml").write_text(
        "services: {postgres: {ports: ['5432:5432']}, redis: {healthcheck: {}}, elasticsearch: {healthcheck: {}}}"
    )
    assert list(check_house.compose()) == [
        "compose.yaml: postgres has no healthcheck",
        "compose.yaml: postgres is open to the network",
    ]


def test_a_package_that_hides_a_module_of_python_is_found(house: Path) -> None:
    assert list(check_house.hidden_module()) == []
    (house / "locale").mkdir()
    (house / "locale" / "__init__.py").touch()
    assert len(list(check_house.hidden_module())) == 1
