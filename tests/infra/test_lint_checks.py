"""The checks as `make lint` calls them: their exit code, what they print, what they leave alone."""

from __future__ import annotations

import os
from pathlib import Path

import catalogues
import check_deploy
import check_house
import check_migrations
import polib
import pytest
from compile_messages import compile_catalogues

from tests.paths import ROOT
from tests.support import house


def test_this_house_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_house.main() == 0
    assert check_migrations.main() == 0
    assert capsys.readouterr().out == ""


class TestMigrations:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(check_migrations, "ROOT", tmp_path)
        folder = tmp_path / "core" / "migrations"
        folder.mkdir(parents=True)
        return folder

    def test_one_bad_file_is_named_and_fails(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "0001_initial.py").write_text("")
        (folder / "0002_auto_20260101_0000.py").write_text("migrations.RunPython(fill)")
        assert check_migrations.main() == 1
        told = capsys.readouterr().out.splitlines()
        assert len(told) == 2
        assert all("core/migrations/0002_auto" in line for line in told)

    @pytest.mark.parametrize(
        ("body", "fine"),
        [
            ("migrations.RunPython(fill, undo)", True),
            ("migrations.RunPython(fill, reverse_code=undo)", True),
            ("migrations.RunSQL('a', reverse_sql='b')", True),
            ("migrations.RunSQL(sql=('a'))", False),
            ("# Irreversible: nobody knows the old numbers\nmigrations.RunPython(fill)", True),
            ("operations = [migrations.RunPython(fill, undo), migrations.RunSQL('x')]", False),
            ("'a text that names RunPython(fill)'", True),
            ("wagtail.blocks.StreamBlock([])", False),
        ],
    )
    def test_code_has_a_way_back(self, folder: Path, body: str, fine: bool) -> None:
        path = folder / "0002_fill.py"
        path.write_text(body)
        assert (check_migrations.problems_of(path) == []) is fine

    def test_every_package_is_looked_at(self) -> None:
        assert set(check_migrations.APPS) == set(house.PACKAGES)


class TestDeploy:
    def test_a_complaint_is_shown_and_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "manage.py").write_text(
            "import sys; print('security.W004'); sys.exit(' '.join(sys.argv[1:]))"
        )
        monkeypatch.setattr(check_deploy, "ROOT", tmp_path)
        assert check_deploy.main() == 1
        told = capsys.readouterr().out
        assert "security.W004" in told
        assert "check --deploy --fail-level WARNING" in told

    def test_it_looks_at_production_with_a_secret_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET_KEY", "the operator's")
        (tmp_path / "manage.py").write_text(
            "import os, sys\n"
            "good = os.environ['DJANGO_SETTINGS_MODULE'] == 'portal.settings.production'\n"
            "sys.exit(not (good and len(os.environ['SECRET_KEY']) > 50))"
        )
        monkeypatch.setattr(check_deploy, "ROOT", tmp_path)
        assert check_deploy.main() == 0


class TestCatalogues:
    def entry(self, folder: Path, **fields: object) -> Path:
        path = folder / "vi.po"
        messages = polib.POFile()
        messages.metadata = {"Content-Type": "text/plain; charset=UTF-8", "POT-Creation-Date": "2026-01-01"}
        messages.append(polib.POEntry(msgid="Zebra", msgstr="Ngựa vằn"))
        messages.append(polib.POEntry(**{"msgid": "Ant", "msgstr": "Kiến", **fields}))
        messages.save(str(path))
        return path

    def test_the_form_has_no_dates_and_one_order(self, tmp_path: Path) -> None:
        path = self.entry(tmp_path)
        catalogues.settle(path, "vi")
        text = path.read_text()
        assert "2026" not in text
        assert text.index("Ant") < text.index("Zebra")
        catalogues.settle(path, "vi")
        assert path.read_text() == text, "settled once is settled"

    def test_a_catalogue_that_is_not_there_is_empty(self, tmp_path: Path) -> None:
        assert catalogues.entries(tmp_path / "nothing.po") == {}

    def test_contexts_and_plurals_are_texts_of_their_own(self, tmp_path: Path) -> None:
        path = self.entry(tmp_path, msgctxt="animal")
        assert ("animal", "Ant", "") in catalogues.entries(path)
        assert ("", "Ant", "") not in catalogues.entries(path)

    def test_what_is_obsolete_does_not_count(self, tmp_path: Path) -> None:
        path = self.entry(tmp_path, obsolete=True)
        assert set(catalogues.entries(path)) == {("", "Zebra", "")}

    def test_an_untranslated_plural_is_found(self, tmp_path: Path) -> None:
        path = self.entry(tmp_path, msgid_plural="Ants", msgstr="", msgstr_plural={0: ""})
        assert catalogues.compare(path, path, "vi") == ["vi: untranslated: 'Ant'"]

    def test_a_broken_catalogue_leaves_the_compiled_one_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "vi" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        source = self.entry(tmp_path).rename(folder / "django.po")
        (target,) = compile_catalogues(tmp_path)
        before = target.read_bytes()
        source.write_text("rubbish\n")
        os.utime(source, ns=(target.stat().st_mtime_ns + 10**9, target.stat().st_mtime_ns + 10**9))
        with pytest.raises(OSError, match="Syntax error"):
            compile_catalogues(tmp_path)
        assert target.read_bytes() == before


class TestHouse:
    @pytest.fixture
    def copy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(check_house, "ROOT", tmp_path)
        monkeypatch.setattr(check_house, "tracked", lambda *_patterns: sorted(tmp_path.rglob("*.py")))
        (tmp_path / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())
        return tmp_path

    @pytest.mark.parametrize(
        ("line", "fine"),
        [
            ("# TO" + "DO: later", False),
            ("# TO" + "DO(#12): later", True),
            ("# FIX" + "ME", False),
            ("# HA" + "CK(#3) for the demo", True),
            ("# XX" + "X", False),
            ("# nothing is to be done", True),
            ("FIX" + "MENOT = 1", True),
        ],
    )
    def test_unfinished_work_names_its_issue(self, copy: Path, line: str, fine: bool) -> None:
        (copy / "a.py").write_text(f"x = 1\n{line}\n")
        assert check_house.main() == (0 if fine else 1)

    def test_settings_and_migrations_are_long_by_nature(self, copy: Path) -> None:
        for name in ("portal/settings/base.py", "core/migrations/0001_initial.py", "core/long.py"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_text("x = 1\n" * 401)
        assert list(check_house.too_long()) == ["core/long.py: 401 lines, at most 400"]

    def test_a_server_missing_from_the_compose_file_is_named(self, copy: Path) -> None:
        (copy / "compose.yaml").write_text("services: {postgres: {healthcheck: {}}}")
        assert list(check_house.compose()) == ["compose.yaml: no elasticsearch, redis"]
