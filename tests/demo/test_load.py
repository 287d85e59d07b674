"""Loading the demo: complete, in both languages, idempotent, and only with DEMO."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Q
from django.test import Client, RequestFactory, TestCase
from django.utils import timezone
from django.utils.html import escape
from django.utils.timezone import localdate
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex

from accounts.models import Agency, Membership, User
from core.models import OutboxMessage
from demo import load, sources
from demo.english import load_english
from demo.load import load_province
from demo.organisation import load_agencies
from forms_app.builder.models import FormVersion
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.transitions import Status
from home.models import AgencySitePage, NewsPage
from home.services import start_site
from procedures.models import ProcedurePage, ProcedureVersion
from search.models import LexiconEntry
from tests.accounts.helpers import has_role
from tests.demo.settings import demo_settings
from tests.support.database import update_statistics

COUNTED_MODELS = [
    model
    for label in ("core", "accounts", "procedures", "builder", "dossiers", "home", "wagtailcore")
    for model in apps.get_app_config(label).get_models()
    # Wagtail writes its reference index after commit, which TestCase never does.
    if model is not ReferenceIndex
]


def counts():
    return {model._meta.label: model._default_manager.count() for model in COUNTED_MODELS}


def revisions():
    return list(ProcedurePage.objects.order_by("pk").values_list("pk", "latest_revision"))


def test_load_demo_fails_outside_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo")


class ProvinceTests(TestCase):
    """The demo is loaded once for all tests of the class."""

    versions: int

    @classmethod
    def setUpTestData(cls):
        def load_and_count(home):
            cls.versions = ProcedureVersion.objects.count()
            load_english(home)

        with patch.object(load, "load_english", load_and_count):
            load_province(lambda _line: None)
        update_statistics(connection)

    def read(self, path: str) -> str:
        answer = Client().get(path)
        assert answer.status_code == 200, path
        return answer.text

    def test_loading_twice_changes_nothing(self):
        before = counts(), revisions()
        load_province(lambda _line: None)
        assert (counts(), revisions()) == before

    def test_every_page_of_the_menu_is_in_english(self):
        for path in ("/en/", "/en/procedures/", "/en/agencies/", "/en/news/"):
            assert '<html lang="en">' in self.read(path)
        front = self.read("/en/")
        assert "What do you need to do?" in front
        assert "A new baby" in front

    def test_english_pages_and_news_are_published(self):
        data = sources.read_file("english")
        for row in data["pages"].values():
            assert row["title"] in self.read(f"/en/{row['slug']}/")
        for row in data["news"].values():
            assert row["title"] in self.read(f"/en/news/{row['slug']}/")

    def test_procedures_are_translated_completely(self):
        for code, slug in sources.read_file("english")["procedures"].items():
            page = ProcedurePage.objects.get(procedure__core_code=code, locale__language_code="en")
            html = self.read(page.url)
            assert page.url.endswith(f"/{slug}/")
            assert "Parts without a translation" not in html, code
            assert re.search(r"<h1[^>]*>[\x00-\x7f]+</h1>", html), code

    def test_translations_make_no_version_and_no_redirect(self):
        assert self.versions
        assert ProcedureVersion.objects.count() == self.versions
        assert not Redirect.objects.exists()

    def test_communes_are_below_the_province(self):
        assert (
            Agency.objects.filter(kind=Agency.Kind.COMMUNE, parent__code="H12", unit__isnull=False).count()
            == 64
        )
        assert Agency.objects.get(code="H12").unit.gso_code == "96"

    def test_every_role_has_an_account_that_can_sign_in(self):
        people = sources.people()
        assert {account["role"] for account in people["accounts"]} == {"", *Membership.Role.values}
        for account in people["accounts"]:
            user = authenticate(
                RequestFactory().get("/"), username=account["username"], password=people["password"]
            )
            assert user is not None
            if account["agency"]:
                assert has_role(user, Agency.objects.get(slug=account["agency"]), account["role"])

    def test_other_users_cannot_sign_in(self):
        usernames = [account["username"] for account in sources.people()["accounts"]]
        others = User.objects.exclude(username__in=usernames)
        assert others.exists()
        assert not any(user.has_usable_password() for user in others)
        assert not User.objects.filter(is_superuser=True).exists()

    def test_every_procedure_has_a_live_page_and_a_version(self):
        codes = {record["core_code"] for record in sources.read_folder("procedures")}
        assert set(ProcedurePage.objects.live().values_list("procedure__core_code", flat=True)) == codes
        assert set(ProcedureVersion.objects.values_list("procedure__core_code", flat=True)) == codes

    def test_synonyms_with_names_of_the_province_are_loaded(self):
        assert LexiconEntry.objects.filter(slug="bao-chi-nguyen-mai").exists()

    def test_every_form_is_published(self):
        published = set(FormVersion.objects.values_list("definition__procedure__core_code", flat=True))
        assert published == {form["procedure"] for form in sources.read_folder("forms")}

    def test_every_live_page_is_served(self):
        client = Client()
        for page in Page.objects.live().filter(depth__gt=1).specific():
            response = client.get(page.get_url())
            assert response.status_code == 200, page.get_url()
            # The page tree truncates long titles; the page shows them in full.
            assert escape(page.title.removesuffix("…")) in response.content.decode()

    def test_dossiers_are_in_all_ten_statuses(self):
        assert Dossier.objects.count() == 200
        assert set(Dossier.objects.values_list("status", flat=True)) == set(Status.values)
        assert not Dossier.objects.filter(Q(code=None) | Q(submitted_at__gt=timezone.now())).exists()
        assert Dossier.objects.filter(submitted_at__lt=timezone.now() - timedelta(days=300)).exists()

    def test_some_dossiers_are_overdue_or_finished_late(self):
        assert Dossier.objects.filter(status=Status.PROCESSING, due_at__lt=timezone.now()).exists()
        assert Dossier.objects.filter(status=Status.PROCESSING, due_at__gt=timezone.now()).exists()
        assert Dossier.objects.filter(status=Status.RETURNED, finished_at__gt=F("due_at")).exists()

    def test_at_most_16_percent_of_dossiers_are_late(self):
        done = Dossier.objects.filter(finished_at__isnull=False, due_at__isnull=False)
        late = [one for one in done if localdate(one.finished_at) > localdate(one.due_at)]
        assert 5 <= len(late) <= done.count() * 0.16

    def test_only_agencies_with_a_desk_receive_procedures(self):
        receiving = Agency.objects.filter(procedure_assignments__isnull=False)
        assert receiving.filter(kind=Agency.Kind.COMMUNE).distinct().count() == 64
        assert not receiving.filter(kind=Agency.Kind.OTHER).exists()

    def test_procedure_controller_can_publish_every_procedure_page(self):
        controller = User.objects.get(username="kiem-soat")
        pages = ProcedurePage.objects.live()
        assert pages
        assert all(page.permissions_for_user(controller).can_publish() for page in pages)

    def test_every_agency_site_has_news_or_procedures(self):
        covered = set(NewsPage.objects.values_list("agency__slug", flat=True))
        covered |= {record["section_agency"] for record in sources.read_folder("procedures")}
        departments = Agency.objects.filter(kind=Agency.Kind.DEPARTMENT).values_list("slug", flat=True)
        assert set(departments) <= covered

    def test_supplement_requests_are_open_or_answered(self):
        requests = SupplementRequest.objects.all()
        assert (
            requests.filter(closed_at=None).count()
            == Dossier.objects.filter(status=Status.SUPPLEMENT).count()
        )
        for request in requests.exclude(answered_at=None):
            texts = {item["id"] for item in request.items if item["kind"] == "text"}
            assert set(request.answers) == texts
            attached = set(request.dossier.attachments.values_list("field_id", flat=True))
            assert {item["id"] for item in request.items} - texts <= attached

    def test_no_outbox_messages_are_pending(self):
        assert not OutboxMessage.objects.filter(delivered_at=None).exists()

    def test_front_page_shows_the_accounts_only_in_a_demo(self):
        username = sources.people()["accounts"][1]["username"]
        with self.settings(**demo_settings()):
            assert username in Client().get("/").content.decode()
        with self.settings(DEMO=False):
            assert username not in Client().get("/").content.decode()

    def test_editor_can_change_only_the_site_of_their_agency(self):
        editor = User.objects.get(memberships__role=Membership.Role.EDITOR)
        own, other = (AgencySitePage.objects.get(slug=slug) for slug in ("so-tu-phap", "so-y-te"))
        assert own.permissions_for_user(editor).can_edit()
        assert not other.permissions_for_user(editor).can_edit()


@pytest.mark.django_db
class TestProcedures:
    def test_invalid_record_raises_an_error(self, monkeypatch):
        load_agencies()
        start_site()
        broken = json.loads(json.dumps(sources.read_folder("procedures")[0]))
        broken["core_code"] = "khong-phai-ma"
        monkeypatch.setattr(load, "read_folder", lambda _name: [broken])
        with pytest.raises(load.BrokenDemoData):
            load.load_procedures()

    def test_import_summary_is_returned(self, monkeypatch):
        load_agencies()
        start_site()
        three_records = sources.read_folder("procedures")[:3]
        monkeypatch.setattr(load, "read_folder", lambda _name: three_records)
        assert load.load_procedures() == "created=3 updated=0 unchanged=0 refused=0"
        assert load.load_procedures() == "created=0 updated=0 unchanged=3 refused=0"


@pytest.mark.django_db
def test_load_demo_prints_each_part_with_its_time(settings, monkeypatch):
    settings.DEMO = True
    returned = []
    monkeypatch.setattr(
        "demo.management.commands.load_demo.load_province",
        lambda say: returned.append(say("accounts: 0.1 s")),
    )
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == "accounts: 0.1 s\n"
    assert len(returned) == 1
