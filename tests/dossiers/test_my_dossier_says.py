"""My dossier in each of the ten states: one thing that is now, no promise for what is closed, the reason first."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agency
from core.worktime import TIME_ZONE
from forms_app.desk.services import finish
from forms_app.dossiers import access
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.timeline import timeline
from forms_app.dossiers.transitions import CLOSED, Action, Status
from forms_app.dossiers.words import CITIZEN
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import ask, do, make_dossier, make_officer
from tests.dossiers.factories import file_dossier, picture

pytestmark = pytest.mark.django_db
S, A = Status, Action
PROCESSING = (A.ACCEPT, A.PROCESS)
ROUTES: dict[Status, tuple[Action, ...]] = {
    S.REGISTERED: (),
    S.ACCEPTED: (A.ACCEPT,),
    S.REFUSED: (A.REFUSE,),
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
        make_officer(agency, "reception", "handler", "returner"),
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
    return client.get(f"/ho-so/{access.visit_token(dossier.pk)}/").content.decode()


@pytest.mark.parametrize("status", Status)
def test_the_history_marks_where_it_stands_and_only_while_it_runs(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    states = [item["state"] for item in timeline(dossier, list(dossier.events.order_by("sequence")))]

    assert states.count("now") == (0 if status in CLOSED else 1)
    assert ("todo" in states) == (status not in {*CLOSED, S.FINISHED})
    if "todo" in states:
        assert states[-2:] == ["now", "todo"]


@pytest.mark.parametrize("status", Status)
def test_a_closed_dossier_promises_nothing(status: Status, agency: Agency, client: Client) -> None:
    html = page(client, dossier_at(status, agency))

    assert ("<dt>Hẹn trả</dt>" in html) == (status not in CLOSED)
    assert "<dt>Nơi giải quyết</dt>" in html
    assert "<dt>Cách nhận kết quả</dt>" in html
    assert str(CITIZEN[status].next_step) in html or status is S.SUPPLEMENT


@pytest.mark.parametrize("status", [S.REFUSED, S.PAYMENT, S.SUSPENDED])
def test_the_reason_of_the_agency_stands_before_what_follows_from_it(
    status: Status, agency: Agency, client: Client
) -> None:
    html = page(client, dossier_at(status, agency))
    assert 0 < html.index(f"Lý do: {REASON}") < html.index(str(CITIZEN[status].next_step))


def test_a_file_is_downloaded_from_the_row_where_it_was_answered(client: Client) -> None:
    dossier = file_dossier().dossier
    file = dossier.attachments.get()
    html = client.get(f"/ho-so/{access.visit_token(dossier.pk)}/noi-dung/").content.decode()
    row = html[html.index(f"/tep/{file.pk}/") :]
    assert row.index(file.original_name) < row.index("</dd>")
    assert html.count(f"/tep/{file.pk}/") == 1


#: What the applicant wrote about themselves and others; only "what you sent" may show it.
PERSONAL = (
    "096185001234", "0912345678", "thu@example.vn", "Ấp 1", "Mua bán nhà đất", "096•••", "Nguyễn Thị Thu Đông",
)  # fmt: skip


@pytest.mark.parametrize("status", Status)
def test_where_it_stands_is_told_without_what_stands_in_it(status: Status, agency: Agency) -> None:
    """The page is opened at counters and in buses: it says where the dossier is, not who is who."""
    dossier = dossier_at(status, agency)
    html = page(Client(), dossier)
    assert [word for word in PERSONAL if word in html] == []
    assert str(dossier.code) in html
    assert str(CITIZEN[status].name) in html
    assert "Trần Thị Hạnh" not in html, "an officer is an agency to the citizen"


@pytest.mark.parametrize("status", Status)
def test_code_and_key_lead_to_the_same_page_in_every_state(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    secret = access.lookup_secret(dossier.secret_seed)
    answer = Client().post("/tra-cuu/", {"code": dossier.code, "secret": secret.lower()}, follow=True)
    html = answer.content.decode()
    assert str(CITIZEN[status].name) in html
    assert [word for word in PERSONAL if word in html] == []
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    private = access.link_token(dossier.secret_seed)
    assert private not in html, "the lasting link is not given away for the short key"


@pytest.mark.parametrize("status", Status)
def test_every_way_on_from_the_page_works(status: Status, agency: Agency) -> None:
    client, dossier = Client(), dossier_at(status, agency)
    html = page(client, dossier)
    ways = set(re.findall(r'href="(/ho-so/[^"]+)"', html))
    assert len(ways) >= 5
    for way in ways:
        answer = client.get(way)
        assert answer.status_code == 200, way
        assert b"".join(answer), way  # reading to the end closes a file


@pytest.mark.parametrize("status", Status)
def test_the_data_are_whole_json_in_every_state(status: Status, agency: Agency) -> None:
    dossier = dossier_at(status, agency)
    data = Client().get(f"/ho-so/{access.visit_token(dossier.pk)}/du-lieu.json").json()
    assert data["status"] == {"code": status.value, "name": dossier.get_status_display()}
    assert [event["to"] for event in data["events"]][-1] == status
    text = str(data)
    for secret in (dossier.link_token_hash, dossier.lookup_secret_hash, dossier.secret_seed):
        assert secret not in text
    assert "Mua bán nhà đất" in text
