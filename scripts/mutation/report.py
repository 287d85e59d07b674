"""Write docs/mutants.md from a session of mutants."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import WorkerOutcome

from mutation.figures import Counts
from mutation.targets import GROUPS

ROOT: Final = Path(__file__).resolve().parents[2]
EQUIVALENTS: Final = Path(__file__).with_name("equivalents.toml")
REPORT: Final = ROOT / "docs" / "mutants.md"


@dataclass(frozen=True)
class Equivalent:
    """A mutant that changes nothing observable, with the reason."""

    module: str
    line: str
    operator: str
    reason: str


def equivalents() -> list[Equivalent]:
    entries = tomllib.loads(EQUIVALENTS.read_text()).get("equivalent", [])
    return [Equivalent(**entry) for entry in entries]


def report(database: WorkDB, head: str) -> dict[str, Counts]:
    """Write docs/mutants.md and return the figures of each group."""
    specs = {item.job_id: item.mutations[0] for item in database.work_items}
    known = {(entry.module, entry.line, entry.operator): entry for entry in equivalents()}
    killed: Counter[str] = Counter()
    survived: defaultdict[str, list[str]] = defaultdict(list)
    equal: defaultdict[str, list[str]] = defaultdict(list)
    for job, result in database.results:
        mutation = specs[job]
        module = str(mutation.module_path)
        if result.worker_outcome == WorkerOutcome.SKIPPED:
            continue
        if result.is_killed and result.worker_outcome == WorkerOutcome.NORMAL:
            killed[module] += 1
            continue
        text = (ROOT / module).read_text().splitlines()[mutation.start_pos[0] - 1].strip()
        name = mutation.operator_name.split("/")[1]
        entry = known.get((module, text, name))
        if entry:
            equal[module].append(f"`{module}` `{text}` ({name}): {entry.reason}")
        else:
            survived[module].append(f"`{module}:{mutation.start_pos[0]}` `{text}` ({name})")
    waiting = Counter(str(item.mutations[0].module_path) for item in database.pending_work_items)
    counts, tables = {}, []
    for group, targets in GROUPS.items():
        total, alive = sum(killed[one] for one in targets), sum(len(survived[one]) for one in targets)
        counts[group] = Counts(total, total + alive)
        tables += [
            f"## Group *{group}*: {total} of {total + alive} killed ({counts[group].share:.1%})",
            "",
            *_unfinished(sum(waiting[one] for one in targets), counts[group]),
            "| module | killed | survived | equivalent |",
            "|---|---|---|---|",
            *(f"| `{one}` | {killed[one]} | {len(survived[one])} | {len(equal[one])} |" for one in targets),
            "",
        ]
    lines = [
        "# Mutants",
        "",
        "Made by `make mutants` (Cosmic Ray, ADR 120); each mutant runs the tests that execute its line, on SQLite.",
        f"Last run: {date.today().isoformat()}, commit {head[:9]}.",
        "Equivalent mutants change nothing that can be observed.",
        "Modules that are in no table are not mutated.",
        "",
        *tables,
        "## Survivors",
        "",
        *_bullets(survived),
        "",
        "## Equivalent mutants",
        "",
        *_bullets(equal),
    ]
    REPORT.write_text("\n".join(lines).rstrip() + "\n")
    return counts


def _unfinished(left: int, counts: Counts) -> list[str]:
    """Say how many mutants were not tried: their order is that of their random names, so the others are a sample."""
    if not left:
        return []
    text = f"{left} mutants were not tried. Those that were are a random sample: of all of them, at least "
    return [f"{text}{counts.lower_bound:.1%} would be killed (95 % interval).", ""]


def _bullets(found: dict[str, list[str]]) -> Iterable[str]:
    entries = sorted({entry for module in found for entry in found[module]})
    return [f"* {entry}" for entry in entries] or ["None."]
