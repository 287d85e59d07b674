"""A decision missing from the register is entered in the chooser's dialog."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.models import Agency, Membership, User
from accounts.services import grant
from procedures.models import PublicationDecision
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.procedures.factories import make_decision

pytestmark = pytest.mark.django_db
CHOOSE = "wagtailsnippetchoosers_procedures_publicationdecision:choose"
CREATE = "wagtailsnippetchoosers_procedures_publicationdecision:create"
FACTS = {
    "number": "77/QĐ-UBND",
    "date": "27/11/2026",
    "agency_name": "UBND tỉnh Thử",
    "summary": "",
    "url": "",
}


def browser(role: str) -> Client:
    user = UserFactory()
    grant(user=user, agency=AgencyFactory(kind=Agency.Kind.PROVINCE), role=role)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def controller() -> Client:
    return browser(Membership.Role.CONTROLLER)


def post(client: Client, **changed: Any) -> Any:
    answer = client.post(reverse(CREATE), FACTS | changed)
    assert answer.status_code == 200
    return answer.json()


def test_dialog_offers_the_form(controller):
    html = controller.get(reverse(CHOOSE)).json()["html"]
    assert "Quyết định mới" in html
    assert "Thêm và chọn" in html


def test_new_decision_is_saved_logged_and_chosen(controller):
    answer = post(controller, number=" 77/QÐ-UBND ")
    decision = PublicationDecision.objects.get()
    assert (answer["step"], answer["result"]["id"]) == ("chosen", str(decision.pk))
    assert (decision.number, decision.agency_name) == ("77/QĐ-UBND", "UBND tỉnh Thử")
    assert ModelLogEntry.objects.filter(action="wagtail.create", object_id=decision.pk).exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": ""}, "Mục này phải điền"),
        ({"date": ""}, "Mục này phải điền"),
        ({"agency_name": ""}, "Mục này phải điền"),
        ({"date": "31/02/2026"}, "Nhập ngày đúng"),
        ({"url": "khong phai"}, "Nhập địa chỉ đúng"),
    ],
)
def test_missing_and_invalid_input_is_reported_and_the_rest_kept(controller, changed, message):
    answer = post(controller, **{"summary": "Đã gõ từ trước", **changed})
    assert answer["step"] == "reshow_creation_form"
    assert message in answer["htmlFragment"]
    assert "Đã gõ từ trước" in answer["htmlFragment"]
    assert not PublicationDecision.objects.exists()


def test_future_day_is_refused(controller):
    today = timezone.localdate()
    assert post(controller, date=f"{today:%d/%m/%Y}")["step"] == "chosen"
    answer = post(controller, number="78/QĐ-UBND", date=f"{today + timedelta(days=1):%d/%m/%Y}")
    assert "tương lai" in answer["htmlFragment"]


@pytest.mark.parametrize("spelt", ["77/qđ-ubnd", "77/ QĐ-UBND", "77/QD-UBND"])
def test_decision_of_the_register_is_not_entered_twice(controller, spelt):
    make_decision(number="77/QĐ-UBND", agency_name="UBND tỉnh Thử")
    answer = post(controller, number=spelt, agency_name="UBND  tỉnh thử")
    assert "đã có trong sổ" in answer["htmlFragment"]
    assert PublicationDecision.objects.count() == 1


def test_same_number_of_another_agency_is_another_decision(controller):
    make_decision(number="77/QĐ-UBND", agency_name="Bộ Tư pháp")
    assert post(controller)["step"] == "chosen"


@pytest.mark.parametrize(
    "role", [Membership.Role.EDITOR, Membership.Role.COMMUNICATION, Membership.Role.OPERATOR]
)
def test_other_roles_enter_no_decision(role):
    client = browser(role)
    answer = client.post(reverse(CREATE), FACTS)
    assert answer.status_code in {302, 403, 404}
    assert not PublicationDecision.objects.exists()
