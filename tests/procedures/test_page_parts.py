"""The procedure page remembers its parts between two publishes; nobody may see an old one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from accounts.models import User
from procedures.models import ProcedurePage
from procedures.services import publish
from procedures.views.pages import procedure_context
from tests.procedures.factories import make_decision, make_page, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> ProcedurePage:
    page = make_page(make_section(), title="Cấp giấy phép thử")
    publish(page=page, decision=make_decision(), valid_from=date(2026, 1, 1))
    return page


def text(client: Client, page: ProcedurePage) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.text


def test_a_second_visit_costs_one_statement(client, page, django_assert_num_queries):
    text(client, page)
    with django_assert_num_queries(1):
        text(client, page)


def test_a_first_visit_costs_at_most_six_statements_of_its_own(client, page, django_assert_max_num_queries):
    other = make_page(page.get_parent().specific, title="Cấp giấy phép khác")
    publish(page=other, decision=make_decision(), valid_from=date(2026, 1, 1))
    text(client, other)  # the frame (site, menus, restrictions) is known; this page is not
    with django_assert_max_num_queries(6):
        text(client, page)


def test_a_change_is_seen_by_the_next_visitor(client, page):
    assert "Cấp giấy phép thử" in text(client, page)
    page.title = "Cấp giấy phép đã đổi tên"
    publish(page=page, decision=make_decision(), valid_from=date(2026, 2, 1))
    changed = text(client, page)
    assert "Cấp giấy phép đã đổi tên" in changed
    assert "Cấp giấy phép thử" not in changed


def test_the_new_version_counts_from_midnight(client, page):
    page.title = "Cấp giấy phép từ năm mới"
    publish(page=page, decision=make_decision(), valid_from=date(2027, 1, 1))
    with time_machine.travel("2026-12-31 23:59:59 +0700", tick=False) as clock:
        assert "<h1>Cấp giấy phép thử</h1>" in text(client, page)
        clock.move_to("2027-01-01 00:00:00 +0700")
        assert "<h1>Cấp giấy phép từ năm mới</h1>" in text(client, page)


def test_pages_do_not_see_the_parts_of_another(client, page):
    other = make_page(page.get_parent().specific, title="Cấp giấy phép khác")
    publish(page=other, decision=make_decision(), valid_from=date(2026, 1, 1))
    assert "<h1>Cấp giấy phép thử</h1>" in text(client, page)
    assert "<h1>Cấp giấy phép khác</h1>" in text(client, other)


def test_what_is_remembered_says_nothing_of_who_asked(client, page):
    person = User.objects.create_user(username="can-bo", password="x" * 14, full_name="Trần Thị Canary")
    signed_in = Client()
    signed_in.force_login(person)
    text(signed_in, page)
    assert "Canary" not in text(client, page)


def test_the_context_asks_nothing_until_the_template_does(page, django_assert_num_queries):
    request: Any = RequestFactory().get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        context = procedure_context(page, request)
    with django_assert_num_queries(1):
        assert str(context["versions"][0].number) == "1"
        assert context["procedure"].core_code == page.procedure.core_code
