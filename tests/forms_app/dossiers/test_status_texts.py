"""The tracking page in each of the ten statuses: current step, due date, reason, links."""

from __future__ import annotations

import io
import re
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Agency
from core.worktime import TIME_ZONE
from forms_app.dossiers import credentials, printed_forms
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.status_texts import STATUS_TEXTS, event_text, timeline
from forms_app.dossiers.transitions import CLOSED_STATUSES, Action, Status
from one_stop.services import finish
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import (
    file_dossier,
    picture,
)
from tests.one_stop.factories import ANSWERS, ask, do, make_dossier, make_officer
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
S, A = Status, Action
PROCESSING = (A.ACCEPT, A.PROCESS)
ROUTES: dict[Status, tuple[Action, ...]] = {
    S.REGISTERED: (),
    S.ACCEPTED: (A.ACCEPT,),
    S.DECLINED: (A.DECLINE,),
    S.PROCESSING: PROCESSING,
    S.SUPPLEMENT: (A.ACCEPT, A.REQUEST_SUPPLEMENT),
    S.PAYMENT: (*PROCESSING, A.REQUIRE_PAYMENT),
    S.WITHDRAWN: (A.WITHDRAW,),
    S.SUSPENDED: (*PROCESSING, A.SUSPEND),
    S.FINISHED: (*PROCESSING, A.FINISH),
    S.RETURNED: (*PROCESSING, A.FINISH, A.RETURN_RESULT),
}
REASON = "Lý do mẫu"


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="Ủy ban nhân dân phường Tân Thành")


def dossier_at(status: Status, agency: Agency) -> Dossier:
    officer, now = (
        make_officer(agency, "head", "returner"),
        timezone.now().astimezone(TIME_ZONE),
    )
    dossier = make_dossier(agency)
    for action in ROUTES[status]:
        if action is A.REQUEST_SUPPLEMENT:
            ask(dossier, officer, at=now)
        elif action is A.FINISH:
            finish(
                dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="",
                result=picture(),
            )  # fmt: skip
            dossier.refresh_from_db()
        else:
            do(dossier, action, officer, at=now, reason=REASON)
    assert dossier.status == status
    return dossier


def page(client: Client, dossier: Dossier) -> str:
    return client.get(f"/ho-so/{credentials.visit_token(dossier)}/").content.decode()


