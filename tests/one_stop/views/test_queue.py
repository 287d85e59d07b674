"""Views of the queue: filters, sorting, pages that do not shift, the next dossier."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Agency, Membership, User
from core.text import MAX_DIGITS
from forms_app.builder.models import FormVersion
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess
from one_stop.selectors import queue
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version
from tests.one_stop.factories import NOW, SCHEMA, ask, do, make_dossier, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
QUEUE = "/mot-cua/"
ROLE = Membership.Role


def form_called(title: str, agency: Agency) -> FormVersion:
    return make_form(make_version(title=title), agency, schema=SCHEMA)


def listed(client: Client, query: str = "") -> list[str]:
    """Return the dossier codes on the page, in order."""
    page = client.get(f"{QUEUE}{query}").content.decode()
    return re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page)


class TestFilters:
    def test_filter_by_procedure(self, agency: Agency, client: Client) -> None:
        birth, marriage = form_called("Đăng ký khai sinh", agency), form_called("Đăng ký kết hôn", agency)
        match, _other = make_dossier(form=birth), make_dossier(form=marriage)
        page = client.get(QUEUE).content.decode()
        pk = re.search(r'<option value="(\d+)">Đăng ký khai sinh', page)[1]
        assert listed(client, f"?muc=moi&thu-tuc={pk}") == [match.code]
        narrowed = client.get(f"{QUEUE}?muc=moi&thu-tuc={pk}").content.decode()
        assert f'<option value="{pk}" selected>' in narrowed
        assert '<a href="/mot-cua/?muc=moi">Xem tất cả</a>' in narrowed

    def test_filter_offers_only_procedures_of_the_officers_dossiers(
        self, agency: Agency, desk: OfficerAccess
    ) -> None:
        make_dossier(form=form_called("Đăng ký khai sinh", agency))
        make_dossier(form=form_called("Cấp phép xây dựng", AgencyFactory()))
        form_called("Chưa ai nộp", agency)
        assert [title for _pk, title in queue.procedures_at(desk)] == ["Đăng ký khai sinh"]

    def test_filter_by_agency_if_the_officer_has_several(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        other = AgencyFactory(name="Sở Tư pháp")
        Membership.objects.create(
            user=officer, agency=other, role=Membership.Role.HANDLER, valid_from=NOW.date()
        )
        mine, theirs = make_dossier(agency), make_dossier(other)
        assert set(listed(client)) == {mine.code, theirs.code}
        assert listed(client, f"?co-quan={other.pk}") == [theirs.code]
        assert 'name="co-quan"' in client.get(QUEUE).content.decode()

    def test_filter_by_another_agency_gives_an_empty_list(self, agency: Agency, client: Client) -> None:
        make_dossier(agency)
        foreign = make_dossier(AgencyFactory())
        assert listed(client, f"?muc=tat-ca&co-quan={foreign.agency_id}") == []

    def test_tabs_keep_the_filter_and_their_counts_reflect_it(self, agency: Agency, client: Client) -> None:
        birth, marriage = form_called("Đăng ký khai sinh", agency), form_called("Đăng ký kết hôn", agency)
        for form in (birth, birth, marriage):
            make_dossier(form=form)
        pk = birth.definition.procedure_id
        page = client.get(f"{QUEUE}?muc=moi&thu-tuc={pk}").content.decode()
        assert f"?muc=tat-ca&amp;thu-tuc={pk}" in page
        assert re.search(r'aria-current="page">\s*Chờ tiếp nhận <span class="count">2<', page)

    @pytest.mark.parametrize(
        "query",
        [
            "thu-tuc=x", "thu-tuc=-1", "thu-tuc=²", "thu-tuc=" + "9" * 30, "co-quan=%20", "den=abc", "den=" + "9" * 25,
            "xep=password", "xep=agency__name", "xep=--ma", "muc=%20", "page=" + "9" * 30, "den=-5", "thu-tuc=1;drop",
        ],
    )  # fmt: skip
    def test_invalid_query_parameters_are_ignored(self, agency: Agency, client: Client, query: str) -> None:
        dossier = make_dossier(agency)
        assert listed(client, f"?{query}") == [dossier.code]


class TestSorting:
    @pytest.fixture
    def three_codes(self, agency: Agency) -> dict[str, str]:
        forms = {title: form_called(title, agency) for title in ("Bán lẻ rượu", "Chứng thực", "Ăn uống")}
        names = {"Bán lẻ rượu": "Cường", "Chứng thực": "An", "Ăn uống": "Bình"}
        return {title: make_dossier(form=form, full_name=names[title]).code for title, form in forms.items()}

    @pytest.mark.parametrize(
        ("key", "order"),
        [
            ("ma", ["Bán lẻ rượu", "Chứng thực", "Ăn uống"]),
            ("-ma", ["Ăn uống", "Chứng thực", "Bán lẻ rượu"]),
            ("nguoi", ["Chứng thực", "Ăn uống", "Bán lẻ rượu"]),
            ("-nguoi", ["Bán lẻ rượu", "Ăn uống", "Chứng thực"]),
            ("thu-tuc", ["Ăn uống", "Bán lẻ rượu", "Chứng thực"]),
        ],
    )
    def test_column_headings_sort_the_list(
        self, three_codes: dict[str, str], client: Client, key: str, order: list[str]
    ) -> None:
        assert listed(client, f"?xep={key}") == [three_codes[title] for title in order]

    def test_second_click_on_a_heading_reverses_the_order(self, three_codes: Any, client: Client) -> None:
        first = client.get(QUEUE).content.decode()
        assert "?xep=ma" in first
        assert "aria-sort" not in first
        second = client.get(f"{QUEUE}?xep=ma").content.decode()
        assert "?xep=-ma" in second
        assert 'aria-sort="ascending"' in second
        assert 'aria-sort="descending"' in client.get(f"{QUEUE}?xep=-ma").content.decode()

    def test_dossier_without_a_due_date_comes_last_in_both_directions(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        head = make_officer(agency, Membership.Role.HEAD)
        undated = file_dossier(
            make_form(make_version(channels=()), agency, schema=SCHEMA), now=NOW, purpose="x"
        ).dossier
        soon, late = make_dossier(agency), make_dossier(agency)
        for dossier, hours in ((undated, 1), (soon, 1), (late, 30)):
            do(dossier, Action.ACCEPT, head, at=NOW + timedelta(hours=hours))
        query = "?muc=dang-giai-quyet&xep="
        assert listed(client, f"{query}han") == [soon.code, late.code, undated.code]
        assert listed(client, f"{query}-han") == [late.code, soon.code, undated.code]


class TestPages:
    @pytest.fixture
    def many(self, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> FormVersion:
        monkeypatch.setattr(queue, "PER_PAGE", 2)
        form = form_called("Đăng ký khai sinh", agency)
        for n in range(5):
            make_dossier(form=form, at=NOW - timedelta(hours=9 - n))
        return form

    def link_to(self, page: str, number: int) -> str:
        found = re.search(rf'href="/mot-cua/(\?[^"]*page={number}[^"]*)"', page)
        assert found, f"no link to page {number}"
        return found[1].replace("&amp;", "&")

    def test_new_dossier_does_not_shift_later_pages(self, many: FormVersion, client: Client) -> None:
        before = [code for n in (1, 2, 3) for code in listed(client, f"?muc=tat-ca&page={n}")]
        first = client.get(f"{QUEUE}?muc=tat-ca").content.decode()
        make_dossier(form=many)
        second_link = self.link_to(first, 2)
        second = client.get(f"{QUEUE}{second_link}").content.decode()
        assert listed(client, second_link) == before[2:4]
        assert listed(client, self.link_to(second, 3)) == before[4:]
        assert "Có 1 hồ sơ mới" in second
        assert "4 trên 5" not in second

    def test_reloading_from_the_start_shows_the_new_dossier(self, many: FormVersion, client: Client) -> None:
        second_link = self.link_to(client.get(f"{QUEUE}?muc=tat-ca").content.decode(), 2)
        fresh = make_dossier(form=many, at=NOW)
        page = client.get(f"{QUEUE}{second_link}").content.decode()
        start = re.search(r'href="(\?[^"]*)">Xem lại từ đầu', page)[1].replace("&amp;", "&")
        assert listed(client, start)[0] == fresh.code
        assert "hồ sơ mới" not in client.get(f"{QUEUE}{start}").content.decode()

    def test_every_dossier_is_on_exactly_one_page(self, many: FormVersion, client: Client) -> None:
        seen = [code for n in (1, 2, 3) for code in listed(client, f"?muc=moi&page={n}")]
        assert len(seen) == len(set(seen)) == 5

    def test_page_links_keep_filter_and_order(self, many: FormVersion, client: Client) -> None:
        pk = many.definition.procedure_id
        page = client.get(f"{QUEUE}?muc=moi&thu-tuc={pk}&xep=-ma").content.decode()
        link = self.link_to(page, 2)
        assert f"thu-tuc={pk}" in link
        assert "xep=-ma" in link
        codes = listed(client, "?muc=moi&xep=-ma") + listed(client, link)
        assert len(codes) == 4
        assert all(left > right for left, right in pairwise(codes))

    def test_query_count_does_not_grow_with_filters_and_rows(
        self, agency: Agency, client: Client, django_assert_num_queries: Any
    ) -> None:
        form = form_called("Đăng ký khai sinh", agency)
        make_dossier(form=form)
        address = f"{QUEUE}?muc=moi&thu-tuc={form.definition.procedure_id}&xep=nguoi&den=999999"
        client.get(address)
        with django_assert_num_queries(11):  # one of them logs the view
            client.get(address)
        for _n in range(5):
            make_dossier(form=form)
        with django_assert_num_queries(11):  # one of them logs the view
            client.get(address)


@given(
    st.dictionaries(
        st.sampled_from(["muc", "thu-tuc", "co-quan", "xep", "den", "page"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=25) | st.integers().map(str),
    )
)
@hypothesis_settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_query_string_gives_valid_filters(query: dict[str, str]) -> None:
    filters = queue.QueueFilters.from_query(query)
    assert filters.ordering.removeprefix("-") in {"", *queue.ORDERINGS}
    for number in (filters.procedure_id, filters.agency_id, filters.max_id):
        assert number is None or 0 <= number < 10**MAX_DIGITS


class TestNext:
    def test_next_dossier_walks_through_the_tab_and_ends(self, agency: Agency, client: Client) -> None:
        form = form_called("Đăng ký khai sinh", agency)
        first, second = (make_dossier(form=form, at=NOW - timedelta(hours=h)) for h in (3, 2))
        step = client.get(reverse("one_stop:next"), {"muc": "moi"})
        assert step["Location"] == f"/mot-cua/ho-so/{first.code}/?muc=moi"
        page = client.get(step["Location"]).content.decode()
        link = re.search(r'href="([^"]*)" data-next', page)[1].replace("&amp;", "&")
        assert client.get(link)["Location"] == f"/mot-cua/ho-so/{second.code}/?muc=moi"
        end = client.get(reverse("one_stop:next"), {"muc": "moi", "sau": second.code}, follow=True)
        assert "Không còn hồ sơ nào trong mục “Chờ tiếp nhận”." in end.content.decode()

    QUERY = "muc=moi&thu-tuc={pk}&xep=-ma"

    def links(self, page: str) -> list[str]:
        """Return all desk links on a dossier page except those to files and printed forms."""
        main = (
            page.split("<main")[1].split("</main>", maxsplit=1)[0]
            + page.split('class="crumbs')[1].split("</nav>", maxsplit=1)[0]
        )
        found = re.findall(r'(?:href|action)="(/mot-cua/[^"]*)"', main)
        return [link.replace("&amp;", "&") for link in found if "/giay/" not in link and "/tep/" not in link]

    def test_list_query_is_kept_on_all_pages_of_a_dossier(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        Membership.objects.create(
            user=officer, agency=agency, role=Membership.Role.HEAD, valid_from=NOW.date()
        )
        form = form_called("Đăng ký khai sinh", agency)
        first, second, third = (make_dossier(form=form) for _n in range(3))
        make_dossier(form=form_called("Đăng ký kết hôn", agency))
        trail = self.QUERY.format(pk=form.definition.procedure_id)
        page = client.get(f"{QUEUE}?{trail}").content.decode()
        opened = re.search(rf'href="(/mot-cua/ho-so/{third.code}/[^"]*)"', page)[1].replace("&amp;", "&")
        assert opened == f"/mot-cua/ho-so/{third.code}/?{trail}"
        page = client.get(opened).content.decode()
        links = self.links(page)
        assert len(links) >= 6
        assert [link for link in links if f"?{trail}" not in link] == []
        form_page = client.get(f"/mot-cua/ho-so/{third.code}/viec/decline/?{trail}").content.decode()
        assert [link for link in self.links(form_page) if f"?{trail}" not in link] == []
        watched = client.get(f"/mot-cua/ho-so/{third.code}/nguoi-xem/?{trail}").content.decode()
        assert [link for link in self.links(watched) if f"?{trail}" not in link] == []

        done = client.post(f"/mot-cua/ho-so/{third.code}/viec/accept/?{trail}", {"version": 1})
        assert done["Location"] == opened
        after = client.get(done["Location"]).content.decode()
        following = re.search(r'href="([^"]*)" data-next', after)[1].replace("&amp;", "&")
        assert client.get(following)["Location"] == f"/mot-cua/ho-so/{second.code}/?{trail}"
        do(second, Action.DECLINE, officer, at=NOW)
        assert client.get(following)["Location"] == f"/mot-cua/ho-so/{first.code}/?{trail}"
        do(first, Action.DECLINE, officer, at=NOW)
        assert client.get(following)["Location"] == f"{QUEUE}?{trail}"

    def test_unavailable_action_keeps_the_list_query(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        dossier = do(make_dossier(agency), Action.DECLINE, officer, at=NOW)
        answer = client.post(f"/mot-cua/ho-so/{dossier.code}/viec/accept/?muc=tat-ca&xep=han", {"version": 1})
        assert answer["Location"] == f"/mot-cua/ho-so/{dossier.code}/?muc=tat-ca&xep=han"
        lost = client.post(
            f"/mot-cua/ho-so/{dossier.code}/viec/decline/?muc=tat-ca", {"version": 1, "reason": "Trùng"}
        )
        assert f"/mot-cua/ho-so/{dossier.code}/?muc=tat-ca" in lost.content.decode()

    def test_assigning_returns_to_the_filtered_list(self, agency: Agency, client: Client) -> None:
        dossier = make_dossier(agency)
        data = {"chon": f"{dossier.code}~1", "muc": "moi", "tiep-nhan": "qua-han", "xep": "-ma", "evil": "x"}
        answer = client.post(reverse("one_stop:assign_to_self"), data)
        assert answer["Location"] == "/mot-cua/?muc=moi&tiep-nhan=qua-han&xep=-ma"

    @pytest.mark.parametrize("value", ["<script>", '"onclick=x', "%22", "x" * 500, "a&b=c", "\u202e"])
    def test_list_query_is_escaped(self, agency: Agency, client: Client, value: str) -> None:
        dossier = make_dossier(agency)
        page = client.get(f"/mot-cua/ho-so/{dossier.code}/", {"muc": value, "xep": value}).content.decode()
        main = page.split("<main")[1].split("</main>")[0]
        assert value not in main
        assert len(re.search(r'href="([^"]*)" data-next', page)[1]) < 700

    def test_next_dossier_after_an_action_skips_finished_ones(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        first, second = make_dossier(agency), make_dossier(agency)
        do(first, Action.ACCEPT, officer, at=NOW)
        step = client.get(reverse("one_stop:next"), {"muc": "moi", "sau": first.code})
        assert step["Location"].startswith(f"/mot-cua/ho-so/{second.code}/")

    @pytest.mark.parametrize("after", ["", "khong-co", "%", "x" * 5000])
    def test_next_dossier_starts_at_the_first_for_an_unknown_code(
        self, agency: Agency, client: Client, after: str
    ) -> None:
        dossier = make_dossier(agency)
        step = client.get(reverse("one_stop:next"), {"sau": after})
        assert step["Location"].startswith(f"/mot-cua/ho-so/{dossier.code}/")

    def test_next_dossier_stays_within_the_officers_agencies(self, client: Client) -> None:
        make_dossier(AgencyFactory())
        assert client.get(reverse("one_stop:next"), {"muc": "tat-ca"})["Location"] == "/mot-cua/?muc=tat-ca"

    def test_users_without_a_desk_get_404(self) -> None:
        assert Client().get(reverse("one_stop:next")).status_code == 404


class TestRoles:
    """The list opens on the role's own tasks and offers only what the role may do."""

    @pytest.mark.parametrize(
        ("roles", "tab"),
        [
            ([ROLE.RECEIVER], "moi"),
            ([ROLE.HEAD], "moi"),
            ([ROLE.INSPECTOR], "moi"),
            ([ROLE.HANDLER], "cua-toi"),
            ([ROLE.RETURNER], "cho-tra"),
            ([ROLE.RETURNER, ROLE.HANDLER], "cua-toi"),
            ([ROLE.RETURNER, ROLE.RECEIVER], "moi"),
        ],
    )
    def test_first_tab_follows_the_role(self, agency: Agency, roles: list[str], tab: str) -> None:
        client = Client()
        client.force_login(make_officer(agency, *roles))
        page = client.get(QUEUE).content.decode()
        assert f'<input type="hidden" name="muc" value="{tab}">' in page

    @pytest.mark.parametrize(
        ("role", "offered"), [(ROLE.HANDLER, True), (ROLE.RETURNER, False), (ROLE.INSPECTOR, False)]
    )
    def test_only_roles_that_can_be_assigned_may_select(
        self, agency: Agency, role: str, offered: bool
    ) -> None:
        make_dossier(agency)
        client = Client()
        client.force_login(make_officer(agency, role))
        page = client.get(QUEUE, {"muc": "moi"}).content.decode()
        assert ('name="chon"' in page) == offered
        assert ("data-bulk" in page) == offered


