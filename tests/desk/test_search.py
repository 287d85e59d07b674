"""Finding a dossier at the desk, with Elasticsearch and without: the same answers behind the same wall."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from accounts.models import Agency, Membership, User
from forms_app.desk.access import desk_of
from forms_app.desk.selectors import queue
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.search_documents import DossierSource
from forms_app.dossiers.transitions import Action
from search.engines import registry as engines
from search.engines.elastic import client as elastic
from search.requests import SearchRequest
from search.selectors import search
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import SCHEMA, VN, do, make_dossier, make_officer
from tests.dossiers.factories import make_form, make_version
from tests.search.library import forget_servers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN)
ENGINES = [engines.DATABASE, pytest.param(engines.ELASTIC, marks=pytest.mark.elasticsearch)]
QUEUE = "/mot-cua/"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    forget_servers()
    if request.param == engines.ELASTIC:
        request.getfixturevalue("elasticsearch_url")
        request.getfixturevalue("settings").ELASTICSEARCH_TIMEOUT = 20.0
        for mirror in engines.mirrors():
            mirror.reconcile()
    yield str(request.param)
    forget_servers()


Filing = Callable[..., Dossier]


@pytest.fixture
def filing(engine: str, django_capture_on_commit_callbacks: Any) -> Filing:
    """File a dossier and wait until the engine knows it."""

    def file(agency: Agency, name: str, title: str = "Đăng ký khai sinh", **answers: Any) -> Dossier:
        with django_capture_on_commit_callbacks(execute=True):
            form = make_form(make_version(title=title), agency, schema=SCHEMA)
            dossier = make_dossier(form=form, full_name=name, **answers)
        settle(engine)
        return dossier

    return file


def settle(engine: str) -> None:
    if engine == engines.ELASTIC:
        elastic.background().indices.refresh(index=f"{portal_settings.ELASTICSEARCH_INDEX_PREFIX}-*")


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
    def test_name_phone_and_procedure_with_and_without_marks(
        self, filing: Filing, agency: Agency, client: Client, query: str
    ) -> None:
        dossier = filing(agency, "Danh Sà Rây")
        assert dossier.code in found(client, query)

    def test_the_code_in_full_leads_to_it_first(self, filing: Filing, agency: Agency, client: Client) -> None:
        wanted = filing(agency, "Nguyễn Văn A")
        filing(agency, "Nguyễn Văn B")
        assert found(client, str(wanted.code))[0] == wanted.code

    def test_nothing_found_says_what_to_do(self, filing: Filing, agency: Agency, client: Client) -> None:
        filing(agency, "Nguyễn Văn A")
        page = client.get(QUEUE, {"q": "khongcogi"}).content.decode()
        assert "Không có hồ sơ nào" in page or "không có hồ sơ" in page.lower()

    def test_answers_and_numbers_of_the_citizen_are_not_searched(
        self, filing: Filing, agency: Agency, client: Client
    ) -> None:
        dossier = filing(agency, "Nguyễn Văn A", purpose="Kết hôn với người nước ngoài")
        assert dossier.answers["citizen_id"]
        for query in (dossier.answers["citizen_id"], "nước ngoài", "ruling", "thu@example.vn"):
            assert dossier.code not in found(client, query), query

    @pytest.mark.parametrize(
        "query", ["%", "_", "*", '"', "\\", "a OR 1=1", "(", "x" * 300, "::", "NOT", "🙂"]
    )
    def test_signs_are_signs(self, filing: Filing, agency: Agency, client: Client, query: str) -> None:
        filing(agency, "Nguyễn Văn A")
        assert client.get(QUEUE, {"q": query}).status_code == 200


class TestWall:
    def test_each_officer_finds_their_own_agency_s(
        self, filing: Filing, agency: Agency, client: Client
    ) -> None:
        other = AgencyFactory(name="UBND xã Đất Mũi")
        mine, theirs = filing(agency, "Trương Út Em"), filing(other, "Trương Út Em")
        assert found(client, "Trương Út Em") == [mine.code]
        neighbour = Client()
        neighbour.force_login(make_officer(other))
        assert found(neighbour, "Trương Út Em") == [theirs.code]

    def test_two_memberships_are_two_agencies(
        self, filing: Filing, agency: Agency, officer: User, client: Client
    ) -> None:
        other = AgencyFactory()
        codes = {filing(one, "Trương Út Em").code for one in (agency, other)}
        Membership.objects.create(
            user=officer, agency=other, role=Membership.Role.INSPECTOR, valid_from=NOW.date()
        )
        assert set(found(client, "Trương Út Em")) == codes

    def test_the_public_search_never_finds_a_dossier(
        self, filing: Filing, engine: str, agency: Agency
    ) -> None:
        dossier = filing(agency, "Trương Út Em")
        for query in ("Trương Út Em", str(dossier.code)):
            page = Client().get("/tim-kiem/", {"q": query}).content.decode()
            assert f"/ho-so/{dossier.code}/" not in page
            assert "UBND phường Tân Thành" not in page
            assert not [
                hit for hit in search(SearchRequest(query=query), engine=engine).hits if hit.kind == "dossier"
            ]

    def test_without_a_scope_nothing_is_found(self, filing: Filing, engine: str, agency: Agency) -> None:
        filing(agency, "Trương Út Em")
        request = SearchRequest(query="Trương Út Em", collection="dossiers", scopes=())
        assert search(request, engine=engine).hits == ()

    def test_an_index_that_lies_cannot_open_the_wall(self, agency: Agency, officer: User) -> None:
        foreign = make_dossier(AgencyFactory())
        desk = desk_of(officer)
        assert desk is not None
        assert queue.found_by_refs(desk, [str(foreign.pk), "0", "-1", "²", "9" * 50, "x", "\x00"]) == []


class TestFreshness:
    def test_a_change_of_status_does_not_hide_it(
        self, filing: Filing, engine: str, agency: Agency, officer: User, client: Client
    ) -> None:
        dossier = filing(agency, "Huỳnh Thị Lượm")
        do(dossier, Action.REFUSE, officer, at=NOW)
        page = client.get(QUEUE, {"q": "Huỳnh Thị Lượm"}).content.decode()
        assert str(dossier.code) in page
        assert "Không được tiếp nhận" in page, "the state comes from the database, never from the index"

    def test_the_document_carries_no_more_than_the_list_shows(self, agency: Agency) -> None:
        dossier = make_dossier(agency)
        (document,) = DossierSource().documents([str(dossier.pk)])
        assert document.scopes == (f"agency:{agency.pk}",)
        assert document.collection == "dossiers"
        text = " ".join([document.title, document.summary, *document.codes, *document.keywords])
        for secret in (dossier.answers["citizen_id"], dossier.email, dossier.address, "Mua bán nhà đất"):
            assert secret not in text

    @pytest.mark.parametrize("refs", [["x"], ["²"], ["-1"], [""], ["9" * 30], []])
    def test_rubbish_refs_give_no_document(self, agency: Agency, refs: list[str]) -> None:
        make_dossier(agency)
        assert list(DossierSource().documents(refs)) == []


class TestOutage:
    @pytest.fixture
    def off(self, settings: Any) -> Iterator[None]:
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        forget_servers()
        yield
        forget_servers()

    def test_the_database_answers_and_the_page_says_so(
        self, agency: Agency, client: Client, django_capture_on_commit_callbacks: Any, off: None
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            dossier = make_dossier(agency, full_name="Võ Hoàng Khang")
        page = client.get(QUEUE, {"q": "vo hoang khang"}).content.decode()
        assert str(dossier.code) in page
        assert "Máy chủ tìm kiếm" in page

    def test_the_queue_itself_asks_no_search_server(
        self, agency: Agency, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dossier = make_dossier(agency)
        monkeypatch.setattr("forms_app.desk.views.queue.search", lambda *_args: pytest.fail("asked"))
        assert str(dossier.code) in client.get(QUEUE).content.decode()

    def test_a_long_answer_says_that_it_is_cut(
        self,
        agency: Agency,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        monkeypatch.setattr(queue, "PER_PAGE", 2)
        form = make_form(make_version(), agency, schema=SCHEMA)
        with django_capture_on_commit_callbacks(execute=True):
            for n in range(3):
                make_dossier(form=form, full_name="Lê Văn Bảy", at=NOW - timedelta(hours=n + 1))
        page = client.get(QUEUE, {"q": "Lê Văn Bảy"}).content.decode()
        assert "3 hồ sơ" in page
        assert "Đang hiện 2 hồ sơ đầu" in page
