"""Rich texts and blocks of pages are stored in NFC with Đ, whoever writes them: form, service or translation."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from core.wagtail.page_texts import normalised
from home.models import NewsIndexPage, NewsPage
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
ETH, AFRICAN = "Ð", "Ɖ"
PARAGRAPH = f"<p>Theo Q{ETH}-UBND về {AFRICAN}ất đai.</p>"
PROPER = "Theo QĐ-UBND về Đất đai."


def blocks(page: NewsPage) -> Any:
    return {block.block_type: block.value for block in page.body}


@pytest.mark.parametrize("button", [{}, {"action-publish": "1"}], ids=["draft", "publication"])
def test_texts_typed_in_the_editor_are_normalised(client, button):
    factories.front_page()
    client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
    notice = {"tone": "info", "title": f"{ETH}iều kiện", "text": f"50.000 {ETH.lower()}"}
    body = streamfield([("heading", f"{ETH}ăng ký"), ("paragraph", rich_text(PARAGRAPH)), ("notice", notice)])
    facts = nested_form_data({"title": "Tin", "slug": "tin", "date": "30/11/2026", "body": body})
    facts |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", **button}
    answer = client.post(f"/quan-tri/pages/add/home/newspage/{NewsIndexPage.objects.get().pk}/", facts)
    assert answer.status_code == 302
    values = blocks(NewsPage.objects.get().get_latest_revision_as_object())
    assert values["heading"] == "Đăng ký"
    assert PROPER in values["paragraph"].source
    assert (values["notice"]["title"], values["notice"]["text"]) == ("Điều kiện", "50.000 đ")


def test_rich_text_of_an_agency_is_normalised():
    site = factories.agency_site(duties=f"<ul><li>{ETH}ăng ký đất đai</li></ul>")
    assert "Đăng ký đất đai" in site.duties


def test_texts_written_by_a_service_are_normalised():
    page = factories.news(
        body=json.dumps([{"type": "paragraph", "value": unicodedata.normalize("NFD", PARAGRAPH)}])
    )
    assert PROPER in blocks(page)["paragraph"].source


def test_proper_texts_keep_their_blocks():
    page = factories.news(body=factories.body("Đất đai", codes=("1.001193",)))
    before = page.body
    page.full_clean()
    assert page.body is before


def test_names_and_ids_of_blocks_are_not_text():
    stored = [{"type": f"{ETH}a", "id": f"{ETH}1", "value": {"codes": [f"{ETH}ất", 3, None]}}]
    assert normalised(stored)[0]["type"] == f"{ETH}a"
    assert normalised(stored)[0]["id"] == f"{ETH}1"
    assert normalised(stored)[0]["value"]["codes"] == ["Đất", 3, None]
