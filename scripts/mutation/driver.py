"""Mutate the guards of the portal and run, for each mutant, the tests that execute the mutated line.

Run by scripts/mutants in a separate environment that contains Cosmic Ray; tests run in the project's environment.
The state is kept in var/mutants: two clones of HEAD, the line coverage and the session. A second call continues where
the first one stopped. At another HEAD the survivors are tried again, so that one soon sees whether new tests kill them,
and changed targets start afresh. Delete var/mutants to start with everything.
Usage: python -m mutation.driver [--group NAME] [--minutes N] [--limit N] [--report-only]. A call ends after 50 minutes;
the mutants tried by then are a random sample of the group, and what can be said of the whole group is less than their
share: the lower end of its 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Final

import attrs
import cosmic_ray.plugins
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from mutation.operators import Provider
from mutation.preloaded_tests import PreloadedTests
from mutation.report import report
from mutation.selection import (
    Coverage,
    batches,
    covering_tests,
    spread,
)
from mutation.state import ROOT, STATE, WORKERS, clone, list_mutants, mutated, prepare, sh
from mutation.targets import GROUPS, TARGETS, TEST_FOLDERS

#: Tests run on SQLite; compiled test files save a fifth of the start.
DROPPED_VARIABLES: Final = {"DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE"}
BAR: Final = 0.90
#: Several times what the tests of a mutant take on a loaded machine; a mutant that loops for ever counts as killed.
TIMEOUT_SECONDS: Final = 600
#: After these no further mutant is begun, so that a call takes less than an hour.
MINUTES: Final = 50
#: Processor time of a batch in a new process.
MAX_BATCH_SECONDS: Final = 150
#: Tests of each target that must pass without a mutant before the first one is tried.
TRIED_FIRST: Final = 20


def pytest_command(*arguments: str) -> list[str]:
    return [
        str(ROOT / ".venv/bin/python"), "-m", "pytest", *arguments, "-q",
        *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:faker"),
        "-m", "not postgres and not elasticsearch and not redis and not browser",
    ]  # fmt: skip


def environment(number: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED_VARIABLES}
    return kept | {"PYTHONPATH": str(clone(number) / "scripts")}


def delete_bytecode(module: Path) -> None:
    """Delete the compiled files of a module, since a mutant may have the size and second of the source."""
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
        compiled.unlink()


def measure_coverage() -> None:
    """Run the tests once in both clones, noting which test executes which line of the targets."""
    running = []
    for number in range(WORKERS):
        command = pytest_command("-p", "mutation.coverage_contexts", *TEST_FOLDERS[number])
        answers = {
            "COVERAGE_INCLUDE": ",".join(TARGETS),
            "COVERAGE_ANSWER": f"{STATE}/coverage-{number}.json",
        }
        log = (STATE / f"coverage-{number}.log").open("w")
        running.append(
            subprocess.Popen(
                command, cwd=clone(number), env=environment(number) | answers, stdout=log, stderr=log
            )
        )
    if max(process.wait() for process in running):
        sys.exit(f"the tests fail without a mutant: see {STATE}/coverage-*.log")
    covered: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for number in range(WORKERS):
        answer = json.loads((STATE / f"coverage-{number}.json").read_text())
        for module, lines in answer.items():
            for line, tests in lines.items():
                covered[module][line] += tests
    (STATE / "coverage.json").write_text(json.dumps(covered))


def own_tests() -> dict[str, list[str]]:
    """Return the tests in the files named after each target (its stem), including those newer than the coverage."""
    found: dict[str, list[str]] = {}
    for stem in {Path(target).stem for target in TARGETS}:
        files = [
            path.relative_to(clone(0)).as_posix() for path in (clone(0) / "tests").rglob(f"test_{stem}.py")
        ]
        command = pytest_command("--collect-only", *files)
        listed = subprocess.run(
            command, cwd=clone(0), env=environment(0), capture_output=True, text=True, check=False
        )
        found[stem] = [line for line in listed.stdout.splitlines() if "::" in line] if files else []
    return found


def read_coverage() -> Coverage:
    stored = json.loads((STATE / "coverage.json").read_text())
    return {module: {int(line): tests for line, tests in lines.items()} for module, lines in stored.items()}


def try_mutant(
    item: WorkItem, number: int, coverage: Coverage, own: dict[str, list[str]], preloaded: PreloadedTests
) -> WorkResult:
    """Run the tests of one mutant in the loaded program or, if it changes more than functions, in a new process."""
    (mutation,) = item.mutations
    module = mutation.module_path
    rows = range(mutation.start_pos[0], mutation.end_pos[0] + 1)
    covering = covering_tests(coverage.get(str(module), {}), clone(number) / module, rows)
    tests = list(dict.fromkeys([*covering, *own[module.stem]]))
    if not tests:
        return WorkResult(WorkerOutcome.NO_TEST, "no test executes the line", TestOutcome.SURVIVED)
    chosen = batches(tests, module.stem)
    source = mutated(mutation, (clone(number) / module).read_text())
    answer = preloaded.ask(str(module), source, list(chain(*chosen)), TIMEOUT_SECONDS)
    if answer == "fresh":
        return in_new_process(mutation, number, chosen)
    outcome = TestOutcome.SURVIVED if answer == "passed" else TestOutcome.KILLED
    return WorkResult(WorkerOutcome.NORMAL, answer, outcome)


def in_new_process(mutation: MutationSpec, number: int, chosen: list[list[str]]) -> WorkResult:
    """Write the mutant to the clone and run its tests in a process that imports it, in batches."""
    placed = attrs.evolve(mutation, module_path=clone(number) / mutation.module_path)
    result = WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
    for batch in chosen:
        listed = STATE / f"tests-{number}.txt"
        listed.write_text("\n".join(batch))
        files = sorted({test.split("::")[0] for test in batch})
        command = pytest_command("-x", "-p", "mutation.listed_tests", *files)
        # Exit code 5: a mutated table produced other test ids, and none of the batch is left. That kills nothing.
        inside = f"ulimit -t {MAX_BATCH_SECONDS}; cd {shlex.quote(str(clone(number)))} && "
        inside += f"LISTED_TESTS={shlex.quote(str(listed))} "
        inside += f"{shlex.join(command)}; code=$?; [ $code = 5 ] || exit $code"
        delete_bytecode(placed.module_path)
        result = mutate_and_test([placed], shlex.join(["bash", "-c", inside]), TIMEOUT_SECONDS)
        delete_bytecode(placed.module_path)
        if result.is_killed:
            break
    return attrs.evolve(result, output=(result.output or "")[-600:])


def preload(number: int, coverage: Coverage, targets: Sequence[str]) -> PreloadedTests:
    """Start a clone's preloaded tests and check that they pass without a mutant, so that a failure means something."""
    command = pytest_command("-p", "mutation.preloaded", *chain(*TEST_FOLDERS))
    preloaded = PreloadedTests(command, clone(number), environment(number), STATE / f"preloaded-{number}.log")
    for target in targets[number::WORKERS]:
        stem = Path(target).stem
        covering = covering_tests(coverage.get(target, {}), clone(number) / target, ())
        tests = list(chain(*batches(covering, stem)))
        if preloaded.ask(target, None, spread(tests, TRIED_FIRST), TIMEOUT_SECONDS) != "passed":
            sys.exit(f"the tests of {target} fail without a mutant: see {STATE}/preloaded-{number}.log")
    return preloaded