def test_waiting_and_supplied_dossiers_are_distinguished(
    agency: Agency, officer: User, client: Client
) -> None:
    waiting, late, supplied = (do(make_dossier(agency), Action.ACCEPT, officer, at=NOW) for _n in range(3))
    for dossier, days in ((waiting, 5), (late, 5), (supplied, 5)):
        request = ask(dossier, officer, at=NOW)
        request.supplement_due_at = NOW + timedelta(days=days)
        request.save()
    late.supplement_requests.update(supplement_due_at=NOW - timedelta(days=3))
    supplied.supplement_requests.update(answered_at=NOW)
    do(supplied, Action.SUPPLY, officer, at=NOW)
    page = client.get(QUEUE, {"muc": "cho"}).content.decode()
    assert "Tạm dừng, chờ bổ sung đến 28/11/2026" in page
    assert "Quá hạn bổ sung từ 20/11/2026" in page
    assert "đã bổ sung 23/11/2026" in client.get(QUEUE, {"muc": "dang-giai-quyet"}).content.decode()


def test_finished_dossiers_show_delivery_and_day(agency: Agency, officer: User, client: Client) -> None:
    dossier = make_dossier(agency)
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(dossier, action, officer, at=NOW)
    page = client.get(QUEUE, {"muc": "cho-tra"}).content.decode()
    assert "Tại quầy" in page
    assert "từ 23/11/2026" in page
