"""The Content-Security-Policy: strict for the public, a fresh nonce per response, narrow for the admin."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from wagtail.models import Page

from core.web.csp import ADMIN, ADMIN_PREFIX, PERMISSIONS, STRICT, ContentSecurityPolicyMiddleware
from home.models import NewsIndexPage
from tests.accounts.factories import UserFactory
from tests.home.factories import front_page

POLICY = "Content-Security-Policy"


def directives(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers[POLICY].split(";") if part.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.django_db
class TestPeople:
    PAGES = ("/tai-khoan/dang-nhap/", "/tra-cuu/", "/khong-co-trang-nay/", "/healthz", "/en/")

    @pytest.mark.parametrize("page", PAGES)
    def test_every_response_has_the_strict_policy(self, client, page):
        policy = directives(client.get(page))
        assert policy["default-src"] == ["'self'"]
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["style-src"] == ["'self'"]
        assert policy["form-action"] == ["'self'"]
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(chain(*policy.values()))

    @pytest.mark.parametrize("page", PAGES)
    def test_no_foreign_host_is_allowed(self, client, page):
        # A nonce may contain two slashes.
        policy = re.sub(r"'nonce-[^']+'", "", client.get(page).headers[POLICY])
        assert "//" not in policy

    def test_device_features_are_off(self, client):
        assert client.get("/tra-cuu/").headers["Permissions-Policy"] == PERMISSIONS
        assert "camera=()" in PERMISSIONS

    def test_every_page_with_a_script_has_a_fresh_nonce(self, client):
        nonces = []
        for _ in range(2):
            response = client.get("/tai-khoan/dang-nhap/")
            (nonce,) = set(re.findall(r'nonce="([^"]+)"', response.text))
            assert f"'nonce-{nonce}'" in directives(response)["script-src"]
            nonces.append(nonce)
        assert nonces[0] != nonces[1]

    @pytest.mark.parametrize("page", PAGES)
    def test_no_page_has_inline_scripts_or_styles(self, client, page):
        """Browsers would refuse a script without the nonce, an inline style or an event handler attribute."""
        text = client.get(page).text
        for tag in re.findall(r"<script[^>]*>", text):
            assert "nonce=" in tag or "src=" in tag or 'type="application/' in tag
        assert "<style" not in text
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text)
        assert "javascript:" not in text


@pytest.mark.django_db
class TestAdmin:
    def test_admin_has_its_own_policy(self, client):
        client.force_login(UserFactory(is_superuser=True))
        policy = directives(client.get(ADMIN_PREFIX))
        assert "'unsafe-inline'" in policy["script-src"]
        assert policy["frame-ancestors"] == ["'self'"]
        assert "'unsafe-eval'" not in set(chain(*policy.values()))
        assert policy["object-src"] == ["'none'"]

    def test_preview_of_a_page_has_the_strict_policy_and_may_be_framed_by_the_admin(self, client):
        client.force_login(UserFactory(is_superuser=True))
        front_page()
        address = f"{ADMIN_PREFIX}pages/{NewsIndexPage.objects.get().pk}/edit/preview/?in_preview_panel=true"
        assert client.post(address, {"title": "Tin", "slug": "tin"}).json()["is_valid"]
        response = client.get(address)
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', response.text))
        policy = directives(response)
        assert policy.pop("frame-ancestors") == ["'self'"]
        assert policy.pop("script-src") == ["'self'", f"'nonce-{nonce}'"]
        expected = {name: list(values) for name, values in STRICT.items()}
        assert policy == {name: expected[name] for name in policy}
        assert set(policy) == expected.keys() - {"frame-ancestors", "script-src"}
        assert response.headers["X-Frame-Options"] == "SAMEORIGIN"

    def test_public_page_has_no_userbar_for_an_editor(self, client):
        client.force_login(UserFactory(is_superuser=True))
        assert "userbar" not in client.get(front_page().url).text

    def test_redirect_to_the_admin_sign_in_has_a_policy(self, client):
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
    def test_only_admin_addresses_get_the_admin_policy(self, answer, path, inline):
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

    def test_the_admin_policy_relaxes_listed_directives_only(self):
        relaxed = {name for name in STRICT if ADMIN[name] != STRICT[name]}
        assert relaxed == {"script-src", "style-src", "img-src", "frame-ancestors"}


EDITOR_PAGES = (
    "/quan-tri/",
    "/quan-tri/pages/",
    "/quan-tri/pages/{page}/edit/",
    "/quan-tri/images/",
    "/quan-tri/images/add/",
    "/quan-tri/documents/",
    "/quan-tri/users/",
)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_admin_works_without_a_violation(visits, client):
    root = Page.get_first_root_node()
    page = root.get_first_child() or root.add_child(instance=Page(title="Thử", slug="thu"))
    client.force_login(UserFactory(is_superuser=True))
    tab = visits.page()
    tab.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": visits.base_url,
            }
        ]
    )
    for address in EDITOR_PAGES:
        answer = tab.goto(visits.base_url + address.format(page=page.pk))
        assert answer.status == 200, address
        assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
        tab.wait_for_load_state("networkidle")
