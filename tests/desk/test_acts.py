"""Acts of the desk over HTTP: each leads where the table says, tells the citizen why, and survives two officers."""

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
from tests.desk.factories import NOW, VN, ask, do, make_dossier, make_officer
from tests.dossiers.factories import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def act(client: Client, dossier: Dossier, action: str, **data: Any) -> HttpResponse:
    url = reverse("desk:act", args=[dossier.code, action])
    response = client.post(url, {"version": dossier.version, **data})
    dossier.refresh_from_db()
    return response  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def read(client: Client, dossier: Dossier) -> str:
    return text(client.get(reverse("desk:dossier", args=[dossier.code])))  # type: ignore[arg-type]


def test_the_whole_way_to_the_result(client: Client, dossier: Dossier) -> None:
    for action, status in [
        ("accept", Status.ACCEPTED),
        ("process", Status.PROCESSING),
        ("finish", Status.FINISHED),
        ("return_result", Status.RETURNED),
    ]:
        assert act(client, dossier, action).status_code == 302
        assert dossier.status == status
    assert [event.action for event in dossier.events.all()] == [
        "submit",
        "accept",
        "process",
        "finish",
        "return_result",
    ]


def test_acceptance_promises_what_the_page_said(client: Client, dossier: Dossier) -> None:
    assert "26/11/2026 09:00" in read(client, dossier)
    act(client, dossier, "accept")
    assert dossier.due_at == datetime(2026, 11, 26, 9, 0, tzinfo=VN)
    assert "Còn 3 ngày" in read(client, dossier)


def test_refusal_needs_a_reason_and_keeps_what_was_typed(client: Client, dossier: Dossier) -> None:
    response = act(client, dossier, "refuse", reason="   ")
    assert response.status_code == 422
    assert dossier.status == Status.REGISTERED

    act(client, dossier, "refuse", reason="Không thuộc thẩm quyền\n\n  của phường. ")
    event = dossier.events.get(action="refuse")
    assert dossier.status == Status.REFUSED
    assert event.note == "Không thuộc thẩm quyền của phường."
    assert "Không thuộc thẩm quyền" in read(client, dossier)


def test_a_supplement_lists_what_is_missing_and_stops_the_clock(client: Client, dossier: Dossier) -> None:
    act(client, dossier, "accept")
    response = act(
        client, dossier, "request_supplement",
        papers=["ruling"], other="Giấy chứng tử\n\nCăn cước của người uỷ quyền", reason="Bản chụp mờ",
        answer_by="7/12/2026",
    )  # fmt: skip
    assert response.status_code == 302
    asked = dossier.supplement_requests.get()
    assert [item["label"] for item in asked.items] == [
        "Bản án ly hôn",
        "Giấy chứng tử",
        "Căn cước của người uỷ quyền",
    ]
    assert asked.citizen_deadline == datetime(2026, 12, 7, 17, 0, tzinfo=VN)
    assert (dossier.status, dossier.clock_state) == (Status.SUPPLEMENT, "stopped")
    page = read(client, dossier)
    assert "Tạm dừng, chờ bổ sung đến 07/12/2026" in page
    assert "Đã yêu cầu gửi lại" in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"reason": "Thiếu", "answer_by": "2026-12-07"}, "ít nhất một giấy tờ"),
        ({"reason": "", "other": "Giấy chứng tử", "answer_by": "2026-12-07"}, "reason"),
        ({"reason": "Thiếu", "other": "Giấy chứng tử", "answer_by": "2026-11-23"}, "sau hôm nay"),
        ({"reason": "Thiếu", "other": "Giấy chứng tử", "answer_by": "mai"}, "answer_by"),
        ({"reason": "Thiếu", "papers": ["khong-co"], "answer_by": "2026-12-07"}, "khong-co"),
    ],
)
def test_a_wrong_supplement_request_says_what_and_loses_nothing(
    client: Client, dossier: Dossier, data: dict[str, Any], message: str
) -> None:
    response = act(client, dossier, "request_supplement", **data)
    assert response.status_code == 422
    assert message in text(response)
    assert data.get("other", "") in text(response)
    assert dossier.status == Status.REGISTERED
    assert not dossier.supplement_requests.exists()


def test_the_form_proposes_ten_working_days(client: Client, dossier: Dossier) -> None:
    page = client.get(reverse("desk:act", args=[dossier.code, "request_supplement"]))
    assert 'value="07/12/2026"' in page.content.decode()


