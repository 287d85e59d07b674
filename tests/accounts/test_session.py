"""Idle users are signed out with a message and returned to their page; typing keeps the session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client

from accounts.models import Membership, User
from accounts.session import session_urls
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 3, 4, 8, tzinfo=dt.UTC)
ACCOUNT = "/tai-khoan/mat-khau/"
KEEP_ALIVE = "/tai-khoan/con-day/"
LOGIN = "/tai-khoan/dang-nhap/"
MESSAGE = "vì 15 phút không có thao tác nào"


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer(traveller: time_machine.Traveller) -> Client:
    client = Client()
    user = UserFactory(username="can-bo")
    MembershipFactory(user=user, agency=AgencyFactory(), role=Membership.Role.RECEIVER)
    client.force_login(user)
    return client


def advance_minutes(traveller: time_machine.Traveller, number: float) -> None:
    traveller.shift(dt.timedelta(minutes=number))


@pytest.mark.parametrize(("idle", "open_"), [(1, True), (14, True), (15, True), (15.1, False), (300, False)])
def test_session_ends_after_15_idle_minutes(
    officer: Client, traveller: time_machine.Traveller, idle: float, open_: bool
) -> None:
    advance_minutes(traveller, idle)
    assert (officer.get(ACCOUNT).status_code == 200) is open_


def test_every_request_restarts_the_idle_time(officer: Client, traveller: time_machine.Traveller) -> None:
    for _ in range(5):
        advance_minutes(traveller, 14)
        assert officer.get(ACCOUNT).status_code == 200


def test_session_ends_after_eight_hours_despite_activity(
    officer: Client, traveller: time_machine.Traveller
) -> None:
    answers = []
    for _ in range(48):
        advance_minutes(traveller, 10)
        answers.append(officer.get(ACCOUNT).status_code)
    assert answers == [200] * 47 + [302]
    assert "Đã hết thời hạn của lần đăng nhập này" in officer.get(LOGIN).text


def test_idle_sign_out_shows_a_message_and_returns_to_the_page(
    officer: Client, traveller: time_machine.Traveller
) -> None:
    advance_minutes(traveller, 31)
    answer = officer.get("/mot-cua/?trang=2")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LOGIN}?next=/mot-cua/%3Ftrang%3D2"
    assert MESSAGE in officer.get(answer.headers["Location"]).text


def test_page_hidden_from_anonymous_users_redirects_to_sign_in_after_idle_time(
    officer: Client, traveller: time_machine.Traveller
) -> None:
    address = "/mot-cua/ho-so/H12-19-260304-0001/"
    assert Client().get(address).status_code == 404
    advance_minutes(traveller, 31)
    assert officer.get(address).headers["Location"] == f"{LOGIN}?next={address}"
    assert officer.get(address).status_code == 404  # anonymous by now


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/mot-cua/ho-so/x/", "http%3A//testserver/mot-cua/ho-so/x/"),
        ("http://evil.example/mot-cua/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_late_post_is_discarded_and_returns_to_its_page(
    officer: Client, traveller: time_machine.Traveller, referer: str, back: str
) -> None:
    advance_minutes(traveller, 31)
    answer = officer.post(ACCOUNT, {"new_password1": "con-vit-cao-canh"}, headers={"referer": referer})
    assert answer.headers["Location"] == f"{LOGIN}?next={back}"


def test_public_page_is_served_after_idle_time(officer: Client, traveller: time_machine.Traveller) -> None:
    advance_minutes(traveller, 31)
    answer = officer.get("/tim-kiem/?q=khai+sinh")
    assert answer.status_code == 200
    assert MESSAGE not in answer.text


def test_background_requests_of_the_editor_are_not_activity(
    officer: Client, traveller: time_machine.Traveller
) -> None:
    for _ in range(4):
        advance_minutes(traveller, 5)
        officer.get("/quan-tri/editing-sessions/ping/home/homepage/1/1/")
    assert officer.get(ACCOUNT).status_code == 302


def test_keep_alive_is_forbidden_for_anonymous_users(client: Client) -> None:
    assert client.get(KEEP_ALIVE).status_code == 403


def test_last_activity_is_saved_once_per_minute(
    officer: Client, traveller: time_machine.Traveller, django_assert_num_queries
) -> None:
    advance_minutes(traveller, 0.99)
    with django_assert_num_queries(2):  # session and user
        officer.get(KEEP_ALIVE)
    advance_minutes(traveller, 0.02)
    with django_assert_num_queries(6):  # and the updates of the list and, within a savepoint, of the session
        officer.get(KEEP_ALIVE)


@pytest.mark.parametrize("kind", ["operator", "superuser"])
def test_administrators_are_signed_out_after_5_idle_minutes(
    traveller: time_machine.Traveller, kind: str
) -> None:
    client, user = Client(), UserFactory(is_superuser=kind == "superuser")
    if kind == "operator":
        MembershipFactory(user=user, role=Membership.Role.OPERATOR)
    client.force_login(user)
    advance_minutes(traveller, 5)
    assert client.get(ACCOUNT).status_code == 200
    advance_minutes(traveller, 5.1)
    answer = client.get(ACCOUNT)
    assert answer.status_code == 302
    assert "vì 5 phút không có thao tác nào" in client.get(answer.headers["Location"]).text


def test_idle_time_comes_from_the_settings(
    officer: Client, traveller: time_machine.Traveller, settings
) -> None:
    settings.SESSION_IDLE_MINUTES = 1
    advance_minutes(traveller, 2)
    answer = officer.get(ACCOUNT)
    assert answer.status_code == 302
    assert "vì 1 phút không có thao tác nào" in officer.get(answer.headers["Location"]).text


def test_pages_of_signed_in_users_report_typing(officer: Client, client: Client) -> None:
    assert f'data-url="{KEEP_ALIVE}"' in officer.get(ACCOUNT).text
    assert "keep_alive.js" not in client.get(LOGIN).text


def test_sign_out_sends_clear_site_data(officer: Client) -> None:
    answer = officer.post("/tai-khoan/dang-xuat/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_anonymous_users_get_no_session_urls(user: AnonymousUser | None) -> None:
    request = HttpRequest()
    if user is not None:
        request.user = user
    assert not session_urls(request)["session_urls"]


def test_signed_in_users_get_sign_out_and_keep_alive_urls() -> None:
    request = HttpRequest()
    request.user = User()
    urls = session_urls(request)["session_urls"]
    assert (urls["sign_out"], urls["keep_alive"]) == ("/tai-khoan/dang-xuat/", "/tai-khoan/con-day/")
