"""A mutant is patched into a loaded module; a change to anything but functions is refused."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from mutation.preloaded import insert

SOURCE = """\
LIMIT = 3

def twice(function):
    def inner(number):
        return function(function(number))
    return inner

@twice
def add(number):
    return number + 1

class Box:
    SIZE = 2

    def fits(self, number):
        return [each for each in range(number) if each >= self.SIZE] == []
"""
Load = Callable[[], ModuleType]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "loaded.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("loaded", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_functions_get_their_new_code_wherever_they_are_referenced(path: Path, loaded: ModuleType) -> None:
    add, fits = loaded.add, loaded.Box().fits
    assert (add(1), fits(3)) == (3, False)
    assert insert(path, SOURCE.replace("number + 1", "number + 5"))
    assert (add(1), fits(3)) == (11, False)


def test_inner_functions_and_methods_are_changed(path: Path, loaded: ModuleType) -> None:
    add, fits = loaded.add, loaded.Box().fits
    changed = SOURCE.replace("function(function(number))", "function(number)").replace("== []", "!= []")
    assert insert(path, changed)
    assert (add(1), fits(3)) == (2, True)


def test_lines_may_move(path: Path, loaded: ModuleType) -> None:
    fits = loaded.Box().fits
    assert insert(path, SOURCE.replace("    return number + 1", "    number = number\n    return number + 1"))
    assert not fits(3)


@pytest.mark.parametrize(
    ("old", "new"),
    [("LIMIT = 3", "LIMIT = 4"), ("@twice\n", ""), ("SIZE = 2", "SIZE = 3"), ("class Box", "class Crate")],
)
def test_changes_outside_functions_need_a_new_process(
    path: Path, loaded: ModuleType, old: str, new: str
) -> None:
    assert not insert(path, SOURCE.replace(old, new))
    assert loaded.add(1) == 3


def test_nothing_is_inserted_if_the_module_is_not_loaded(path: Path) -> None:
    assert not insert(path, SOURCE.replace("number + 1", "number + 5"))