def test_the_second_officer_is_told_and_keeps_the_text(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    stale = dossier.version
    do(dossier, Action.ACCEPT, make_officer(agency), at=NOW)
    url = reverse("desk:act", args=[dossier.code, "request_supplement"])
    data = {"version": stale, "other": "Giấy chứng tử", "reason": "Thiếu giấy", "answer_by": "2026-12-07"}

    response = client.post(url, data)

    assert response.status_code == 409
    page = response.content.decode()
    assert "Giấy chứng tử" in page
    assert "Thiếu giấy" in page
    assert f'value="{dossier.version}"' in page
    assert client.post(url, data | {"version": dossier.version}).status_code == 302


def test_an_act_that_is_no_longer_possible_leads_back_with_the_state(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    do(dossier, Action.REFUSE, make_officer(agency), at=NOW)
    response = client.post(reverse("desk:act", args=[dossier.code, "accept"]), {"version": 1}, follow=True)
    assert "Việc này không làm được lúc này" in text(response)  # type: ignore[arg-type]


def test_a_double_click_does_it_once(client: Client, dossier: Dossier) -> None:
    url, data = reverse("desk:act", args=[dossier.code, "accept"]), {"version": dossier.version}
    assert client.post(url, data).status_code == 302
    client.post(url, data)
    assert dossier.events.filter(action="accept").count() == 1


def test_unknown_acts_do_not_exist(client: Client, dossier: Dossier) -> None:
    assert client.get(reverse("desk:act", args=[dossier.code, "explode"])).status_code == 404
    assert client.get(reverse("desk:act", args=[dossier.code, "submit"])).status_code == 302


def test_only_acts_of_the_role_are_offered(agency: Agency, dossier: Dossier) -> None:
    returner = Client()
    returner.force_login(make_officer(agency, "returner"))
    page = read(returner, dossier)
    assert "Bạn không còn việc gì ở hồ sơ này" in page
    assert reverse("desk:act", args=[dossier.code, "accept"]) not in page


def test_every_look_is_logged(client: Client, officer: User, dossier: Dossier) -> None:
    read(client, dossier)
    client.get(reverse("desk:paper", args=[dossier.code, "mau-01"]))
    client.post(reverse("desk:reveal", args=[dossier.code]))
    looks = list(dossier.views.order_by("id").values_list("actor", "what"))
    assert looks == [(officer.pk, "dossier"), (officer.pk, "mau-01"), (officer.pk, "citizen_id")]


def test_the_number_is_masked_until_asked_for(client: Client, agency: Agency) -> None:
    numbers = {"citizen_id": "096185001234", "spouse_number": "096085004321"}
    dossier = make_dossier(agency, **numbers)
    masked = read(client, dossier)
    assert not any(number in masked for number in numbers.values())
    revealed = text(client.post(reverse("desk:reveal", args=[dossier.code])))  # type: ignore[arg-type]
    assert all(number in revealed for number in numbers.values())
    assert client.get(reverse("desk:reveal", args=[dossier.code])).status_code == 405


@pytest.mark.parametrize("paper", ["mau-02-1", "mau-03", "mau-02", "mau-02-x", "mau-99", ".."])
def test_a_paper_that_does_not_exist_is_missing(client: Client, dossier: Dossier, paper: str) -> None:
    assert client.get(f"/mot-cua/ho-so/{dossier.code}/giay/{paper}.pdf").status_code == 404


def test_papers_appear_with_their_act(client: Client, officer: User, dossier: Dossier) -> None:
    ask(dossier, officer, at=NOW)
    response = client.get(reverse("desk:paper", args=[dossier.code, "mau-02-1"]))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_query_count_of_the_dossier_page(
    client: Client, officer: User, dossier: Dossier, django_assert_max_num_queries
) -> None:
    read(client, dossier)
    with django_assert_max_num_queries(14):
        read(client, dossier)
    for days in range(5):
        do(dossier, Action.ASSIGN, officer, at=NOW + timedelta(minutes=days))
    with django_assert_max_num_queries(14):
        read(client, dossier)


def test_what_was_written_is_not_lost_when_the_act_is_gone(
    client: Client, agency: Agency, dossier: Dossier
) -> None:
    do(dossier, Action.REFUSE, make_officer(agency), at=NOW)
    url = reverse("desk:act", args=[dossier.code, "request_supplement"])
    typed = {"version": 1, "reason": "Bản chụp <mờ>", "other": "Giấy chứng tử", "answer_by": "7/12/2026"}
    response = client.post(url, typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Không được tiếp nhận" in page
    assert "Bản chụp &lt;mờ&gt;" in page
    assert "Giấy chứng tử" in page
    assert 'type="submit"' not in page.split("<main")[1], "nothing of it can be sent any more"
    dossier.refresh_from_db()
    assert dossier.status == Status.REFUSED
    assert not dossier.supplement_requests.exists()


@pytest.mark.parametrize("typed", [{}, {"reason": "  "}, {"other": ""}])
def test_where_nothing_was_written_the_dossier_is_shown(
    client: Client, agency: Agency, dossier: Dossier, typed: dict[str, str]
) -> None:
    do(dossier, Action.REFUSE, make_officer(agency), at=NOW)
    response = client.post(
        reverse("desk:act", args=[dossier.code, "request_supplement"]), {"version": 1, **typed}
    )
    assert response.status_code == 302


BAD_RESULTS = [
    (SimpleUploadedFile("ket-qua.exe", b"MZ"), "Không nhận được"),
    (SimpleUploadedFile("ket-qua.pdf", b"<script>"), "không thật sự là tệp PDF"),
    (SimpleUploadedFile("ket-qua.pdf", b""), "ket-qua.pdf"),
]


@pytest.mark.parametrize(("result", "said"), BAD_RESULTS)
def test_a_result_that_cannot_be_taken_is_said_and_finishes_nothing(
    client: Client, dossier: Dossier, officer: User, result: SimpleUploadedFile, said: str
) -> None:
    for action in (Action.ACCEPT, Action.PROCESS):
        do(dossier, action, officer, at=NOW)
    response = act(client, dossier, "finish", result=result, reason="Mời đến nhận")
    assert response.status_code == 422
    assert said in text(response) or "Tệp" in text(response)
    assert "Mời đến nhận" in text(response)
    assert (dossier.status, dossier.attachments.filter(purpose="result").count()) == (Status.PROCESSING, 0)


def test_a_result_is_handed_to_the_citizen(client: Client, dossier: Dossier, officer: User) -> None:
    for action in (Action.ACCEPT, Action.PROCESS):
        do(dossier, action, officer, at=NOW)
    act(client, dossier, "finish", result=picture("ket-qua.png"), reason="")
    assert dossier.status == Status.FINISHED
    result = dossier.attachments.get(purpose="result")
    assert result.original_name == "ket-qua.png"
    assert "ket-qua.png" in read(client, dossier)
