"""The admin finds names without diacritics, parts of them, and codes; in lists, in the sidebar and in choosers."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from core.models import AdminSearchEntry
from procedures.models import Procedure, PublicationDecision
from tests.accounts.factories import UserFactory
from tests.home import factories
from tests.procedures.factories import make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db

BIRTH, MARRIAGE = "Đăng ký khai sinh", "Đăng ký kết hôn"


@pytest.fixture
def admin() -> Client:
    factories.front_page()
    section = make_section()
    for code, title in (("1.001193", BIRTH), ("1.000894", MARRIAGE)):
        procedure = make_procedure(core_code=code, title=title, code=f"{code}.H12")
        make_page(section, procedure=procedure)
    client = Client()
    user = UserFactory(is_superuser=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


QUERIES = [
    "dang ky khai sinh",
    "đăng ký khai sinh",
    "KHAI SINH",
    "khai sin",
    "sinh khai",
    "1.001193",
    "1.001193.H12",
]
CHOOSER = "wagtailsnippetchoosers_procedures_{}:choose_results"


@pytest.mark.parametrize("query", QUERIES)
def test_pages_are_found(admin: Client, query: str) -> None:
    html = admin.get("/quan-tri/pages/search/", {"q": query}).content.decode()
    assert BIRTH in html
    assert MARRIAGE not in html


@pytest.mark.parametrize("query", QUERIES)
def test_procedures_are_found_in_the_register_and_its_chooser(admin: Client, query: str) -> None:
    for name in ("wagtailsnippets_procedures_procedure:list_results", CHOOSER.format("procedure")):
        html = admin.get(reverse(name), {"q": query}).content.decode()
        assert BIRTH in html, name
        assert MARRIAGE not in html, name


@pytest.mark.parametrize("query", ["zzz", '"', "' OR 1=1 --", "%", "_", "đ" * 300, "khai % sinh"])
def test_any_text_may_be_typed(admin: Client, query: str) -> None:
    for address in ("/quan-tri/pages/search/", reverse(CHOOSER.format("procedure"))):
        assert admin.get(address, {"q": query}).status_code == 200


def test_decisions_show_their_day_and_are_found_by_number(admin: Client) -> None:
    decision = make_decision(number="1242/QĐ-UBND", summary="Công bố thủ tục hộ tịch")
    make_decision(number="77/QĐ-UBND", summary="Khác")
    for query in ("1242", "1242/qd-ubnd", "ho tich"):
        html = admin.get(reverse(CHOOSER.format("publicationdecision")), {"q": query}).content.decode()
        assert decision.number in html, query
        assert "01/07/2025" in html
        assert "77/QĐ-UBND" not in html


def test_choosers_are_paged(admin: Client, django_assert_max_num_queries) -> None:
    for number in range(30):
        make_procedure(title=f"Thủ tục {number:02}")
    with django_assert_max_num_queries(12):
        html = admin.get(reverse(CHOOSER.format("procedure"))).content.decode()
    assert html.count("data-chooser-modal-choice") == 20


@pytest.mark.parametrize(
    "name", ["filing_channels:add", "deadline_settings:add", "retention_settings:add", "forms:add"]
)
def test_no_form_lists_the_register(admin: Client, name: str) -> None:
    Procedure.objects.bulk_create(
        Procedure(core_code=f"8.{number:06}", title=f"Thủ tục số {number}") for number in range(300)
    )
    html = admin.get(reverse(name)).content.decode()
    assert "Thủ tục số 299" not in html
    assert "snippet-chooser" in html


def test_a_changed_name_and_a_deleted_object(admin: Client) -> None:
    procedure = make_procedure(title="Cấp bản sao")
    procedure.title = "Cấp trích lục"
    procedure.save()
    assert list(search("trich luc")) == [procedure]
    assert list(search("ban sao")) == []
    procedure.delete()
    assert list(search("trich luc")) == []


def search(query: str) -> list[Procedure]:
    from wagtail.search.backends import get_search_backend  # noqa: PLC0415

    return list(get_search_backend().autocomplete(query, Procedure))


def test_rebuilding_fills_an_empty_table(admin: Client) -> None:
    before = set(AdminSearchEntry.objects.values_list("model", "object_id", "words"))
    AdminSearchEntry.objects.all().delete()
    call_command("update_index", verbosity=0)
    assert set(AdminSearchEntry.objects.values_list("model", "object_id", "words")) >= before
    assert PublicationDecision.objects.count() == 0
    assert Page.objects.count() > 0
