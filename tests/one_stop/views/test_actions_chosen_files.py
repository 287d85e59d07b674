"""A file that was chosen before an error is requested again at its field, and never left out silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import request_supplement
from tests.forms_app.dossiers.factories import picture
from tests.one_stop.factories import NOW, do

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
REFUSED = {"outcome": "refused", "reason": "Không đủ điều kiện"}


@pytest.fixture
def processed(dossier: Dossier, officer: User) -> Dossier:
    for action in (Action.ACCEPT, Action.PROCESS):
        do(dossier, action, officer, at=NOW)
    return dossier


def post(client: Client, dossier: Dossier, action: str = "finish", **values: Any) -> Any:
    url = reverse("one_stop:action", args=[dossier.code, action])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


def results(dossier: Dossier) -> list[str]:
    return [file.original_name for file in dossier.attachments.filter(purpose="result")]


@pytest.fixture
def refused(client: Client, processed: Dossier) -> str:
    """Submit a refusal with its file but without a reason; return the page."""
    answer = post(client, processed, outcome="refused", result=picture("tu-choi.png"))
    assert answer.status_code == 422
    return " ".join(answer.content.decode().split())


def test_page_requests_the_file_at_its_field(refused: str) -> None:
    assert "Tệp “tu-choi.png” không được giữ lại" in refused
    assert 'name="chosen_result" value="tu-choi.png"' in refused
    assert 'name="without_result"' in refused
    assert "2 chỗ cần sửa" in refused


def test_second_submission_does_not_finish_without_it(
    client: Client, processed: Dossier, refused: str
) -> None:
    answer = post(client, processed, chosen_result="tu-choi.png", **REFUSED)
    assert answer.status_code == 422
    assert "Tệp “tu-choi.png” không được giữ lại" in answer.content.decode()
    assert processed.status == Status.PROCESSING


def test_file_chosen_again_is_stored(client: Client, processed: Dossier, refused: str) -> None:
    answer = post(client, processed, chosen_result="tu-choi.png", result=picture("ban-moi.png"), **REFUSED)
    assert answer.status_code == 302
    assert results(processed) == ["ban-moi.png"]


def test_officer_may_continue_without_it(client: Client, processed: Dossier, refused: str) -> None:
    kept = {"chosen_result": "tu-choi.png", "without_result": "on"}
    answer = post(client, processed, outcome="refused", **kept)
    assert "1 chỗ cần sửa" in answer.content.decode(), "only the reason is missing"
    assert post(client, processed, **kept, **REFUSED).status_code == 302
    assert results(processed) == []


def test_another_officer_was_quicker(client: Client, processed: Dossier, officer: User) -> None:
    stale = processed.version
    do(processed, Action.ASSIGN, officer, at=NOW)
    answer = post(client, processed, version=stale, outcome="granted", result=picture("kq.png"))
    assert answer.status_code == 409
    assert "Tệp “kq.png” không được giữ lại" in answer.content.decode()


def test_scan_of_the_counter_is_requested_again_too(client: Client, dossier: Dossier, officer: User) -> None:
    request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="Mờ", supplement_due_at=None,
        items=[{"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "note": ""}], now=NOW,
    )  # fmt: skip
    dossier.refresh_from_db()
    form = client.get(reverse("one_stop:action", args=[dossier.code, "supply"])).content.decode()
    assert 'value="" selected' in form
    assert form.count("không bắt buộc") == 2, "the scan and the note for the citizen"
    answer = post(client, dossier, "supply", received_ruling="yes", scan_ruling=[picture("ban-an.png")])
    page = answer.content.decode()
    assert 'name="without_scan_ruling"' in page
    for words in ("Chọn loại bản.", "Nhập số bản.", "Tệp “ban-an.png” không được giữ lại"):
        assert words in page, words
    record = {"received_ruling": "yes", "copy_ruling": "original", "count_ruling": "1"}
    assert post(client, dossier, "supply", chosen_scan_ruling="ban-an.png", **record).status_code == 422
    assert dossier.status == Status.SUPPLEMENT


def test_officer_chooses_the_outcome(client: Client, processed: Dossier) -> None:
    form = client.get(reverse("one_stop:action", args=[processed.code, "finish"])).content.decode()
    assert "checked" not in form
    assert form.count("không bắt buộc") == 1, "the file only: a refusal needs its reason"
    assert post(client, processed, reason="Mời đến nhận").status_code == 422
    assert processed.status == Status.PROCESSING
