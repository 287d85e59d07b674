"""``python -m bench.run bench|drill NAME``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import Final

from bench.scale import VARIABLE

NAMES: Final = {
    "bench": {
        "pages": "bench.benches.pages",
        "search": "bench.benches.search",
        "relevance": "bench.benches.relevance",
        "filing": "bench.benches.filing",
    },
    "drill": {"numbering": "bench.drills.numbering", "same-key": "bench.drills.same_key"},
}


def main(arguments: list[str]) -> int:
    """Run one drill or benchmark; 0 when every bar is held."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("kind", choices=NAMES)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument(
        "--quick", action="store_true", help="only show that it works; the figures mean nothing"
    )
    chosen = parser.parse_args(arguments)
    modules = NAMES[chosen.kind]
    if chosen.name not in modules:
        print(f"make {chosen.kind} NAME=… with one of: {', '.join(modules)}")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    if chosen.quick:
        os.environ[VARIABLE] = "1"
    from bench.database import throw_away  # noqa: PLC0415 - reads the environment

    with throw_away():
        results = importlib.import_module(modules[chosen.name]).run()
    for result in results:
        print(result.line())
    return 0 if results and all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
