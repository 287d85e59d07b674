"""A dossier that is sent back again and again: the time starts again once, and everybody is told (ADR 440)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.display import datetime_text
from forms_app.dossiers import printed_forms
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.services.actions import citizen
from one_stop.services import request_supplement
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at
from tests.one_stop.factories import make_desk_form, make_dossier, make_officer

pytestmark = pytest.mark.django_db
ITEM = {"id": "proof", "label": "Giấy chứng sinh", "kind": "file", "count": "1", "note": ""}


@pytest.fixture
def dossier() -> Dossier:
    """A dossier with three working days, handed in on Monday, 23 November 2026."""
    return make_dossier()


def act(dossier: Dossier, action: str, moment: str) -> Dossier:
    dossier.refresh_from_db()
    actor = citizen(dossier) if action == "supply" else make_officer(dossier.agency, "head")
    return apply_action(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor, reason="vì thử",
        now=at(moment),
    )  # fmt: skip


def ask(dossier: Dossier, moment: str) -> None:
    dossier.refresh_from_db()
    request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=make_officer(dossier.agency, "head"),
        reason="Thiếu giấy", supplement_due_at=at("2026-12-04 00:00").date(), items=[ITEM], now=at(moment),
    )  # fmt: skip


def sent_back(dossier: Dossier, asked: str, supplied: str) -> str:
    """Return the due date after a supplement."""
    ask(dossier, asked)
    act(dossier, "supply", supplied)
    dossier.refresh_from_db()
    return datetime_text(dossier.due_at)


def page_of(dossier: Dossier, client: Client, role: str = "head") -> str:
    client.force_login(make_officer(dossier.agency, role))
    return client.get(reverse("one_stop:action", args=[dossier.code, "request_supplement"])).text


class TestTime:
    def test_it_starts_again_once_and_is_paused_from_then_on(self, dossier: Dossier) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        # Three working days from Monday, 10:00; then two hours of work, which end after lunch; then a day.
        first = sent_back(dossier, "2026-11-23 09:30", "2026-11-23 10:00")
        again = sent_back(dossier, "2026-11-25 09:00", "2026-11-25 11:00")
        third = sent_back(dossier, "2026-11-26 08:00", "2026-11-27 08:00")
        assert [first, again, third] == ["26/11/2026 10:00", "26/11/2026 14:00", "27/11/2026 14:00"]
        assert (dossier.clock_restarts, dossier.on_time_until) == (1, None)

    def test_further_request_after_the_days_allowed_counts_as_processing_time(self, dossier: Dossier) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        sent_back(dossier, "2026-11-25 09:00", "2026-11-30 10:00")
        due = datetime_text(dossier.due_at)
        assert sent_back(dossier, "2026-12-01 09:00", "2026-12-02 09:00") > due
        assert datetime_text(dossier.on_time_until) == due

    def test_form_02_says_which_it_is(self, dossier: Dossier) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        for asked, supplied in (
            ("2026-11-23 09:30", "2026-11-23 10:00"),
            ("2026-11-25 09:00", "2026-11-25 11:00"),
        ):
            sent_back(dossier, asked, supplied)
        notes = [printed_forms._supplement(dossier, f"mau-02-{number}")["notes"][0] for number in (1, 2)]
        assert "được tính lại" in notes[0]
        assert "tạm dừng và được tính tiếp" in notes[1]

    def test_form_02_of_an_overdue_dossier_promises_nothing(self, dossier: Dossier) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        due = sent_back(dossier, "2026-11-23 09:30", "2026-11-23 10:00")
        assert sent_back(dossier, "2026-11-30 09:00", "2026-12-01 09:00") == due
        assert "đã quá hạn" in printed_forms._supplement(dossier, "mau-02-2")["notes"][0]

    def test_a_restart_that_moves_no_day_is_one(self) -> None:
        """Papers that come back the same morning: the time has started again, to end at the same moment."""
        dossier = make_dossier(form=make_desk_form(AgencyFactory(), same_day=True))
        act(dossier, "accept", "2026-11-23 08:00")
        first = sent_back(dossier, "2026-11-23 08:30", "2026-11-23 09:00")
        assert (first, dossier.clock_restarts) == (datetime_text(dossier.original_due_at), 1)
        ask(dossier, "2026-11-23 09:30")
        assert "tạm dừng" in printed_forms._supplement(dossier, "mau-02-2")["notes"][0]


class TestWarning:
    def test_first_request_has_none(self, dossier: Dossier, client: Client, time_machine: Any) -> None:
        time_machine.move_to(at("2026-11-23 09:00"), tick=False)
        assert "Đã yêu cầu bổ sung" not in page_of(dossier, client)

    def test_request_at_reception_names_the_law(
        self, dossier: Dossier, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(at("2026-11-23 10:00"), tick=False)
        sent_back_before_acceptance(dossier)
        page = page_of(dossier, client)
        assert "Hồ sơ này đã được yêu cầu bổ sung 1 lần." in page
        assert "một lần sau khi thẩm định (Điều 19.5)" in page
        assert "không tính lại" not in page

    def test_request_after_a_restart_says_what_it_means(
        self, dossier: Dossier, client: Client, time_machine: Any
    ) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        sent_back(dossier, "2026-11-23 09:30", "2026-11-23 10:00")
        sent_back(dossier, "2026-11-23 10:30", "2026-11-23 11:00")
        time_machine.move_to(at("2026-11-25 09:00"), tick=False)
        page = page_of(dossier, client)
        assert "đã được yêu cầu bổ sung 2 lần" in page
        assert "Thời hạn giải quyết không tính lại từ đầu" in page

    def test_request_of_an_overdue_dossier_promises_no_pause(
        self, dossier: Dossier, client: Client, time_machine: Any
    ) -> None:
        act(dossier, "accept", "2026-11-23 09:00")
        sent_back(dossier, "2026-11-23 09:30", "2026-11-23 10:00")
        time_machine.move_to(at("2026-11-30 09:00"), tick=False)
        page = page_of(dossier, client)
        assert "giữ nguyên" in page
        assert "không tính lại từ đầu" not in page

    def test_request_withdrawn_by_mistake_does_not_count(
        self, dossier: Dossier, client: Client, time_machine: Any
    ) -> None:
        ask(dossier, "2026-11-23 09:30")
        act(dossier, "lift_supplement", "2026-11-23 09:40")
        time_machine.move_to(at("2026-11-23 10:00"), tick=False)
        assert "được yêu cầu bổ sung" not in page_of(dossier, client)


def sent_back_before_acceptance(dossier: Dossier) -> None:
    ask(dossier, "2026-11-23 09:10")
    act(dossier, "supply", "2026-11-23 09:20")


class TestList:
    ADDRESS = "/mot-cua/?muc=bo-sung-lai"

    def test_heads_and_inspectors_see_dossiers_with_several_requests(
        self, dossier: Dossier, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(at("2026-11-23 11:00"), tick=False)
        sent_back_before_acceptance(dossier)
        ask(dossier, "2026-11-23 09:30")
        act(dossier, "lift_supplement", "2026-11-23 09:40")
        once = make_dossier(agency=dossier.agency)
        sent_back_before_acceptance(once)
        for role in ("head", "inspector"):
            client.force_login(make_officer(dossier.agency, role))
            page = client.get(self.ADDRESS).text
            assert "Nhiều lần bổ sung" in page
            assert dossier.code not in page
        ask(dossier, "2026-11-23 09:50")
        page = client.get(self.ADDRESS).text
        assert dossier.code in page
        assert once.code not in page
        client.force_login(make_officer(dossier.agency, "handler"))
        assert "Nhiều lần bổ sung" not in client.get(self.ADDRESS).text
