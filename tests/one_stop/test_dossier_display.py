"""Due status of a dossier in words, masked identity numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.worktime import WorkCalendar
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.text import ShortText
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.transitions import CLOSED_STATUSES, Status
from one_stop.dossier_display import DueStatus, Urgency, mask_identity_numbers
from one_stop.dossier_display import due_status as due_status_with

VN = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=VN)


#: Every day except Saturday and Sunday is a working day; 24 November is a holiday.
CALENDAR = WorkCalendar(days_off=frozenset({date(2026, 11, 24)}))
CALENDAR_DAYS = {"value": 10, "unit": "ngay"}


def due_status(dossier: Any, now: datetime, **more: Any) -> DueStatus:
    return due_status_with(dossier, now, calendar=CALENDAR, **more)


@dataclass
class Deadlines:
    status: int
    submitted_at: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=VN)
    accepted_at: datetime | None = datetime(2026, 11, 20, 9, 0, tzinfo=VN)
    due_at: datetime | None = None
    on_time_until: datetime | None = None
    is_correction: bool = False
    intake_due_at: datetime | None = None
    deadline_rule: dict[str, Any] | None = None
    pause_ends_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED_STATUSES

    def is_late_while_paused(self, now: datetime) -> bool:
        return False


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
def test_due_status_while_in_process(status: int, due: datetime | None, urgency: Urgency, text: str) -> None:
    words = due_status(Deadlines(status, due_at=due, deadline_rule=CALENDAR_DAYS), NOW)
    assert (words.urgency, words.text) == (urgency, text)


@pytest.mark.parametrize(
    ("now", "due", "text"),
    [
        # 23 November 2026 is a Monday; Tuesday the 24th is a holiday.
        ("2026-11-23 10:00", "2026-11-25 11:30", "Còn 1 ngày làm việc"),
        ("2026-11-23 10:00", "2026-12-04 17:00", "Còn 8 ngày làm việc"),
        ("2026-11-20 10:00", "2026-11-23 09:00", "Còn 1 ngày làm việc"),
        ("2026-11-22 10:00", "2026-11-20 16:41", "Quá hạn từ 20/11/2026"),
        ("2026-11-23 03:00", "2026-11-20 16:41", "Quá hạn 1 ngày làm việc"),
        ("2026-11-25 10:00", "2026-11-20 16:41", "Quá hạn 2 ngày làm việc"),
        ("2026-11-20 16:50", "2026-11-20 16:41", "Quá hạn từ 16:41"),
    ],
)
def test_days_are_those_of_the_processing_time(now: str, due: str, text: str) -> None:
    """A limit in working days is counted in working days, even after it has passed."""
    moment, due_at = (datetime.fromisoformat(words).replace(tzinfo=VN) for words in (now, due))
    assert due_status(Deadlines(Status.PROCESSING, due_at=due_at), moment).text == text


def test_later_due_date_does_not_hide_that_a_dossier_is_overdue() -> None:
    late = Deadlines(
        Status.PROCESSING,
        due_at=datetime(2026, 11, 24, 11, 30, tzinfo=VN),
        deadline_rule=CALENDAR_DAYS,
        on_time_until=datetime(2026, 11, 20, 17, 0, tzinfo=VN),
    )
    assert due_status(late, NOW).urgency is Urgency.LATE
    assert due_status(late, NOW).text == "Còn 1 ngày, tính là quá hạn"
    late.on_time_until = datetime(2026, 11, 23, 17, 0, tzinfo=VN)
    assert due_status(late, NOW).text == "Còn 1 ngày"


def test_due_time_earlier_today_is_overdue() -> None:
    words = due_status(Deadlines(Status.PROCESSING, due_at=datetime(2026, 11, 23, 9, 0, tzinfo=VN)), NOW)
    assert words.urgency is Urgency.LATE
    assert "09:00" in words.text


@pytest.mark.parametrize("zone", [VN, ZoneInfo("UTC")])
def test_dates_are_those_of_vietnamese_time(zone: ZoneInfo) -> None:
    due = datetime(2026, 11, 24, 0, 30, tzinfo=VN).astimezone(zone)
    row = Deadlines(Status.PROCESSING, due_at=due, deadline_rule=CALENDAR_DAYS)
    assert due_status(row, NOW).text == "Còn 1 ngày"


@pytest.mark.parametrize(
    ("until", "urgency", "text"),
    [
        (datetime(2026, 11, 24, 9, 0, tzinfo=VN), Urgency.NEW, "Tiếp nhận: còn 1 ngày"),
        (datetime(2026, 11, 23, 14, 30, tzinfo=VN), Urgency.SOON, "Tiếp nhận: hôm nay 14:30"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=VN), Urgency.SOON, "Tiếp nhận: hôm nay 10:00"),
        (datetime(2026, 11, 23, 9, 59, tzinfo=VN), Urgency.LATE, "Tiếp nhận: quá hạn từ 09:59"),
        (datetime(2026, 11, 20, 17, 0, tzinfo=VN), Urgency.LATE, "Tiếp nhận: quá hạn 1 ngày làm việc"),
        (None, Urgency.NEW, "Mới nộp 20/11/2026"),
    ],
)
def test_new_dossier_shows_its_intake_deadline(until: datetime | None, urgency: Urgency, text: str) -> None:
    words = due_status(Deadlines(Status.REGISTERED, intake_due_at=until), NOW)
    assert (words.urgency, words.text) == (urgency, text)


def test_supplement_shows_the_citizens_deadline() -> None:
    words = due_status(
        Deadlines(Status.SUPPLEMENT), NOW, supplement_due_at=datetime(2026, 11, 27, 17, 0, tzinfo=VN)
    )
    assert words.text == "Tạm dừng, chờ bổ sung đến 27/11/2026"
    late = due_status(
        Deadlines(Status.SUPPLEMENT), NOW, supplement_due_at=datetime(2026, 11, 20, 17, 0, tzinfo=VN)
    )
    assert (late.urgency, late.text) == (Urgency.SOON, "Quá hạn bổ sung từ 20/11/2026")


def test_suspension_is_shown_with_its_last_day() -> None:
    suspended = Deadlines(Status.SUSPENDED, pause_ends_at=datetime(2026, 12, 15, 17, 0, tzinfo=VN))
    assert due_status(suspended, NOW).text == "Tạm dừng đến 15/12/2026"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status.SUPPLEMENT, "Tạm dừng"),
        (Status.PAYMENT, "Tạm dừng"),
        (Status.SUSPENDED, "Tạm dừng"),
        (Status.FINISHED, "Đã có kết quả"),
        (Status.DECLINED, "Đã đóng"),
        (Status.WITHDRAWN, "Đã đóng"),
        (Status.RETURNED, "Đã đóng"),
    ],
)
def test_due_status_while_paused_or_closed(status: int, text: str) -> None:
    assert due_status(Deadlines(status), NOW).text == text


def test_every_type_of_identity_number_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Passport(ShortText):
        code = "passport"
        is_identity_number = True

        def masked(self, answer: str) -> str:
            return "•••"

    monkeypatch.setitem(registry._types, "passport", Passport())
    types = {"citizen": "citizen_id", "passport": "passport", "other": "passport", "name": "short_text"}
    fields = [{"id": name, "type": code, "label": name} for name, code in types.items()]
    schema = FormSchema.from_json({"steps": [{"id": "s", "title": "Bước", "fields": fields}]})
    answers = {"citizen": "096185001234", "passport": "C1234567", "name": "Nguyễn Thị Thử"}
    masked = {"citizen": "096••••••234", "passport": "•••"}
    assert mask_identity_numbers(schema, answers) == {**answers, **masked}


def test_numbers_within_a_free_text_that_asks_for_them_are_masked() -> None:
    lines = (
        "An, 12/03/1988, 096088000112\nBình, 12-03-1990, 096 191 000 345\nChi, C7654321, 12 người, 385012345"
    )
    step = {
        "id": "s",
        "title": "Bước",
        "fields": [
            {
                "id": "members",
                "type": "long_text",
                "label": "Thành viên",
                "help": "Họ tên, số định danh cá nhân.",
            },
            {
                "id": "others",
                "type": "long_text",
                "label": "Người khác",
                "options": {"identity_numbers": True},
            },
            {"id": "note", "type": "long_text", "label": "Ghi chú"},
        ],
    }
    schema = FormSchema.from_json({"steps": [step]})
    masked = "An, 12/03/1988, ••••••112\nBình, ••••••345\nChi, ••••••321, 12 người, ••••••345"
    masked = masked.replace("Bình, ••••••345", "Bình, ••••••990, ••••••345")
    answers = dict.fromkeys(("members", "others", "note"), lines)
    assert mask_identity_numbers(schema, answers) == {"members": masked, "others": masked, "note": lines}


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (datetime(2026, 12, 15, 17, 0, tzinfo=VN), "Chưa tiếp nhận, chờ bổ sung đến 15/12/2026"),
        (None, "Chưa tiếp nhận"),
    ],
)
def test_nothing_is_paused_before_acceptance(until: datetime | None, text: str) -> None:
    """The processing time of a dossier starts when it is accepted (NĐ 118/2025, art. 17)."""
    words = due_status(Deadlines(Status.SUPPLEMENT, accepted_at=None), NOW, supplement_due_at=until)
    assert (words.urgency, words.text) == (Urgency.QUIET, text)
    assert "Tạm dừng" in due_status(Deadlines(Status.SUPPLEMENT), NOW, supplement_due_at=until).text
