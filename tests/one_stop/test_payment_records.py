"""A receipt of another dossier is confirmed, and the head takes back a wrong payment record (ADR 352)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from core.errors import Conflict
from core.worktime import load_calendar
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt, actions
from forms_app.dossiers.transitions import Action, Status
from one_stop.pauses import pauses_of
from one_stop.services import assign
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import WITH_FEE, at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ASKED = NOW + timedelta(hours=1)
PAID = at("2026-11-24 10:00")
RECEIPT = {"document": "BL 0000123", "paid_on": "24/11/2026"}


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head")


def unpaid(agency: Agency, officer: User) -> FilingReceipt:
    """A dossier that waits for its fee."""
    receipt = file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)
    for action, moment in ((Action.ACCEPT, NOW), (Action.PROCESS, NOW), (Action.REQUIRE_PAYMENT, ASKED)):
        do(receipt.dossier, action, officer, at=moment)
    return receipt


def post(who: User, dossier: Dossier, action: str, **values: Any) -> Any:
    client = Client()
    client.force_login(who)
    url = reverse("one_stop:action", args=[dossier.code, action])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


class TestReceiptOfAnotherDossier:
    @pytest.fixture
    def first(self, agency: Agency, officer: User) -> Dossier:
        dossier = unpaid(agency, officer).dossier
        with time_machine.travel(PAID, tick=False):
            assert post(officer, dossier, "payment_done", **RECEIPT).status_code == 302
        return dossier

    def test_it_has_to_be_confirmed(self, agency: Agency, officer: User, first: Dossier) -> None:
        second = unpaid(agency, officer).dossier
        typed = {"document": "bl-0000123", "paid_on": "24/11/2026", "reason": "Hai hồ sơ một biên lai"}
        with time_machine.travel(PAID, tick=False):
            answer = post(officer, second, "payment_done", **typed)
            assert answer.status_code == 422
            text = answer.content.decode()
            assert first.code in text
            assert 'type="checkbox"' in text
            assert "checked" not in text.partition('name="confirmed"')[2].partition(">")[0]
            for value in typed.values():
                assert value in text
            # The box holds for the number that it was shown for.
            other = post(officer, second, "payment_done", **typed, confirmed="BL 999")
            assert other.status_code == 422
            assert second.status == Status.PAYMENT
            answer = post(officer, second, "payment_done", **typed, confirmed="bl-0000123")
            assert answer.status_code == 302
        assert second.status == Status.PROCESSING

    def test_other_numbers_and_agencies_are_not_compared(
        self, agency: Agency, officer: User, first: Dossier
    ) -> None:
        second = unpaid(agency, officer).dossier
        elsewhere = AgencyFactory()
        colleague = make_officer(elsewhere)
        third = unpaid(elsewhere, colleague).dossier
        with time_machine.travel(PAID, tick=False):
            assert (
                post(officer, second, "payment_done", **{**RECEIPT, "document": "BL 124"}).status_code == 302
            )
            assert post(colleague, third, "payment_done", **RECEIPT).status_code == 302

    def test_number_that_was_taken_back_is_free(
        self, agency: Agency, officer: User, boss: User, first: Dossier
    ) -> None:
        do(first, Action.UNDO_PAYMENT, boss, at=PAID)
        second = unpaid(agency, officer).dossier
        with time_machine.travel(PAID, tick=False):
            assert post(officer, second, "payment_done", **RECEIPT).status_code == 302
            # It can be recorded again on the first one, too, after it was confirmed.
            assert post(officer, first, "payment_done", **RECEIPT).status_code == 422


class TestTakenBack:
    def test_pause_goes_on_and_everybody_reads_it(
        self, agency: Agency, officer: User, boss: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        receipt = unpaid(agency, officer)
        dossier = receipt.dossier
        before = (dossier.due_at, dossier.paused_at, dossier.clock_state)
        with time_machine.travel(PAID, tick=False):
            post(officer, dossier, "payment_done", **RECEIPT)
        assert dossier.due_at != before[0]
        later = at("2026-11-27 09:00")
        with time_machine.travel(later, tick=False), django_capture_on_commit_callbacks(execute=True):
            assert post(boss, dossier, "undo_payment").status_code == 422
            assert post(boss, dossier, "undo_payment", reason="Ghi nhầm hồ sơ").status_code == 302
        assert dossier.status == Status.PAYMENT
        assert (dossier.due_at, dossier.paused_at, dossier.clock_state) == before
        assert dossier.owes_fee
        assert "Ghi nhầm hồ sơ" in mail.outbox[-1].body
        client = Client()
        with time_machine.travel(later, tick=False):
            client.force_login(boss)
            desk = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
            citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        for page in (desk, citizen):
            struck = page.partition("<s>")[2]
            assert "BL 0000123" in struck.partition("</s>")[0]
            assert "24/11/2026" in struck.partition("</s>")[0]
            assert "đã hủy ghi nhận" in struck
            assert "Ghi nhầm hồ sơ" in page
            assert page.count("<s>") == 1
        pauses = pauses_of(list(dossier.events.order_by("sequence")), later, load_calendar())
        assert [(pause.begins, pause.ends) for pause in pauses.items] == [(ASKED, None)]
        do(dossier, Action.PAYMENT_DONE, officer, at=later)
        assert dossier.was_paid

    def test_only_the_last_payment_is_taken_back(self, agency: Agency, officer: User, boss: User) -> None:
        dossier = unpaid(agency, officer).dossier
        do(dossier, Action.PAYMENT_DONE, officer, at=PAID)
        again = PAID + timedelta(days=1)
        do(dossier, Action.REQUIRE_PAYMENT, boss, at=again)
        before = (dossier.due_at, dossier.paused_at, dossier.clock_state)
        paid = again + timedelta(days=1)
        with time_machine.travel(paid, tick=False):
            post(officer, dossier, "payment_done", document="BL 0000999", paid_on="26/11/2026")
        assert dossier.status == Status.PROCESSING
        do(dossier, Action.UNDO_PAYMENT, boss, at=paid)
        assert (dossier.due_at, dossier.paused_at, dossier.clock_state) == before
        assert dossier.paused_at == again

    def test_only_within_three_working_days(self, agency: Agency, officer: User, boss: User) -> None:
        dossier = do(unpaid(agency, officer).dossier, Action.PAYMENT_DONE, officer, at=PAID)
        with pytest.raises(Conflict):
            do(dossier, Action.UNDO_PAYMENT, boss, at=at("2026-11-27 10:01"))
        do(dossier, Action.UNDO_PAYMENT, boss, at=at("2026-11-27 10:00"))

    def test_only_while_nothing_else_has_happened(self, agency: Agency, officer: User, boss: User) -> None:
        dossier = do(unpaid(agency, officer).dossier, Action.PAYMENT_DONE, officer, at=PAID)
        do(dossier, Action.SUSPEND, boss, at=PAID)
        do(dossier, Action.RESUME, boss, at=PAID)
        with pytest.raises(Conflict):
            do(dossier, Action.UNDO_PAYMENT, boss, at=PAID)

    def test_an_assignment_does_not_count_as_something_else(
        self, agency: Agency, officer: User, boss: User
    ) -> None:
        dossier = do(unpaid(agency, officer).dossier, Action.PAYMENT_DONE, officer, at=PAID)
        assign(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=boss, officer=boss, reason="Đổi",
            now=PAID
        )  # fmt: skip
        dossier.refresh_from_db()
        do(dossier, Action.UNDO_PAYMENT, boss, at=PAID)
        assert dossier.status == Status.PAYMENT

    def test_record_from_before_the_upgrade_stays(
        self, agency: Agency, officer: User, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its event does not say what the processing time was before."""
        with monkeypatch.context() as patch:
            patch.setattr(actions, "_KEEPING_CLOCK", frozenset())
            dossier = do(unpaid(agency, officer).dossier, Action.PAYMENT_DONE, officer, at=PAID)
        with pytest.raises(Conflict):
            do(dossier, Action.UNDO_PAYMENT, boss, at=PAID)
