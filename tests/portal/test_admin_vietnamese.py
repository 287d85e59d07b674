"""The language of the admin and its scripts; ``test_admin_crawler.py`` reads every page."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override
from wagtail.users.models import UserProfile

from accounts.models import User
from home.models import NewsIndexPage
from home.services import start_site
from tests.portal.admin_words import foreign_words, read


class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.home = start_site()
        cls.news = NewsIndexPage.objects.child_of(cls.home).get()
        cls.person = User.objects.create_superuser(username="quan-tri-thu", password=None)

    def setUp(self):
        self.client.force_login(self.person)

    def test_javascript_catalogue_is_vietnamese(self):
        text = self.client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
        catalogue = json.loads(re.search(r"const newcatalog = (\{.*?\});", text, re.DOTALL)[1])
        assert catalogue["Main menu"] == "Trình đơn chính"
        assert catalogue["Unpin toolbar"] == "Bỏ ghim thanh công cụ"

    def test_user_can_choose_english(self):
        profile = UserProfile.get_for_user(self.person)
        for language, words in (("en", "Log out"), ("vi", "Đăng xuất")):
            profile.preferred_language = language
            profile.save()
            page = self.client.get(reverse("wagtailadmin_account")).content.decode()
            assert f'lang="{language}"' in page
            assert words in page.encode().decode("unicode_escape", "ignore") or words in page
            assert set(re.findall(r'<option value="([a-z-]{2,7})"', page)) >= {"vi", "en"}

    def test_account_page_offers_no_time_zone(self):
        assert "Africa/Abidjan" not in self.client.get(reverse("wagtailadmin_account")).content.decode()

    def test_validation_errors_of_a_page_are_vietnamese(self):
        response = self.client.post(
            reverse("wagtailadmin_pages:add", args=["home", "newspage", self.news.pk]),
            {"title": "", "body-count": "0"},
        )
        assert not foreign_words(read(response.text).texts)
        assert "Chưa tạo được trang vì còn lỗi." in response.content.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Save draft", "Lưu bản nháp"),
        ("Unpublish", "Gỡ xuống"),
        ("Locale", "Ngôn ngữ"),
        ("Move", "Chuyển"),
        ("Reports", "Báo cáo"),
        ("Translate page", "Dịch trang"),
    ],
)
def test_portal_translations_override_library_translations(text, expected):
    with override("vi"):
        assert gettext(text) == expected
    with override("en"):
        assert gettext(text) == text


@pytest.mark.parametrize("number", [1, 2, 64])
def test_vietnamese_plural_has_one_form(number):
    with override("vi"):
        words = ngettext("Delete 1 page", "Delete %(counter)s pages", number) % {"counter": number}
    assert words == f"Xóa {number} trang"


@pytest.mark.parametrize("seconds", [0, 1, 29, 61, 300, 3700, 3 * 3600, 30 * 3600, 40 * 86400, 800 * 86400])
def test_age_of_a_recent_change_is_vietnamese(seconds):
    with override("vi"):
        text = naturaltime(timezone.now() - timedelta(seconds=seconds))
    assert not foreign_words(read(f"<p>{text}</p>").texts), text


def test_english_texts_are_detected():
    page = "<p>Save draft</p><i title='Close dialog'></i><p>Lưu bản nháp</p><p>Lần sửa: None</p>"
    assert foreign_words(read(page).texts) == {"Save", "draft", "Close", "dialog", "None"}
    assert not foreign_words(read("<script>let words</script><p>12 trang</p><p hidden>None</p>").texts)
