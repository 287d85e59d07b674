from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import User
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/tai-khoan/dang-nhap/"
SECRET = "mat-khau-rat-dai"


@pytest.fixture
def desk_landing_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def landing_page(user: User) -> str | None:
        return "/mot-cua/" if user.username.startswith("can-bo") else None

    monkeypatch.setattr(roles, "_landing_pages", [(1, landing_page)])


def sign_in(client, username, password=SECRET, **data):
    return client.post(LOGIN, {"username": username, "password": password, **data})


def test_sign_in_page_is_rendered_uncached(client):
    response = client.get(reverse("accounts:login"))
    assert response.status_code == 200
    assert "Đăng nhập" in response.text
    assert response.text.count("csrfmiddlewaretoken") == 1
    assert "no-store" in response.headers["Cache-Control"] or "no-cache" in response.headers["Cache-Control"]


@pytest.mark.usefixtures("desk_landing_page")
def test_sign_in_redirects_to_the_landing_page(client):
    UserFactory(username="can-bo-1")
    assert sign_in(client, "can-bo-1").headers["Location"] == "/mot-cua/"


@pytest.mark.usefixtures("desk_landing_page")
def test_sign_in_without_a_landing_page_redirects_to_the_front_page(client):
    UserFactory(username="cong-dan")
    assert sign_in(client, "cong-dan").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("next_address", "expected"),
    [("/mot-cua/ho-so/", "/mot-cua/ho-so/"), ("https://evil.example/", "/"), ("//evil.example/", "/")],
)
def test_next_address_must_be_on_this_site(client, next_address, expected):
    UserFactory(username="cong-dan")
    assert sign_in(client, "cong-dan", next=next_address).headers["Location"] == expected


def test_wrong_password_is_reported_and_keeps_the_username(client):
    UserFactory(username="cong-dan")
    response = sign_in(client, "cong-dan", "sai")
    assert response.status_code == 200
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in response.text
    assert 'value="cong-dan"' in response.text


def test_inactive_account_cannot_sign_in(client):
    UserFactory(username="cu", is_active=False)
    assert sign_in(client, "cu").status_code == 200
    assert "_auth_user_id" not in client.session


class TestThrottle:
    @pytest.fixture(autouse=True)
    def _throttled(self, settings):
        settings.AXES_ENABLED = True
        settings.AXES_FAILURE_LIMIT = 3

    def test_sign_in_is_locked_after_too_many_failures(self, client):
        UserFactory(username="cong-dan")
        codes = [sign_in(client, "cong-dan", "sai").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        response = sign_in(client, "cong-dan")
        assert response.status_code == 429
        assert "15 phút" in response.text
        assert "_auth_user_id" not in client.session

    def test_other_users_of_the_same_address_are_not_locked_out(self, client):
        UserFactory(username="mot")
        UserFactory(username="hai")
        for _ in range(4):
            sign_in(client, "mot", "sai")
        assert sign_in(client, "hai").status_code == 302

    def test_same_user_from_another_address_is_not_locked_out(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        UserFactory(username="mot")
        for _ in range(4):
            client.post(LOGIN, {"username": "mot", "password": "sai"}, HTTP_X_FORWARDED_FOR="10.0.0.1")
        answer = client.post(
            LOGIN, {"username": "mot", "password": SECRET}, HTTP_X_FORWARDED_FOR="10.0.0.1, 10.0.0.2"
        )
        assert answer.status_code == 302

    def test_lockout_expires(self, client, time_machine):
        UserFactory(username="cong-dan")
        time_machine.move_to("2026-03-02T02:00:00+00:00")
        for _ in range(3):
            sign_in(client, "cong-dan", "sai")
        time_machine.move_to("2026-03-02T02:16:00+00:00")
        assert sign_in(client, "cong-dan").status_code == 302


def test_sign_out_requires_post(client):
    client.force_login(UserFactory())
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post(reverse("accounts:logout")).headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_wagtail_login_address_redirects_to_the_sign_in_page(client):
    response = client.get("/quan-tri/login/?next=/quan-tri/pages/")
    assert response.headers["Location"] == f"{LOGIN}?next=/quan-tri/pages/"
    assert client.get("/quan-tri/").headers["Location"] == f"{LOGIN}?next=/quan-tri/"


class TestChangePassword:
    URL = "/tai-khoan/mat-khau/"

    def test_anonymous_users_are_redirected_to_sign_in(self, client):
        assert client.get(self.URL).headers["Location"] == f"{LOGIN}?next={self.URL}"

    def test_password_change_requires_the_old_password(self, client):
        user = UserFactory()
        client.force_login(user)
        new = {"new_password1": "con-vit-cao-canh", "new_password2": "con-vit-cao-canh"}
        assert client.post(self.URL, {"old_password": "sai", **new}).status_code == 200
        response = client.post(self.URL, {"old_password": SECRET, **new}, follow=True)
        assert "Đã đổi mật khẩu" in response.text
        user.refresh_from_db()
        assert user.check_password("con-vit-cao-canh")

    def test_short_password_is_rejected(self, client):
        client.force_login(UserFactory())
        data = {"old_password": SECRET, "new_password1": "ngan-qua", "new_password2": "ngan-qua"}
        assert client.post(self.URL, data).status_code == 200