def pending_of(database: WorkDB, targets: Collection[str]) -> list[WorkItem]:
    """Return the mutants of ``targets`` that were not tried yet."""
    return [item for item in database.pending_work_items if str(item.mutations[0].module_path) in targets]


def run(
    database: WorkDB, coverage: Coverage, targets: Sequence[str], *, limit: int | None, minutes: float
) -> None:
    """Work through what is pending, one mutant at a time in each clone, until the time is up."""
    pending = pending_of(database, targets)[:limit]
    print(f"{len(pending)} mutants to try", flush=True)
    own = own_tests()
    lock, begun = threading.Lock(), time.monotonic()
    for name in DROPPED_VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(environment(0))

    def work(number: int) -> None:
        preloaded = preload(number, coverage, targets)
        while True:
            with lock:
                if not pending or time.monotonic() > begun + 60 * minutes:
                    break
                item = pending.pop(0)
            result = try_mutant(item, number, coverage, own, preloaded)
            with lock:
                database.set_result(item.job_id, result)
                if not result.is_killed:
                    (mutation,) = item.mutations
                    place = f"{mutation.module_path}:{mutation.start_pos[0]}"
                    print(f"survived {place} {mutation.operator_name}", flush=True)
        preloaded.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        # list() raises what a worker raised.
        list(pool.map(work, range(WORKERS)))
    print(f"took {(time.monotonic() - begun) / 60:.0f} minutes", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--group", choices=GROUPS, default=next(iter(GROUPS)), help="which targets")
    parser.add_argument("--limit", type=int, help="stop after this number of mutants")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="stop after this time")
    parser.add_argument(
        "--report-only", action="store_true", help="write the report on the mutants tested so far"
    )
    options = parser.parse_args()
    cosmic_ray.plugins.OPERATOR_PROVIDERS["portal"] = Provider()
    STATE.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    head = sh("git", "rev-parse", "HEAD")
    if not options.report_only:
        prepare(head)
        if not (STATE / "coverage.json").exists():
            measure_coverage()
    with use_db(str(STATE / "session.sqlite"), WorkDB.Mode.create) as database:
        if not database.num_work_items:
            list_mutants(database, TARGETS)
        if not options.report_only:
            targets = GROUPS[options.group]
            run(database, read_coverage(), targets, limit=options.limit, minutes=options.minutes)
        left = len(pending_of(database, GROUPS[options.group]))
        counts = report(database, (STATE / "head").read_text())[options.group]
    share = counts.lower_bound if left else counts.share
    if left:
        print(f"killed {counts.killed} of {counts.tried}; {left} mutants remain: run `make mutants` again")
    print(f"RESULT mutants-{options.group} {share:.3f} >={BAR:.2f} {'PASS' if share >= BAR else 'FAIL'}")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
