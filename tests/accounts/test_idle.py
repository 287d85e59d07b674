"""Who does nothing is signed out, with a word and a way back; who types is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Membership
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 3, 4, 8, tzinfo=dt.UTC)
ACCOUNT = "/tai-khoan/mat-khau/"
STILL_HERE = "/tai-khoan/con-day/"
LOGIN = "/tai-khoan/dang-nhap/"
SAID = "vì 30 phút không có thao tác nào"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer(clock: time_machine.Traveller) -> Client:
    client = Client()
    user = UserFactory(username="can-bo")
    MembershipFactory(user=user, agency=AgencyFactory(), role=Membership.Role.RECEPTION)
    client.force_login(user)
    return client


def minutes(clock: time_machine.Traveller, number: float) -> None:
    clock.shift(dt.timedelta(minutes=number))


@pytest.mark.parametrize(("idle", "open_"), [(1, True), (29, True), (30, True), (30.1, False), (300, False)])
def test_half_an_hour_is_the_limit(
    officer: Client, clock: time_machine.Traveller, idle: float, open_: bool
) -> None:
    minutes(clock, idle)
    assert (officer.get(ACCOUNT).status_code == 200) is open_


def test_every_act_counts_anew(officer: Client, clock: time_machine.Traveller) -> None:
    for _ in range(5):
        minutes(clock, 25)
        assert officer.get(ACCOUNT).status_code == 200


def test_eight_hours_are_the_end_for_the_busiest(officer: Client, clock: time_machine.Traveller) -> None:
    answers = []
    for _ in range(24):
        minutes(clock, 20)
        answers.append(officer.get(ACCOUNT).status_code)
    assert answers == [200] * 23 + [302]
    assert "Đã hết thời hạn của lần đăng nhập này" in officer.get(LOGIN).text


def test_it_says_so_and_leads_back(officer: Client, clock: time_machine.Traveller) -> None:
    minutes(clock, 31)
    answer = officer.get("/mot-cua/?trang=2")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LOGIN}?next=/mot-cua/%3Ftrang%3D2"
    assert SAID in officer.get(answer.headers["Location"]).text


def test_a_page_that_strangers_do_not_know_asks_to_sign_in_again(
    officer: Client, clock: time_machine.Traveller
) -> None:
    address = "/mot-cua/ho-so/H12-19-260304-0001/"
    assert Client().get(address).status_code == 404
    minutes(clock, 31)
    assert officer.get(address).headers["Location"] == f"{LOGIN}?next={address}"
    assert officer.get(address).status_code == 404  # a stranger by now


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/mot-cua/ho-so/x/", "http%3A//testserver/mot-cua/ho-so/x/"),
        ("http://evil.example/mot-cua/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_too_late_changes_nothing_and_leads_to_its_page(
    officer: Client, clock: time_machine.Traveller, referer: str, back: str
) -> None:
    minutes(clock, 31)
    answer = officer.post(ACCOUNT, {"new_password1": "con-vit-cao-canh"}, headers={"referer": referer})
    assert answer.headers["Location"] == f"{LOGIN}?next={back}"


def test_a_public_page_stays_open(officer: Client, clock: time_machine.Traveller) -> None:
    minutes(clock, 31)
    answer = officer.get("/tim-kiem/?q=khai+sinh")
    assert answer.status_code == 200
    assert SAID not in answer.text


def test_what_the_editor_asks_by_itself_is_no_act(officer: Client, clock: time_machine.Traveller) -> None:
    for _ in range(4):
        minutes(clock, 10)
        officer.get("/quan-tri/editing-sessions/ping/home/homepage/1/1/")
    assert officer.get(ACCOUNT).status_code == 302


def test_a_stranger_is_not_here(client: Client) -> None:
    assert client.get(STILL_HERE).status_code == 403


def test_the_moment_is_written_once_a_minute(
    officer: Client, clock: time_machine.Traveller, django_assert_num_queries
) -> None:
    minutes(clock, 0.9)
    with django_assert_num_queries(2):  # the session and the person
        officer.get(STILL_HERE)
    minutes(clock, 0.2)
    with django_assert_num_queries(5):  # ... and the moment, within a savepoint
        officer.get(STILL_HERE)


def test_an_operator_may_choose_another_time(
    officer: Client, clock: time_machine.Traveller, settings
) -> None:
    settings.SESSION_IDLE_MINUTES = 1
    minutes(clock, 2)
    answer = officer.get(ACCOUNT)
    assert answer.status_code == 302
    assert "vì 1 phút không có thao tác nào" in officer.get(answer.headers["Location"]).text


def test_pages_of_who_is_signed_in_tell_of_typing(officer: Client, client: Client) -> None:
    assert f'data-url="{STILL_HERE}"' in officer.get(ACCOUNT).text
    assert "stay.js" not in client.get(LOGIN).text


def test_signing_out_leaves_nothing_in_the_browser(officer: Client) -> None:
    answer = officer.post("/tai-khoan/dang-xuat/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
