"""Pytest plug-in: record which test executes which line, fixtures included.

COVERAGE_INCLUDE names the modules, separated by commas; the result is written to the file COVERAGE_ANSWER as JSON:
module -> line -> node ids.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage

#: In memory, since a file would be flushed to the disk before every test.
COVERAGE = Coverage(data_file=None, config_file=False, include=os.environ["COVERAGE_INCLUDE"].split(","))


def pytest_collection_finish() -> None:
    COVERAGE.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    COVERAGE.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        COVERAGE.switch_context("")


def pytest_sessionfinish() -> None:
    COVERAGE.stop()
    data = COVERAGE.get_data()
    answer = {}
    for name in data.measured_files():
        lines = data.contexts_by_lineno(name)
        answer[Path(name).relative_to(Path.cwd()).as_posix()] = {
            line: [context for context in contexts if context] for line, contexts in lines.items()
        }
    Path(os.environ["COVERAGE_ANSWER"]).write_text(json.dumps(answer))
