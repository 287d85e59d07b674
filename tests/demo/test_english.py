"""The English pages of the demo, as a reader finds them."""

from __future__ import annotations

import re

from django.test import Client, TestCase
from wagtail.contrib.redirects.models import Redirect

from demo.english import load_english
from demo.load import load_procedures
from demo.organisation import load_agencies
from demo.pages import load_front, load_information, load_news, load_sites
from demo.sources import read_file
from home.models import HomePage
from procedures.models import ProcedurePage, ProcedureVersion


class EnglishPages(TestCase):
    home: HomePage

    @classmethod
    def setUpTestData(cls):
        agencies = load_agencies()
        cls.home = load_front()
        load_sites(cls.home, agencies)
        load_information(cls.home)
        load_news(cls.home, agencies)
        load_procedures()
        cls.versions = ProcedureVersion.objects.count()
        load_english(cls.home)

    def read(self, path: str) -> str:
        answer = Client().get(path)
        assert answer.status_code == 200, path
        return answer.text

    def test_every_page_of_the_menu_is_in_english(self):
        for path in ("/en/", "/en/procedures/", "/en/agencies/", "/en/news/"):
            assert '<html lang="en">' in self.read(path)
        front = self.read("/en/")
        assert "What do you need to do?" in front
        assert "A new baby" in front

    def test_pages_and_news_are_published(self):
        data = read_file("english")
        for row in data["pages"].values():
            assert row["title"] in self.read(f"/en/{row['slug']}/")
        for row in data["news"].values():
            assert row["title"] in self.read(f"/en/news/{row['slug']}/")

    def test_procedures_are_translated_completely(self):
        for code, slug in read_file("english")["procedures"].items():
            page = ProcedurePage.objects.get(procedure__core_code=code, locale__language_code="en")
            html = self.read(page.url)
            assert page.url.endswith(f"/{slug}/")
            assert "Parts without a translation" not in html, code
            assert re.search(r"<h1[^>]*>[\x00-\x7f]+</h1>", html), code

    def test_translations_make_no_version_and_no_redirect(self):
        assert ProcedureVersion.objects.count() == self.versions
        assert not Redirect.objects.exists()

    def test_loading_again_changes_nothing(self):
        before = list(ProcedurePage.objects.values_list("pk", "latest_revision"))
        load_english(self.home)
        assert list(ProcedurePage.objects.values_list("pk", "latest_revision")) == before
