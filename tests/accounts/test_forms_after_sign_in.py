"""What an officer sent after the session had ended is restored after signing in, only for the same person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.forms_after_sign_in import LIFETIME_SECONDS
from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from tests.accounts.factories import AgencyFactory
from tests.one_stop.factories import NOW, make_dossier, make_officer

pytestmark = pytest.mark.django_db
LOGIN = "/tai-khoan/dang-nhap/"
PASSWORD = "mat-khau-rat-dai"
TYPED = {"version": "1", "reason": "Thiếu chữ ký\r\nở trang 2", "other_documents": "Giấy <khai> sinh"}


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory()


def officer(agency: Agency) -> User:
    user = make_officer(agency)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def dossier(agency: Agency, traveller: Any) -> Dossier:
    return make_dossier(agency)


def address(dossier: Dossier) -> str:
    return f"/mot-cua/ho-so/{dossier.code}/viec/request_supplement/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def sign_in(client: Client, user: User, target: str) -> Any:
    data = {"username": user.username, "password": PASSWORD}
    return client.post(target, data, follow=True)


class TestDesk:
    def test_text_sent_after_the_idle_time_is_in_the_form_after_signing_in(
        self, agency: Agency, dossier: Dossier, traveller: Any
    ) -> None:
        user = officer(agency)
        client = signed_in(user)
        traveller.shift(dt.timedelta(minutes=31))
        answer = client.post(address(dossier), TYPED)
        assert answer["Location"].startswith(LOGIN)
        page = sign_in(client, user, answer["Location"])
        html = page.content.decode()
        assert page.redirect_chain[-1][0] == address(dossier)
        assert "Thiếu chữ ký\r\nở trang 2" in html
        assert "Giấy &lt;khai&gt; sinh" in html
        assert "Nội dung bạn gõ trước khi bị đăng xuất" in html
        assert dossier.supplement_requests.count() == 0
        assert "Thiếu chữ ký" not in client.get(address(dossier)).content.decode(), "shown once"

    def test_text_sent_after_signing_out_in_another_tab_is_kept(
        self, agency: Agency, dossier: Dossier
    ) -> None:
        user = officer(agency)
        client = signed_in(user)
        client.post("/tai-khoan/dang-xuat/")
        answer = client.post(address(dossier), TYPED)
        assert answer["Location"].startswith(LOGIN)
        assert "Đăng nhập lại" in client.get(answer["Location"]).content.decode()
        assert "Thiếu chữ ký" in sign_in(client, user, answer["Location"]).content.decode()

    def test_another_person_does_not_get_the_text(
        self, agency: Agency, dossier: Dossier, traveller: Any
    ) -> None:
        client, other = signed_in(officer(agency)), officer(agency)
        traveller.shift(dt.timedelta(minutes=31))
        answer = client.post(address(dossier), TYPED)
        assert "Thiếu chữ ký" not in sign_in(client, other, answer["Location"]).content.decode()

    def test_text_is_kept_for_two_hours(self, agency: Agency, dossier: Dossier, traveller: Any) -> None:
        user = officer(agency)
        client = signed_in(user)
        traveller.shift(dt.timedelta(minutes=31))
        answer = client.post(address(dossier), TYPED)
        traveller.shift(dt.timedelta(seconds=LIFETIME_SECONDS + 1))
        assert "Thiếu chữ ký" not in sign_in(client, user, answer["Location"]).content.decode()

    def test_real_and_invented_dossiers_get_the_same_answer(self, dossier: Dossier) -> None:
        real, invented = (
            Client().post(f"/mot-cua/ho-so/{code}/viec/request_supplement/", TYPED)
            for code in (dossier.code, "H12.99-260101-9999")
        )
        assert real.status_code == invented.status_code == 302
        assert real["Location"].replace(str(dossier.code), "H12.99-260101-9999") == invented["Location"]

    @pytest.mark.parametrize("data", [{}, {"version": "1"}, {"reason": "  "}])
    def test_request_without_text_is_the_usual_404(self, dossier: Dossier, data: dict[str, str]) -> None:
        assert Client().post(address(dossier), data).status_code == 404

    def test_request_of_a_script_is_not_kept(self, dossier: Dossier) -> None:
        answer = Client().post(address(dossier), TYPED, headers={"sec-fetch-mode": "cors"})
        assert answer.status_code == 404

    def test_forms_of_one_network_are_limited(self, dossier: Dossier) -> None:
        answers = [Client().post(address(dossier), TYPED).status_code for _n in range(61)]
        assert answers == [302] * 60 + [404]


def test_form_with_a_refused_token_is_not_kept(agency: Agency, dossier: Dossier, traveller: Any) -> None:
    """Another site could have written it."""
    user = officer(agency)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert Client(enforce_csrf_checks=True).post(address(dossier), TYPED).status_code == 403
    traveller.shift(dt.timedelta(minutes=31))
    client.post(address(dossier), TYPED)
    assert "kept_form" not in client.session


class TestOtherForms:
    def test_form_of_the_admin_can_be_sent_again_or_discarded(self, agency: Agency, traveller: Any) -> None:
        user = officer(agency)
        client = signed_in(user)
        traveller.shift(dt.timedelta(minutes=31))
        typed = {"title": "Tin mới của phường", "body": "Nội dung dài"}
        answer = client.post("/quan-tri/pages/add/home/newspage/1/", typed)
        page = sign_in(client, user, answer["Location"])
        html = page.content.decode()
        assert "Nội dung dài" in html
        assert 'action="/quan-tri/pages/add/home/newspage/1/"' in html
        assert 'name="title" value="Tin mới của phường"' in html
        client.post("/tai-khoan/noi-dung-da-go/")
        assert client.get("/tai-khoan/noi-dung-da-go/").status_code == 302

    def test_public_form_is_answered_as_usual(self) -> None:
        assert Client().post("/tra-cuu/", {"code": "H12.1-260101-0001", "note": "a b"}).status_code == 422
        assert Client().post("/khong-co/", {"note": "a b"}).status_code == 404
