"""A refused form is offered again with what was typed, but never one that another site wrote."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from core.web.submitted_fields import MAX_KEPT_CHARACTERS, kept_fields

ADDRESS = "/tra-cuu/mat-ma/"
TYPED = {"code": "H12.1-260101-0001", "email": "a@example.vn", "note": "dòng một\r\n<hai>"}


def refused(typed: dict[str, str] = TYPED, address: str = ADDRESS, **headers: str) -> tuple[Client, Any]:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, typed, headers=headers)
    assert answer.status_code == 403
    return client, answer


@pytest.mark.django_db
class TestCsrfPage:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin"},
            {"origin": "http://testserver"},
            {"referer": "http://testserver/x"},
        ],
    )
    def test_refused_form_of_ours_can_be_sent_again(self, headers: dict[str, str]) -> None:
        client, answer = refused(**headers)
        html = answer.content.decode()
        form = re.search(rf'<form method="post" action="{ADDRESS}">.*?</form>', html, re.DOTALL)[0]
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
        assert unescape(fields["note"]) == TYPED["note"]
        again = client.post(ADDRESS, {name: unescape(text) for name, text in fields.items()}, headers=headers)
        assert again.status_code == 302

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
            {"sec-fetch-site": "same-site"},
            {"origin": "null"},
            {"origin": "http://evil.example"},
            {"referer": "http://testserver.evil.example/"},
        ],
    )
    def test_form_of_another_site_is_not_offered(self, headers: dict[str, str]) -> None:
        _client, answer = refused(**headers)
        assert TYPED["code"] not in answer.content.decode()
        assert "Quay lại, tải lại trang" in answer.content.decode()

    def test_passwords_and_keys_are_never_shown_again(self) -> None:
        for name in ("password", "new_password1", "lookup_key"):
            _client, answer = refused({**TYPED, name: "bi-mat"}, **{"sec-fetch-site": "same-origin"})
            assert "bi-mat" not in answer.content.decode()
            assert TYPED["code"] not in answer.content.decode()


def test_form_that_is_too_long_is_not_kept() -> None:
    data = QueryDict(mutable=True)
    data["a"] = "x" * MAX_KEPT_CHARACTERS
    assert kept_fields(data) == []
    data["a"] = "x" * 10
    assert kept_fields(data) == [("a", "x" * 10)]
