"""What an editor is told about versions while working (ADR 52)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.services import grant
from procedures.models import ProcedurePage, ProcedureVersion
from procedures.services import publish
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_agency, make_decision, make_page, make_section
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
    grant(user=user, agency=agency, role=Membership.Role.EDITOR, by=None, valid_from=date(2025, 7, 1))
    client.force_login(user)
    return client


def address(page: ProcedurePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def change(client: Client, page: ProcedurePage, *, action: str = "action-publish", **facts: Any) -> str:
    """Send the edit form as a browser does; return the page that follows."""
    form = fields_of(client.get(address(page)).content.decode())
    response = client.post(address(page), {**form, **facts, action: "1"}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_publishing_says_which_version_came_of_it(editor, page):
    said = change(editor, page, requirements="Từ đủ 18 tuổi", effective_from="")

    assert "Phiên bản 2 đã có hiệu lực, tính từ ngày 23/11/2026." in said
    assert ProcedureVersion.objects.get(number=2).created_by is not None


def test_the_day_of_the_last_version_is_not_left_in_the_form(editor, page):
    """Else an amendment would be dated back, and the version it replaces would have counted on no day."""
    page.effective_from = date(2026, 1, 1)
    page.save_revision().publish()
    assert fields_of(editor.get(address(page)).content.decode())["effective_from"] == ""

    change(editor, page, requirements="Theo quyết định mới", decision=make_decision(number="2/QĐ-UBND").pk)

    old, new = ProcedureVersion.objects.order_by("number")
    assert (str(old.valid_to), str(new.valid_from)) == ("2026-11-22", "2026-11-23")
    assert new.decision.number == "2/QĐ-UBND"


def test_a_day_that_waits_in_a_draft_stays_in_the_form(editor, page):
    page.effective_from = date(2027, 1, 1)
    page.save_revision()

    assert "2027" in fields_of(editor.get(address(page)).content.decode())["effective_from"]


def test_the_same_day_can_be_asked_for_on_purpose(editor, page):
    change(editor, page, requirements="Sửa lỗi chính tả", effective_from="2026-01-01")

    old, new = ProcedureVersion.objects.order_by("number")
    assert old.never_in_force
    assert str(new.valid_from) == "2026-01-01"


def test_publishing_for_a_later_day_says_the_day(editor, page):
    said = change(editor, page, requirements="Từ đủ 18 tuổi", effective_from="2027-01-01")

    assert "Phiên bản 2 có hiệu lực từ ngày 01/01/2027." in said


def test_publishing_nothing_new_says_so(editor, page):
    assert "không có phiên bản mới" in change(editor, page)
    assert ProcedureVersion.objects.count() == 1


def test_a_draft_makes_no_version_and_promises_none(editor, page):
    said = change(editor, page, action="x", requirements="Bản nháp")

    assert "hiên bản" not in said
    assert ProcedureVersion.objects.count() == 1


def test_the_day_told_is_the_true_one_not_the_one_asked_for(editor, page):
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    said = change(editor, page, requirements="Năm sau, đã sửa", effective_from="2026-11-23")

    assert "Phiên bản 3 có hiệu lực từ ngày 01/01/2027." in said


def test_a_waiting_version_is_told_when_the_page_is_opened(editor, page):
    quiet = editor.get(address(page)).content.decode()
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    told = editor.get(address(page)).content.decode()

    assert "đang chờ, có hiệu lực từ ngày 01/01/2027" in told
    assert "đang chờ, có hiệu lực" not in quiet


def test_nothing_waits_any_more_on_its_day(editor, page):
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    with time_machine.travel("2027-01-01 00:30 +0700", tick=False):
        assert "đang chờ, có hiệu lực" not in editor.get(address(page)).content.decode()


def test_other_pages_are_told_nothing(editor, page):
    section = page.get_parent()

    assert "hiên bản" not in change(editor, section.specific, action="x", summary="Khác")


def test_a_title_that_is_too_long_is_an_error_of_the_form(editor, page):
    form = fields_of(editor.get(address(page)).content.decode())
    response = editor.post(address(page), {**form, "title": "x" * 300, "action-publish": "1"})

    assert response.status_code == 200
    assert response.context["form"].errors["title"]
    assert ProcedureVersion.objects.count() == 1


@pytest.mark.parametrize(("value", "unit"), [("", "ngay"), ("3", ""), ("0", "ngay")])
def test_a_time_without_its_unit_is_told_to_the_editor_in_words(editor, page, value, unit):
    form = fields_of(editor.get(address(page)).content.decode())
    times = {"channels-0-time_value": value, "channels-0-time_unit": unit}

    response = editor.post(address(page), {**form, **times, "action-publish": "1"})

    assert response.status_code == 200
    assert "Thời hạn phải có cả số" in response.content.decode()
    assert ProcedureVersion.objects.count() == 1
