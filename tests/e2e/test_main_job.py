"""The main workflow of a citizen and an officer in a browser, from search to the returned result."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.e2e.people import Citizen, Officer, photograph
from tests.e2e.province import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASON = "Bản chụp mờ, không đọc được số bản án."


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_dossier_is_filed_supplemented_finished_and_returned(visits, shoot, javascript):
    build()
    folder = f"main-job/{'js' if javascript else 'no-js'}"
    citizen = Citizen(visits.page(javascript=javascript, width=360), shoot, folder, javascript)
    officer = Officer(visits.page(javascript=javascript, width=1280), shoot, folder)

    code, lookup_key = citizen.file()
    assert re.fullmatch(r"H12\.25-\d{6}-0001", code)
    assert citizen.download("Biên nhận (PDF)").startswith(b"%PDF-")
    assert [letter.to for letter in mail.outbox] == [["dong@example.vn"]]
    citizen.look_up(code, lookup_key, expected="Đã nộp", name="10-da-nop")

    officer.sign_in()
    officer.screenshot("can-bo-02-viec-cua-toi")
    officer.open(code)
    officer.screenshot("can-bo-03-ho-so-moi")
    officer.perform("Tiếp nhận hồ sơ", confirmation="Đã tiếp nhận hồ sơ.")
    officer.screenshot("can-bo-04-da-tiep-nhan")
    citizen.look_up(code, lookup_key, expected="Hồ sơ của bạn đã được tiếp nhận", name="11-da-tiep-nhan")

    officer.ask_for_supplement(REASON)
    citizen.look_up(code, lookup_key, expected=REASON, name="12-can-bo-sung")
    citizen.supply()

    officer.open(code)
    officer.screenshot("can-bo-06-da-bo-sung")
    officer.finish(photograph("giay-xac-nhan.jpg", "ivory"))
    citizen.look_up(code, lookup_key, expected="Hồ sơ của bạn đã có kết quả", name="15-co-ket-qua")
    assert citizen.download("giay-xac-nhan.jpg").startswith(b"\xff\xd8\xff")

    officer.hand_over()
    officer.screenshot("can-bo-08-da-tra")
    citizen.look_up(code, lookup_key, expected="Bạn đã nhận kết quả", name="16-da-tra")
    for state in ("Đã nộp", "Được tiếp nhận", "Cần bổ sung", "Đã gửi bổ sung", "Đã có kết quả", "Đã trả"):
        assert state in citizen.page.locator("main").inner_text()
    assert citizen.download("Mẫu số 01").startswith(b"%PDF-")
