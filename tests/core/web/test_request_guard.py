"""Malformed requests are answered with 400 before any view runs."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from core.web.request_guard import MalformedRequestMiddleware

pytestmark = pytest.mark.django_db


class TestMalformedRequests:
    def test_path_of_the_greatest_length_reaches_a_view(self, client):
        assert client.get("/" + "a" * 1998 + "/").status_code == 404

    @pytest.mark.parametrize("path", ["/" + "a" * 1999 + "/", "/thu-tuc/%00/", "/tim-kiem/?q=%00"])
    def test_overlong_path_or_nul_is_refused(self, client, path):
        assert client.get(path).status_code == 400


class TestExceptionsOfTheAdmin:
    """What Wagtail's views raise for a key that is none is a missing page; anything else is a fault to be seen."""

    def answer(self, path: str, error: Exception) -> object:
        guard = MalformedRequestMiddleware(lambda _request: HttpResponse())
        return guard.process_exception(RequestFactory().get(path), error)

    @pytest.mark.parametrize(
        "text", ["Field 'id' expected a number but got 'x'.", "invalid literal for int() with base 10: 'x'"]
    )
    def test_a_key_that_is_none_is_a_404_in_the_admin_only(self, text):
        with pytest.raises(Http404):
            self.answer("/quan-tri/snippets/", ValueError(text))
        assert self.answer("/thu-tuc/", ValueError(text)) is None

    @pytest.mark.parametrize(
        "error", [ValueError("fee below zero"), TypeError("invalid literal for int() with base 10: 'x'")]
    )
    def test_other_errors_are_left_alone(self, error):
        assert self.answer("/quan-tri/snippets/", error) is None
