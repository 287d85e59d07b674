"""Slugs generated in the browser, and expiry times in the past."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.text import MAX_SLUG_LENGTH, slugify
from core.wagtail.page_form import slug_formatters
from tests.accounts.factories import UserFactory
from tests.home import factories
from tests.support.forms import fields_of

TITLES = [
    "Thông báo số 12/TB-UBND nghỉ lễ 30/4",
    "Đăng ký kết hôn: hồ sơ, lệ phí (năm 2026)",
    "ĐIỀU CHỈNH GIẤY PHÉP",
    "e\u0302\u0301 tổ hợp",
    "  Café – naïve  ",
    "Quyết định của Ủy ban nhân dân tỉnh về việc ban hành quy chế phối hợp giải quyết thủ tục hành chính",
    "a" * 200,
    "đăng\u00adký\u200b trực tuyến",
    "!!!",
]


def as_the_browser(title: str) -> str:
    """Apply the replacements as the script of the admin does, which then lowers the letters."""
    for pattern, text in slug_formatters():
        title = re.sub(pattern, text.replace("$", "\\"), title.strip())
    return title.lower()


@pytest.mark.parametrize("title", TITLES)
def test_slug_in_the_browser_is_that_of_the_portal(title):
    assert as_the_browser(title) == slugify(title)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=120))
def test_slug_of_any_latin_title(title):
    assert as_the_browser(title) == slugify(title)


def test_stored_slug_is_not_cut_again():
    for title in TITLES:
        assert slugify(slugify(title)) == slugify(title)
        assert len(slugify(title)) <= MAX_SLUG_LENGTH


@pytest.mark.django_db
class TestEditor:
    @pytest.fixture
    def page(self, client):
        client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
        return factories.news()

    def save(self, client, page, **changed):
        address = f"/quan-tri/pages/{page.pk}/edit/"
        facts = {**fields_of(client.get(address).text), "body-count": "0", **changed}
        for name in ("action-publish", "action-submit"):
            facts.pop(name, None)
        return client.post(address, facts)

    def test_field_contains_the_replacements(self, client, page):
        html = client.get(f"/quan-tri/pages/{page.pk}/edit/").text
        written = re.search(r'data-w-slug-formatters-value="([^"]+)"', html)[1].replace("&quot;", '"')
        assert [text for _pattern, text in json.loads(written)] == [
            text for _pattern, text in slug_formatters()
        ]

    def test_past_expiry_does_not_block_saving(self, client, page):
        past = timezone.now() - timedelta(days=1)
        page.expire_at = past
        page.save_revision()
        type(page).objects.update(expire_at=past, expired=True, live=False)
        response = self.save(client, page, title="Tin đã hết hạn, sửa lại")
        assert response.status_code == 302
        draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
        assert (draft.title, draft.expire_at) == ("Tin đã hết hạn, sửa lại", None)

    def test_past_expiry_that_is_entered_is_still_an_error(self, client, page):
        assert self.save(client, page, expire_at="01/01/2026 08:00").status_code == 200

    def test_future_expiry_is_kept(self, client, page):
        page.expire_at = timezone.now() + timedelta(days=3)
        page.save_revision()
        type(page).objects.update(expire_at=page.expire_at)
        self.save(client, page, title="Còn hạn")
        draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
        assert draft.expire_at is not None

    def test_title_used_before_gets_a_numbered_slug(self, client, page):
        facts = {"title": page.title, "slug": page.slug, "date": "30/11/2026", "body-count": "0"}
        facts |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
        address = f"/quan-tri/pages/add/home/newspage/{page.get_parent().pk}/"
        for _ in range(2):
            assert client.post(address, facts).status_code == 302
        slugs = set(type(page).objects.values_list("slug", flat=True))
        assert slugs == {page.slug, f"{page.slug}-2", f"{page.slug}-3"}

    def test_page_that_is_saved_again_from_the_same_form_keeps_its_number(self, client, page):
        facts = {"title": page.title, "slug": page.slug, "date": "30/11/2026", "body-count": "0"}
        facts |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
        client.post(f"/quan-tri/pages/add/home/newspage/{page.get_parent().pk}/", facts)
        draft = type(page).objects.latest("pk")
        address = f"/quan-tri/pages/{draft.pk}/edit/"
        assert client.post(address, facts).status_code == 302  # the form still has the slug without a number
        assert client.post(address, facts | {"action-publish": "1"}).status_code == 302
        draft.refresh_from_db()
        assert (draft.live, draft.slug) == (True, f"{page.slug}-2")
        # Once published, an address changes only by a slug that is free.
        assert client.post(address, facts).status_code == 200

    def test_slug_that_was_typed_is_refused_if_it_is_used(self, client, page):
        facts = {"title": "Tin khác", "slug": page.slug, "date": "30/11/2026", "body-count": "0"}
        facts |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
        answer = client.post(f"/quan-tri/pages/add/home/newspage/{page.get_parent().pk}/", facts)
        assert answer.status_code == 200
        assert type(page).objects.count() == 1
