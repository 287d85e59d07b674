"""A network that searches too often is told so; its input is kept, and others are not affected."""

from __future__ import annotations

import html
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from core.web import throttle
from core.web.throttle import Throttle
from search import views
from tests.search.test_views import said

pytestmark = pytest.mark.django_db
SHIPPED = {"SEARCH_THROTTLE": views.SEARCH_THROTTLE, "SUGGESTION_THROTTLE": views.SUGGESTION_THROTTLE}
PAGE, SUGGESTIONS = "/tim-kiem/", "/tim-kiem/goi-y/"


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch, settings):
    """Two searches per five minutes, no counts yet, twenty seconds into a window."""
    settings.PAGE_CACHE_ENABLED = False
    cache.clear()
    monkeypatch.setattr(views, "SEARCH_THROTTLE", Throttle("test.results", limit=2, seconds=300))
    monkeypatch.setattr(views, "SUGGESTION_THROTTLE", Throttle("test.suggestions", limit=2, seconds=300))
    at(monkeypatch, 20)


def at(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Make only the throttle believe that so many seconds of a window have passed."""
    monkeypatch.setattr(throttle, "time", SimpleNamespace(time=lambda: 300_000_000.0 + seconds))


def ask(client: Client, number: int, *, path: str = PAGE, **extra):
    return [client.get(path, {"q": f"kết hôn {n}"}, **extra) for n in range(number)]


def test_throttled_response_has_retry_after(client: Client):
    *within, over = ask(client, 3)
    assert [one.status_code for one in within] == [200, 200]
    assert (over.status_code, over["Retry-After"]) == (429, "280")
    assert "5 phút" in said(over.content.decode())


def test_input_is_kept_in_the_field_and_in_the_link(client: Client):
    ask(client, 2)
    page = html.unescape(client.get(PAGE, {"q": 'đất "ở"', "loai": "procedure"}).content.decode())
    assert 'value="đất "ở""' in page
    assert "loai=procedure" in page
    assert 'role="alert"' in page


def test_throttled_response_is_not_cached(client: Client, monkeypatch: pytest.MonkeyPatch):
    over = ask(client, 3)[-1]
    assert not hasattr(over, "page_cache_seconds")
    at(monkeypatch, 301)
    assert client.get(PAGE, {"q": "kết hôn 2"}).status_code == 200


def test_other_networks_are_not_limited(client: Client):
    ask(client, 3)
    assert client.get(PAGE, {"q": "kết hôn"}, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_the_empty_page_is_not_counted(client: Client):
    assert {client.get(PAGE).status_code for _ in range(5)} == {200}
    assert ask(client, 1)[0].status_code == 200


def test_filters_without_words_count_as_searches(client: Client):
    codes = [client.get(PAGE, {"loai": "news"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_suggestions_have_their_own_count_and_stay_json(client: Client):
    over = ask(client, 3, path=SUGGESTIONS)[-1]
    assert (over.status_code, over["Retry-After"], over.json()) == (429, "280", {"suggestions": []})
    assert ask(client, 1)[0].status_code == 200


def test_throttled_request_runs_no_search(client: Client, monkeypatch: pytest.MonkeyPatch):
    ask(client, 2)

    def never(*_args, **_facts):
        raise AssertionError("searched")

    monkeypatch.setattr(views, "search", never)
    assert client.get(PAGE, {"q": "khai sinh"}).status_code == 429


def test_limits_can_be_multiplied(client: Client, settings):
    settings.THROTTLE_FACTOR = 2
    assert [one.status_code for one in ask(client, 5)] == [200] * 4 + [429]


@pytest.mark.parametrize(("scope", "least"), [("SEARCH_THROTTLE", 1), ("SUGGESTION_THROTTLE", 5)])
def test_the_shipped_limits_are_generous(scope: str, least: int):
    """Forty pupils who each search ten times in five minutes, typing all the while, are not an attack."""
    shipped = SHIPPED[scope]
    assert shipped.limit * 300 / shipped.seconds >= 40 * 10 * least
