"""The main job, by two people in a real browser: find, file, accept, ask, supply, finish, return, follow."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.e2e.people import Citizen, Officer, photograph
from tests.e2e.province import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASON = "Bản chụp mờ, không đọc được số bản án."


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_citizen_files_and_an_officer_settles(visits, shoot, javascript):
    build()
    folder = f"main-job/{'js' if javascript else 'no-js'}"
    citizen = Citizen(visits.page(javascript=javascript, width=360), shoot, folder, javascript)
    officer = Officer(visits.page(javascript=javascript, width=1280), shoot, folder)

    code, secret = citizen.file()
    assert re.fullmatch(r"H12\.25-\d{6}-0001", code)
    assert citizen.download("Biên nhận (PDF)").startswith(b"%PDF-")
    assert [letter.to for letter in mail.outbox] == [["dong@example.vn"]]
    citizen.look_up(code, secret, says="Đã nộp", station="10-da-nop")

    officer.sign_in()
    officer.keep("can-bo-02-viec-cua-toi")
    officer.open(code)
    officer.keep("can-bo-03-ho-so-moi")
    officer.press("Tiếp nhận hồ sơ", then="Đã tiếp nhận hồ sơ.")
    officer.keep("can-bo-04-da-tiep-nhan")
    citizen.look_up(code, secret, says="Hồ sơ của bạn đã được tiếp nhận", station="11-da-tiep-nhan")

    officer.ask_for_supplement(REASON)
    citizen.look_up(code, secret, says=REASON, station="12-can-bo-sung")
    citizen.supply()

    officer.open(code)
    officer.keep("can-bo-06-da-bo-sung")
    officer.finish(photograph("giay-xac-nhan.jpg", "ivory"))
    citizen.look_up(code, secret, says="Kết quả của bạn đã có", station="15-co-ket-qua")
    assert citizen.download("giay-xac-nhan.jpg").startswith(b"\xff\xd8\xff")

    officer.press("Đã trả kết quả", then="Đã ghi nhận việc trả kết quả.")
    officer.keep("can-bo-08-da-tra")
    citizen.look_up(code, secret, says="Bạn đã nhận kết quả", station="16-da-tra")
    for state in ("Đã nộp", "Được tiếp nhận", "Cần bổ sung", "Đã gửi bổ sung", "Đã có kết quả", "Đã trả"):
        assert state in citizen.page.locator("main").inner_text()
    assert citizen.download("Mẫu số 01").startswith(b"%PDF-")
