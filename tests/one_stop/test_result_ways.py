"""Each form says in which ways its result can be received: for the citizen, on form 01 and at the desk."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Agency, User
from core.errors import InvalidInput
from demo import sources
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from one_stop import services
from tests.forms_app.dossiers.factories import SCHEMA, enter, file_dossier, make_draft, make_form
from tests.one_stop.factories import FILED, NOW, do

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY: dict[str, Any] = {
    "id": "signing",
    "type": "date",
    "label": "Ngày đến ký",
    "options": {"appointment": True},
}
COUNTER_ONLY = {
    **SCHEMA,
    "result_ways": ["counter"],
    "steps": [{**SCHEMA["steps"][0], "fields": [*SCHEMA["steps"][0]["fields"], DAY]}],
}
STEP = {
    "full_name": "Nguyễn Thị Thu Đông", "identity_number": "096185001234", "phone": "0912345678", "email": "",
    "address_detail": "Ấp 1", "on_behalf_of": "",
}  # fmt: skip


def page_text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def start_address(schema: dict[str, Any], client: Client) -> str:
    return enter(client, *make_draft(make_form(schema=schema), signing="2026-12-11"))


def test_step_offers_only_the_ways_of_the_form(client: Client) -> None:
    base = start_address(COUNTER_ONLY, client)
    page = page_text(client.get(f"{base}buoc/applicant/"))
    assert "nhận tại Bộ phận Một cửa" in page
    assert "Bản điện tử" not in page
    assert "gửi bưu chính" not in page
    assert "Kết quả của thủ tục này chỉ nhận được theo cách này." in page


@pytest.mark.parametrize("way", ["electronic", "post"])
def test_other_ways_are_refused(client: Client, way: str) -> None:
    base = start_address(COUNTER_ONLY, client)
    refused = client.post(f"{base}buoc/applicant/", {**STEP, "result_delivery": way, "next": "1"})
    assert refused["Location"].endswith("/buoc/applicant/?kiem-tra=het")
    accepted = client.post(f"{base}buoc/applicant/", {**STEP, "result_delivery": "counter", "next": "1"})
    assert "applicant" not in accepted["Location"]


def test_only_way_is_already_chosen(client: Client) -> None:
    form = make_form(schema=COUNTER_ONLY)
    draft, token = make_draft(form, signing="2026-12-11")
    draft.answers.pop("result_delivery")
    draft.save()
    page = page_text(client.get(f"{enter(client, draft, token)}buoc/applicant/"))
    radio = page[page.index('name="result_delivery"') - 200 : page.index('name="result_delivery"') + 200]
    assert "checked" in radio


def test_english_page_has_no_vietnamese_sentence(client: Client) -> None:
    base = start_address(COUNTER_ONLY, client)
    page = page_text(client.get(f"/en{base}buoc/applicant/"))
    assert "The result of this procedure can only be received in this way." in page


def test_start_page_names_restricted_ways(client: Client) -> None:
    for schema, named in ((COUNTER_ONLY, True), (SCHEMA, False)):
        code = make_form(schema=schema).definition.procedure.core_code
        page = page_text(client.get(reverse("dossiers:start", args=[code])))
        assert ("Cách nhận kết quả: Bản giấy, nhận tại Bộ phận Một cửa." in page) is named


def test_default_ways_leave_the_content_as_it_was() -> None:
    plain = FormSchema.from_json(SCHEMA)
    same = FormSchema.from_json({**SCHEMA, "result_ways": ["post", "counter", "electronic", "post"]})
    assert plain.digest == same.digest
    assert "result_ways" not in same.to_json()


def test_receipt_names_the_appointment(agency: Agency, officer: User) -> None:
    receipt = file_dossier(make_form(None, agency, schema=COUNTER_ONLY), now=FILED, signing="2026-12-11")
    for action in (None, Action.ACCEPT):
        if action:
            do(receipt.dossier, action, officer, at=NOW)
        answer = Client().get(f"/ho-so/{receipt.token}/giay/mau-01.pdf")
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert "Ngày đến ký" in text
        assert "11/12/2026" in text


@pytest.mark.parametrize(("schema", "offered"), [(COUNTER_ONLY, False), (SCHEMA, True)])
def test_desk_hands_over_in_the_ways_of_the_form(
    client: Client, agency: Agency, officer: User, schema: dict[str, Any], offered: bool
) -> None:
    answers = {"signing": "2026-12-11"} if schema is COUNTER_ONLY else {}
    receipt = file_dossier(make_form(None, agency, schema=schema), now=FILED, **answers)
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(receipt.dossier, action, officer, at=NOW)
    client.force_login(officer)
    address = reverse("one_stop:action", args=[receipt.dossier.code, "return_result"])
    assert ('value="post"' in page_text(client.get(address))) is offered
    version = Dossier.objects.get().version
    sent = client.post(address, {"version": version, "delivery": "post", "address": "Ấp 1, xã Tân Ân"})
    assert sent.status_code == (302 if offered else 422)


def test_service_refuses_ways_that_the_form_does_not_have(agency: Agency, officer: User) -> None:
    receipt = file_dossier(make_form(None, agency, schema=COUNTER_ONLY), now=FILED, signing="2026-12-11")
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(receipt.dossier, action, officer, at=NOW)
    facts = {"dossier_id": receipt.dossier.pk, "expected_version": Dossier.objects.get().version, "now": NOW}
    for way in ("post", "electronic"):
        with pytest.raises(InvalidInput) as refused:
            services.return_result(**facts, actor=officer, delivery=way)
        assert refused.value.fields == {"delivery": "Kết quả của thủ tục này không trả được theo cách này."}
    services.return_result(**facts, actor=officer, delivery="counter")


def test_forms_of_the_demo_follow_the_law() -> None:
    ways = {
        form["procedure"]: FormSchema.from_json(form).result_ways for form in sources.read_folder("forms")
    }
    assert ways.pop("1.000894") == ("counter",)
    assert ways.pop("1.007868") == ("counter", "post")
    assert set(ways.values()) == {("electronic", "counter", "post")}