@pytest.mark.parametrize("status", Status)
def test_timeline_marks_the_current_step_of_open_dossiers(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    states = [item["state"] for item in timeline(dossier, list(dossier.events.order_by("sequence")))]

    assert states.count("now") == (0 if status in CLOSED_STATUSES else 1)
    assert ("todo" in states) == (status not in {*CLOSED_STATUSES, S.FINISHED})
    if "todo" in states:
        assert states[-2:] == ["now", "todo"]


@pytest.mark.parametrize("status", Status)
def test_closed_dossier_shows_no_due_date(status: Status, agency: Agency, client: Client) -> None:
    html = page(client, dossier_at(status, agency))

    assert ("<dt>Hẹn trả</dt>" in html) == (status not in CLOSED_STATUSES)
    assert "<dt>Nơi giải quyết</dt>" in html
    assert "<dt>Cách nhận kết quả</dt>" in html
    assert str(STATUS_TEXTS[status].next_step) in html or status in {S.REGISTERED, S.SUPPLEMENT, S.WITHDRAWN}


def test_intake_deadline_is_that_of_the_dated_setting(agency: Agency, client: Client) -> None:
    filed = datetime(2026, 11, 23, 9, 0, tzinfo=TIME_ZONE)
    with time_machine.travel(filed, tick=False):
        usual = make_dossier(agency, at=filed)
        DeadlineSetting.objects.create(
            procedure=usual.procedure_version.procedure, supplement_mode="pause", intake_hours=4,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
        shorter = file_dossier(usual.form_version, agency=agency, now=filed, **ANSWERS).dossier
        for dossier, until in ((usual, "24/11/2026 09:00"), (shorter, "23/11/2026 15:00")):
            words = f"Cơ quan kiểm tra hồ sơ chậm nhất lúc {until}."
            assert words in page(client, dossier)
            assert words in str(event_text(dossier.events.get()).next_step)
    with time_machine.travel(datetime(2026, 11, 25, 9, 0, tzinfo=TIME_ZONE), tick=False):
        assert "Cơ quan sẽ kiểm tra hồ sơ. Bạn không phải làm gì." in page(client, usual)


def test_no_text_for_citizens_contains_a_time_determined_by_a_rule_or_constant() -> None:
    duration = re.compile(
        r"\b(one|two|three|five|seven|fifteen|thirty|\d+) (working )?(day|hour|minute|month)s?\b"
    )
    folder = ROOT / "forms_app/dossiers"
    files = [*folder.glob("templates/**/*.*"), folder / "status_texts.py"]
    assert [path.name for path in files if duration.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("status", [S.DECLINED, S.PAYMENT, S.SUSPENDED])
def test_reason_is_shown_before_the_next_step(status: Status, agency: Agency, client: Client) -> None:
    html = page(client, dossier_at(status, agency))
    assert 0 < html.index(f"Lý do: {REASON}") < html.index(str(STATUS_TEXTS[status].next_step))


def test_file_is_linked_beside_its_question(client: Client) -> None:
    dossier = file_dossier().dossier
    file = dossier.attachments.get()
    html = client.get(f"/ho-so/{credentials.visit_token(dossier)}/noi-dung/").content.decode()
    row = html[html.index(f"/tep/{file.pk}/") :]
    assert row.index(file.original_name) < row.index("</dd>")
    assert html.count(f"/tep/{file.pk}/") == 1


#: What the applicant wrote about themselves and others; only "what you sent" may show it.
PERSONAL = (
    "096185001234", "0912345678", "thu@example.vn", "Ấp 1", "Mua bán nhà đất", "096•••", "Nguyễn Thị Thu Đông",
)  # fmt: skip


@pytest.mark.parametrize("status", Status)
def test_status_page_contains_no_personal_data(status: Status, agency: Agency) -> None:
    """The page may be opened in public: it shows the status but no personal data."""
    dossier = dossier_at(status, agency)
    html = page(Client(), dossier)
    assert [word for word in PERSONAL if word in html] == []
    assert str(dossier.code) in html
    assert str(STATUS_TEXTS[status].name) in html
    assert "Trần Thị Hạnh" not in html, "citizens do not see names of officers"


@pytest.mark.parametrize("status", Status)
def test_code_and_lookup_key_open_the_page_in_every_status(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    secret = credentials.lookup_key(dossier.secret_seed, dossier.secret_id)
    answer = Client().post("/tra-cuu/", {"code": dossier.code, "lookup_key": secret.lower()}, follow=True)
    html = answer.content.decode()
    assert str(STATUS_TEXTS[status].name) in html
    assert [word for word in PERSONAL if word in html] == []
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    private = credentials.link_token(dossier.secret_seed, dossier.secret_id)
    assert private not in html, "the lasting link is not given away for the short key"


@pytest.mark.parametrize("status", Status)
def test_every_link_of_the_page_works(status: Status, agency: Agency) -> None:
    client, dossier = Client(), dossier_at(status, agency)
    html = page(client, dossier)
    links = set(re.findall(r'href="(/ho-so/[^"]+)"', html))
    assert len(links) >= 5
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert b"".join(answer), link  # reading to the end closes a file


@pytest.mark.parametrize("status", Status)
def test_own_data_is_complete_in_every_status(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    data = Client().get(f"/ho-so/{credentials.visit_token(dossier)}/du-lieu.json").json()
    assert data["status"] == {"code": status.value, "name": dossier.get_status_display()}
    assert [event["to"] for event in data["events"]][-1] == status
    text = str(data)
    for secret in (dossier.link_token_hash, dossier.lookup_key_hash, dossier.secret_seed):
        assert secret not in text
    assert "Mua bán nhà đất" in text


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (1, "Đã nộp"), (2, "Được tiếp nhận"), (4, "Đang giải quyết"), (5, "Cần bổ sung"),
        (6, "Cần nộp phí hoặc thực hiện nghĩa vụ tài chính"), (8, "Tạm dừng"),
        (9, "Đã có kết quả"), (10, "Đã trả kết quả"),
        (3, "Không được tiếp nhận"), (7, "Đã rút"),
    ],
)  # fmt: skip
def test_status_has_its_text_for_citizens(status: int, word: str) -> None:
    assert str(STATUS_TEXTS[status].name) == word


def paper(dossier: Dossier) -> str:
    content = printed_forms.render_pdf(dossier, "mau-02-1")
    return " ".join(" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(content)).pages)


def test_supplement_before_acceptance_says_that_processing_time_has_not_begun(
    agency: Agency, client: Client
) -> None:
    dossier, officer = make_dossier(agency), make_officer(agency, "receiver")
    ask(dossier, officer, at=timezone.now())
    dossier.refresh_from_db()
    started = "Thời hạn giải quyết bắt đầu tính khi hồ sơ được tiếp nhận."
    assert started in (html := page(client, dossier))
    assert "tính lại" not in html
    event = dossier.events.get(action=Action.REQUEST_SUPPLEMENT)
    assert started in str(event_text(event).next_step)
    assert started in paper(dossier)


def test_supplement_after_acceptance_says_that_the_time_is_recalculated(
    agency: Agency, client: Client
) -> None:
    dossier = dossier_at(S.SUPPLEMENT, agency)
    assert "Thời hạn giải quyết tạm dừng cho đến khi bạn bổ sung đủ" in page(client, dossier)
    assert "được tính lại sau khi bổ sung đủ" in paper(dossier)
