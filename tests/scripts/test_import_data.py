"""scripts/import_data imports the list of procedures before the full texts."""

from __future__ import annotations

import pytest

from tests.support.script_copy import ScriptCopy


@pytest.fixture(autouse=True)
def _tools(copy: ScriptCopy) -> None:
    copy.take("import_data")
    copy.stub(".venv/bin/python")


def test_missing_folder_is_named(copy: ScriptCopy) -> None:
    done = copy.run("import_data", "/nowhere")
    assert done.returncode == 2
    assert "no folder /nowhere/camau" in done.stderr
    assert copy.called() == []


def test_list_is_imported_before_the_texts(copy: ScriptCopy) -> None:
    (copy.folder / "data" / "camau").mkdir(parents=True)
    assert copy.run("import_data", str(copy.folder / "data")).returncode == 0
    steps = [call.split()[1:3] for call in copy.called()]
    assert [step[0] for step in steps] == ["scripts/compile_messages.py", *["manage.py"] * 3]
    assert [step[1] for step in steps[1:]] == ["migrate", "import_procedures", "import_procedures"]
    assert "csv" in copy.called()[2]


def test_failing_step_stops_the_import(copy: ScriptCopy) -> None:
    copy.stub(".venv/bin/python", '[ "$2" != migrate ]')
    (copy.folder / "data" / "camau").mkdir(parents=True)
    assert copy.run("import_data", str(copy.folder / "data")).returncode != 0
    assert len(copy.called()) == 2
