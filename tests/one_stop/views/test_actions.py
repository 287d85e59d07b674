"""Actions of the desk over HTTP: transitions, reasons for the citizen, concurrent officers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import picture
from tests.one_stop.factories import NOW, VN, ask, do, make_dossier, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def act(client: Client, dossier: Dossier, action: str, **data: Any) -> HttpResponse:
    url = reverse("one_stop:action", args=[dossier.code, action])
    response = client.post(url, {"version": dossier.version, **data})
    dossier.refresh_from_db()
    return response  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def dossier_page(client: Client, dossier: Dossier) -> str:
    return text(client.get(reverse("one_stop:dossier", args=[dossier.code])))  # type: ignore[arg-type]


def test_dossier_from_acceptance_to_returned_result(client: Client, dossier: Dossier) -> None:
    for action, status in [
        ("accept", Status.ACCEPTED),
        ("process", Status.PROCESSING),
        ("finish", Status.FINISHED),
        ("return_result", Status.RETURNED),
    ]:
        data = {"outcome": "granted"} if action == "finish" else {}
        assert act(client, dossier, action, **data).status_code == 302
        assert dossier.status == status
    assert [event.action for event in dossier.events.all()] == [
        "submit",
        "accept",
        "process",
        "finish",
        "return_result",
    ]


def test_accepting_sets_the_due_date_that_was_announced(client: Client, dossier: Dossier) -> None:
    assert "26/11/2026 09:00" in dossier_page(client, dossier)
    act(client, dossier, "accept")
    assert dossier.due_at == datetime(2026, 11, 26, 9, 0, tzinfo=VN)
    assert "Còn 3 ngày" in dossier_page(client, dossier)


def test_declining_requires_a_reason_and_keeps_its_line_breaks(client: Client, dossier: Dossier) -> None:
    response = act(client, dossier, "decline", reason="   ")
    assert response.status_code == 422
    assert dossier.status == Status.REGISTERED

    act(client, dossier, "decline", reason="Không thuộc thẩm quyền\n\n  của phường. ")
    event = dossier.events.get(action="decline")
    assert dossier.status == Status.DECLINED
    assert event.note == "Không thuộc thẩm quyền\ncủa phường."
    assert "Không thuộc thẩm quyền" in dossier_page(client, dossier)


def test_supplement_request_lists_items_and_pauses_processing_time(client: Client, dossier: Dossier) -> None:
    act(client, dossier, "accept")
    response = act(
        client, dossier, "request_supplement",
        documents=["ruling"], other_documents="Giấy chứng tử\n\nCăn cước của người uỷ quyền", reason="Bản chụp mờ",
        supplement_due_at="7/12/2026",
    )  # fmt: skip
    assert response.status_code == 302
    asked = dossier.supplement_requests.get()
    assert [item["label"] for item in asked.items] == [
        "Bản án ly hôn",
        "Giấy chứng tử",
        "Căn cước của người uỷ quyền",
    ]
    assert asked.supplement_due_at == datetime(2026, 12, 7, 17, 0, tzinfo=VN)
    assert (dossier.status, dossier.clock_state) == (Status.SUPPLEMENT, "stopped")
    page = dossier_page(client, dossier)
    assert "Tạm dừng, chờ bổ sung đến 07/12/2026" in page
    assert "Đã yêu cầu gửi lại" in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"reason": "Thiếu", "supplement_due_at": "2026-12-07"}, "ít nhất một giấy tờ"),
        ({"reason": "", "other_documents": "Giấy chứng tử", "supplement_due_at": "2026-12-07"}, "reason"),
        (
            {"reason": "Thiếu", "other_documents": "Giấy chứng tử", "supplement_due_at": "2026-11-23"},
            "sau hôm nay",
        ),
        (
            {"reason": "Thiếu", "other_documents": "Giấy chứng tử", "supplement_due_at": "mai"},
            "supplement_due_at",
        ),
        ({"reason": "Thiếu", "documents": ["khong-co"], "supplement_due_at": "2026-12-07"}, "khong-co"),
    ],
)
def test_invalid_supplement_request_is_reported_and_keeps_the_input(
    client: Client, dossier: Dossier, data: dict[str, Any], message: str
) -> None:
    response = act(client, dossier, "request_supplement", **data)
    assert response.status_code == 422
    assert message in text(response)
    assert data.get("other_documents", "") in text(response)
    assert dossier.status == Status.REGISTERED
    assert not dossier.supplement_requests.exists()


def test_supplement_form_proposes_the_tenth_working_day(client: Client, dossier: Dossier) -> None:
    page = client.get(reverse("one_stop:action", args=[dossier.code, "request_supplement"]))
    assert 'value="07/12/2026"' in page.content.decode()


def test_conflict_is_reported_and_keeps_the_typed_text(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    stale = dossier.version
    do(dossier, Action.ACCEPT, make_officer(agency), at=NOW)
    url = reverse("one_stop:action", args=[dossier.code, "request_supplement"])
    data = {
        "version": stale,
        "other_documents": "Giấy chứng tử",
        "reason": "Thiếu giấy",
        "supplement_due_at": "2026-12-07",
    }

    response = client.post(url, data)

    assert response.status_code == 409
    page = response.content.decode()
    assert "Giấy chứng tử" in page
    assert "Thiếu giấy" in page
    assert f'value="{dossier.version}"' in page
    assert client.post(url, data | {"version": dossier.version}).status_code == 302


def test_unavailable_action_redirects_to_the_dossier_with_its_status(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    do(dossier, Action.DECLINE, make_officer(agency), at=NOW)
    response = client.post(
        reverse("one_stop:action", args=[dossier.code, "accept"]), {"version": 1}, follow=True
    )
    assert "Việc này không làm được lúc này" in text(response)  # type: ignore[arg-type]


def test_double_submission_performs_the_action_once(client: Client, dossier: Dossier) -> None:
    url, data = reverse("one_stop:action", args=[dossier.code, "accept"]), {"version": dossier.version}
    assert client.post(url, data).status_code == 302
    client.post(url, data)
    assert dossier.events.filter(action="accept").count() == 1


def test_unknown_action_gives_404(client: Client, dossier: Dossier) -> None:
    assert client.get(reverse("one_stop:action", args=[dossier.code, "explode"])).status_code == 404
    assert client.get(reverse("one_stop:action", args=[dossier.code, "submit"])).status_code == 302


def test_only_actions_allowed_to_the_role_are_offered(agency: Agency, dossier: Dossier) -> None:
    returner = Client()
    returner.force_login(make_officer(agency, "returner"))
    page = dossier_page(returner, dossier)
    assert "Bạn không còn việc gì ở hồ sơ này" in page
    assert reverse("one_stop:action", args=[dossier.code, "accept"]) not in page


def test_every_view_is_logged(client: Client, officer: User, dossier: Dossier) -> None:
    dossier_page(client, dossier)
    client.get(reverse("one_stop:printed_form", args=[dossier.code, "mau-01"]))
    client.post(reverse("one_stop:reveal_citizen_id", args=[dossier.code]))
    entries = list(dossier.view_log.order_by("id").values_list("actor", "target"))
    assert entries == [(officer.pk, "dossier"), (officer.pk, "mau-01"), (officer.pk, "citizen_id")]


def test_citizen_ids_are_masked_until_revealed(client: Client, agency: Agency) -> None:
    numbers = {"applicant": "096185001234", "spouse_number": "096085004321"}
    document = {"kind": "citizen_id", "number": numbers["applicant"]}
    dossier = make_dossier(agency, identity=document, spouse_number=numbers["spouse_number"])
    masked = dossier_page(client, dossier)
    assert not any(number in masked for number in numbers.values())
    revealed = text(client.post(reverse("one_stop:reveal_citizen_id", args=[dossier.code])))  # type: ignore[arg-type]
    assert all(number in revealed for number in numbers.values())
    assert client.get(reverse("one_stop:reveal_citizen_id", args=[dossier.code])).status_code == 405


@pytest.mark.parametrize("code", ["mau-02-1", "mau-03", "mau-02", "mau-02-x", "mau-99", ".."])
def test_unknown_printed_form_gives_404(client: Client, dossier: Dossier, code: str) -> None:
    assert client.get(f"/mot-cua/ho-so/{dossier.code}/giay/{code}.pdf").status_code == 404


def test_printed_form_exists_after_its_action(client: Client, officer: User, dossier: Dossier) -> None:
    ask(dossier, officer, at=NOW)
    response = client.get(reverse("one_stop:printed_form", args=[dossier.code, "mau-02-1"]))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_query_count_of_the_dossier_page(
    client: Client, officer: User, dossier: Dossier, django_assert_max_num_queries
) -> None:
    dossier_page(client, dossier)
    with django_assert_max_num_queries(14):
        dossier_page(client, dossier)
    for days in range(5):
        do(dossier, Action.ASSIGN, officer, at=NOW + timedelta(minutes=days))
    with django_assert_max_num_queries(14):
        dossier_page(client, dossier)


def test_input_of_an_unavailable_action_is_shown_again(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    do(dossier, Action.DECLINE, make_officer(agency), at=NOW)
    url = reverse("one_stop:action", args=[dossier.code, "request_supplement"])
    typed = {
        "version": 1,
        "reason": "Bản chụp <mờ>",
        "other_documents": "Giấy chứng tử",
        "supplement_due_at": "7/12/2026",
    }
    response = client.post(url, typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Không được tiếp nhận" in page
    assert "Bản chụp &lt;mờ&gt;" in page
    assert "Giấy chứng tử" in page
    assert 'type="submit"' not in page.split("<main")[1], "nothing of it can be sent any more"
    dossier.refresh_from_db()
    assert dossier.status == Status.DECLINED
    assert not dossier.supplement_requests.exists()


@pytest.mark.parametrize("typed", [{}, {"reason": "  "}, {"other_documents": ""}])
def test_unavailable_action_without_input_redirects_to_the_dossier(
    client: Client, agency: Agency, dossier: Dossier, typed: dict[str, str]
) -> None:
    do(dossier, Action.DECLINE, make_officer(agency), at=NOW)
    response = client.post(
        reverse("one_stop:action", args=[dossier.code, "request_supplement"]), {"version": 1, **typed}
    )
    assert response.status_code == 302


BAD_RESULTS = [
    (SimpleUploadedFile("ket-qua.exe", b"MZ"), "Cổng không nhận loại tệp"),
    (SimpleUploadedFile("ket-qua.pdf", b"<script>"), "không đúng định dạng PDF"),
    (SimpleUploadedFile("ket-qua.pdf", b""), "Tệp rỗng. Chọn lại tệp."),
]


@pytest.mark.parametrize(("result", "message"), BAD_RESULTS)
def test_rejected_result_file_is_reported_and_does_not_finish_the_dossier(
    client: Client, dossier: Dossier, officer: User, result: SimpleUploadedFile, message: str
) -> None:
    for action in (Action.ACCEPT, Action.PROCESS):
        do(dossier, action, officer, at=NOW)
    response = act(client, dossier, "finish", outcome="granted", result=result, reason="Mời đến nhận")
    assert response.status_code == 422
    assert message in text(response)
    assert "Mời đến nhận" in text(response)
    assert (dossier.status, dossier.attachments.filter(purpose="result").count()) == (Status.PROCESSING, 0)


def test_result_file_is_stored_for_the_citizen(client: Client, dossier: Dossier, officer: User) -> None:
    for action in (Action.ACCEPT, Action.PROCESS):
        do(dossier, action, officer, at=NOW)
    act(client, dossier, "finish", outcome="granted", result=picture("ket-qua.png"), reason="")
    assert dossier.status == Status.FINISHED
    result = dossier.attachments.get(purpose="result")
    assert result.original_name == "ket-qua.png"
    assert "ket-qua.png" in dossier_page(client, dossier)


def test_own_change_is_told_apart_from_that_of_a_colleague(client: Client, dossier: Dossier) -> None:
    sent = {
        "version": dossier.version,
        "other_documents": "Giấy uỷ quyền",
        "reason": "Thiếu",
        "supplement_due_at": "07/12/2026",
    }
    act(client, dossier, "accept")
    url = reverse("one_stop:action", args=[dossier.code, "request_supplement"])
    page = text(client.post(url, sent))  # type: ignore[arg-type]
    assert "Chính bạn đã thay đổi hồ sơ này" in page
    assert "Người khác vừa thay đổi" not in page
    colleague = Client()
    colleague.force_login(make_officer(dossier.agency))
    page = text(colleague.post(url, sent))  # type: ignore[arg-type]
    assert "Người khác vừa thay đổi hồ sơ này" in page
    assert "Chính bạn" not in page
