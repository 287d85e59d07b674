"""Best bets and offices as editors enter them: what is checked on saving."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from search.models import BestBet, OtherOffice
from tests.search.admin.test_queries import document
from tests.search.factories import LexiconEntryFactory
from tests.search.samples import empty_lexicon
from tests.search.test_wagtail_hooks import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def controller() -> Client:
    empty_lexicon()
    document("1", "Đăng ký kết hôn", "1.000894")
    document("2", "Xác nhận tình trạng hôn nhân", "1.004873")
    return browser(Membership.Role.CONTROLLER)


def typed(**facts: Any) -> dict[str, Any]:
    data = {
        "words": "cưới",
        "targets": "1.000894",
        "valid_from": "23/11/2026",
        "position": "1",
        "language": "",
    }
    return data | facts


def add(client: Client, **facts: Any) -> Any:
    return client.post(reverse("search_bets:add"), typed(**facts))


def errors(response: Any) -> str:
    assert response.status_code == 200
    return html.unescape(str(response.context["form"].errors))


class TestBestBets:
    @pytest.mark.parametrize(
        "targets",
        ["1.000894", "1.000894.000.00.00.H12", "/thu-tuc/1/", "https://cong.example/thu-tuc/1/?a=b"],
    )
    def test_codes_and_addresses_refer_to_a_page(self, controller: Client, targets: str):
        assert add(controller, targets=targets).status_code == 302
        assert BestBet.objects.get().documents == ["procedure:1"]

    def test_several_pages_keep_their_order_and_are_shown_again(self, controller: Client):
        add(controller, targets="1.004873\r\n/thu-tuc/1/")
        bet = BestBet.objects.get()
        assert bet.documents == ["procedure:2", "procedure:1"]
        page = controller.get(reverse("search_bets:edit", args=[bet.pk])).content.decode()
        assert "1.004873\n1.000894" in page

    @pytest.mark.parametrize("targets", ["9.999999", "/khong-co/", "https://[x", "abc", "\x00"])
    def test_pages_that_are_not_public_are_rejected_and_named(self, controller: Client, targets: str):
        response = add(controller, targets=targets)
        assert response.status_code in (200, 400)
        assert not BestBet.objects.exists()
        if response.status_code == 200:
            assert "Không có trong" in errors(response) or "targets" in response.context["form"].errors

    def test_a_page_named_twice_is_rejected(self, controller: Client):
        assert "Ghi hai lần" in errors(add(controller, targets="1.000894\n/thu-tuc/1/"))

    def test_dates_in_the_wrong_order_are_rejected(self, controller: Client):
        assert add(controller, valid_to="22/11/2026").status_code == 200
        assert add(controller, valid_to="23/11/2026").status_code == 302

    def test_queries_or_a_group_are_needed(self, controller: Client):
        assert "Hãy nhập câu tìm" in errors(add(controller, words=" "))
        group = LexiconEntryFactory(terms="xyz\ntừ thường ngày")
        assert add(controller, words="", group_word="Từ thường ngày").status_code == 302
        assert BestBet.objects.get().group == group

    def test_a_group_is_found_by_one_of_its_words(self, controller: Client):
        group = LexiconEntryFactory(terms="cưới hỏi\nđám cưới")
        LexiconEntryFactory(terms="đám cưới")
        assert "Không có nhóm nào" in errors(add(controller, group_word="xyz"))
        assert "Nhiều nhóm" in errors(add(controller, group_word="đám cưới"))
        assert add(controller, group_word="cưới hỏi").status_code == 302
        bet = BestBet.objects.get()
        address = reverse("search_bets:edit", args=[bet.pk])
        assert 'value="cưới hỏi"' in html.unescape(controller.get(address).content.decode())
        assert controller.post(address, typed(group_word="cưới hỏi")).status_code == 302
        bet.refresh_from_db()
        assert bet.group == group
        controller.post(address, typed())
        bet.refresh_from_db()
        assert bet.group is None

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({}, 200),
            ({"words": "CUOI"}, 200),
            ({"position": "2"}, 302),
            ({"words": "hỏi"}, 302),
            ({"valid_from": "01/01/2027"}, 302),
            ({"language": "en"}, 200),
        ],
    )
    def test_a_query_has_one_best_bet_at_a_time_and_order(
        self, controller: Client, facts: dict[str, Any], status: int
    ):
        assert add(controller, valid_to="31/12/2026").status_code == 302
        assert add(controller, targets="1.004873", **facts).status_code == status

    def test_it_does_not_conflict_with_itself(self, controller: Client):
        add(controller)
        bet = BestBet.objects.get()
        response = controller.post(reverse("search_bets:edit", args=[bet.pk]), typed(reason="hay hỏi"))
        assert response.status_code == 302
        bet.refresh_from_db()
        assert bet.reason == "hay hỏi"

    def test_a_procedure_that_has_ended_is_saved_with_a_warning(self, controller: Client):
        ended = document("3", "Thủ tục cũ", "1.000003")
        ended.facts = {"state": "Bãi bỏ từ 01/01/2026"}
        ended.save()
        response = controller.post(reverse("search_bets:add"), typed(targets="1.000003"), follow=True)
        page = html.unescape(response.content.decode())
        assert "đã hết hiệu lực; người dân thấy" in page
        assert "Dẫn tới thủ tục đã hết hiệu lực" in page

    def test_other_roles_may_not_edit(self):
        assert add(browser(Membership.Role.EDITOR)).status_code in (302, 403)
        assert not BestBet.objects.exists()

    def test_deleting_its_group_keeps_the_bet(self, controller: Client):
        group = LexiconEntryFactory(terms="cưới hỏi")
        add(controller, words="", group_word="cưới hỏi")
        controller.post(reverse("search_words:delete", args=[group.pk]))
        assert BestBet.objects.get().group is None
        assert controller.get(reverse("search_bets:index")).status_code == 200


class TestOffices:
    def test_an_office_can_be_entered(self, controller: Client):
        data = {"words": " kiện  tụng ", "office": "Tòa án", "text": "Xét xử.", "checked_on": "23/11/2026"}
        for url, status in (("javascript:alert(1)", 200), ("https://toaan.example/", 302)):
            response = controller.post(reverse("search_offices:add"), data | {"url": url, "active": "on"})
            assert response.status_code == status
        assert OtherOffice.objects.get(slug="kien-tung").words == "kiện tụng"

    def test_other_roles_may_not_edit(self):
        client, row = browser(Membership.Role.EDITOR), OtherOffice.objects.first()
        for address in ("search_offices:edit", "search_offices:delete"):
            assert client.post(reverse(address, args=[row.pk])).status_code in (302, 403)
        assert OtherOffice.objects.filter(pk=row.pk).exists()
