"""A controller creates, ends, hides and shows procedures in the admin; the public page says what happened."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.services import grant
from core.outbox import deliver_due
from procedures.choices import Status
from procedures.models import Procedure, ProcedureEnding, ProcedurePage
from procedures.search_documents import ProcedureSource
from procedures.services.lifecycle import end_procedure
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.home import factories
from tests.procedures.factories import make_agency, make_decision, make_page, make_section
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
Kind = ProcedureEnding.Kind
Role = Membership.Role


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)
    factories.front_page()


@pytest.fixture
def page() -> ProcedurePage:
    page = make_page(title="Cấp giấy phép cũ", summary="Nội dung đã công bố")
    publish(page=page, decision=make_decision(), valid_from=date(2025, 7, 1))
    page.refresh_from_db()
    return page


def agency_of(page: ProcedurePage) -> Agency:
    agency: Agency = page.get_parent().specific.agency
    return agency


def member(agency: Agency, role: str = Role.CONTROLLER) -> Client:
    user = UserFactory()
    grant(user=user, agency=agency, role=role)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), "django.contrib.auth.backends.ModelBackend")
    return client


def facts(**values: Any) -> dict[str, Any]:
    return {
        "kind": Kind.ABOLISHED,
        "decision": make_decision(number="99/QĐ-UBND").pk,
        "day": "15/03/2026",
        **values,
    }


def read(page: ProcedurePage) -> str:
    text: str = Client().get(page.url).text
    return " ".join(text.split())


def test_controller_creates_a_procedure_and_publishes_it_under_its_decision():
    section, decision = make_section(), make_decision(number="12/QĐ-UBND")
    client = member(section.agency)
    listed = client.get(reverse("wagtailsnippets_procedures_procedure:list")).text
    assert reverse("procedures_create") in listed
    form = fields_of(client.get(reverse("procedures_create")).text)
    data = {
        **form, "core_code": "1.009001.H12", "title": "Cấp giấy phép mới", "section": section.pk,
        "decision": decision.pk, "day": "20/03/2026",
    }  # fmt: skip
    answer = client.post(reverse("procedures_create"), data)
    page = ProcedurePage.objects.get()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert answer.url == edit
    form = fields_of(client.get(edit).text)
    answer = client.post(edit, {**form, "summary": "Tóm tắt", "action-publish": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    version = page.procedure.versions.get()
    assert (version.decision, f"{version.valid_from}") == (decision, "2026-03-20")
    page.refresh_from_db()
    assert "Thủ tục này áp dụng từ ngày 20/03/2026 theo Quyết định 12/QĐ-UBND." in read(page)


def test_wrong_entries_are_shown_at_their_fields(page):
    client = member(agency_of(page))
    data = {"core_code": page.procedure.core_code, "title": "", "day": "x"}
    errors = client.post(reverse("procedures_create"), data).context["form"].errors
    assert set(errors) == {"title", "section", "decision", "day"}
    data |= {
        "title": "Trùng mã",
        "section": page.get_parent().pk,
        "day": "01/03/2026",
        "decision": make_decision().pk,
    }
    assert set(client.post(reverse("procedures_create"), data).context["form"].errors) == {"core_code"}
    end = reverse("procedures_end", args=[page.procedure_id])
    errors = client.post(end, facts(kind=Kind.REPLACED)).context["form"].errors
    assert set(errors) == {"successor"}
    assert not ProcedureEnding.objects.exists()


class TestSuccessors:
    """A replaced procedure leads its readers to one that applies."""

    def replace(self, page: ProcedurePage, by: ProcedurePage, day: str) -> Any:
        decision = make_decision().pk
        data = {"kind": Kind.REPLACED, "day": day, "successor": by.procedure_id, "decision": decision}
        return member(agency_of(page)).post(
            reverse("procedures_end", args=[page.procedure_id]), data, follow=True
        )

    def end(self, page: ProcedurePage, day: date) -> None:
        end_procedure(procedure=page.procedure, kind=Kind.ABOLISHED, decision=make_decision(), day=day)

    @pytest.mark.parametrize(
        ("day", "refused"), [("31/03/2026", False), ("01/04/2026", True), ("01/05/2026", True)]
    )
    def test_one_that_has_ended_by_the_day_is_refused(self, page, day, refused):
        new = make_page()
        self.end(new, date(2026, 4, 1))

        form = (self.replace(page, new, day).context or {}).get("form")

        assert (
            bool(form and f"{new.procedure.core_code} đến ngày {day} cũng đã chấm dứt" in str(form.errors))
            is refused
        )
        assert ProcedureEnding.objects.filter(procedure=page.procedure_id).exists() is not refused

    @pytest.mark.parametrize("between", [0, 1])
    def test_a_circle_is_refused(self, page, between):
        chain = [page, *(make_page() for _step in range(between + 1))]
        for old, new in pairwise(chain):
            self.replace(old, new, "01/06/2026")

        form = self.replace(chain[-1], page, "01/05/2026").context["form"]

        assert "lại được thay thế bằng chính thủ tục này" in str(form.errors["successor"])
        assert ProcedureEnding.objects.count() == between + 1

    def test_ending_a_successor_warns_before_and_after(self, page):
        new = make_page()
        self.replace(page, new, "01/06/2026")
        client, address = member(agency_of(new)), reverse("procedures_end", args=[new.procedure_id])

        texts = [client.get(address).text, client.post(address, facts(day="01/07/2026"), follow=True).text]

        for text in texts:
            assert (
                f"{page.procedure.core_code} Cấp giấy phép cũ được thay thế bằng thủ tục này từ ngày 01/06/2026"
                in text
            )
        assert ProcedureEnding.objects.count() == 2


def test_end_is_announced_and_takes_effect_on_its_day(page, time_machine):
    client = member(agency_of(page))
    entry = reverse("procedures_entry", args=[page.procedure_id])
    end = reverse("procedures_end", args=[page.procedure_id])
    assert end in client.get(entry).text
    assert "Phiên bản thủ tục: 1" in client.get(end).text, "what depends on it"
    assert client.post(end, facts()).url == entry
    assert "Bãi bỏ từ ngày 15/03/2026 theo Quyết định 99/QĐ-UBND." in client.get(entry).text
    assert "Thủ tục này sẽ bị bãi bỏ" in read(page)
    assert "Từ ngày 15/03/2026, thủ tục không còn áp dụng, theo Quyết định 99/QĐ-UBND." in read(page)
    (document,) = ProcedureSource().documents([str(page.pk)])
    assert "state" not in document.facts
    assert page.title in Client().get(page.get_parent().url).text

    time_machine.move_to("2026-03-15 00:01 +0700", tick=False)
    deliver_due()
    assert "Thủ tục này đã bị bãi bỏ" in read(page)
    assert "Nội dung đã công bố" in read(page), "what applied before"
    (document,) = ProcedureSource().documents([str(page.pk)])
    assert document.facts == {"state": "Bãi bỏ từ 15/03/2026", "state@en": "Abolished from 15/03/2026"}
    assert page.title not in Client().get(page.get_parent().url).text


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2025, 7, 1)])
def test_draft_is_not_shown_in_place_of_the_last_version(page, day):
    end_procedure(procedure=page.procedure, kind=Kind.ABOLISHED, decision=make_decision(), day=day)
    ProcedurePage.objects.filter(pk=page.pk).update(summary="Chưa công bố bao giờ")
    assert "Chưa công bố bao giờ" not in read(page)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (Kind.ABOLISHED, "Thủ tục này đã bị bãi bỏ"),
        (Kind.REPLACED, "Thủ tục này đã được thay thế"),
        (Kind.IN_ERROR, "Thủ tục này được công bố nhầm"),
    ],
)
def test_public_page_names_kind_decision_day_and_successor(page, kind, title):
    other = make_page(title="Thủ tục thay thế")
    publish(page=other, decision=make_decision())
    client = member(agency_of(page))
    successor = other.procedure_id if kind == Kind.REPLACED else ""
    client.post(
        reverse("procedures_end", args=[page.procedure_id]),
        facts(kind=kind, day="01/03/2026", past_day="2026-03-01", successor=successor),
    )
    html = read(page)
    assert title in html
    assert "Từ ngày 01/03/2026, thủ tục không còn áp dụng, theo Quyết định 99/QĐ-UBND." in html
    link = reverse("procedures:by_code", args=[other.procedure.core_code])
    assert (link in html) is (kind == Kind.REPLACED)
    assert "Nộp hồ sơ trực tuyến" not in html


def test_past_day_needs_a_confirmation_that_lists_what_depends_on_it(page):
    client, address = member(agency_of(page)), reverse("procedures_end", args=[page.procedure_id])
    data = facts(day="01/02/2026")
    html = client.post(address, data).text
    assert not ProcedureEnding.objects.exists()
    assert "Tôi xác nhận: từ ngày 01/02/2026, ngày đã qua, thủ tục không còn áp dụng." in html
    assert re.search(r"Phụ thuộc vào thủ tục này: [^.]*Phiên bản thủ tục: 1[;.]", html)
    assert "Phiên bản thủ tục: 1" in html
    form = fields_of(html)
    assert {name: str(form[name]) for name in data} == {name: str(value) for name, value in data.items()}

    other = client.post(address, {**form, "day": "31/01/2026", "past_day": "2026-02-01"})
    assert not ProcedureEnding.objects.exists(), "what was confirmed is another day"
    assert "Tôi xác nhận: từ ngày 31/01/2026" in other.text
    client.post(address, {**form, "past_day": "2026-02-01"})
    assert ProcedureEnding.objects.get().day == date(2026, 2, 1)


@pytest.mark.parametrize(("day", "words"), [("30/06/2025", "ký ngày 01/07/2025"), ("02/03/2026", "")])
def test_impossible_day_is_refused_and_today_needs_no_confirmation(page, day, words):
    client, address = member(agency_of(page)), reverse("procedures_end", args=[page.procedure_id])
    answer = client.post(address, facts(day=day, past_day="2025-06-30"))
    assert words in (answer.text if words else "")
    assert ProcedureEnding.objects.exists() is not bool(words)


def test_end_is_cancelled(page):
    client = member(agency_of(page))
    client.post(
        reverse("procedures_end", args=[page.procedure_id]), facts(day="01/03/2026", past_day="2026-03-01")
    )
    client.post(reverse("procedures_cancel_end", args=[page.procedure_id]))
    assert Procedure.objects.get(pk=page.procedure_id).status == Status.PUBLIC
    assert "bãi bỏ" not in read(page)
    answer = client.post(reverse("procedures_cancel_end", args=[page.procedure_id]), follow=True)
    assert "Chưa ghi việc chấm dứt thủ tục này." in answer.text


def test_procedure_is_hidden_and_shown(page):
    client = member(agency_of(page))
    address = reverse("procedures_show_or_hide", args=[page.procedure_id])
    client.post(address, {"public": "0"})
    assert Client().get(page.url).status_code == 404
    client.post(address, {"public": "1"})
    assert Client().get(page.url).status_code == 200


def test_amendment_after_the_end_creates_no_version_and_says_so(page):
    client = member(agency_of(page))
    client.post(
        reverse("procedures_end", args=[page.procedure_id]), facts(day="01/03/2026", past_day="2026-03-01")
    )
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = fields_of(client.get(edit).text)
    answer = client.post(edit, {**form, "summary": "Sửa", "action-publish": "1"}, follow=True)
    assert "nên không có phiên bản mới" in answer.text
    assert page.procedure.versions.count() == 1


NAMES = ("procedures_entry", "procedures_end", "procedures_cancel_end", "procedures_show_or_hide")


@pytest.mark.parametrize("role", [None, *Role.values])
def test_addresses_are_missing_for_other_roles(page, role):
    agency = make_section().agency if role == Role.CONTROLLER else agency_of(page)
    client = Client()
    if role:
        client = member(agency, role)
    data = facts(public="0")
    for name in NAMES:
        address = reverse(name, args=[page.procedure_id])
        for method in (client.get, client.post):
            assert method(address, data).status_code in {302, 404, 405}, address
    assert not ProcedureEnding.objects.exists()
    assert Procedure.objects.get(pk=page.procedure_id).status == Status.PUBLIC
    if role != Role.CONTROLLER:
        assert client.get(reverse("procedures_create")).status_code in {302, 404}


def test_register_lists_the_procedures_of_the_scope(page):
    other = make_page(title="Của sở khác")
    listed = reverse("wagtailsnippets_procedures_procedure:list")
    html = member(agency_of(page)).get(listed).text
    assert page.procedure.core_code in html
    assert reverse("procedures_entry", args=[page.procedure_id]) in html
    assert other.procedure.core_code not in html
    province = member(make_agency(kind=Agency.Kind.PROVINCE))
    assert other.procedure.core_code in province.get(listed).text


def test_controller_of_the_province_ends_any_procedure(page):
    client = member(make_agency(kind=Agency.Kind.PROVINCE))
    client.post(reverse("procedures_end", args=[page.procedure_id]), facts())
    assert ProcedureEnding.objects.get().procedure == page.procedure


@pytest.mark.parametrize("versions", [1, 6])
def test_query_count_of_an_entry_is_constant(page, versions, django_assert_max_num_queries):
    for number in range(versions - 1):
        page.summary = f"Sửa {number}"
        publish(page=page, decision=make_decision())
    client, address = member(agency_of(page)), reverse("procedures_entry", args=[page.procedure_id])
    client.get(address)
    with django_assert_max_num_queries(60):
        client.get(address)


def test_entry_leads_to_the_page_with_the_legal_content(page):
    translation = factories.english(page, title="Old licence", slug="old-licence")
    html = member(agency_of(page)).get(reverse("procedures_entry", args=[page.procedure_id])).text
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html
    assert reverse("wagtailadmin_pages:edit", args=[translation.pk]) not in html
