"""The columns of the queue are the same on the page and in the file that an officer downloads."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, Membership, User
from forms_app.dossiers.models import Dossier, ListLogEntry, SupplementRequest
from forms_app.dossiers.transitions import Action
from one_stop.queue_columns import COLUMNS
from one_stop.selectors.queue import FILE_SUFFIX, TABS
from one_stop.views import queue
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at
from tests.one_stop.factories import NOW, ask, do, make_desk_form, make_dossier, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
PAGE, FILE = "/mot-cua/", "/mot-cua/danh-sach.csv"
Role = Membership.Role


def lines(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"{FILE}{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, private"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def table(client: Client, query: str = "") -> list[list[str]]:
    """Return the texts of the table on the page, without the boxes to select."""
    page = client.get(f"{PAGE}{query}").content.decode().partition("data-desk-list>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    plain = [[re.sub(r"<[^>]+>|[↑↓]", "", cell) for cell in row[1:]] for row in cells]
    return [[" ".join(html.unescape(cell).split()) for cell in row] for row in plain]


def test_file_has_the_rows_and_texts_of_the_page(agency: Agency, officer: User, client: Client) -> None:
    finished, assigned, restarted, _new = (make_dossier(agency) for _n in range(4))
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(finished, action, officer, at=NOW)
    for dossier in (assigned, restarted):
        do(dossier, Action.ACCEPT, officer, at=NOW)
    Dossier.objects.filter(pk=assigned.pk).update(assigned_to=officer)
    Dossier.objects.filter(pk=restarted.pk).update(clock_restarts=2)
    for query in ("?muc=tat-ca", "?muc=tat-ca&xep=-ma", "?muc=cho-tra"):
        found = [line[: len(COLUMNS)] for line in lines(client, query)]
        assert found == table(client, query), query
        assert found[0] == [str(label) for label, _key in COLUMNS]
    status = {row[0]: row[len(COLUMNS) - 1] for row in lines(client, "?muc=tat-ca")}
    assert status[finished.code] == "Đã xử lý xong · Tại quầy · từ 23/11/2026"
    assert status[assigned.code].endswith(f"· {officer.get_full_name()}")
    assert status[restarted.code].endswith("tính lại 2 lần")


def test_link_leads_to_the_file_of_the_list_on_the_page(agency: Agency, client: Client) -> None:
    make_dossier(agency)
    page = client.get(f"{PAGE}?muc=tat-ca&nguon=portal&xep=-ma").content.decode()
    assert 'href="/mot-cua/danh-sach.csv?muc=tat-ca&amp;nguon=portal&amp;xep=-ma">Tải xuống dạng CSV' in page
    assert "danh-sach.csv" not in client.get(f"{PAGE}?muc=da-dong").content.decode()
    assert "danh-sach.csv" not in client.get(f"{PAGE}?q=Nguyen").content.decode()


def test_file_has_the_moments_behind_the_words(agency: Agency, officer: User, client: Client) -> None:
    dossier = make_dossier(agency)
    do(dossier, Action.ACCEPT, officer, at=NOW)
    ask(dossier, officer, at=NOW + timedelta(hours=1))
    SupplementRequest.objects.update(supplement_due_at=at("2026-12-02 17:00"))
    names, row = lines(client, "?muc=tat-ca")
    moments = dict(zip(names[len(COLUMNS) :], row[len(COLUMNS) :], strict=True))
    assert moments == {
        "Nộp lúc": "19/11/2026 20:14", "Hạn tiếp nhận": "20/11/2026 17:00", "Tiếp nhận lúc": "23/11/2026 09:00",
        "Hẹn trả": "26/11/2026 09:00", "Đúng hạn đến": "", "Bổ sung chậm nhất ngày": "02/12/2026 17:00",
        "Có kết quả lúc": "", "Trả kết quả lúc": "",
    }  # fmt: skip


def test_filters_apply_to_the_file(agency: Agency, client: Client) -> None:
    make_dossier(agency)
    counter = make_dossier(agency)
    Dossier.objects.filter(pk=counter.pk).update(source=Dossier.Source.COUNTER)
    assert [row[0] for row in lines(client, "?muc=moi&nguon=counter")[1:]] == [counter.code]


def test_dossiers_of_another_agency_are_not_in_the_file(agency: Agency, client: Client) -> None:
    mine, elsewhere = make_dossier(agency), AgencyFactory()
    make_dossier(elsewhere)
    assert [row[0] for row in lines(client, "?muc=tat-ca")[1:]] == [mine.code]
    assert len(lines(client, f"?muc=tat-ca&co-quan={elsewhere.pk}")) == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CONTROLLER, Role.OPERATOR])
def test_user_who_may_read_no_dossiers_gets_404(agency: Agency, role: str) -> None:
    client = Client()
    assert client.get(FILE).status_code == 404
    client.force_login(make_officer(agency, role))
    assert client.get(FILE).status_code == 404
    assert not ListLogEntry.objects.exists()


def test_every_download_is_logged_in_words(agency: Agency, officer: User, client: Client) -> None:
    make_dossier(agency)
    for _time in range(2):
        lines(client, "?muc=moi")
    entries = list(ListLogEntry.objects.values_list("actor", "list_key", "found", "agencies"))
    assert entries == [(officer.pk, "moi.csv", 1, [agency.pk])] * 2
    head = Client()
    head.force_login(make_officer(agency, Role.HEAD))
    assert "Đã tải xuống danh sách “Chờ tiếp nhận”" in head.get("/mot-cua/nhat-ky/?loai=danh-sach").text


def test_key_of_every_list_fits_into_the_log() -> None:
    longest = ListLogEntry._meta.get_field("list_key").max_length
    assert max(len(tab.key + FILE_SUFFIX) for tab in TABS) <= longest


def test_truncated_file_says_how_many_dossiers_there_are(
    agency: Agency, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = make_desk_form(agency)
    for _n in range(3):
        make_dossier(form=form)
    monkeypatch.setattr(queue, "MAX_ROWS", 3)
    assert len(lines(client, "?muc=moi")) == 1 + 3
    monkeypatch.setattr(queue, "MAX_ROWS", 2)
    found = lines(client, "?muc=moi")
    assert len(found) == 1 + 2 + 1
    assert found[-1] == [
        "Danh sách có 3 hồ sơ, tệp này có 2 hồ sơ đầu. Hãy dùng bộ lọc để thu hẹp danh sách."
    ]


def test_formula_of_an_applicant_is_escaped(agency: Agency, client: Client) -> None:
    dossier = make_dossier(agency)
    Dossier.objects.filter(pk=dossier.pk).update(applicant_name="=HYPERLINK(1)")
    assert lines(client, "?muc=moi")[1][1] == "'=HYPERLINK(1)"


def test_queries_do_not_grow_with_rows(
    agency: Agency, client: Client, django_assert_num_queries: Any
) -> None:
    form = make_desk_form(agency)
    make_dossier(form=form)
    client.get(f"{FILE}?muc=moi")
    with django_assert_num_queries(6):
        client.get(f"{FILE}?muc=moi")
    for _n in range(5):
        make_dossier(form=form)
    with django_assert_num_queries(6):
        client.get(f"{FILE}?muc=moi")
