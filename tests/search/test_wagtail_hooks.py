"""Editors change the words of the search: who may, what is checked, and how soon it takes effect."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership
from accounts.services.groups import sync_groups
from search.models import LexiconEntry
from search.selectors import search as selectors
from search.services.lexicon import load_lexicon
from tests.accounts.factories import MembershipFactory
from tests.search.factories import LexiconEntryFactory
from tests.search.samples import SearchFixture

pytestmark = pytest.mark.django_db


def browser(role: str) -> Client:
    user = MembershipFactory(role=role, agency__kind=Agency.Kind.PROVINCE).user
    sync_groups(user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def controller() -> Client:
    return browser(Membership.Role.CONTROLLER)


def typed(**facts: str) -> dict[str, str]:
    return {"terms": "cưới nhau", "official": "kết hôn", "codes": "", "mode": "oneway", "area": "ho-tich", "note": "",
            "active": "on"} | facts  # fmt: skip


def add(client: Client, **facts: str):
    return client.post(reverse("search_words:add"), typed(**facts))


def test_codes_that_no_procedure_has_are_named_after_saving(controller: Client):
    """They may be of a procedure that is imported later, so they are kept."""
    response = controller.post(
        reverse("search_words:add"), typed(terms="cưới nhau", codes="9.999999"), follow=True
    )
    assert "Chưa có thủ tục công khai nào mang các mã này" in response.text
    assert LexiconEntry.objects.get(terms="cưới nhau").codes == "9.999999"
    row = LexiconEntry.objects.get(terms="cưới nhau")
    response = controller.post(
        reverse("search_words:edit", args=[row.pk]), typed(terms="cưới nhau", codes=""), follow=True
    )
    assert "chưa dẫn đến đâu" not in response.text


class TestPermissions:
    def test_a_controller_sees_the_words(self, controller: Client):
        LexiconEntry.objects.all().delete()  # the shipped words fill the first page
        LexiconEntryFactory(terms="cưới nhau")
        response = controller.get(reverse("search_words:index"))
        assert response.status_code == 200
        assert "cưới nhau" in response.content.decode()

    @pytest.mark.parametrize("role", [Membership.Role.EDITOR, Membership.Role.COMMUNICATION])
    def test_other_roles_do_not_see_the_lexicon(self, role: str):
        response = add(browser(role))
        assert response.status_code in (302, 403)
        assert not LexiconEntry.objects.filter(terms="cưới nhau").exists()

    def test_visitor_cannot_open_the_lexicon(self):
        assert add(Client()).status_code == 302
        assert not LexiconEntry.objects.filter(terms="cưới nhau").exists()


class TestChecks:
    def test_a_new_entry_gets_its_own_slug(self, controller: Client):
        assert add(controller).status_code == 302
        assert add(controller).status_code == 302
        slugs = LexiconEntry.objects.filter(terms="cưới nhau").values_list("slug", flat=True)
        assert sorted(slugs) == ["cuoi-nhau", "cuoi-nhau-2"]

    def test_words_are_cleaned_and_kept_once(self, controller: Client):
        add(controller, terms="  cưới   nhau \r\n\r\ncưới nhau\r\nnên vợ nên chồng")
        assert LexiconEntry.objects.get(slug="cuoi-nhau").terms == "cưới nhau\nnên vợ nên chồng"

    @pytest.mark.parametrize("codes", ["1.000894", "1.000894.000.00.00.H12", "1.000894.H12, 1.000894"])
    def test_codes_of_every_style_are_stored_bare(self, controller: Client, codes: str):
        add(controller, codes=codes)
        assert LexiconEntry.objects.get(slug="cuoi-nhau").codes == "1.000894"

    @pytest.mark.parametrize(
        "facts",
        [{"codes": "abc"}, {"codes": "1.000894 12345678"}, {"official": "", "codes": ""}, {"terms": " \n "}],
    )
    def test_entry_without_official_terms_and_codes_is_rejected(
        self, controller: Client, facts: dict[str, str]
    ):
        response = add(controller, **facts)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert not LexiconEntry.objects.filter(slug="cuoi-nhau").exists()

    def test_a_change_keeps_the_slug_and_is_not_overwritten_by_shipped_words(self, controller: Client):
        entry = LexiconEntry.objects.first() or (load_lexicon() and LexiconEntry.objects.first())
        controller.post(reverse("search_words:edit", args=[entry.pk]), typed(terms="từ của biên tập"))
        report = load_lexicon()
        entry.refresh_from_db()
        assert (entry.terms, report.kept) == ("từ của biên tập", 1)


class TestEffect:
    def test_new_words_take_effect_at_once(self, controller: Client, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("cưới nhau") == []
        add(controller)
        selectors.invalidate_resources()
        assert samples.titles("cưới nhau") == ["Đăng ký kết hôn"]

    def test_inactive_entry_is_not_used(self, controller: Client, samples: SearchFixture):
        entry = LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("cưới nhau") == ["Đăng ký kết hôn"]
        data = typed()
        del data["active"]
        controller.post(reverse("search_words:edit", args=[entry.pk]), data)
        selectors.invalidate_resources()
        assert samples.titles("cưới nhau") == []

    def test_deleted_entry_is_not_used(self, controller: Client, samples: SearchFixture):
        entry = LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        samples.add("Đăng ký kết hôn")
        samples.sync()
        controller.post(reverse("search_words:delete", args=[entry.pk]))
        selectors.invalidate_resources()
        assert samples.titles("cưới nhau") == []
