"""The weekly list of queries: what it shows, to whom, and what an editor can decide."""

from __future__ import annotations

import csv
import html
from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.models import Membership
from search.models import (
    BestBet,
    IndexedDocument,
    IndexedTerm,
    LexiconEntry,
    OtherOffice,
    QueryReview,
    SearchedQuery,
    SearchedQueryClick,
    SearchedQueryDay,
)
from tests.search.factories import LexiconEntryFactory
from tests.search.samples import empty_lexicon
from tests.search.test_wagtail_hooks import browser

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 23)
LIST = "/quan-tri/cau-tim/"


@pytest.fixture(autouse=True)
def _no_lexicon() -> None:
    empty_lexicon()


@pytest.fixture
def controller() -> Client:
    return browser(Membership.Role.CONTROLLER)


def query(text: str, week: date = WEEK, language: str = "vi", **numbers: int) -> SearchedQuery:
    row = SearchedQuery.objects.create(
        week=week, language=language, digest=f"{text}-{language}"[:32], text=text, folded=text
    )
    SearchedQueryDay.objects.create(query=row, day=week, **({"shown": 5, "without_result": 1} | numbers))
    return row


def document(ref: str, title: str, *codes: str) -> IndexedDocument:
    row = IndexedDocument.objects.create(
        key=f"procedure:{ref}", kind="procedure", ref=ref, collection="public", locale="vi", title=title,
        url=f"/thu-tuc/{ref}/", codes=list(codes), scopes=["public"], version=1, digest="", title_words="",
        title_marked="", changed_at=timezone.now(),
    )  # fmt: skip
    for name, value in [("scope", "public"), *(("code", code) for code in codes)]:
        IndexedTerm.objects.create(document=row, name=name, value=value)
    return row


