"""A supplement handed in at the counter: every requested item is recorded, with who received it and when."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from core.errors import Conflict, InvalidInput
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers.models import SupplementRequest
from forms_app.dossiers.services import FilingReceipt, store_supplement
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import receive_supplement, request_supplement
from one_stop.supplements import ReceivedItem
from tests.forms_app.dossiers.factories import file_dossier, picture
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ITEMS = [
    {"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "count": "1", "note": ""},
    {"id": "other_1", "label": "Giấy {{ dossier.phone }} <b>", "kind": "file", "count": "1", "note": ""},
    {"id": "purpose", "label": "Mục đích sử dụng", "kind": "text", "count": "", "note": ""},
]


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    """Return an accepted dossier for which two documents and an answer are requested."""
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    dossier = do(found.dossier, Action.ACCEPT, officer, at=NOW)
    request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, items=ITEMS, reason="Bản chụp mờ",
        supplement_due_at=None, now=NOW,
    )  # fmt: skip
    dossier.refresh_from_db()
    return found


def complete(**changes: Any) -> dict[str, Any]:
    values = {
        "received_ruling": "yes", "copy_ruling": "certified", "count_ruling": "2", "note_ruling": "Có dấu đỏ",
        "scan_ruling": [picture("ban-an.png")],
        "received_other_1": "no", "note_other_1": "Đã có trong dữ liệu dân cư",
        "received_purpose": "yes", "text_purpose": "Mua nhà",
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def post(client: Client, receipt: FilingReceipt, **values: Any) -> Any:
    dossier = receipt.dossier
    dossier.refresh_from_db()
    url = reverse("one_stop:action", args=[dossier.code, "supply"])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


def test_dossier_page_leads_to_a_form_instead_of_one_click(client: Client, receipt: FilingReceipt) -> None:
    url = reverse("one_stop:action", args=[receipt.dossier.code, "supply"])
    page = client.get(reverse("one_stop:dossier", args=[receipt.dossier.code])).content.decode()
    assert f'href="{url}' in page
    assert f'action="{url}' not in page
    form = client.get(url).content.decode()
    for item in ("ruling", "other_1", "purpose"):
        assert f'name="received_{item}"' in form
    assert "Giấy {{ dossier.phone }} &lt;b&gt;" in form


def test_bare_post_changes_nothing(client: Client, receipt: FilingReceipt) -> None:
    assert post(client, receipt).status_code == 422
    assert receipt.dossier.status == Status.SUPPLEMENT
    assert receipt.dossier.supplement_requests.get().closed_at is None


def test_notes_are_kept_if_someone_else_was_quicker(client: Client, receipt: FilingReceipt) -> None:
    """A colleague, or the citizen online: everything typed is shown for copying, each text under its label."""
    assert post(client, receipt, **complete()).status_code == 302
    answer = post(client, receipt, **complete(text_purpose="Mua đất", note_other_1="Công dân nói là có"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Đang giải quyết" in page
    for text in ("Mua đất", "Công dân nói là có", "Có dấu đỏ", "2", "Đã nhận"):
        assert f">{text}</textarea>" in page, text
    assert "Ghi chú: Bản án ly hôn" in page
    assert receipt.dossier.supplement_requests.get().answers == {"purpose": "Mua nhà"}


def test_every_item_is_recorded(client: Client, receipt: FilingReceipt, officer: User) -> None:
    assert post(client, receipt, **complete()).status_code == 302
    dossier, request = receipt.dossier, receipt.dossier.supplement_requests.get()
    assert dossier.status == Status.PROCESSING
    assert (request.received_by, request.answered_at, request.closed_at) == (officer, NOW, NOW)
    assert request.received_items == {
        "ruling": {"received": True, "copy": "certified", "count": 2, "note": "Có dấu đỏ"},
        "other_1": {"received": False, "copy": "", "count": 0, "note": "Đã có trong dữ liệu dân cư"},
        "purpose": {"received": True, "copy": "", "count": 0, "note": ""},
    }
    assert request.answers == {"purpose": "Mua nhà"}
    scan = request.attachments.get()
    assert (scan.field_id, scan.original_name, scan.purpose) == ("ruling", "ban-an.png", "supplement")
    event = dossier.events.get(action="supply")
    assert (event.actor, event.data["at"]) == (officer, "counter")


def test_desk_and_citizen_read_what_was_received(client: Client, receipt: FilingReceipt) -> None:
    post(client, receipt, **complete())
    desk = client.get(reverse("one_stop:dossier", args=[receipt.dossier.code])).content.decode()
    base = f"/ho-so/{receipt.token}/"
    contents = Client().get(f"{base}noi-dung/").content.decode()
    for page in (desk, contents):
        assert "2 × bản chứng thực. Có dấu đỏ" in page
        assert "Chưa nhận: Đã có trong dữ liệu dân cư" in page
        assert "ban-an.png" in page
    assert "Trần Thị Hạnh" in desk.split("tại quầy", 1)[1]
    history = Client().get(base).content.decode()
    assert "Đã nhận tại quầy" in history
    assert "Đã gửi bổ sung" not in history
    data = json.loads(Client().get(f"{base}du-lieu.json").content)
    assert data["supplement_requests"][0]["received_items"]["ruling"]["count"] == 2


def test_supplement_before_acceptance_is_shown_as_received(
    client: Client, agency: Agency, officer: User
) -> None:
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    request_supplement(
        dossier_id=found.dossier.pk, expected_version=1, actor=officer, items=ITEMS, reason="Mờ",
        supplement_due_at=None, now=NOW,
    )  # fmt: skip
    assert post(client, found, **complete()).status_code == 302
    assert found.dossier.status == Status.REGISTERED
    assert "Cơ quan đã nhận bổ sung của bạn" in Client().get(f"/ho-so/{found.token}/").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_ruling": None}, "received_ruling"),
        ({"received_ruling": "maybe"}, "received_ruling"),
        ({"count_ruling": None}, "count_ruling"),
        ({"count_ruling": "0"}, "count_ruling"),
        ({"count_ruling": "100"}, "count_ruling"),
        ({"copy_ruling": "forged"}, "copy_ruling"),
        ({"note_other_1": "  "}, "note_other_1"),
        ({"text_purpose": "  "}, "text_purpose"),
    ],
)
def test_incomplete_record_is_refused_and_keeps_what_was_typed(
    client: Client, receipt: FilingReceipt, change: dict[str, Any], field: str
) -> None:
    answer = post(client, receipt, **complete(reason="Ghi chú của quầy", **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"#id_{field}" in page or f"id_{field}_error" in page or f"error_1_id_{field}" in page
    assert "Ghi chú của quầy" in page
    assert "Có dấu đỏ" in page
    assert receipt.dossier.status == Status.SUPPLEMENT
    assert not receipt.dossier.supplement_requests.get().attachments.exists()


def test_nothing_received_is_not_a_supplement(client: Client, receipt: FilingReceipt) -> None:
    nothing = {f"received_{item['id']}": "no" for item in ITEMS} | {
        f"note_{item['id']}": "x" for item in ITEMS
    }
    answer = post(client, receipt, **nothing)
    assert answer.status_code == 422
    assert "Chưa nhận được gì" in answer.content.decode()
    assert receipt.dossier.status == Status.SUPPLEMENT


def test_rejected_scan_stores_nothing(client: Client, receipt: FilingReceipt) -> None:
    forged = SimpleUploadedFile("ban-an.pdf", b"MZ not a pdf", "application/pdf")
    answer = post(client, receipt, **complete(scan_ruling=[forged]))
    assert answer.status_code == 422
    assert receipt.dossier.status == Status.SUPPLEMENT
    assert receipt.dossier.supplement_requests.get().received_items == {}


def test_typed_record_is_kept_if_the_citizen_was_quicker(
    client: Client, receipt: FilingReceipt, officer: User
) -> None:
    stale = receipt.dossier.version
    do(receipt.dossier, Action.ASSIGN, officer, at=NOW)
    url = reverse("one_stop:action", args=[receipt.dossier.code, "supply"])
    answer = client.post(url, {"version": stale, **complete()})
    assert answer.status_code == 409
    assert "Có dấu đỏ" in answer.content.decode()


def test_service_needs_every_item(receipt: FilingReceipt, officer: User) -> None:
    dossier = receipt.dossier
    facts = {"dossier_id": dossier.pk, "expected_version": dossier.version, "actor": officer, "reason": ""}
    item = ReceivedItem(received=True, copy="original", count=1)
    with pytest.raises(InvalidInput):
        receive_supplement(items={"ruling": item}, **facts)
    with pytest.raises(InvalidInput):
        receive_supplement(
            items={name["id"]: ReceivedItem(received=False, note="x") for name in ITEMS}, **facts
        )
    dossier.refresh_from_db()
    assert dossier.status == Status.SUPPLEMENT
    receive_supplement(items={name["id"]: item for name in ITEMS}, **facts)
    with pytest.raises(Conflict):
        receive_supplement(items={name["id"]: item for name in ITEMS}, **facts)


@pytest.mark.parametrize(("role", "allowed"), [("receiver", True), ("head", True), ("handler", False)])
def test_receiver_and_head_may_record_it(
    receipt: FilingReceipt, agency: Agency, role: str, allowed: bool
) -> None:
    client = Client()
    client.force_login(make_officer(agency, Membership.Role(role)))
    post(client, receipt, **complete())
    assert (receipt.dossier.status == Status.PROCESSING) == allowed


def test_database_refuses_a_receiver_for_an_unanswered_request(receipt: FilingReceipt, officer: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplementRequest.objects.filter(dossier=receipt.dossier).update(received_by=officer)


def test_only_the_citizen_sees_a_file_until_the_supplement_is_sent(
    client: Client, officer: User, receipt: FilingReceipt
) -> None:
    client.force_login(officer)
    dossier, asked = receipt.dossier, receipt.dossier.supplement_requests.get()
    spec = FieldSpec("ruling", "file", "Bản án ly hôn")
    stored = store_supplement(request=asked, spec=spec, upload=picture("chua-gui.png"))
    page = reverse("one_stop:dossier", args=[dossier.code])
    file = reverse("one_stop:file", args=[dossier.code, stored.pk])
    assert "chua-gui.png" not in client.get(page).text
    assert client.get(file).status_code == 404
    SupplementRequest.objects.update(answered_at=NOW, closed_at=NOW)
    assert "chua-gui.png" in client.get(page).text
    sent = client.get(file)
    assert sent.status_code == 200
    list(sent.streaming_content)
