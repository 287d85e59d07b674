"""Nothing applies under a decision before it was signed, as nothing ends under it before (ADR 412)."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.services import grant
from procedures.imports.apply import ImportContext, import_records
from procedures.models import ProcedurePage, ProcedureVersion, PublicationDecision
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_agency, make_decision, make_page, make_section
from tests.procedures.views.test_editing import address, change
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.fixture
def agency():
    return make_agency()


@pytest.fixture
def page(agency) -> ProcedurePage:
    page = make_page(make_section(agency), title="Đăng ký khai sinh")
    publish(page=page, decision=make_decision(number="1/QĐ-UBND"), valid_from=date(2026, 1, 1))
    page.refresh_from_db()
    return page


@pytest.fixture
def editor(agency, client) -> Client:
    user = UserFactory()
    grant(user=user, agency=agency, role=Membership.Role.CONTROLLER, by=None, valid_from=date(2025, 7, 1))
    client.force_login(user)
    return client


@pytest.fixture
def decision() -> PublicationDecision:
    return make_decision(number="2/QĐ-UBND", date=date(2026, 11, 20))


@pytest.mark.parametrize("action", ["action-publish", "action-submit"])
def test_earlier_day_is_refused_at_its_field(page, editor, decision, action):
    form = fields_of(editor.get(address(page)).content.decode())
    facts = {"requirements": "Mới", "decision": decision.pk, "effective_from": "2026-11-19", action: "1"}
    said = editor.post(address(page), {**form, **facts}).content.decode()
    assert "Quyết định 2/QĐ-UBND ký ngày 20/11/2026, không thể áp dụng thủ tục" in said
    assert "Mới" in said, "what was typed is kept"
    assert ProcedureVersion.objects.count() == 1


def test_day_of_the_signature_is_taken(page, editor, decision):
    change(editor, page, requirements="Mới", decision=decision.pk, effective_from="2026-11-20")
    version = ProcedureVersion.objects.get(number=2)
    assert (version.valid_from, version.decision) == (date(2026, 11, 20), decision)


def test_draft_may_have_any_day(page, editor, decision):
    said = change(
        editor, page, action="x", requirements="Mới", decision=decision.pk, effective_from="2026-11-19"
    )
    assert "không thể áp dụng" not in said


def test_waiting_version_is_not_moved_before_it(page, editor, decision):
    page.requirements = "Mới"
    publish(page=page, decision=decision, valid_from=date(2027, 1, 1))
    moving = reverse("procedures_waiting_version", args=[page.procedure_id, 2])
    said = editor.post(moving, {"day": "2026-11-19", "past_day": "2026-11-19"}).content.decode()
    assert "ký ngày 20/11/2026" in said
    assert ProcedureVersion.objects.count() == 2


def test_import_begins_with_the_signature_and_says_so(page):
    record = {
        "core_code": "1.001193", "title": "Đăng ký kết hôn", "levels": ["cap_xa"],
        "decision": {"number": "2/QĐ-UBND", "date": "2026-11-20", "agency": "UBND tỉnh"},
    }  # fmt: skip
    report = import_records([record], context=ImportContext(source="test", valid_from=date(2026, 11, 1)))
    (row,) = report.rows
    assert any("20/11/2026" in concern for concern in row.concerns)
    assert ProcedureVersion.objects.get(procedure__core_code="1.001193").valid_from == date(2026, 11, 20)
