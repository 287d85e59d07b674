"""Concurrent actions on one dossier keep their order; a crash after the commit loses no effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from core.errors import Conflict, InvalidInput, NotAllowed
from core.models import OutboxMessage
from core.outbox import deliver_due
from forms_app.dossiers import credentials, services
from forms_app.dossiers.models import Dossier, DossierEvent, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services.actions import citizen
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import file_dossier, make_draft, officer_of
from tests.one_stop.factories import do
from tests.support.threads import together, type_counts

REJECTIONS = (Conflict, InvalidInput, NotAllowed)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestParallelActions:
    def test_only_one_of_parallel_actions_on_one_version_is_applied(self) -> None:
        """Officers accept, decline and request a supplement while the citizen withdraws: one event results."""
        dossier = file_dossier().dossier
        head, receiver = officer_of(dossier), officer_of(dossier, "receiver")

        def act(action: Action, actor: Any) -> Callable[[], Dossier]:
            return lambda: services.apply_action(
                dossier_id=dossier.pk, expected_version=1, action=action, actor=actor, reason="vì thử"
            )

        outcomes = together(
            act(Action.ACCEPT, head), act(Action.DECLINE, receiver), act(Action.WITHDRAW, citizen(dossier)),
            act(Action.ACCEPT, receiver), act(Action.REQUEST_SUPPLEMENT, head), act(Action.ASSIGN, head),
            catch=REJECTIONS,
        )  # fmt: skip
        assert type_counts(outcomes) == {"Dossier": 1, "Conflict": 5}
        dossier.refresh_from_db()
        history = list(dossier.events.order_by("sequence").values_list("sequence", "to_status"))
        assert [number for number, _status in history] == [1, 2]
        assert (dossier.version, dossier.status) == (2, history[-1][1])

    def test_successive_actions_of_many_officers_are_all_applied(self) -> None:
        """Each officer retries after a conflict: every action is applied once, one after the other."""
        dossier = file_dossier().dossier
        heads = [officer_of(dossier) for _n in range(5)]

        def retrying(head: Any) -> Callable[[], int]:
            def run() -> int:
                for _try in range(50):
                    version = Dossier.objects.values_list("version", flat=True).get(pk=dossier.pk)
                    try:
                        services.apply_action(
                            dossier_id=dossier.pk, expected_version=version, action=Action.ASSIGN, actor=head,
                            assigned_to=head,
                        )  # fmt: skip
                    except Conflict:
                        continue
                    return version
                raise AssertionError("never got a turn")

            return run

        versions = together(*map(retrying, heads), catch=REJECTIONS)
        assert sorted(versions) == [1, 2, 3, 4, 5]
        sequences = dossier.events.order_by("sequence").values_list("sequence", flat=True)
        assert list(sequences) == [1, 2, 3, 4, 5, 6]

    def test_draft_is_either_submitted_or_taken_over(self) -> None:
        draft, token = make_draft()
        link, consent = credentials.handover_token(draft.token_hash), consent_in_force()
        outcomes = together(
            lambda: services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent),
            lambda: services.take_over(link=link),
            catch=REJECTIONS,
        )
        assert sorted(type_counts(outcomes)) in (["FilingReceipt", "NotAllowed"], ["NotAllowed", "str"])
        assert Dossier.objects.count() == type_counts(outcomes)["FilingReceipt"]


@pytest.mark.django_db(transaction=True)
class TestCrash:
    """If the process ends after the commit and before delivery, every effect is still delivered once."""

    @pytest.fixture(autouse=True)
    def _nobody_is_woken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.outbox.notify_relay", lambda *_args: None)

    def test_crash_after_the_commit_of_a_submission_loses_no_effect(self) -> None:
        receipt = file_dossier()
        assert mail.outbox == []
        assert OutboxMessage.objects.filter(kind="dossier.mail", delivered_at=None).count() == 1
        for _sweep in range(3):
            deliver_due()
        (message,) = mail.outbox
        assert receipt.lookup_key in message.body
        assert receipt.token in message.body

    def test_crash_after_the_commit_of_any_action_loses_no_effect(self) -> None:
        dossier = file_dossier().dossier
        head = officer_of(dossier)
        for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH, Action.RETURN_RESULT):
            do(dossier, action, head, at=dossier.submitted_at)
        assert mail.outbox == []
        deliver_due()
        deliver_due()
        assert len(mail.outbox) == DossierEvent.objects.count() == 5
        assert [f"{dossier.code}" in message.subject for message in mail.outbox] == [True] * 5

    def test_rolled_back_action_leaves_no_outbox_message(self) -> None:
        dossier = file_dossier().dossier
        deliver_due()
        mail.outbox.clear()
        with pytest.raises(InvalidInput):
            services.apply_action(
                dossier_id=dossier.pk, expected_version=1, action=Action.DECLINE,
                actor=officer_of(dossier), reason=" ",
            )  # fmt: skip
        deliver_due()
        assert mail.outbox == []
        assert Dossier.objects.get().status == Status.REGISTERED
        assert Draft.objects.filter(dossier=dossier).count() == 1
