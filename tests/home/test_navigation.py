from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from home.navigation import account_links, navigation
from tests.accounts.factories import UserFactory


def test_anonymous_user_gets_the_sign_in_link() -> None:
    assert [link.url for link in account_links(AnonymousUser())] == ["/tai-khoan/dang-nhap/"]


def test_request_without_a_user_gets_no_links() -> None:
    assert list(navigation(HttpRequest())["account_links"]) == []


@pytest.mark.django_db
class TestSignedIn:
    @pytest.mark.parametrize(
        ("has_desk", "has_admin", "labels"),
        [
            (False, False, ["Tài khoản của tôi"]),
            (True, False, ["Một cửa", "Tài khoản của tôi"]),
            (False, True, ["Trang quản trị", "Tài khoản của tôi"]),
            (True, True, ["Một cửa", "Trang quản trị", "Tài khoản của tôi"]),
        ],
    )
    def test_links_include_desk_admin_and_account(
        self, has_desk: bool, has_admin: bool, labels: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("home.navigation.officer_access", lambda _user: has_desk)
        monkeypatch.setattr("home.navigation.works_in_admin", lambda _user: has_admin)
        assert [link.label for link in account_links(UserFactory())] == labels

    def test_links_are_evaluated_once_per_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[Any] = []
        monkeypatch.setattr("home.navigation.officer_access", calls.append)
        monkeypatch.setattr("home.navigation.works_in_admin", lambda _user: False)
        request = HttpRequest()
        request.user = UserFactory()
        links = navigation(request)["account_links"]
        assert not calls
        assert [list(links), list(links)]
        assert len(calls) == 1
