"""Pytest plug-in: collect the tests once, then run the tests of each mutant in a fork that starts in milliseconds.

PRELOADED_REQUESTS and PRELOADED_ANSWERS are open file descriptors. A request is a line of JSON with ``module`` (path),
``source`` (the mutated text, or None for the original), ``tests`` (node ids) and ``timeout`` (seconds); the answer is
one word of ``Answer``.
"""

from __future__ import annotations

import gc
import inspect
import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

import pytest


class Answer(StrEnum):
    """The outcome of a mutant's tests. ``FRESH``: only a new process can show this mutant."""

    PASSED = "passed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    FRESH = "fresh"


#: Exit status of a fork that could not put the mutant into the running program.
NEEDS_FRESH_PROCESS: Final = 9
POLL_SECONDS: Final = 0.01
#: Processor time of one test; the slowest test takes a quarter of it.
MAX_TEST_SECONDS: Final = 20


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer requests until the other side closes its end."""
    items = {item.nodeid: item for item in session.items}
    _set_up_the_session(session)
    with (
        os.fdopen(int(os.environ["PRELOADED_REQUESTS"])) as requests,
        os.fdopen(int(os.environ["PRELOADED_ANSWERS"]), "w", buffering=1) as answers,
    ):
        for line in requests:
            request = json.loads(line)
            chosen = [items[name] for name in request["tests"] if name in items]
            print(_in_a_fork(session, chosen, request).value, file=answers)
    return True


def _set_up_the_session(session: pytest.Session) -> None:
    """Run one test with the database, so that the forks find it created.

    The test with the fewest fixtures: a fork has none of the threads of this process, and would wait for those that
    a set PDF leaves behind.
    """
    before = _thread_count()
    with_database = [item for item in session.items if "db" in getattr(item, "fixturenames", ())]
    first = min(with_database, key=lambda item: len(getattr(item, "fixturenames", ())))
    first.config.hook.pytest_runtest_protocol(item=first, nextitem=session.items[-1])
    if _thread_count() > before:
        raise RuntimeError(f"{first.nodeid} started threads, which the forks would lack")


def _thread_count() -> int:
    """Return the number of threads of this process, those of libraries included."""
    return len(os.listdir("/proc/self/task"))


def _in_a_fork(session: pytest.Session, items: list[pytest.Item], request: dict[str, Any]) -> Answer:
    child = os.fork()
    if not child:
        os.setsid()
        os._exit(_run(session, items, request))
    until = time.monotonic() + request["timeout"]
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return {0: Answer.PASSED, NEEDS_FRESH_PROCESS: Answer.FRESH}.get(code, Answer.FAILED)
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Answer.TIMEOUT
        time.sleep(POLL_SECONDS)


def _run(session: pytest.Session, items: list[pytest.Item], request: dict[str, Any]) -> int:
    # Objects that were frozen after the collection (tests/conftest.py) are not listed by the garbage collector.
    gc.unfreeze()
    if request["source"] is not None and not insert(Path(request["module"]), request["source"]):
        return NEEDS_FRESH_PROCESS
    # The item after the last one only says which fixtures are still needed.
    after = next((item for item in session.items if item not in items), None)
    for item, following in zip(items, [*items[1:], after], strict=True):
        session.testsfailed = 0
        _limit_processor_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            session.config.get_terminal_writer().line(f" {item.nodeid}", flush=True)
            return 1
    return 0


def _limit_processor_time() -> None:
    """End this process (SIGXCPU) if the next test loops for ever. Processor time, since the machine may be busy."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + MAX_TEST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def insert(path: Path, source: str) -> bool:
    """Give the functions of the loaded module ``path`` the code of ``source``, wherever they are referred to.

    Return False if the mutant also changes what the module does when it is imported, or if none of its functions is
    loaded.
    """
    file = str(path.absolute())
    pairs = _pairs(compile(path.read_text(), file, "exec"), compile(source, file, "exec"))
    if pairs is None:
        return False
    changed = {_place(old): new for old, new in pairs}
    inserted = False
    # Not isinstance, which would evaluate lazy objects.
    for function in [found for found in gc.get_objects() if type(found) is FunctionType]:
        code = function.__code__
        if code.co_filename == file and (new := changed.get(_place(code))) is not None:
            try:
                function.__code__ = new
            except ValueError:  # another number of free variables
                return False
            inserted = True
    return inserted


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _pairs(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Pair the functions of two versions of a module. None if the code outside functions differs."""
    found = []
    if not old.co_flags & inspect.CO_OPTIMIZED:
        if _outside_of_functions(old) != _outside_of_functions(new):
            return None
    else:
        found.append((old, new))
    inner_old, inner_new = list(_inner(old)), list(_inner(new))
    if [code.co_name for code in inner_old] != [code.co_name for code in inner_new]:
        # A removed statement took a lambda or comprehension with it; these are created again by the changed function.
        return found
    for pair in zip(inner_old, inner_new, strict=True):
        deeper = _pairs(*pair)
        if deeper is None:
            return None
        found += deeper
    return found


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


def _outside_of_functions(code: CodeType) -> tuple[Any, ...]:
    constants = [
        (type(constant), constant if not isinstance(constant, CodeType) else constant.co_name)
        for constant in code.co_consts
    ]
    return code.co_code, code.co_names, repr(constants)
