"""The citizen answers while an officer closes the request: no deadlock, one of them gets a conflict (rule 13)."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from core.errors import Conflict, InvalidInput
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services.actions import lock_dossier
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import file_dossier, officer_of, picture, request_supplement
from tests.support.threads import together, type_counts

SPEC = FieldSpec("proof", "file", "Giấy chứng sinh")
TEXTS = {"other_1": "0900000000"}


def wait_until_blocked() -> None:
    """Wait until another session of this database waits for a row lock."""
    for _try in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # otherwise fixed for the whole transaction
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits: the two transactions do not meet")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sends", ["answer", "file"])
def test_citizen_waits_for_the_officer_instead_of_deadlocking(
    sends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transactions of officer and citizen overlap, as under load; no retry hides a deadlock."""
    monkeypatch.setattr("core.transactions.ATTEMPTS", 1)
    dossier = file_dossier().dossier
    request = request_supplement(dossier)
    services.store_supplement(request=request, spec=SPEC, upload=picture())
    head, locked = officer_of(dossier), Event()

    def close() -> str:
        with transaction.atomic():
            lock_dossier(dossier.pk)
            locked.set()
            wait_until_blocked()
            services.apply_action(
                dossier_id=dossier.pk, expected_version=3, action=Action.WITHDRAW, actor=head, reason="rút"
            )
        return "withdrawn"

    def answer() -> Any:
        locked.wait(timeout=30)
        fresh = Dossier.objects.get(pk=dossier.pk)
        if sends == "file":
            return services.store_supplement(request=request, spec=SPEC, upload=picture())
        return services.supply(dossier=fresh, expected_version=3, texts=TEXTS)

    outcomes = together(close, answer, catch=(Conflict, InvalidInput))
    expected = "Conflict" if sends == "answer" else "InvalidInput"
    assert outcomes[0] == "withdrawn"
    assert type(outcomes[1]).__name__ == expected
    assert outcomes[1].code != "busy"
    dossier.refresh_from_db()
    request.refresh_from_db()
    assert (dossier.status, request.answered_at) == (Status.WITHDRAWN, None)
    assert request.attachments.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_answer_and_withdrawal_succeeds() -> None:
    for _round in range(5):
        dossier = file_dossier().dossier
        request = request_supplement(dossier)
        services.store_supplement(request=request, spec=SPEC, upload=picture())
        dossier.refresh_from_db()
        head = officer_of(dossier)

        def act(action: Action, target: Dossier = dossier, actor: Any = head) -> Callable[[], Any]:
            return lambda: services.apply_action(
                dossier_id=target.pk, expected_version=3, action=action, actor=actor, reason="vì thử"
            )

        def supply(target: Dossier = dossier) -> Dossier:
            return services.supply(dossier=target, expected_version=3, texts=TEXTS)

        outcomes = together(supply, act(Action.WITHDRAW), act(Action.ASSIGN), catch=(Conflict, InvalidInput))
        assert type_counts(outcomes) == {"Dossier": 1, "Conflict": 2}
