"""A published translation of a procedure shows its English texts over the version in force."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from procedures.models import ProcedurePage, ProcedureResult, ProcedureStep
from procedures.selectors import source_of
from procedures.services.versions import publish
from search.documents import locales_for
from search.models import IndexedDocument
from search.services import indexing
from tests.home import factories
from tests.home.factories import english
from tests.procedures.factories import make_decision, make_page, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def marriage() -> ProcedurePage:
    factories.front_page()
    page = make_page(make_section(slug="ubnd-cap-xa"), title="Đăng ký kết hôn", slug="dang-ky-ket-hon")
    page.summary = "Hai bên cùng có mặt."
    page.steps = [ProcedureStep(text="Nộp tờ khai."), ProcedureStep(text="Nhận giấy.")]
    page.results = [ProcedureResult(name="Giấy chứng nhận kết hôn")]
    publish(page=page, decision=make_decision())
    page.refresh_from_db()
    return page


def translated(page: ProcedurePage) -> ProcedurePage:
    made: ProcedurePage = english(
        page, title="Marriage registration", slug="marriage", summary="Both must come."
    )
    made.steps = [ProcedureStep(text="Submit the form."), ProcedureStep(text="Nhận giấy.")]
    made.save_revision().publish()
    return ProcedurePage.objects.get(pk=made.pk)


def page_of(client: Client, page: ProcedurePage) -> str:
    response = client.get(str(page.url))
    assert response.status_code == 200
    return response.content.decode()


def test_english_texts_replace_those_of_the_legal_version(client: Client, marriage: ProcedurePage) -> None:
    html = page_of(client, translated(marriage))
    assert '<html lang="en">' in html
    assert '<main id="main" tabindex="-1">' in html
    for text in (">Marriage registration</h1>", '<p class="lead">Both must come.</p>', "Submit the form."):
        assert text in html
    assert "<title>Marriage registration –" in html
    assert "Đăng ký kết hôn" not in html
    assert "3 working days" in html


def test_texts_without_a_translation_are_marked_vietnamese(client: Client, marriage: ProcedurePage) -> None:
    html = page_of(client, translated(marriage))
    assert '<li><span lang="vi">Nhận giấy.</span></li>' in html
    assert '<p lang="vi">Giấy chứng nhận kết hôn</p>' in html
    assert "Parts without a translation are shown in Vietnamese." in html
    assert re.search(r'<a href="/thu-tuc/ubnd-cap-xa/dang-ky-ket-hon/">Read the Vietnamese text</a>', html)


def test_an_amendment_replaces_the_translation_at_once(client: Client, marriage: ProcedurePage) -> None:
    page = translated(marriage)
    marriage.summary = "Một bên có thể vắng mặt."
    publish(page=marriage, decision=make_decision())
    html = page_of(client, page)
    assert '<p class="lead" lang="vi">Một bên có thể vắng mặt.</p>' in html
    assert "Submit the form." in html


def test_publishing_a_translation_creates_no_version(marriage: ProcedurePage) -> None:
    translated(marriage)
    assert marriage.procedure.versions.count() == 1


def test_a_translation_cannot_change_facts(marriage: ProcedurePage) -> None:
    page = translated(marriage)
    page.procedure, page.service_level, page.level_commune = make_page().procedure, "toan_trinh", True
    page.official_name = "Một tên khác"
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.procedure == marriage.procedure
    assert (page.service_level, page.level_commune, page.official_name) == ("", False, "")


def test_the_vietnamese_page_keeps_its_texts(client: Client, marriage: ProcedurePage) -> None:
    page = translated(marriage)
    assert source_of(page) == marriage
    html = page_of(client, marriage)
    assert "Đăng ký kết hôn" in html
    assert "Marriage" not in html


def titles_found(language: str) -> dict[str, str]:
    """Return title → path of what a reader finds in the index in this language."""
    rows = IndexedDocument.objects.filter(locale__in=locales_for(language), kind="procedure")
    return dict(rows.values_list("title", "url"))


def test_search_finds_each_procedure_once_in_each_language(
    marriage: ProcedurePage, django_capture_on_commit_callbacks: Any
) -> None:
    indexing.rebuild()
    assert titles_found("en") == titles_found("vi") == {"Đăng ký kết hôn": str(marriage.url)}
    with django_capture_on_commit_callbacks(execute=True):
        page = translated(marriage)
    assert titles_found("en") == {"Marriage registration": str(page.url)}
    assert titles_found("vi") == {"Đăng ký kết hôn": str(marriage.url)}
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    assert titles_found("en") == {"Đăng ký kết hôn": str(marriage.url)}


def test_hits_keep_the_reader_in_english(client: Client, marriage: ProcedurePage) -> None:
    indexing.rebuild()
    html = client.get("/en/tim-kiem/?q=ket+hon").content.decode()
    assert '<a href="/en/thu-tuc/ubnd-cap-xa/dang-ky-ket-hon/" lang="vi">' in html
    found = client.get("/en/tim-kiem/goi-y/?q=ket+hon").json()["suggestions"]
    assert [line["url"] for line in found] == ["/en/thu-tuc/ubnd-cap-xa/dang-ky-ket-hon/"]


@pytest.mark.parametrize("words", ["kết hôn", "dang ky ket hon", "cưới hỏi", "Marriage registration"])
def test_a_translated_procedure_is_found_by_its_vietnamese_name_and_keywords(
    client: Client, marriage: ProcedurePage, words: str
) -> None:
    marriage.keywords = "cưới hỏi"
    publish(page=marriage, decision=make_decision())
    page = translated(marriage)
    for title in ("Đăng ký lại kết hôn", "Ghi vào Sổ hộ tịch việc kết hôn", "Đăng ký khai tử"):
        publish(page=make_page(title=title), decision=None)
    indexing.rebuild()

    html = client.get("/en/tim-kiem/", {"q": words}).content.decode()
    hits = re.findall(r'<h2[^>]*>\s*<a href="([^"]+)"', html)
    assert hits[0] == page.url
    assert hits.count(str(page.url)) == 1
    assert "Đăng ký kết hôn" not in html

    lines = client.get("/en/tim-kiem/goi-y/", {"q": words}).json()["suggestions"]
    assert lines[0] == {"text": "Marriage registration", "url": page.url, "kind": lines[0]["kind"]}