def page(client: Client, address: str = LIST, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


class TestAccess:
    @pytest.mark.parametrize(
        "role", [Membership.Role.EDITOR, Membership.Role.COMMUNICATION, Membership.Role.OPERATOR]
    )
    def test_other_roles_have_no_access(self, role: str):
        client, row = browser(role), query("so hong")
        group = LexiconEntryFactory()
        for address in (LIST, f"{LIST}{row.pk}/"):
            response = client.get(address)
            assert response.status_code in (302, 403)
            assert "so hong" not in response.content.decode()
        client.post(f"{LIST}{row.pk}/nhom/", {"group": group.pk})
        client.post(f"{LIST}{row.pk}/bo-qua/")
        assert not QueryReview.objects.exists()

    def test_visitors_are_sent_to_the_sign_in_page(self, client: Client):
        assert client.get(LIST).status_code == 302

    def test_the_menu_contains_the_list(self, controller: Client):
        assert f'"{LIST}"' in page(controller, "/quan-tri/").replace("\\", "")

    def test_queries_of_few_networks_are_never_shown(self, controller: Client):
        row = SearchedQuery.objects.create(week=WEEK, language="vi", digest="x", marks="0123 4567")
        SearchedQueryDay.objects.create(query=row, day=WEEK, shown=2, without_result=2)
        shown = page(controller)
        assert "Còn 1 câu tìm đến từ ít hơn 3 mạng" in shown
        assert "0123" not in shown
        assert controller.get(f"{LIST}{row.pk}/").status_code == 404
        assert controller.post(f"{LIST}{row.pk}/bo-qua/").status_code == 404
        assert controller.get(f"/quan-tri/search_words/new/?cau-tim={row.pk}").status_code == 200


class TestList:
    def test_queries_without_a_good_answer_are_listed_with_their_numbers(self, controller: Client):
        query("sổ hồng", shown=9, without_result=4, low_confidence=2, seen=7, clicked=4)
        query("khai sinh", shown=9, without_result=0, seen=5, clicked=5)
        shown = page(controller)
        assert "sổ hồng" in shown
        assert "khai sinh" not in shown
        for number in (9, 4, 2, 3):
            assert f"<td>{number}</td>" in shown

    def test_more_clicks_than_views_give_no_negative_number(self, controller: Client):
        row = query("sổ hồng", seen=1, clicked=5)
        page(controller)
        assert next(iter(_rows(controller)), None) == row.text

    def test_filters_of_week_language_and_state(self, controller: Client):
        query("cũ", week=WEEK - timedelta(weeks=1))
        query("mới")
        query("new", language="en")
        ignored = query("bỏ đi")
        controller.post(f"{LIST}{ignored.pk}/bo-qua/")
        assert _rows(controller) == ["mới", "new"]
        assert _rows(controller, **{"tuan": "2026-11-16"}) == ["cũ"]
        assert _rows(controller, **{"ngon-ngu": "en"}) == ["new"]
        assert _rows(controller, **{"muc": "bo-qua"}) == ["bỏ đi"]
        assert _rows(controller, **{"muc": "tat-ca"}) == ["bỏ đi", "mới", "new"]
        assert _rows(controller, tuan="x", muc="x", **{"ngon-ngu": "x", "sap-xep": "x", "trang": "x"}) == [
            "mới",
            "new",
        ]

    def test_list_can_be_sorted(self, controller: Client):
        query("a", shown=1, without_result=1, low_confidence=0, seen=9)
        query("b", shown=9, without_result=2, low_confidence=0, seen=0)
        query("c", shown=5, without_result=0, low_confidence=3, seen=0)
        orders = {"luot": "bca", "khong-co": "bac", "khong-sat": "cab", "khong-chon": "abc", "cau": "abc"}
        orders["chua-dap-ung"] = "acb"
        assert {name: "".join(_rows(controller, **{"sap-xep": name})) for name in orders} == orders

    def test_long_lists_have_pages(self, controller: Client):
        for number in range(30):
            query(f"câu {number:02}")
        assert len(_rows(controller)) == 25
        assert len(_rows(controller, trang="2")) == 5
        assert 'aria-current="page"' in page(controller, trang="2")

    def test_the_number_of_queries_does_not_grow(self, controller: Client):
        numbers = []
        for many in (3, 8):
            for number in range(many):
                query(f"câu {many} {number}")
            page(controller)
            with CaptureQueriesContext(connection) as queries:
                page(controller)
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]

    def test_the_download_is_safe_for_spreadsheets(self, controller: Client):
        query("=1+1")
        LexiconEntryFactory(terms="-1+1")
        response = controller.get(LIST, {"tai-ve": "csv"})
        assert response["Content-Disposition"] == 'attachment; filename="cau-tim-2026-11-23.csv"'
        rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
        assert rows[0][0] == "câu tìm"
        assert rows[1][0] == "'=1+1"
        assert rows[1][-1].startswith("'-") or not rows[1][-1]

    def test_groups_with_similar_words_are_proposed(self, controller: Client):
        query("làm giấy hôn thúu")
        query("khác hẳn")
        LexiconEntryFactory(terms="giấy hôn thú\nhôn thú")
        assert "<td>giấy hôn thú</td>" in page(controller)

    def test_otherwise_the_group_of_the_most_chosen_procedure_is_proposed(self, controller: Client):
        row = query("về chung một nhà")
        chosen = document("1", "Đăng ký kết hôn", "1.000894")
        SearchedQueryClick.objects.create(query=row, document=chosen.key, count=3)
        LexiconEntryFactory(terms="xyz\nabc", codes="1.000894")
        assert "<td>xyz</td>" in page(controller)
        assert "Đăng ký kết hôn" in page(controller, f"{LIST}{row.pk}/")

    def test_dead_best_bets_are_listed(self, controller: Client):
        BestBet.objects.create(words="cưới", documents=["procedure:404"], valid_from=WEEK)
        assert "không còn công khai" in page(controller)


def _rows(client: Client, **asked: str) -> list[str]:
    return [row.text for row, _proposal in client.get(LIST, asked).context["rows"]]


