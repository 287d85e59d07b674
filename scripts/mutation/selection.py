"""Which tests a mutant is run against, and in which order. Needs only the standard library."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

#: Tests tried in addition to those of the module's own file. A line of a middleware is executed by thousands of tests;
#: a mutant that none of these kills counts as a survivor.
OTHER_TESTS: Final = 60

#: These request every address in every role or wait on purpose: tried only if nothing else executes the line.
SWEEPS: Final = frozenset(
    f"tests/security/test_{name}.py"
    for name in (
        *("addresses", "admin_fuzz", "admin_secrets", "anonymous_access", "canary"),
        *("hostile_input", "injection", "throttles"),
    )
)

#: Module path -> line number -> node ids of the tests that execute it.
Coverage = dict[str, dict[int, list[str]]]


def covering_tests(lines: Mapping[int, list[str]], module: Path, rows: Iterable[int]) -> list[str]:
    """Return the tests that execute ``rows`` of ``module``, its own test file first.

    Code outside functions runs before any test begins, so it is run against the tests that execute what it is for (the
    body below a decorator, the lines that use a constant), or otherwise any line of the module.
    """
    wanted = set(rows)
    found = [test for row in wanted for test in lines.get(row, ())]
    if not found:
        found = [test for row in related_rows(module.read_text(), wanted) for test in lines.get(row, ())]
    if not found:
        found = [test for tests in lines.values() for test in tests]
    count = Counter(found)
    return sorted(count, key=lambda test: (f"test_{module.stem}.py" not in test, -count[test], test))


def related_rows(source: str, rows: Collection[int]) -> set[int]:
    """Return the rows of definitions and assignments that contain ``rows``, and those that use the assigned names."""
    tree = ast.parse(source)
    holders = [node for node in tree.body if _span(node) & set(rows)]
    related = {row for node in holders for row in _span(node)}
    names = {
        name.id
        for node in holders
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    used = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names}
    return related | used


def _span(node: ast.stmt) -> set[int]:
    """Return the rows of a statement, its decorators included."""
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return set(range(first, (node.end_lineno or first) + 1))


def batches(tests: list[str], stem: str) -> list[list[str]]:
    """Return the tests of the module's own file, then a selection of the others."""
    own = [test for test in tests if f"/test_{stem}.py" in test]
    others = [test for test in tests if f"/test_{stem}.py" not in test]
    quick = [test for test in others if test.split("::")[0] not in SWEEPS]
    others = quick if own or quick else others
    return [batch for batch in (own, spread(others, OTHER_TESTS)) if batch]


def spread(tests: list[str], most: int) -> list[str]:
    """Return up to ``most`` of ``tests``, taken from each file in turn."""
    files: dict[str, list[str]] = {}
    for test in tests:
        files.setdefault(test.split("::")[0], []).append(test)
    chosen: list[str] = []
    while len(chosen) < min(most, len(tests)):
        for rest in files.values():
            if rest and len(chosen) < most:
                chosen.append(rest.pop(0))
    return chosen


#: Numbers from this on are limits (bytes, objects, characters) for which the next number would do as well.
LARGE_NUMBER: Final = 100


def is_checked_elsewhere(source: str, operator: str, start: tuple[int, int], end: tuple[int, int]) -> bool:
    """Return True for mutants of which no test need take notice.

    The type checker refuses assignments to a frozen dataclass, and slots only save memory; one more or less in a large
    limit harms nobody (a limit that is not kept at all is another mutant).
    """
    line = source.splitlines()[start[0] - 1]
    if line.strip().startswith("@dataclass(") and operator == "core/ReplaceTrueWithFalse":
        return True
    if operator != "core/NumberReplacer" or start[0] != end[0]:
        return False
    try:
        return abs(float(line[start[1] : end[1]].replace("_", ""))) >= LARGE_NUMBER
    except ValueError:  # 0xd8 and the like
        return False


@cache
def _annotations(source: str) -> list[ast.expr]:
    notes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            notes.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            notes.append(node.annotation)
    return [note for note in notes if note is not None]


def is_in_annotation(source: str, row: int, column: int) -> bool:
    """Return True if the position is in an annotation: with postponed evaluation it is never executed."""
    place = (row, column)
    return any(
        (note.lineno, note.col_offset) <= place <= (note.end_lineno or 0, note.end_col_offset or 0)
        for note in _annotations(source)
    )
