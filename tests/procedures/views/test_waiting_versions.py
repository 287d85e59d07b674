"""A controller withdraws a version that has not begun, or gives it another day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale

from accounts.models import Membership, User
from accounts.services import grant
from core.errors import Conflict, InvalidInput, NotAllowed
from core.outbox import deliver_due
from procedures.models import Procedure, ProcedureEnding, ProcedurePage, ProcedureVersion
from procedures.search_documents import ProcedureSource
from procedures.selectors import version_in_force
from procedures.services.lifecycle import end_procedure
from procedures.services.versions import publish
from procedures.services.waiting_versions import move_version, withdraw_version
from tests.accounts.factories import UserFactory
from tests.home import factories
from tests.procedures.factories import make_agency, make_decision, make_page
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
TYPED, RIGHT = date(2037, 1, 5), date(2027, 1, 5)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-12-01 09:00 +0700", tick=False)
    factories.front_page()


@pytest.fixture
def page() -> ProcedurePage:
    """Version 1 is in force since July 2025, version 2 waits for a day that was mistyped."""
    page = make_page(title="Cấp giấy phép", requirements="Điều kiện cũ", level_commune=True)
    publish(page=page, decision=make_decision(number="1/QĐ-UBND"), valid_from=date(2025, 7, 1))
    page.title, page.requirements, page.level_commune = "Cấp giấy phép mới", "Điều kiện mới", False
    publish(page=page, decision=make_decision(number="2/QĐ-UBND"), valid_from=TYPED)
    page.refresh_from_db()
    return page


def controller(page: ProcedurePage) -> User:
    user = UserFactory()
    grant(user=user, agency=page.get_parent().specific.agency, role=Membership.Role.CONTROLLER)
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def address(page: ProcedurePage, number: int = 2) -> str:
    return reverse("procedures_waiting_version", args=[page.procedure_id, number])


def rows(page: ProcedurePage) -> list[tuple[int, str, str]]:
    found = page.procedure.versions.order_by("number")
    return [(row.number, str(row.valid_from), str(row.valid_to or "")) for row in found]


def read(page: ProcedurePage) -> str:
    text: str = Client().get(page.url).text
    return " ".join(text.split())


def found_by_the_search(page: ProcedurePage) -> tuple[str, tuple[str, ...]]:
    deliver_due()
    (document,) = ProcedureSource().documents([str(page.pk)])
    return document.title, document.facets["level"]


class TestWithdraw:
    def test_the_law_in_force_goes_on_everywhere_at_once(self, page):
        client = client_of(controller(page))
        assert "Từ ngày 05/01/2037" in read(page)
        entry = reverse("procedures_entry", args=[page.procedure_id])
        assert address(page) in client.get(entry).text

        asked = client.get(address(page)).text
        assert "Rút phiên bản 2" in asked
        assert rows(page)[1] == (2, "2037-01-05", ""), "reading the page withdraws nothing"
        text = client.post(address(page), {"withdraw": "1"}, follow=True).text

        assert "Đã rút phiên bản 2" in text
        assert "chưa từng áp dụng" in text
        assert address(page) not in text
        assert rows(page) == [(1, "2025-07-01", ""), (2, "2037-01-05", "2037-01-04")]
        public = read(page)
        assert "2037" not in public
        assert "Điều kiện cũ" in public
        assert "Áp dụng từ 01/07/2025" in public
        assert found_by_the_search(page) == ("Cấp giấy phép", ("cap_xa",))
        page.refresh_from_db()
        assert (page.title, page.decision.number, page.effective_from) == ("Cấp giấy phép", "1/QĐ-UBND", None)
        assert page.get_latest_revision_as_object().requirements == "Điều kiện cũ"
        texts = [one.content["requirements"] for one in page.revisions.order_by("pk")]
        assert texts[-2:] == ["Điều kiện mới", "Điều kiện cũ"], "the withdrawn text is in the history"

    def test_the_register_has_the_name_in_force_again(self, page):
        assert Procedure.objects.get().title == "Cấp giấy phép mới"
        withdraw_version(procedure=page.procedure, number=2)
        assert Procedure.objects.get().title == "Cấp giấy phép"

    def test_an_urgent_change_and_the_withdrawn_text_can_follow(self, page):
        withdraw_version(procedure=page.procedure, number=2, by=controller(page))
        page.refresh_from_db()
        page.requirements = "Điều kiện khẩn"
        urgent = publish(page=page, decision=make_decision(), valid_from=date(2026, 12, 1))
        page.requirements = "Điều kiện mới"
        publish(page=page, decision=make_decision(), valid_from=RIGHT)

        assert rows(page) == [
            (1, "2025-07-01", "2026-11-30"), (2, "2037-01-05", "2037-01-04"), (3, "2026-12-01", "2027-01-04"),
            (4, "2027-01-05", ""),
        ]  # fmt: skip
        assert version_in_force(page.procedure) == urgent

    def test_a_procedure_without_another_version_has_no_public_page(self):
        page = make_page()
        publish(page=page, decision=make_decision(), valid_from=RIGHT)
        page.refresh_from_db()
        client = client_of(controller(page))
        assert "trang được gỡ xuống" in client.get(address(page, 1)).text

        client.post(address(page, 1), {"withdraw": "1"})

        page.refresh_from_db()
        assert not page.live
        again = publish(page=page, decision=make_decision(), valid_from=date(2026, 12, 15))
        assert (again.number, again.valid_from) == (2, date(2026, 12, 15))

    def test_a_translation_reads_the_law_in_force_again(self, page):
        english, _ = Locale.objects.get_or_create(language_code="en")
        page.get_parent().get_parent().copy_for_translation(english, copy_parents=True)
        page.get_parent().copy_for_translation(english)
        translated = page.copy_for_translation(english)
        translated.save_revision().publish()
        assert "05/01/2037" in read(translated) or "5 January 2037" in read(translated)

        withdraw_version(procedure=page.procedure, number=2, by=controller(page))

        assert "2037" not in read(translated)

    def test_a_locked_page_or_another_number_is_refused(self, page):
        by = controller(page)
        with pytest.raises(Conflict):
            withdraw_version(procedure=page.procedure, number=1, by=by)
        ProcedurePage.objects.filter(pk=page.pk).update(locked=True)

        text = client_of(by).post(address(page), {"withdraw": "1"}, follow=True).text

        assert "đang khóa" in text
        assert rows(page)[1] == (2, "2037-01-05", "")

    def test_a_version_that_has_begun_stays(self, page, time_machine):
        by = controller(page)
        time_machine.move_to("2037-01-05 00:00 +0700", tick=False)
        client = client_of(by)

        for answer in (
            client.get(address(page), follow=True),
            client.post(address(page), {"withdraw": "1"}, follow=True),
        ):
            assert "Phiên bản 2 đã bắt đầu áp dụng" in answer.text
        assert rows(page)[1] == (2, "2037-01-05", "")

    def test_only_controllers_of_the_procedure_may(self, page):
        other = UserFactory()
        grant(user=other, agency=make_agency(), role=Membership.Role.CONTROLLER)
        client = client_of(User.objects.get(pk=other.pk))

        assert client.get(address(page)).status_code == 404
        assert client.post(address(page), {"withdraw": "1"}).status_code == 404
        assert client_of(controller(page)).get(address(page, 9)).status_code == 404
        with pytest.raises(NotAllowed):
            withdraw_version(procedure=page.procedure, number=2, by=other)
        with pytest.raises(NotAllowed):
            move_version(procedure=page.procedure, number=2, day=RIGHT, by=other)
        assert rows(page)[1] == (2, "2037-01-05", "")


class TestMove:
    @pytest.mark.parametrize("day", [RIGHT, date(2026, 12, 1), date(2040, 1, 1)])
    def test_the_content_applies_from_the_day(self, page, day):
        client = client_of(controller(page))
        form = fields_of(client.get(address(page)).text)

        text = client.post(address(page), {**form, "day": f"{day:%d/%m/%Y}"}, follow=True).text

        assert f"từ ngày {day:%d/%m/%Y}" in text
        assert rows(page)[1:] == [(2, "2037-01-05", "2037-01-04"), (3, str(day), "")]
        assert "2037" not in read(page)
        moved = page.procedure.versions.get(number=3)
        assert (moved.decision.number, moved.content.requirements) == ("2/QĐ-UBND", "Điều kiện mới")
        page.refresh_from_db()
        assert page.effective_from is None
        assert page.get_latest_revision_as_object().effective_from is None

    def test_it_can_replace_the_version_in_force_on_its_first_day(self, page):
        move_version(procedure=page.procedure, number=2, day=date(2025, 7, 1), by=controller(page))

        assert rows(page)[0] == (1, "2025-07-01", "2025-06-30")
        assert rows(page)[-1] == (3, "2025-07-01", "")

    def test_a_past_day_is_confirmed(self, page):
        client = client_of(controller(page))
        data = {"day": "15/11/2026"}
        assert "Tôi xác nhận" in client.post(address(page), data).text
        assert rows(page)[1] == (2, "2037-01-05", "")

        client.post(address(page), {**data, "past_day": "2026-11-15"})

        assert rows(page)[-1] == (3, "2026-11-15", "")

    @pytest.mark.parametrize(
        ("day", "named"),
        [
            ("30/06/2025", "01/07/2025"),
            ("05/01/2037", "ngày này"),
            ("31/01/2027", "31/01/2027"),
            ("01/02/2027", "31/01/2027"),
        ],
    )
    def test_a_day_that_cannot_be_kept_is_refused_at_the_field(self, page, day, named):
        end_procedure(
            procedure=page.procedure,
            kind=ProcedureEnding.Kind.ABOLISHED,
            decision=make_decision(),
            day=date(2027, 1, 31),
        )
        past = {"past_day": "2025-06-30"}

        form = client_of(controller(page)).post(address(page), {"day": day, **past}).context["form"]

        assert named in form.errors["day"][0]
        assert rows(page)[1] == (2, "2037-01-05", "")

    def test_two_who_act_at_once_get_one_result(self, page):
        by = controller(page)
        move_version(procedure=page.procedure, number=2, day=RIGHT, by=by)

        with pytest.raises(Conflict):
            move_version(procedure=page.procedure, number=2, day=TYPED, by=by)
        with pytest.raises(InvalidInput):
            move_version(procedure=page.procedure, number=3, day=RIGHT, by=by)
        assert len(rows(page)) == 3


class TestEditor:
    """What the form of the page says and does while a version waits."""

    def _publish(self, page: ProcedurePage, **values: str) -> str:
        client = client_of(controller(page))
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
        form = fields_of(client.get(edit).text)
        text: str = client.post(edit, {**form, "action-publish": "1", **values}, follow=True).text
        return text

    def test_the_page_links_to_the_waiting_version(self, page):
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
        assert address(page) in client_of(controller(page)).get(edit).text

    def test_the_same_text_with_a_later_day_moves_it(self, page):
        self._publish(page, effective_from="2038-01-05")

        assert rows(page)[1:] == [(2, "2037-01-05", "2037-01-04"), (3, "2038-01-05", "")]

    def test_a_day_before_it_is_refused_with_the_way_out(self, page):
        text = self._publish(page, effective_from="2027-01-05")

        assert "phiên bản 2 đang chờ đến ngày 05/01/2037" in text
        assert "rút phiên bản 2 hoặc đổi ngày" in text

    def test_a_day_for_the_text_in_force_is_not_silently_dropped(self, page):
        withdraw_version(procedure=page.procedure, number=2)

        text = self._publish(page, effective_from="2026-12-10")

        assert "Ngày 10/12/2026 không được dùng" in text

    def test_a_draft_keeps_its_day_after_a_withdrawal(self, page):
        withdraw_version(procedure=page.procedure, number=2)
        page.refresh_from_db()
        page.effective_from, page.requirements = RIGHT, "Nháp"
        page.save_revision()
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])

        form = fields_of(client_of(controller(page)).get(edit).text)

        assert form["effective_from"] in {"05/01/2027", "2027-01-05"}


def test_the_database_reopens_only_what_a_withdrawn_version_had_closed(page):
    first, second = page.procedure.versions.order_by("number")
    versions = ProcedureVersion.objects.filter(pk=first.pk)

    def refused() -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            versions.update(valid_to=None)

    refused()
    second.close_before(date(2037, 6, 1))
    second.save(update_fields=["valid_to"])
    refused()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureVersion.objects.filter(pk=second.pk).update(valid_to=None)


def test_a_version_never_in_force_is_not_reopened(page):
    withdraw_version(procedure=page.procedure, number=2)
    ProcedureVersion.objects.filter(number=1).update(valid_to=date(2026, 12, 31))

    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureVersion.objects.filter(number=2).update(valid_to=None)
