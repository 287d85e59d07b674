"""Messages to editors about versions (ADR 52)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale

from accounts.models import Membership
from accounts.services import grant
from procedures.imports.apply import import_records
from procedures.models import Field, ProcedurePage, ProcedureVersion, PublicationDecision
from procedures.services.versions import publish
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
    grant(user=user, agency=agency, role=Membership.Role.CONTROLLER, by=None, valid_from=date(2025, 7, 1))
    client.force_login(user)
    return client


def address(page: ProcedurePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def change(client: Client, page: ProcedurePage, *, action: str = "action-publish", **facts: Any) -> str:
    """Submit the edit form as a browser does; return the resulting page."""
    form = fields_of(client.get(address(page)).content.decode())
    response = client.post(address(page), {**form, **facts, action: "1"}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_publishing_reports_the_new_version(editor, page):
    said = change(editor, page, requirements="Từ đủ 18 tuổi", effective_from="")

    assert "Phiên bản 2 đã có hiệu lực, tính từ ngày 23/11/2026." in said
    assert ProcedureVersion.objects.get(number=2).created_by is not None


def test_the_day_of_the_last_version_is_not_left_in_the_form(editor, page):
    """Otherwise an amendment would be backdated, and the version it replaces would never have been in force."""
    page.effective_from = date(2026, 1, 1)
    page.save_revision().publish()
    assert fields_of(editor.get(address(page)).content.decode())["effective_from"] == ""

    change(editor, page, requirements="Theo quyết định mới", decision=make_decision(number="2/QĐ-UBND").pk)

    old, new = ProcedureVersion.objects.order_by("number")
    assert (str(old.valid_to), str(new.valid_from)) == ("2026-11-22", "2026-11-23")
    assert new.decision.number == "2/QĐ-UBND"


def test_a_day_stored_in_a_draft_stays_in_the_form(editor, page):
    page.effective_from = date(2027, 1, 1)
    page.save_revision()

    assert "2027" in fields_of(editor.get(address(page)).content.decode())["effective_from"]


def test_the_same_day_can_be_chosen_deliberately(editor, page):
    change(editor, page, requirements="Sửa lỗi chính tả", effective_from="2026-01-01")

    old, new = ProcedureVersion.objects.order_by("number")
    assert old.never_in_force
    assert str(new.valid_from) == "2026-01-01"


def test_publishing_for_a_later_day_states_the_day(editor, page):
    said = change(editor, page, requirements="Từ đủ 18 tuổi", effective_from="2027-01-01")

    assert "Phiên bản 2 có hiệu lực từ ngày 01/01/2027." in said


def test_publishing_names_missing_parts(editor, page):
    said = change(editor, page, requirements="Từ đủ 18 tuổi")
    assert "Trang chưa có: " in said
    for part in ("thành phần hồ sơ", "trình tự thực hiện", "căn cứ pháp lý"):
        assert part in said


def test_publishing_nothing_new_says_so(editor, page):
    assert "không có phiên bản mới" in change(editor, page)
    assert ProcedureVersion.objects.count() == 1


def test_draft_creates_neither_version_nor_message(editor, page):
    said = change(editor, page, action="x", requirements="Bản nháp")

    assert "hiên bản" not in said
    assert ProcedureVersion.objects.count() == 1


def test_future_day_is_reported_after_publishing(editor, page):
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    said = change(editor, page, requirements="Năm sau, đã sửa", effective_from="2027-01-01")

    assert "Phiên bản 3 có hiệu lực từ ngày 01/01/2027." in said


def test_future_version_is_reported_when_the_page_is_opened(editor, page):
    before = editor.get(address(page)).content.decode()
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    page_text = editor.get(address(page)).content.decode()

    assert "đang chờ, có hiệu lực từ ngày 01/01/2027" in page_text
    assert "đang chờ, có hiệu lực" not in before


def test_no_warning_on_the_first_day(editor, page):
    page.requirements = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))

    with time_machine.travel("2027-01-01 00:30 +0700", tick=False):
        assert "đang chờ, có hiệu lực" not in editor.get(address(page)).content.decode()


def test_other_pages_show_no_message(editor, page):
    section = page.get_parent()

    assert "hiên bản" not in change(editor, section.specific, action="x", summary="Khác")


def test_a_title_that_is_too_long_is_an_error_of_the_form(editor, page):
    form = fields_of(editor.get(address(page)).content.decode())
    response = editor.post(address(page), {**form, "title": "x" * 300, "action-publish": "1"})

    assert response.status_code == 200
    assert response.context["form"].errors["title"]
    assert ProcedureVersion.objects.count() == 1


@pytest.mark.parametrize(("value", "unit"), [("", "ngay"), ("3", ""), ("0", "ngay")])
def test_time_without_unit_is_a_readable_form_error(editor, page, value, unit):
    form = fields_of(editor.get(address(page)).content.decode())
    times = {"channels-0-time_value": value, "channels-0-time_unit": unit}

    response = editor.post(address(page), {**form, **times, "action-publish": "1"})

    assert response.status_code == 200
    assert "Thời hạn phải có cả số" in response.content.decode()
    assert ProcedureVersion.objects.count() == 1


AS_LISTS_WRITE_IT = {
    "core_code": "1.001022",
    "title": "Đăng ký nhận cha, mẹ, con",
    "short_title": "Nhận cha,\nmẹ, con",
    "summary": "Dòng một\r\nDòng hai  \rDòng ba",
    "keywords": ["nhận con", "giấy khai\nsinh"],
    "field": "Hộ tịch",
    "levels": ["cap_xa", "cap_tinh"],
    "audiences": ["nguoi_nuoc_ngoai", "cong_dan", "nguoi_vn_nuoc_ngoai"],
    "decision": {"number": "1242/QĐ-UBND", "agency": "UBND tỉnh\nCà Mau"},
    "channels": [
        {
            "channel": "truc_tiep",
            "time_value": 3,
            "time_unit": "ngay_lam_viec",
            "time_note": "\n 03 ngày\u2028làm việc \x0bhoặc 08 ngày\t\n",
            "fees": [{"kind": "le_phi", "amount": "8000.50", "note": "a\r\nb", "legal_number": "85/2019\nTT-BTC"}],
        },
        {"channel": "truc_tuyen"},
    ],
    "cases": [
        {
            "title": "Trường hợp 1:\r\n",
            "documents": [
                {"name": "Tờ khai\r\ntheo mẫu ", "blank_forms": [{"name": "TK.docx\n"}, {"name": "TK 2.docx"}]},
                {"name": "Giấy tờ", "kind": "xuat_trinh", "required": False, "copies": 2},
            ],
        }
    ],
    "steps": [
        {"items": ["Nộp hồ sơ:\r\n- giấy tờ\r\n- lệ phí", " Nhận kết quả"]},
        {"case": "Vắng mặt\r", "items": ["a"]},
    ],
    "results": [{"name": "Trích lục\r\n", "code": "KQ.1\n"}],
    "legal_bases": [{"number": "60/2014\nQH13", "title": "Luật\r\nHộ tịch", "issuer": " Quốc hội\n"}],
    "implementing_agencies": ["UBND cấp xã", "Sở Tư pháp"],
    "reception_address": "Số 1\r\n\r\nSố 2",
    "requirements": "a \xa0\r\nb",
    "related_codes": ["1.000656", "1.001193"],
    "same_day": True,
}  # fmt: skip


class TestUntouchedPages:
    """Opening a page and publishing it without typing anything changes nothing."""

    @pytest.fixture
    def imported(self, agency) -> ProcedurePage:
        import_records([{**AS_LISTS_WRITE_IT, "section_agency": agency.slug}])
        return ProcedurePage.objects.get()

    def test_publishing_creates_no_version(self, editor, imported):
        said = change(editor, imported)

        assert "không có phiên bản mới" in said
        assert ProcedureVersion.objects.count() == 1

    def test_the_comparison_shows_no_change(self, editor, imported):
        change(editor, imported)
        old, new = imported.revisions.order_by("created_at").values_list("pk", flat=True)

        response = editor.get(reverse("wagtailadmin_pages:revisions_compare", args=[imported.pk, old, new]))

        assert [one.field_label() for one in response.context["comparison"]] == []

    def test_the_next_import_finds_nothing_that_was_edited(self, editor, imported, agency):
        change(editor, imported)

        report = import_records([{**AS_LISTS_WRITE_IT, "section_agency": agency.slug}])

        assert [(row.outcome, row.note) for row in report.rows] == [("unchanged", "")]

    def test_a_decision_completed_since_is_not_an_amendment(self, editor, imported):
        PublicationDecision.objects.update(
            date=date(2025, 7, 1), summary="Công bố", url="https://camau.gov.vn/1"
        )
        Field.objects.update(code="G15-TP07")

        assert "không có phiên bản mới" in change(editor, imported)

    def test_one_letter_creates_a_version(self, editor, imported):
        change(editor, imported, **{"steps-0-text": "Nộp hồ sơ:\r\n- giấy tờ\r\n- lệ phí."})

        assert ProcedureVersion.objects.get(number=2).content.steps[0].items[0].endswith("lệ phí.")

    def test_another_decision_creates_a_version(self, editor, imported):
        other = make_decision(number="1242/QĐ-UBND", agency_name="UBND tỉnh khác")

        change(editor, imported, decision=other.pk)

        assert ProcedureVersion.objects.get(number=2).decision == other


def texts(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


class TestCopies:
    """A procedure has one page; existing copies block nothing."""

    @pytest.fixture
    def copy(self, page) -> ProcedurePage:
        found = page.copy(update_attrs={"title": "Bản sao", "slug": "ban-sao"}, keep_live=False)
        assert isinstance(found, ProcedurePage)
        return found

    def test_a_procedure_page_is_not_copied_and_how_to_create_one_is_explained(self, editor, page):
        before = ProcedurePage.objects.count()
        url = reverse("wagtailadmin_pages:copy", args=[page.pk])
        assert url not in editor.get(address(page)).content.decode()
        facts = {"new_title": "Bản sao", "new_slug": "ban-sao", "new_parent_page": page.get_parent().pk}
        for data in (facts, {**facts, "alias": "on"}, {**facts, "publish_copies": "on"}):
            response = editor.post(url, data, follow=True)
            assert "Tạo thủ tục" in texts(response)
        assert ProcedurePage.objects.count() == before

    def test_not_even_a_superuser_copies_one(self, admin_client, page):
        url = reverse("wagtailadmin_pages:copy", args=[page.pk])
        assert "Tạo thủ tục" in texts(admin_client.get(url, follow=True))

    @pytest.mark.parametrize("alias", [{}, {"alias": "on"}])
    def test_a_section_is_copied_without_its_procedures(self, admin_client, page, alias):
        section = page.get_parent()
        url = reverse("wagtailadmin_pages:copy", args=[section.pk])
        assert 'name="copy_subpages"' not in admin_client.get(url).content.decode()
        facts = {"new_title": "Khác", "new_slug": "khac", "new_parent_page": section.get_parent().pk}
        admin_client.post(url, {**facts, "copy_subpages": "on", **alias})
        assert ProcedurePage.objects.count() == 1

    def test_the_published_page_is_not_blocked_by_a_copy(self, editor, page, copy):
        change(editor, page, summary="Tóm tắt mới")
        page.refresh_from_db()
        assert page.summary == "Tóm tắt mới"

    @pytest.mark.parametrize("published", [False, True])
    def test_a_copy_is_refused_with_the_valid_page_and_can_be_deleted(self, editor, page, copy, published):
        ProcedurePage.objects.filter(pk=copy.pk).update(live=published)
        form = fields_of(editor.get(address(copy)).content.decode())
        html = editor.post(address(copy), {**form, "action-publish": "1"}).content.decode()
        assert "Thủ tục này đã có trang" in html
        assert page.slug in html
        change(editor, page, summary="Tóm tắt mới")
        delete = reverse("wagtailadmin_pages:delete", args=[copy.pk])
        ProcedurePage.objects.filter(pk=copy.pk).update(live=False)
        editor.post(delete)
        assert not ProcedurePage.objects.filter(pk=copy.pk).exists()
        assert editor.post(reverse("wagtailadmin_pages:delete", args=[page.pk])).status_code == 409
        page.refresh_from_db()
        assert page.summary == "Tóm tắt mới"

    def test_a_page_that_was_moved_still_publishes(self, admin_client, page):
        other = make_section(make_agency(name="Sở khác", slug="so-khac"))
        url = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, other.pk])
        admin_client.post(url)
        page.refresh_from_db()
        assert page.get_parent().pk == other.pk
        change(admin_client, page, summary="Tóm tắt mới")
        page.refresh_from_db()
        assert page.summary == "Tóm tắt mới"

    def test_a_copy_for_translation_publishes_beside_its_source(self, page):
        english = Locale.objects.get_or_create(language_code="en")[0]
        translation = page.copy_for_translation(english, copy_parents=True)
        translation.full_clean()
        page.refresh_from_db()
        page.full_clean()


class TestDayThatCannotBeKept:
    """A future version exists: no other day replaces the one that was typed."""

    @pytest.fixture
    def future(self, page):
        page.requirements = "Từ năm sau"
        publish(page=page, decision=make_decision(number="2/QĐ-UBND"), valid_from=date(2027, 1, 5))
        page.refresh_from_db()
        return page

    def _published(self, editor, page, day, action="action-publish"):
        form = fields_of(editor.get(address(page)).content.decode())
        data = {**form, "requirements": "Từ đủ 18 tuổi", "effective_from": day, action: "1"}
        return editor.post(address(page), data, follow=True).content.decode()

    @pytest.mark.parametrize(("day", "named"), [("2026-12-10", "10/12/2026"), ("", "23/11/2026")])
    def test_it_is_refused_at_the_field_and_nothing_is_lost(self, editor, future, day, named):
        text = self._published(editor, future, day)

        assert f"Phiên bản mới không thể áp dụng từ ngày {named}" in text
        assert "phiên bản 2 đang chờ đến ngày 05/01/2027" in text
        assert "Từ đủ 18 tuổi" in text
        assert ProcedureVersion.objects.count() == 2

    def test_the_same_day_or_a_later_one_is_kept(self, editor, future):
        self._published(editor, future, "2027-02-01")

        assert str(ProcedureVersion.objects.get(number=3).valid_from) == "2027-02-01"

    def test_a_draft_is_saved_with_any_day(self, editor, future):
        self._published(editor, future, "2026-12-10", action="action-save")

        future.refresh_from_db()
        assert future.get_latest_revision_as_object().requirements == "Từ đủ 18 tuổi"


def test_waiting_version_with_the_same_law_is_announced_to_the_editor(page, editor):
    """Readers see no change of the law, but what is published with another day would collide with it."""
    page.summary = "Từ năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 1))
    text = editor.get(address(page)).content.decode()
    assert "01/01/2027" in text
    assert reverse("procedures_waiting_version", args=[page.procedure_id, 2]) in text
