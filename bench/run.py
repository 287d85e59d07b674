"""The command line: ``python -m bench.run bench|drill NAME``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import Final

from bench.measure import QUICK_VARIABLE

#: Kind → name → "module:function" that returns a list of results.
RUNS: Final = {
    "bench": {
        "pages": "bench.pages:run",
        "search": "bench.search:run",
        "relevance": "bench.relevance:run",
        "confidence": "bench.confidence:run",
        "filing": "bench.filing:run",
    },
    "drill": {
        "numbering": "bench.concurrency_checks:numbering",
        "same-key": "bench.concurrency_checks:same_key",
        "database-away": "bench.outages:database_away",
        "first-requests": "bench.outages:first_requests",
    },
}


def main(arguments: list[str]) -> int:
    """Run one benchmark or drill; return 0 if every result is within its limit."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("kind", choices=RUNS)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument(
        "--quick", action="store_true", help="check only that it works; the figures are not meaningful"
    )
    chosen = parser.parse_args(arguments)
    runs = RUNS[chosen.kind]
    if chosen.name not in runs:
        print(f"make {chosen.kind} NAME=… with one of: {', '.join(runs)}")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    if chosen.quick:
        os.environ[QUICK_VARIABLE] = "1"
    from bench.database import temporary_database  # noqa: PLC0415 - reads the environment

    module, function = runs[chosen.name].split(":")
    with temporary_database():
        results = getattr(importlib.import_module(module), function)()
    for result in results:
        print(result.line())
    return 0 if results and all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
