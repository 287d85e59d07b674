"""Search at the desk, with and without Elasticsearch: same results, within the same agencies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from accounts.models import Agency, Membership, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.search_documents import DossierSource
from forms_app.dossiers.transitions import Action
from one_stop.access import officer_access
from one_stop.selectors import queue
from search.engines import base as engines
from search.engines.elastic import client as elastic
from search.requests import SearchRequest
from search.selectors.search import search
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import make_form, make_version
from tests.one_stop.factories import SCHEMA, VN, do, make_dossier, make_officer
from tests.search.samples import reset_servers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN)
ENGINES = [engines.DATABASE, pytest.param(engines.ELASTIC, marks=pytest.mark.elasticsearch)]
QUEUE = "/mot-cua/"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    reset_servers()
    if request.param == engines.ELASTIC:
        request.getfixturevalue("elasticsearch_url")
        request.getfixturevalue("settings").ELASTICSEARCH_TIMEOUT = 20.0
        for replica in engines.replicas():
            replica.reconcile()
    yield str(request.param)
    reset_servers()


Filing = Callable[..., Dossier]


@pytest.fixture
def filing(engine: str, django_capture_on_commit_callbacks: Any) -> Filing:
    """File a dossier and wait until it is indexed."""

    def file(agency: Agency, name: str, title: str = "Đăng ký khai sinh", **answers: Any) -> Dossier:
        with django_capture_on_commit_callbacks(execute=True):
            form = make_form(make_version(title=title), agency, schema=SCHEMA)
            dossier = make_dossier(form=form, full_name=name, **answers)
        settle(engine)
        return dossier

    return file


def settle(engine: str) -> None:
    if engine == engines.ELASTIC:
        elastic.background_client().indices.refresh(index=f"{portal_settings.ELASTICSEARCH_INDEX_PREFIX}-*")


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành", code="H12.46.18")


@pytest.fixture
def officer(agency: Agency) -> User:
    return make_officer(agency)


@pytest.fixture
def client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def found(client: Client, query: str) -> list[str]:
    page = client.get(QUEUE, {"q": query}).content.decode()
    return re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page)


class TestWords:
    @pytest.mark.parametrize(
        "query",
        [
            "Danh Sà Rây",
            "danh sa ray",
            "DANH SÀ RÂY",
            "sà rây",
            "0912345678",
            "đăng ký khai sinh",
            "dang ky khai sinh",
        ],
    )
    def test_dossier_is_found_by_name_phone_and_procedure_with_or_without_diacritics(
        self, filing: Filing, agency: Agency, client: Client, query: str
    ) -> None:
        dossier = filing(agency, "Danh Sà Rây")
        assert dossier.code in found(client, query)

    def test_full_code_ranks_its_dossier_first(self, filing: Filing, agency: Agency, client: Client) -> None:
        match = filing(agency, "Nguyễn Văn A")
        filing(agency, "Nguyễn Văn B")
        assert found(client, str(match.code))[0] == match.code

    def test_empty_result_shows_advice(self, filing: Filing, agency: Agency, client: Client) -> None:
        filing(agency, "Nguyễn Văn A")
        page = client.get(QUEUE, {"q": "khongcogi"}).content.decode()
        assert "Không có hồ sơ nào của cơ quan bạn khớp" in page

    def test_answers_are_not_searchable(self, filing: Filing, agency: Agency, client: Client) -> None:
        dossier = filing(agency, "Nguyễn Văn A", purpose="Kết hôn với người nước ngoài")
        for query in ("nước ngoài", "ruling", "thu@example.vn", "09618500123", "096185001235"):
            assert dossier.code not in found(client, query), query

    @pytest.mark.parametrize(
        "query",
        [
            "0912 345 678",
            "0912.345.678",
            " 0912-345-678 ",
            "+84 912 345 678",
            "84912345678",
            "０９１２ 345 678",
        ],
    )
    def test_telephone_number_is_found_however_it_is_grouped(
        self, filing: Filing, agency: Agency, client: Client, query: str
    ) -> None:
        dossier = filing(agency, "Danh Sà Rây")
        other = filing(agency, "Trần Văn B", phone="0912345679")
        assert found(client, query) == [dossier.code]
        assert other.code not in found(client, query)

    @pytest.mark.parametrize("query", ["096185001234", "096 185 001 234", "096.185.001.234"])
    def test_identity_number_is_found_by_its_hash(
        self, filing: Filing, agency: Agency, client: Client, query: str
    ) -> None:
        dossier = filing(agency, "Danh Sà Rây")
        filing(agency, "Trần Văn B", identity={"kind": "citizen_id", "number": "096185001235"})
        assert found(client, query) == [dossier.code]
        assert dossier.identity_number_hash not in {"", "096185001234"}
        (document,) = DossierSource().documents([str(dossier.pk)])
        assert dossier.identity_number_hash not in repr(document)

    def test_parts_of_a_code_find_the_dossier(self, filing: Filing, agency: Agency, client: Client) -> None:
        dossier = filing(agency, "Danh Sà Rây")
        other = filing(AgencyFactory(code="H12.99"), "Trần Văn B")
        code = str(dossier.code)
        for part in (
            code[-11:],
            code.lower(),
            code[:8],
            code[-11:-2],
            f" {code[-11:]} ",
            code.replace("-", " "),
        ):
            assert found(client, part) == [code], part
        assert found(client, str(other.code)) == [], "that of another agency is not"

    def test_code_in_lower_case_opens_the_dossier(self, agency: Agency, client: Client) -> None:
        dossier = make_dossier(agency)
        for address in (str(dossier.code).lower(), str(dossier.code)):
            assert client.get(f"/mot-cua/ho-so/{address}/").status_code == 200

    @pytest.mark.parametrize(
        "query", ["%", "_", "*", '"', "\\", "a OR 1=1", "(", "x" * 300, "::", "NOT", "🙂"]
    )
    def test_special_characters_in_a_search_are_plain_text(
        self, filing: Filing, agency: Agency, client: Client, query: str
    ) -> None:
        filing(agency, "Nguyễn Văn A")
        assert client.get(QUEUE, {"q": query}).status_code == 200


class TestFilters:
    """Status, officer and source narrow lists and search results alike."""

    @pytest.fixture
    def three(self, filing: Filing, agency: Agency, officer: User) -> list[Dossier]:
        """Return a new dossier, an accepted one of the officer, and one filed at the counter."""
        new, mine, counter = (filing(agency, "Trương Út Em") for _n in range(3))
        do(mine, Action.ACCEPT, officer, at=NOW)
        Dossier.objects.filter(pk=mine.pk).update(assigned_to=officer)
        Dossier.objects.filter(pk=counter.pk).update(source="counter")
        mine.assigned_to = officer
        return [new, mine, counter]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, {0, 1, 2}),
            ({"trang-thai": "2"}, {1}),
            ({"trang-thai": "1"}, {0, 2}),
            ({"nguon": "counter"}, {2}),
            ({"nguoi-giu": "chua-giao"}, {0, 2}),
            ({"nguoi-giu": "me"}, {1}),
            ({"nguoi-giu": "chua-giao", "nguon": "portal"}, {0}),
            ({"trang-thai": "99", "nguon": "x", "nguoi-giu": "²"}, {0, 1, 2}),
        ],
    )
    @pytest.mark.parametrize("listing", [{"q": "Trương Út Em"}, {"q": "H12.46.18"}, {"muc": "tat-ca"}])
    def test_filters_narrow_lists_and_results(
        self, three: list[Dossier], client: Client, listing: dict[str, str], filters: Any, expected: Any
    ) -> None:  # fmt: skip
        officer = three[1].assigned_to
        query = {name: str(officer.pk) if value == "me" else value for name, value in filters.items()}
        page = client.get(QUEUE, listing | query).content.decode()
        codes = set(re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page))
        assert codes == {three[n].code for n in expected}

    def test_page_keeps_the_query_and_offers_the_officers(
        self, three: list[Dossier], officer: User, client: Client
    ) -> None:
        page = client.get(QUEUE, {"q": "Trương Út Em", "nguoi-giu": str(officer.pk)}).content.decode()
        assert '<input type="hidden" name="q" value="Trương Út Em">' in page
        assert f'<option value="{officer.pk}" selected>{officer.get_full_name()}</option>' in page


class TestIsolation:
    def test_officers_find_only_dossiers_of_their_own_agency(
        self, filing: Filing, agency: Agency, client: Client
    ) -> None:
        other = AgencyFactory(name="UBND xã Đất Mũi")
        mine, theirs = filing(agency, "Trương Út Em"), filing(other, "Trương Út Em")
        assert found(client, "Trương Út Em") == [mine.code]
        other_client = Client()
        other_client.force_login(make_officer(other))
        assert found(other_client, "Trương Út Em") == [theirs.code]

    def test_search_covers_all_agencies_of_the_officer(
        self, filing: Filing, agency: Agency, officer: User, client: Client
    ) -> None:
        other = AgencyFactory()
        codes = {filing(one, "Trương Út Em").code for one in (agency, other)}
        Membership.objects.create(
            user=officer, agency=other, role=Membership.Role.INSPECTOR, valid_from=NOW.date()
        )
        assert set(found(client, "Trương Út Em")) == codes

    def test_public_search_finds_no_dossiers(self, filing: Filing, engine: str, agency: Agency) -> None:
        dossier = filing(agency, "Trương Út Em")
        for query in ("Trương Út Em", str(dossier.code)):
            page = Client().get("/tim-kiem/", {"q": query}).content.decode()
            assert f"/ho-so/{dossier.code}/" not in page
            assert "UBND phường Tân Thành" not in page
            assert not [
                hit for hit in search(SearchRequest(query=query), engine=engine).hits if hit.kind == "dossier"
            ]

    def test_search_without_scopes_finds_nothing(self, filing: Filing, engine: str, agency: Agency) -> None:
        filing(agency, "Trương Út Em")
        request = SearchRequest(query="Trương Út Em", collection="dossiers", scopes=())
        assert search(request, engine=engine).hits == ()

    def test_search_refs_of_other_agencies_are_dropped(self, agency: Agency, officer: User) -> None:
        foreign = make_dossier(AgencyFactory())
        desk = officer_access(officer)
        assert desk is not None
        assert queue.dossiers_by_ref(desk, [str(foreign.pk), "0", "-1", "²", "9" * 50, "x", "\x00"]) == []


class TestFreshness:
    def test_dossier_is_found_after_a_status_change(
        self, filing: Filing, engine: str, agency: Agency, officer: User, client: Client
    ) -> None:
        dossier = filing(agency, "Huỳnh Thị Lượm")
        do(dossier, Action.DECLINE, officer, at=NOW)
        page = client.get(QUEUE, {"q": "Huỳnh Thị Lượm"}).content.decode()
        assert str(dossier.code) in page
        assert "Không được tiếp nhận" in page, "the status comes from the database, not from the index"

    def test_indexed_document_contains_no_more_than_the_list_shows(self, agency: Agency) -> None:
        dossier = make_dossier(agency)
        (document,) = DossierSource().documents([str(dossier.pk)])
        assert document.scopes == (f"agency:{agency.pk}",)
        assert document.collection == "dossiers"
        text = " ".join([document.title, document.summary, *document.codes, *document.keywords])
        for secret in (
            dossier.answers["identity"]["number"],
            dossier.email,
            dossier.address,
            "Mua bán nhà đất",
        ):
            assert secret not in text

    @pytest.mark.parametrize("refs", [["x"], ["²"], ["-1"], [""], ["9" * 30], []])
    def test_malformed_refs_give_no_document(self, agency: Agency, refs: list[str]) -> None:
        make_dossier(agency)
        assert list(DossierSource().documents(refs)) == []


class TestOutage:
    @pytest.fixture
    def off(self, settings: Any) -> Iterator[None]:
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        reset_servers()
        yield
        reset_servers()

    def test_search_falls_back_to_the_database_with_a_notice(
        self, agency: Agency, client: Client, django_capture_on_commit_callbacks: Any, off: None
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            dossier = make_dossier(agency, full_name="Võ Hoàng Khang")
        page = client.get(QUEUE, {"q": "vo hoang khang"}).content.decode()
        assert str(dossier.code) in page
        assert "Máy chủ tìm kiếm" in page

    def test_queue_without_a_query_does_not_search(
        self, agency: Agency, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dossier = make_dossier(agency)
        monkeypatch.setattr(
            "one_stop.selectors.search.search", lambda *_args: pytest.fail("search was called")
        )
        assert str(dossier.code) in client.get(QUEUE).content.decode()


class TestPages:
    """Results are shown page by page, whichever way they were found."""

    @pytest.fixture
    def many(self, filing: Filing, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> set[str]:
        monkeypatch.setattr(queue, "PER_PAGE", 2)
        return {str(filing(agency, "Lê Văn Bảy").code) for _n in range(5)}

    @pytest.mark.parametrize(
        "listing", [{"q": "Lê Văn Bảy"}, {"q": "H12.46.18"}, {"q": "Lê Văn Bảy", "trang-thai": "1"}]
    )
    def test_every_dossier_is_on_one_page(
        self, many: set[str], client: Client, listing: dict[str, str]
    ) -> None:
        pages = [client.get(QUEUE, listing | {"page": number}).content.decode() for number in "123"]
        shown = [re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page) for page in pages]
        assert [len(codes) for codes in shown] == [2, 2, 1]
        assert {code for codes in shown for code in codes} == many
        assert all("5 hồ sơ" in page for page in pages)
        assert "page=3" in pages[0]
        assert "Tải về dạng CSV" not in pages[0]

    @pytest.mark.parametrize("number", ["4", "999999", "9" * 30])
    def test_a_page_beyond_the_last_is_the_last(self, many: set[str], client: Client, number: str) -> None:
        page = client.get(QUEUE, {"q": "Lê Văn Bảy", "page": number}).content.decode()
        assert len(re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page)) in {1, 2}

    @pytest.mark.parametrize("number", ["0", "-1", "x", "²", ""])
    def test_what_is_no_page_is_the_first_or_last(self, many: set[str], client: Client, number: str) -> None:
        for query in ("Lê Văn Bảy", "H12.46.18"):
            page = client.get(QUEUE, {"q": query, "page": number}).content.decode()
            assert re.findall(r'class="code" href="[^"]*/ho-so/([^/]+)/', page)

    def test_more_than_can_be_reached_says_so(
        self, many: set[str], client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("one_stop.selectors.search.MAX_PAGE", 2)
        page = client.get(QUEUE, {"q": "Lê Văn Bảy"}).content.decode()
        assert "5 hồ sơ" in page
        assert "Chỉ hiện được 4 hồ sơ đầu; gõ thêm chữ để thu hẹp." in page


@pytest.mark.parametrize("typed", ["Mã hồ sơ: {}", "số hồ sơ {} của tôi", "Mã: {}.", "{}, nộp ngày 5"])
def test_code_copied_with_its_label_finds_the_dossier(agency: Agency, client: Client, typed: str) -> None:
    dossier = make_dossier(agency)
    assert found(client, typed.format(dossier.code)) == [dossier.code]
