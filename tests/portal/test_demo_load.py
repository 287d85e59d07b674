"""The demo province in the database: complete, idempotent, and never without DEMO."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory, TestCase

from accounts.models import Agency, Membership, User
from accounts.selectors import has_role
from forms_app.builder.models import FormVersion
from portal.demo import sources
from portal.demo.load import load_province
from procedures.models import ProcedurePage, ProcedureVersion

COUNTED = [
    model
    for label in ("core", "accounts", "procedures", "builder", "dossiers", "home", "wagtailcore")
    for model in apps.get_app_config(label).get_models()
]


def counts():
    return {model._meta.label: model._default_manager.count() for model in COUNTED}


def test_it_refuses_outside_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo")


class ProvinceTests(TestCase):
    """Loaded once for all tests of the class, which Django's own test case does best."""

    @classmethod
    def setUpTestData(cls):
        load_province(lambda _line: None)

    def test_loading_again_changes_nothing(self):
        before = counts()
        load_province(lambda _line: None)
        assert counts() == before

    def test_agencies_stand_below_the_province(self):
        assert (
            Agency.objects.filter(kind=Agency.Kind.COMMUNE, parent__code="H12", unit__isnull=False).count()
            == 64
        )
        assert Agency.objects.get(code="H12").unit.gso_code == "96"

    def test_every_role_has_an_account_that_signs_in(self):
        people = sources.people()
        assert {account["role"] for account in people["accounts"]} == {"", *Membership.Role.values}
        for account in people["accounts"]:
            user = authenticate(
                RequestFactory().get("/"), username=account["username"], password=people["password"]
            )
            assert user is not None
            if account["agency"]:
                assert has_role(user, Agency.objects.get(slug=account["agency"]), account["role"])

    def test_nobody_else_can_sign_in(self):
        usernames = [account["username"] for account in sources.people()["accounts"]]
        others = User.objects.exclude(username__in=usernames)
        assert others.exists()
        assert not any(user.has_usable_password() for user in others)
        assert not User.objects.filter(is_superuser=True).exists()

    def test_every_procedure_has_a_live_page_and_a_version(self):
        codes = {record["core_code"] for record in sources.read_folder("procedures")}
        assert set(ProcedurePage.objects.live().values_list("procedure__core_code", flat=True)) == codes
        assert set(ProcedureVersion.objects.values_list("procedure__core_code", flat=True)) == codes

    def test_every_form_is_published(self):
        published = set(FormVersion.objects.values_list("definition__procedure__core_code", flat=True))
        assert published == {form["procedure"] for form in sources.read_folder("forms")}
