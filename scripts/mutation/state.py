"""The state of a run of mutants in var/mutants: clones of HEAD, the line coverage and the session."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import Final

import cosmic_ray.plugins
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkResult

from mutation.selection import is_checked_elsewhere, is_in_annotation
from mutation.targets import TARGETS

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = ROOT / "var" / "mutants"
WORKERS: Final = 2
#: One replacement per operator where Cosmic Ray has a dozen: a test that sees one sees the others.
OPERATORS: Final = frozenset(
    {
        "portal/RemoveStatement",
        "portal/ReturnConstant",
        *(
            f"core/{name}"
            for name in (
                "AddNot",
                "ExceptionReplacer",
                "NumberReplacer",
                "RemoveDecorator",
                "ReplaceAndWithOr",
                "ReplaceBreakWithContinue",
                "ReplaceContinueWithBreak",
                "ReplaceFalseWithTrue",
                "ReplaceOrWithAnd",
                "ReplaceTrueWithFalse",
                "ReplaceUnaryOperator_Delete_Invert",
                "ReplaceUnaryOperator_Delete_USub",
                "ZeroIterationForLoop",
            )
        ),
        *(
            f"core/ReplaceBinaryOperator_{pair}"
            for pair in (
                "Add_Sub",
                "Sub_Add",
                "Mul_Add",
                "FloorDiv_Mul",
                "Mod_Mul",
                "BitOr_BitAnd",
                "BitAnd_BitOr",
            )
        ),
        *(
            f"core/ReplaceComparisonOperator_{pair}"
            for pair in (
                *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
                *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "In_NotIn", "NotIn_In"),
            )
        ),
    }
)


def sh(*command: str, cwd: Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def clone(number: int) -> Path:
    return STATE / f"clone-{number}"


def prepare(head: str) -> None:
    """Create the clones of HEAD, or bring them and the session up to date with it."""
    if (STATE / "head").exists() and (STATE / "head").read_text() == head:
        return
    if (STATE / "session.sqlite").exists() and (STATE / "coverage.json").exists():
        changed = {target for target in TARGETS if _text(ROOT / target) != _text(clone(0) / target)}
        for number in range(WORKERS):
            sh("git", "fetch", "-q", "origin", head, cwd=clone(number))
            sh("git", "reset", "-q", "--hard", head, cwd=clone(number))
        with use_db(str(STATE / "session.sqlite"), WorkDB.Mode.open) as database:
            changed |= set(TARGETS) - {str(item.mutations[0].module_path) for item in database.work_items}
            _forget_survivors(database, changed)
            list_mutants(database, changed)
        _forget_lines(changed)
        (STATE / "head").write_text(head)
        return
    shutil.rmtree(STATE / "clone-0", ignore_errors=True)
    shutil.rmtree(STATE / "clone-1", ignore_errors=True)
    for name in ("coverage.json", "session.sqlite", "head"):
        (STATE / name).unlink(missing_ok=True)
    for number in range(WORKERS):
        sh("git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone(number)))
    (STATE / "head").write_text(head)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _forget_survivors(database: WorkDB, changed: Collection[str]) -> None:
    """Make the survivors pending again, and drop all mutants of changed targets and of what is no target any more.

    The class has no method for it, only one that clears everything.
    """
    items = [
        item
        for item in database.work_items
        if str(item.mutations[0].module_path) in TARGETS and str(item.mutations[0].module_path) not in changed
    ]
    names = {item.job_id for item in items}
    kept = [
        (job, result)
        for job, result in database.results
        if job in names and (result.is_killed or result.worker_outcome == WorkerOutcome.SKIPPED)
    ]
    database.clear()
    database.add_work_items(items)
    for job, result in kept:
        database.set_result(job, result)


def _forget_lines(changed: Collection[str]) -> None:
    """Note for changed targets only which tests execute them at all: their lines have moved.

    If a target is new, the coverage is measured afresh.
    """
    stored = json.loads((STATE / "coverage.json").read_text())
    if set(TARGETS) - stored.keys():
        (STATE / "coverage.json").unlink()
        return
    for target in changed:
        stored[target] = {"0": sorted(set(chain(*stored[target].values())))}
    (STATE / "coverage.json").write_text(json.dumps(stored))


def list_mutants(database: WorkDB, targets: Collection[str]) -> None:
    """Add the mutants of ``targets``; those outside our selection are marked as skipped."""
    with use_db(str(STATE / "listed.sqlite"), WorkDB.Mode.create) as listed:
        # It clears the database that it is given.
        init([Path(target) for target in TARGETS if target in targets], listed, {})
        items = list(listed.work_items)
    database.add_work_items(items)
    skipped = [item.job_id for item in items if not all(map(_is_tried, item.mutations))]
    database.set_multiple_results(skipped, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _is_tried(mutation: MutationSpec) -> bool:
    source, name = _text(ROOT / mutation.module_path), mutation.operator_name
    return (
        name in OPERATORS
        and not is_in_annotation(source, *mutation.start_pos)
        and not is_checked_elsewhere(source, name, mutation.start_pos, mutation.end_pos)
        and _compiles(mutation, source)
    )


def _compiles(mutation: MutationSpec, source: str) -> bool:
    """Return False for mutants that are invalid Python (``*args`` taken for a product): killing them proves nothing.

    Cosmic Ray cannot make some at all: its ``ExceptionReplacer`` knows no dotted names (``except zipfile.BadZipFile``).
    """
    try:
        compile(mutated(mutation, source), "mutant", "exec")
    except (SyntaxError, AttributeError):
        return False
    return True


def mutated(mutation: MutationSpec, source: str) -> str:
    operator = cosmic_ray.plugins.get_operator(mutation.operator_name)()
    return mutate_code(source, operator, mutation.occurrence) or source
