"""Services are repeated after a deadlock, and answer with a conflict in the end."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, transaction

from core.errors import Conflict
from core.transactions import ATTEMPTS, retry_on_deadlock


class Deadlock(psycopg.errors.DeadlockDetected):
    """What PostgreSQL raises for the victim of a deadlock."""


def failing(times: int, error: type[Exception] = Deadlock) -> tuple[Callable[[], str], list[int]]:
    calls: list[int] = []

    @retry_on_deadlock
    def service() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("deadlock detected") from error()
        return "done"

    return service, calls


@pytest.mark.django_db(transaction=True)
class TestRetry:
    def test_deadlock_is_retried(self) -> None:
        service, calls = failing(ATTEMPTS - 1)
        assert service() == "done"
        assert len(calls) == ATTEMPTS

    def test_last_failure_becomes_a_conflict(self) -> None:
        service, calls = failing(ATTEMPTS)
        with pytest.raises(Conflict) as conflict:
            service()
        assert conflict.value.code == "busy"
        assert conflict.value.message
        assert len(calls) == ATTEMPTS

    def test_other_failures_are_not_retried(self) -> None:
        service, calls = failing(1, psycopg.errors.DiskFull)
        with pytest.raises(OperationalError):
            service()
        assert len(calls) == 1

    def test_within_a_transaction_nothing_is_retried(self) -> None:
        service, calls = failing(1)
        with pytest.raises(OperationalError), transaction.atomic():
            service()
        assert len(calls) == 1
