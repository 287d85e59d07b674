"""The content security policy: strict for people, a new nonce each time, narrow for the admin."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.csp import ADMIN, ADMIN_PREFIX, PERMISSIONS, STRICT, ContentSecurityPolicyMiddleware
from tests.accounts.factories import UserFactory

POLICY = "Content-Security-Policy"


def directives(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers[POLICY].split(";") if part.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.django_db
class TestPeople:
    PAGES = ("/tai-khoan/dang-nhap/", "/tra-cuu/", "/khong-co-trang-nay/", "/healthz", "/en/")

    @pytest.mark.parametrize("page", PAGES)
    def test_every_answer_carries_the_strict_policy(self, client, page):
        policy = directives(client.get(page))
        assert policy["default-src"] == ["'self'"]
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["style-src"] == ["'self'"]
        assert policy["form-action"] == ["'self'"]
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(chain(*policy.values()))

    @pytest.mark.parametrize("page", PAGES)
    def test_no_foreign_host_is_named(self, client, page):
        assert "//" not in client.get(page).headers[POLICY]

    def test_device_features_are_off(self, client):
        assert client.get("/tra-cuu/").headers["Permissions-Policy"] == PERMISSIONS
        assert "camera=()" in PERMISSIONS

    def test_a_page_with_a_script_has_a_nonce_of_its_own_each_time(self, client):
        nonces = []
        for _ in range(2):
            response = client.get("/tai-khoan/dang-nhap/")
            (nonce,) = set(re.findall(r'nonce="([^"]+)"', response.text)) or {""}
            if nonce:
                assert f"'nonce-{nonce}'" in directives(response)["script-src"]
            nonces.append(nonce)
        assert nonces[0] != nonces[1] or nonces == ["", ""]

    @pytest.mark.parametrize("page", PAGES)
    def test_nothing_inline_needs_more(self, client, page):
        """A script without the nonce, a style or a handler in an attribute would be refused by the browser."""
        text = client.get(page).text
        for tag in re.findall(r"<script[^>]*>", text):
            assert "nonce=" in tag or "src=" in tag or 'type="application/' in tag
        assert "<style" not in text
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text)
        assert "javascript:" not in text


@pytest.mark.django_db
class TestAdmin:
    def test_has_the_policy_it_works_under(self, client):
        client.force_login(UserFactory(is_superuser=True))
        policy = directives(client.get(ADMIN_PREFIX))
        assert "'unsafe-inline'" in policy["script-src"]
        assert policy["frame-ancestors"] == ["'self'"]
        assert "'unsafe-eval'" not in set(chain(*policy.values()))
        assert policy["object-src"] == ["'none'"]

    def test_a_stranger_at_its_door_gets_a_policy_too(self, client):
        assert POLICY in client.get(ADMIN_PREFIX).headers


class TestMiddleware:
    @pytest.fixture
    def answer(self):
        def respond(path: str, prepare=lambda _response: None):
            middleware = ContentSecurityPolicyMiddleware(lambda _request: HttpResponse("x"))
            request = RequestFactory().get(path)
            response = HttpResponse("x")
            middleware.process_request(request)
            prepare(response)
            return middleware.process_response(request, response)

        return respond

    @pytest.mark.parametrize(
        ("path", "inline"),
        [
            ("/quan-tri/pages/", True),
            ("/quan-tri", False),
            ("/thu-tuc/quan-tri/", False),
            ("/en/quan-tri/", False),
            ("/quan-tri-vien/", False),
        ],
    )
    def test_only_addresses_of_the_admin_are_the_admin(self, answer, path, inline):
        assert ("'unsafe-inline'" in answer(path).headers[POLICY]) is inline

    def test_a_view_that_chose_a_policy_keeps_it(self, answer):
        def choose(response):
            response._csp_config = {"default-src": ["'none'"]}

        assert answer("/quan-tri/x/", choose).headers[POLICY] == "default-src 'none'"

    def test_a_view_that_chose_its_permissions_keeps_them(self, answer):
        response = answer(
            "/", lambda response: response.headers.setdefault("Permissions-Policy", "camera=(self)")
        )
        assert response.headers["Permissions-Policy"] == "camera=(self)"

    def test_the_admin_relaxes_nothing_it_does_not_name(self):
        relaxed = {name for name in STRICT if ADMIN[name] != STRICT[name]}
        assert relaxed == {"script-src", "style-src", "img-src", "frame-ancestors"}
