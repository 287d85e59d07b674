"""The admin is in Vietnamese: everyday pages contain no English text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override
from wagtail.models import Site
from wagtail.users.models import UserProfile

from accounts.models import User
from home.models import NewsIndexPage
from home.services import start_site

TEXT_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
IGNORED_TAGS = {"script", "style", "svg", "code", "pre", "kbd"}
VIETNAMESE = re.compile("[À-ỹĐđ]")
# Written into Wagtail's templates, translated as modules load, or made of column names: no catalogue helps.
UNTRANSLATABLE = {
    "Actions", "All", "None", "Page", "Permanent", "Port", "Root", "Root page", "Search", "Site name", "Temporary",
    "True", "Type",
}  # fmt: skip
# Rows that Wagtail's own migrations made.
ROWS = {"Moderators", "Editors"}
# Vietnamese without a mark, and names.
ALLOWED = re.compile(
    r"[\d–., ]*(trang|trang web|trong|xem|xem trang con|trang cha|trang sau|danh)\.?"
    r"|trang \d+ trong \d+\.?|trang \(\d+\)|[\d–]+ trong \d+ (trang|None)\.?|\d+ pages"
    r"|.*\bWagtail\b.*|Ctrl .*|Esc|English|localhost|[a-z]+\.[a-z]+|[\w.+-]+@[\w.-]+|https?:\S+|\S+/\S+",
    re.IGNORECASE,
)
EVERYDAY = (
    "wagtailadmin_home", "wagtailadmin_explore_root", "wagtailadmin_account", "wagtailadmin_collections:index",
    "wagtailadmin_collections:add", "wagtailadmin_workflows:index", "wagtailadmin_workflows:add",
    "wagtailadmin_workflows:task_index", "wagtailadmin_reports:locked_pages", "wagtailadmin_reports:workflow",
    "wagtailadmin_reports:workflow_tasks", "wagtailadmin_reports:site_history", "wagtailadmin_reports:aging_pages",
    "wagtailimages:index", "wagtailimages:add", "wagtailimages:add_multiple", "wagtaildocs:index", "wagtaildocs:add",
    "wagtailsnippets:index", "wagtailusers_users:index", "wagtailusers_groups:index", "wagtailredirects:index",
    "wagtailredirects:add", "wagtailredirects:start_import", "wagtaillocales:index", "wagtailsites:index",
    "wagtailadmin_pages:search", "alerts:index", "alerts:add", "agencies:index", "agencies:add",
    "agency_successions:index", "agency_successions:add", "memberships:index", "memberships:add",
)  # fmt: skip


class Reader(HTMLParser):
    """Collects visible texts and text attributes of a page."""

    def __init__(self):
        super().__init__()
        self.texts = []
        self._ignored = 0

    def handle_starttag(self, tag, attrs):
        self._ignored += tag in IGNORED_TAGS
        self.texts += [value for name, value in attrs if name in TEXT_ATTRIBUTES and value]

    def handle_endtag(self, tag):
        self._ignored -= tag in IGNORED_TAGS and self._ignored > 0

    def handle_data(self, data):
        if not self._ignored and data.strip():
            self.texts.append(" ".join(data.split()))


def english(html, names=()):
    reader = Reader()
    reader.feed(html)
    return {
        text
        for text in reader.texts
        if re.search("[A-Za-z]{3}", text)
        and not VIETNAMESE.search(text)
        and not ALLOWED.fullmatch(text)
        and text not in UNTRANSLATABLE | ROWS
        and text not in names
    }


class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.home = start_site()
        cls.news = NewsIndexPage.objects.child_of(cls.home).get()
        cls.person = User.objects.create_superuser(username="quan-tri-thu", password=None)

    def setUp(self):
        self.client.force_login(self.person)

    def read(self, address):
        response = self.client.get(address, follow=True)
        assert response.status_code == 200, address
        return english(response.content.decode(), names={self.person.username})

    def test_everyday_pages_contain_no_english(self):
        left = {name: self.read(reverse(name)) for name in EVERYDAY}
        assert not {name: texts for name, texts in left.items() if texts}

    def test_page_views_contain_no_english(self):
        pk = self.news.pk
        names = ("edit", "history", "copy", "move", "delete", "unpublish", "workflow_history", "usage")
        left = {name: self.read(reverse(f"wagtailadmin_pages:{name}", args=[pk])) for name in names}
        left["explorer"] = self.read(reverse("wagtailadmin_explore", args=[pk]))
        left["create"] = self.read(reverse("wagtailadmin_pages:add", args=["home", "newspage", pk]))
        assert not {name: texts for name, texts in left.items() if texts}

    def test_choosers_contain_no_english(self):
        names = ("wagtailadmin_choose_page", "wagtailimages_chooser:choose", "wagtaildocs_chooser:choose")
        for name in names:
            html = self.client.get(reverse(name)).json()["html"]
            assert not english(html), name

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
        assert not english(response.content.decode(), names={self.person.username})
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
def test_plural_has_one_form(number):
    with override("vi"):
        words = ngettext("Delete 1 page", "Delete %(counter)s pages", number) % {"counter": number}
    assert words == f"Xóa {number} trang"


@pytest.mark.django_db
def test_english_texts_are_detected():
    assert english("<p>Save draft</p><i title='Close dialog'></i><p>Lưu bản nháp</p>") == {
        "Save draft",
        "Close dialog",
    }
    assert english("<script>let words</script><p>12 trang</p>") == set()
    assert Site.objects.exists()
    assert Client().get("/quan-tri/").status_code == 302