class TestDecisions:
    def test_a_query_becomes_a_word_of_a_group(self, controller: Client):
        row, group = query("hôn thúu"), LexiconEntryFactory(terms="hôn thú")
        assert f'value="{group.pk}"' in page(controller, f"{LIST}{row.pk}/")
        assert controller.post(f"{LIST}{row.pk}/nhom/", {"group": group.pk}).status_code == 302
        group.refresh_from_db()
        assert group.terms == "hôn thú\nhôn thúu"
        assert _rows(controller) == []
        assert _rows(controller, muc="da-xu-ly") == ["hôn thúu"]

    def test_a_word_is_added_once(self, controller: Client):
        row, group = query("hôn thú"), LexiconEntryFactory(terms="hôn thú")
        controller.post(f"{LIST}{row.pk}/nhom/", {"group": group.pk})
        group.refresh_from_db()
        assert group.terms == "hôn thú"

    @pytest.mark.parametrize("group", ["", "x", "0", "9" * 30, "²"])
    def test_without_a_group_nothing_happens(self, controller: Client, group: str):
        row = query("hôn thú")
        response = controller.post(f"{LIST}{row.pk}/nhom/", {"group": group}, follow=True)
        assert "Hãy chọn một nhóm từ." in response.content.decode()
        assert not QueryReview.objects.exists()

    def test_other_groups_can_be_searched(self, controller: Client):
        row = query("về chung một nhà")
        LexiconEntryFactory(terms="đám cưới")
        assert "đám cưới" not in page(controller, f"{LIST}{row.pk}/")
        assert "đám cưới" in page(controller, f"{LIST}{row.pk}/", nhom="dam cuoi")

    def test_an_ignored_query_stays_away_until_it_is_listed_again(self, controller: Client):
        row, later = query("linh tinh"), query("linh tinh", week=WEEK + timedelta(weeks=1))
        controller.post(f"{LIST}{row.pk}/bo-qua/")
        assert _rows(controller) == _rows(controller, tuan="2026-11-23") == []
        controller.post(f"{LIST}{later.pk}/bo-qua/", {"again": "1"})
        assert _rows(controller) == ["linh tinh"]

    def test_query_still_unanswered_a_week_later_is_listed_again(self, controller: Client):
        row = query("hôn thúu")
        controller.post(f"{LIST}{row.pk}/nhom/", {"group": LexiconEntryFactory().pk})
        assert _rows(controller) == []
        query("hôn thúu", week=WEEK + timedelta(weeks=1))
        assert _rows(controller) == ["hôn thúu"]

    def test_decisions_are_logged_with_the_person(self, controller: Client):
        row, group = query("hôn thúu"), LexiconEntryFactory(terms="hôn thú")
        controller.post(f"{LIST}{row.pk}/nhom/", {"group": group.pk})
        entry = ModelLogEntry.objects.get(action="search.query_decided")
        assert (entry.label, entry.data["decision"], entry.data["target"]) == ("hôn thúu", "group", "hôn thú")
        assert entry.user_id == int(controller.session["_auth_user_id"])
        assert ModelLogEntry.objects.filter(action="wagtail.edit", object_id=str(group.pk)).exists()

    def test_each_decision_needs_its_own_permission(self):
        """An account that may only view: decisions are refused, whatever is sent."""
        client = browser(Membership.Role.EDITOR)
        user = Membership.objects.latest("pk").user
        user.user_permissions.add(Permission.objects.get(codename="view_searchedquery"))
        row, group = query("hôn thú"), LexiconEntryFactory(terms="x")
        assert client.get(LIST).status_code == 200
        assert client.post(f"{LIST}{row.pk}/nhom/", {"group": group.pk}).status_code in (302, 403)
        client.post(f"{LIST}{row.pk}/bo-qua/")
        group.refresh_from_db()
        assert group.terms == "x"
        assert not QueryReview.objects.exists()

    @pytest.mark.parametrize("address", ["nhom/", "bo-qua/"])
    def test_decisions_need_a_post_request(self, controller: Client, address: str):
        assert controller.get(f"{LIST}{query('a').pk}/{address}").status_code == 405


class TestFromAQuery:
    def test_a_new_group(self, controller: Client):
        row = query("hôn thúu")
        address = f"{reverse('search_words:add')}?cau-tim={row.pk}"
        shown = page(controller, address)
        assert "hôn thúu</textarea>" in shown
        assert f'action="{address}"' in shown
        data = {"terms": "hôn thúu", "official": "kết hôn", "mode": "oneway", "area": "x", "active": "on"}
        response = controller.post(address, data)
        assert response["Location"] == f"{LIST}?tuan=2026-11-23"
        assert QueryReview.objects.get().decision == "new_group"
        assert LexiconEntry.objects.get().terms == "hôn thúu"

    def test_a_best_bet(self, controller: Client):
        row, found = query("hôn thúu"), document("1", "Đăng ký kết hôn", "1.000894")
        address = f"{reverse('search_bets:add')}?cau-tim={row.pk}"
        assert "hôn thúu</textarea>" in page(controller, address)
        data = {"words": "hôn thúu", "targets": "1.000894", "valid_from": "23/11/2026", "position": "1"}
        assert controller.post(address, data).status_code == 302
        assert BestBet.objects.get().documents == [found.key]
        assert QueryReview.objects.get().decision == "best_bet"

    def test_another_office(self, controller: Client):
        row = query("kiện tụng")
        OtherOffice.objects.all().delete()
        address = f"{reverse('search_offices:add')}?cau-tim={row.pk}"
        data = {
            "words": "kiện tụng",
            "office": "Tòa án",
            "text": "Xét xử.",
            "checked_on": "23/11/2026",
            "active": "on",
        }
        assert controller.post(address, data).status_code == 302
        assert OtherOffice.objects.get().slug == "kien-tung"
        assert QueryReview.objects.get().decision == "other_office"

    @pytest.mark.parametrize("number", ["", "x", "0", "9" * 40, "²"])
    def test_a_query_that_does_not_exist_is_ignored(self, controller: Client, number: str):
        assert controller.get(reverse("search_words:add"), {"cau-tim": number}).status_code == 200
