"""The clock of a dossier in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from forms_app.desk.due import Urgency, describe
from forms_app.dossiers.transitions import Status

VN = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=VN)


@dataclass
class Clock:
    status: int
    submitted_at: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=VN)
    due_at: datetime | None = None
    intake_due_at: datetime | None = None


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.PROCESSING])
@pytest.mark.parametrize(
    ("due", "urgency", "text"),
    [
        (datetime(2026, 11, 22, 17, 0, tzinfo=VN), Urgency.LATE, "Quá hạn 1 ngày"),
        (datetime(2026, 11, 3, 17, 0, tzinfo=VN), Urgency.LATE, "Quá hạn 20 ngày"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=VN), Urgency.SOON, "Hôm nay 17:00"),
        (datetime(2026, 11, 24, 11, 30, tzinfo=VN), Urgency.FINE, "Còn 1 ngày"),
        (datetime(2026, 12, 5, 17, 0, tzinfo=VN), Urgency.FINE, "Còn 12 ngày"),
        (None, Urgency.QUIET, "Không có hạn"),
    ],
)
def test_running_clock(status: int, due: datetime | None, urgency: Urgency, text: str) -> None:
    due_words = describe(Clock(status, due_at=due), NOW)
    assert (due_words.urgency, due_words.text) == (urgency, text)


def test_an_hour_that_has_passed_today_is_said_to_have_passed() -> None:
    words = describe(Clock(Status.PROCESSING, due_at=datetime(2026, 11, 23, 9, 0, tzinfo=VN)), NOW)
    assert words.urgency is Urgency.LATE
    assert "09:00" in words.text


@pytest.mark.parametrize("zone", [VN, ZoneInfo("UTC")])
def test_days_are_decided_in_vietnam(zone: ZoneInfo) -> None:
    due = datetime(2026, 11, 24, 0, 30, tzinfo=VN).astimezone(zone)
    assert describe(Clock(Status.PROCESSING, due_at=due), NOW).text == "Còn 1 ngày"


@pytest.mark.parametrize(
    ("until", "urgency", "text"),
    [
        (datetime(2026, 11, 24, 9, 0, tzinfo=VN), Urgency.NEW, "Tiếp nhận: còn 1 ngày"),
        (datetime(2026, 11, 23, 14, 30, tzinfo=VN), Urgency.SOON, "Tiếp nhận: hôm nay 14:30"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=VN), Urgency.SOON, "Tiếp nhận: hôm nay 10:00"),
        (datetime(2026, 11, 23, 9, 59, tzinfo=VN), Urgency.LATE, "Tiếp nhận: quá hạn từ 09:59"),
        (datetime(2026, 11, 20, 17, 0, tzinfo=VN), Urgency.LATE, "Tiếp nhận: quá hạn 3 ngày"),
        (None, Urgency.NEW, "Mới nộp 20/11/2026"),
    ],
)
def test_new_dossier_says_by_when_the_desk_answers(
    until: datetime | None, urgency: Urgency, text: str
) -> None:
    words = describe(Clock(Status.REGISTERED, intake_due_at=until), NOW)
    assert (words.urgency, words.text) == (urgency, text)


def test_supplement_names_the_day_the_citizen_has() -> None:
    words = describe(Clock(Status.SUPPLEMENT), NOW, waits_until=datetime(2026, 11, 27, 17, 0, tzinfo=VN))
    assert words.text == "Tạm dừng, chờ bổ sung đến 27/11/2026"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status.SUPPLEMENT, "Tạm dừng"),
        (Status.PAYMENT, "Tạm dừng"),
        (Status.SUSPENDED, "Tạm dừng"),
        (Status.FINISHED, "Đã có kết quả"),
        (Status.REFUSED, "Đã đóng"),
        (Status.WITHDRAWN, "Đã đóng"),
        (Status.RETURNED, "Đã đóng"),
    ],
)
def test_standing_clocks(status: int, text: str) -> None:
    assert describe(Clock(status), NOW).text == text
