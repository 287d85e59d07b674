"""Selection of the tests that run against a mutant."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutation.selection import (
    OTHER_TESTS,
    batches,
    covering_tests,
    is_checked_elsewhere,
    is_in_annotation,
    spread,
)

MODULE = """\
LIMIT = 3
@atomic
def may(number):
    return number < LIMIT

register(may)
"""
LINES = {
    3: ["tests/test_access.py::test_a", "tests/test_pages.py::test_b"],
    4: ["tests/test_pages.py::test_b", "tests/test_pages.py::test_c"],
}
SOURCE = """\
def may(user: User | None, page: Page) -> Page | None:
    allowed: set[int] | None = RIGHTS | EXTRA
    return allowed
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "access.py"
    path.write_text(MODULE)
    return path


def test_tests_of_the_module_come_first_then_those_covering_most_lines(module: Path) -> None:
    assert covering_tests(LINES, module, [3, 4]) == [
        "tests/test_access.py::test_a",
        "tests/test_pages.py::test_b",
        "tests/test_pages.py::test_c",
    ]


def test_only_tests_that_execute_the_line_are_selected(module: Path) -> None:
    assert covering_tests(LINES, module, [4]) == [
        "tests/test_pages.py::test_b",
        "tests/test_pages.py::test_c",
    ]


def test_decorator_selects_the_tests_of_its_function(module: Path) -> None:
    assert covering_tests(LINES, module, [2]) == covering_tests(LINES, module, [3, 4])


def test_constant_selects_the_tests_of_the_lines_that_use_it(module: Path) -> None:
    assert covering_tests(LINES, module, [1]) == covering_tests(LINES, module, [4])


def test_other_code_outside_functions_selects_every_test_of_the_module(module: Path) -> None:
    assert len(covering_tests(LINES, module, [6])) == 3


def test_module_without_tests_selects_none(module: Path) -> None:
    assert covering_tests({}, module, [1]) == []


def test_first_batch_takes_from_each_file_in_turn() -> None:
    assert spread(["a::1", "a::2", "a::3", "b::1"], 3) == ["a::1", "b::1", "a::2"]
    assert spread(["a::1"], 5) == ["a::1"]


@pytest.mark.parametrize(
    ("row", "text", "expected"),
    [(1, "| None, page", True), (1, "| None:", True), (2, "| None =", True), (2, "| EXTRA", False)],
)
def test_unions_in_annotations_are_distinguished_from_code(row: int, text: str, expected: bool) -> None:
    column = SOURCE.splitlines()[row - 1].index(text)
    assert is_in_annotation(SOURCE, row, column) is expected


def test_all_tests_of_the_modules_file_and_a_choice_of_others_run() -> None:
    own = [f"tests/test_access.py::test_{n}" for n in range(200)]
    others = [f"tests/test_pages.py::test_{n}" for n in range(200)]
    first, second = batches([*own, *others], "access")
    assert first == own
    assert second == others[:OTHER_TESTS]
    assert batches(others[:3], "access") == [others[:3]]


@pytest.mark.parametrize(
    ("line", "operator", "column", "elsewhere"),
    [
        ("@dataclass(frozen=True, slots=True)", "ReplaceTrueWithFalse", 18, True),
        ("call(frozen=True)", "ReplaceTrueWithFalse", 12, False),
        ("LIMIT = 300_000", "NumberReplacer", 8, True),
        ("LIMIT = 100", "NumberReplacer", 8, True),
        ("LIMIT = 99", "NumberReplacer", 8, False),
        ("SIGN = 0xd8", "NumberReplacer", 7, False),
        ("LIMIT = 300_000", "RemoveStatement", 8, False),
    ],
)
def test_what_the_type_checker_refuses_or_nobody_notices_is_not_tried(
    line: str, operator: str, column: int, elsewhere: bool
) -> None:
    end = len(line) if operator == "NumberReplacer" else column + 4
    assert is_checked_elsewhere(line, f"core/{operator}", (1, column), (1, end)) is elsewhere
