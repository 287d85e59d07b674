"""What runs by itself or by hand: tidying, and the citizen's conflicts that only two people at once can make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.management import call_command
from django.http import Http404
from django.test import Client
from django.utils import timezone

from core.errors import Conflict, InvalidInput
from forms_app.dossiers import services, tasks
from forms_app.dossiers.files import attachment_response
from forms_app.dossiers.models import Attachment, Draft, SupplementRequest, ViewLog
from forms_app.dossiers.services.drafts import LIFETIME
from forms_app.dossiers.transitions import Status
from tests.desk.factories import make_officer
from tests.dossiers.factories import at, file_dossier, make_draft, picture

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")


@pytest.fixture
def asked() -> Iterator[tuple[services.Submitted, SupplementRequest]]:
    """A filed dossier that waits for a file and a text."""
    with time_machine.travel(NOW, tick=False):
        told = file_dossier(now=NOW)
        officer = make_officer(told.dossier.agency)
        services.perform(
            dossier_id=told.dossier.pk, expected_version=1, action="request_supplement", actor=officer,
            reason="Thiếu", now=NOW,
        )  # fmt: skip
        told.dossier.refresh_from_db()
        yield told, SupplementRequest.objects.create(
            dossier=told.dossier, number=1, reason="Thiếu", asked_at=NOW,
            items=[
                {"id": "proof", "label": "Giấy chứng sinh", "kind": "file"},
                {"id": "other_1", "label": "Tên mẹ", "kind": "text"},
            ],
        )  # fmt: skip


class TestByItself:
    def test_the_task_does_every_part(self, django_capture_on_commit_callbacks: Any) -> None:
        told = file_dossier()
        ViewLog.objects.create(
            dossier=told.dossier,
            actor=None,
            at=timezone.now(),
            what="dossier",
            keep_until=at("2020-01-01 00:00").date(),
        )
        make_draft(now=timezone.now() - LIFETIME - timedelta(days=1))
        with django_capture_on_commit_callbacks(execute=True):
            tasks.tidy()
        assert not Draft.objects.filter(dossier=None).exists()
        assert not ViewLog.objects.exists()

    def test_the_command_says_how_much(self) -> None:
        make_draft(now=timezone.now() - LIFETIME - timedelta(days=1))
        out = StringIO()
        call_command("tidy_dossiers", stdout=out)
        assert out.getvalue().startswith("drafts=1 seeds=0 views=0 files=")
        out = StringIO()
        call_command("tidy_dossiers", stdout=out)
        assert out.getvalue().startswith("drafts=0 ")

    def test_a_file_that_the_store_lost_is_missing_and_no_error(self) -> None:
        told = file_dossier()
        file = told.dossier.attachments.get()
        Path(storages["private"].path(file.path)).unlink()
        with pytest.raises(Http404):
            attachment_response(file)
        assert Client().get(f"/ho-so/{told.token}/tep/{file.pk}/").status_code == 404


class TestSupplying:
    def address(self, told: services.Submitted) -> str:
        return f"/ho-so/{told.token}/bo-sung/"

    def test_everything_asked_must_be_answered_at_once(self, asked: Any) -> None:
        told, _request = asked
        with pytest.raises(InvalidInput) as caught:
            services.supply(dossier=told.dossier, expected_version=2, texts={}, now=NOW)
        assert set(caught.value.fields) == {"proof", "other_1"}
        assert told.dossier.status == Status.SUPPLEMENT

    @pytest.mark.parametrize("text", ["", "  ", "\u200b", "\n"])
    def test_an_empty_text_is_no_answer(self, asked: Any, text: str) -> None:
        told, _request = asked
        answer = Client().post(self.address(told), {"version": 2, "proof": picture(), "other_1": text})
        assert answer.status_code == 422
        told.dossier.refresh_from_db()
        assert told.dossier.status == Status.SUPPLEMENT

    def test_a_refused_file_is_said_and_the_text_stays(self, asked: Any) -> None:
        told, _request = asked
        answer = Client().post(
            self.address(told), {"version": 2, "proof": picture("a.exe"), "other_1": "Nguyễn Thị Mẹ"}
        )
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Không nhận được" in html
        assert "Nguyễn Thị Mẹ" in html
        assert not Attachment.objects.filter(purpose="supplement").exists()

    def test_a_file_can_be_taken_back_before_sending(self, asked: Any) -> None:
        told, _request = asked
        client = Client()
        client.post(self.address(told), {"version": 2, "proof": picture("mo.png"), "upload": "proof"})
        kept = Attachment.objects.get(purpose="supplement")
        page = client.post(self.address(told), {"version": 2, "remove": str(kept.pk), "other_1": "Mẹ"})
        assert page.status_code == 200
        assert "mo.png" not in page.content.decode()
        assert "Mẹ" in page.content.decode()

    @pytest.mark.parametrize("rubbish", ["²", "-1", "9" * 40, "x"])
    def test_rubbish_is_no_version_and_no_file(self, asked: Any, rubbish: str) -> None:
        told, _request = asked
        data = {"version": rubbish, "remove": rubbish, "other_1": "Mẹ"}
        assert Client().post(self.address(told), data).status_code in {200, 422}
        told.dossier.refresh_from_db()
        assert told.dossier.status == Status.SUPPLEMENT

    def test_sending_twice_supplies_once(self, asked: Any) -> None:
        told, _request = asked
        client, data = Client(), {"version": 2, "other_1": "Mẹ"}
        assert client.post(self.address(told), {**data, "proof": picture()}).status_code == 302
        assert (
            client.post(self.address(told), {**data, "proof": picture()})["Location"]
            == f"/ho-so/{told.token}/"
        )
        assert told.dossier.events.filter(action="supply").count() == 1
        assert Attachment.objects.filter(purpose="supplement").count() == 1

    def test_nothing_can_be_supplied_that_nobody_asks_for_any_more(self, asked: Any) -> None:
        told, request = asked
        request.closed_at = NOW
        request.save()
        with pytest.raises(Conflict):
            services.supply(dossier=told.dossier, expected_version=2, texts={"other_1": "Mẹ"}, now=NOW)

    def test_a_text_for_what_was_not_asked_is_not_kept(self, asked: Any) -> None:
        told, request = asked
        Client().post(
            self.address(told),
            {"version": 2, "proof": picture(), "other_1": "Mẹ", "full_name": "Khác", "other_2": "x"},
        )
        request.refresh_from_db()
        assert request.answers == {"other_1": "Mẹ"}
        told.dossier.refresh_from_db()
        assert told.dossier.applicant_name == "Nguyễn Thị Thử"


class TestWithdrawing:
    def test_somebody_was_quicker_and_the_words_stay(self) -> None:
        told = file_dossier()
        services.perform(
            dossier_id=told.dossier.pk,
            expected_version=1,
            action="accept",
            actor=make_officer(told.dossier.agency),
        )
        answer = Client().post(f"/ho-so/{told.token}/rut/", {"version": 1, "reason": "Tôi nộp nhầm nơi"})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Tôi nộp nhầm nơi" in html
        assert "Người khác vừa thay đổi hồ sơ này" in html
        told.dossier.refresh_from_db()
        assert told.dossier.status == Status.ACCEPTED

    def test_twice_is_once(self) -> None:
        told = file_dossier()
        address, data = f"/ho-so/{told.token}/rut/", {"version": 1, "reason": "Nộp nhầm"}
        assert Client().post(address, data).status_code == 302
        assert Client().post(address, data).status_code == 302
        assert told.dossier.events.filter(action="withdraw").count() == 1
