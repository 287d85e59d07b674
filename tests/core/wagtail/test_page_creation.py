"""A button pressed while the editor autosaves a new page: one page, with the last action."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.admin.views.pages.create import CreateView

from core.wagtail.page_creation import PageCreateView
from home.models import NewsIndexPage, NewsPage
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
FACTS = {
    "title": "Nghỉ lễ",
    "slug": "nghi-le",
    "date": "30/11/2026",
    "body-count": "0",
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
}
JSON = {"accept": "application/json"}


@pytest.fixture
def editor(client):
    user = UserFactory(is_superuser=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def address():
    factories.front_page()
    return f"/quan-tri/pages/add/home/newspage/{NewsIndexPage.objects.get().pk}/"


def draft():
    return NewsPage.objects.get().get_latest_revision_as_object()


def test_saved_after_the_automatic_save(client, editor, address):
    assert client.post(address, FACTS, headers=JSON).json()["success"]
    response = client.post(address, FACTS | {"summary": "Nghỉ hai ngày."})
    assert response.status_code == 302
    assert draft().summary == "Nghỉ hai ngày."


def test_published_after_the_automatic_save(client, editor, address):
    client.post(address, FACTS, headers=JSON)
    assert client.post(address, FACTS | {"action-publish": "1"}).status_code == 302
    assert NewsPage.objects.get().live


def test_automatic_save_arrives_between_the_check_and_the_insert(client, editor, address, monkeypatch):
    form_valid = PageCreateView.form_valid

    def late(view, form):
        monkeypatch.setattr(PageCreateView, "form_valid", form_valid)
        client.post(address, FACTS, headers=JSON)
        return form_valid(view, form)

    monkeypatch.setattr(PageCreateView, "form_valid", late)
    response = client.post(address, FACTS | {"summary": "Bấm sau."})
    assert response.status_code == 302
    assert draft().summary == "Bấm sau."


def test_address_that_another_person_has_just_taken_is_an_error_in_the_form(
    client, editor, address, monkeypatch
):
    save_action = CreateView.save_action

    def late(view):
        factories.news(slug="nghi-le")
        return save_action(view)

    monkeypatch.setattr(CreateView, "save_action", late)
    response = client.post(address, FACTS)
    assert response.status_code == 200
    assert "error-message" in response.text


def test_second_automatic_save_is_refused(client, editor, address):
    client.post(address, FACTS, headers=JSON)
    assert client.post(address, FACTS, headers=JSON).json()["success"] is False
    assert NewsPage.objects.count() == 1


@pytest.mark.parametrize("difference", ["older", "live", "owner"])
def test_other_page_with_the_address_is_not_changed(client, editor, address, difference):
    client.post(address, FACTS, headers=JSON)
    changes = {
        "older": {"latest_revision_created_at": timezone.now() - timedelta(minutes=1)},
        "live": {"live": True},
        "owner": {"owner": UserFactory()},
    }
    NewsPage.objects.update(**changes[difference])
    assert client.post(address, FACTS | {"summary": "Trang khác."}).status_code == 302
    drafts = {page.slug: page.get_latest_revision_as_object().summary for page in NewsPage.objects.all()}
    assert drafts == {"nghi-le": "", "nghi-le-2": "Trang khác."}
