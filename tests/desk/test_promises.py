"""One promise, one wording: desk, receipt, mail and the citizen's page print the same moment (DOMAIN 2.6).

23 November 2026 is a Monday; the procedure of the factory takes three working days.
"""

from __future__ import annotations

import io

import pytest
from django.core import mail
from django.urls import reverse
from pypdf import PdfReader

from core.display import moment_text
from forms_app.desk.selectors.figures import month_figures
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.papers import RECEIPT, paper_pdf
from forms_app.dossiers.services import perform
from procedures.parts import ChannelPart
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import make_dossier, make_officer
from tests.dossiers.factories import at, file_dossier, make_form, make_version

pytestmark = pytest.mark.django_db


def act(dossier: Dossier, action: str, moment: str, **facts) -> Dossier:
    actor = citizen(dossier) if action == "supply" else make_officer(dossier.agency, "leader")
    return perform(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
        reason="vì thử", now=at(moment), **facts,
    )  # fmt: skip


def receipt_text(dossier: Dossier) -> str:
    content = paper_pdf(dossier, RECEIPT, link="https://example.vn/")
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("2026-11-23 18:41", ("26/11/2026 17:00", "17 giờ 00 phút, ngày 26 tháng 11 năm 2026")),
        ("2026-11-23 12:00", ("26/11/2026 11:30", "11 giờ 30 phút, ngày 26 tháng 11 năm 2026")),
        ("2026-11-23 09:15", ("26/11/2026 09:15", "09 giờ 15 phút, ngày 26 tháng 11 năm 2026")),
        ("2026-11-21 10:00", ("25/11/2026 17:00", "17 giờ 00 phút, ngày 25 tháng 11 năm 2026")),
        ("2026-11-26 19:00", ("01/12/2026 17:00", "17 giờ 00 phút, ngày 01 tháng 12 năm 2026")),
    ],
)
def test_everybody_reads_the_same_moment(
    client, time_machine, django_capture_on_commit_callbacks, accepted, words
):
    promised, on_paper = words
    agency = AgencyFactory()
    told = file_dossier(make_form(make_version(), agency), now=at("2026-11-20 20:00"))
    time_machine.move_to(at(accepted))
    client.force_login(make_officer(agency))
    page = f"/mot-cua/ho-so/{told.dossier.code}/"
    before = client.get(page).text
    with django_capture_on_commit_callbacks(execute=True):
        dossier = act(told.dossier, "accept", accepted)
    assert promised in before, "what the desk says it would promise"
    assert moment_text(dossier.due_at) == promised
    assert promised in client.get(page).text
    assert promised in client.get(reverse("dossiers:mine", args=[told.token])).text
    assert on_paper in receipt_text(dossier)
    assert promised in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("looked_at", "words"),
    [
        ("2026-11-23 19:00", "Còn 3 ngày"),
        ("2026-11-26 08:00", "Hôm nay 17:00"),
        ("2026-11-26 17:01", "17:00"),
        ("2026-11-27 07:00", "Quá hạn 1 ngày"),
    ],
)
def test_the_queue_counts_to_the_promised_day(client, time_machine, looked_at, words):
    agency = AgencyFactory()
    act(make_dossier(agency), "accept", "2026-11-23 18:41")
    time_machine.move_to(at(looked_at))
    client.force_login(make_officer(agency))
    assert words in client.get("/mot-cua/?muc=dang-giai-quyet").text


class TestMovedPromises:
    def test_a_supplement_tells_the_citizen_the_new_moment(self, django_capture_on_commit_callbacks):
        dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:30")
        dossier = act(dossier, "request_supplement", "2026-11-24 10:00")
        with django_capture_on_commit_callbacks(execute=True):
            dossier = act(dossier, "supply", "2026-11-25 20:00")
        assert moment_text(dossier.due_at) == "30/11/2026 17:00"
        assert dossier.original_due_at == at("2026-11-26 09:00")
        assert "30/11/2026 17:00" in mail.outbox[-1].body
        assert "17 giờ 00 phút, ngày 30 tháng 11 năm 2026" in receipt_text(dossier)

    def test_an_event_that_moves_nothing_repeats_no_promise(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            dossier = act(make_dossier(), "accept", "2026-11-23 09:00")
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(dossier, "process", "2026-11-23 09:30")
        (letter,) = mail.outbox
        assert "Hẹn trả" not in letter.body
        assert "26/11/2026" not in letter.body

    @pytest.mark.parametrize(
        ("mode", "supplied", "promised"),
        [
            ("restart", "2026-11-26 10:00", "01/12/2026 10:00"),
            ("restart", "2026-11-26 18:00", "01/12/2026 17:00"),
            ("pause", "2026-11-26 10:00", "30/11/2026 09:00"),
            ("pause", "2026-11-24 10:00", "26/11/2026 09:00"),
            ("pause", "2026-11-24 13:00", "26/11/2026 10:30"),
        ],
    )
    def test_both_modes_of_a_supplement(self, mode, supplied, promised):
        DeadlineSetting.objects.create(
            procedure=None, supplement_mode=mode, valid_from=at("2026-01-01").date()
        )
        dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:30")
        dossier = act(act(dossier, "request_supplement", "2026-11-24 10:00"), "supply", supplied)
        assert moment_text(dossier.due_at) == promised

    @pytest.mark.parametrize(
        ("limit", "accepted", "moved"),
        [
            ((3, "ngay_lam_viec"), "26/11/2026 09:00", "30/11/2026 09:00"),
            ((8, "gio"), "24/11/2026 09:00", "26/11/2026 09:00"),
            ((3, "ngay"), "26/11/2026 17:00", "30/11/2026 17:00"),
            ((1, "thang"), "23/12/2026 17:00", "25/12/2026 17:00"),
        ],
    )
    @pytest.mark.parametrize("stand", [("require_payment", "payment_done"), ("suspend", "resume")])
    def test_statuses_6_and_8_stop_the_clock_in_every_unit(self, limit, accepted, moved, stand):
        version = make_version(channels=(ChannelPart("truc_tuyen", *limit),))
        dossier = file_dossier(make_form(version), now=at("2026-11-20 09:00")).dossier
        dossier = act(act(dossier, "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:00")
        assert moment_text(dossier.due_at) == accepted
        stop, go_on = stand
        dossier = act(act(dossier, stop, "2026-11-23 09:00"), go_on, "2026-11-25 09:00")
        assert moment_text(dossier.due_at) == moved
        assert moment_text(dossier.original_due_at) == accepted

    def test_what_is_finished_while_suspended_is_not_late_by_the_time_waited(self):
        dossier = act(make_dossier(at=at("2026-11-01 20:00")), "accept", "2026-11-02 09:00")
        dossier = act(dossier, "process", "2026-11-02 09:00")
        dossier = act(dossier, "suspend", "2026-11-03 09:00")
        dossier = act(dossier, "finish", "2026-11-25 09:00")
        assert moment_text(dossier.due_at) == "27/11/2026 09:00"
        assert dossier.events.get(action="finish").data["due_before"].startswith("2026-11-05T02:00")
        figures = month_figures(at("2026-11-01").date())
        assert (figures.finished, figures.on_time) == (1, 1)


@pytest.mark.parametrize(
    ("finished", "on_time"),
    [("2026-11-25 09:00", 1), ("2026-11-26 16:59", 1), ("2026-11-26 23:00", 1), ("2026-11-27 00:30", 0)],
)
def test_on_time_compares_days_where_the_province_is(finished, on_time):
    """Before, on and after the promised day; half past midnight in Vietnam is still the day before in UTC."""
    dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:00")
    act(dossier, "finish", finished)
    assert month_figures(at("2026-11-01").date()).on_time == on_time
    assert Dossier.objects.finished_late().count() == 1 - on_time


def test_without_a_promised_day_everything_is_on_time():
    form = make_form(make_version(channels=()))
    dossier = file_dossier(form, now=at("2026-11-01 09:00")).dossier
    dossier = act(act(dossier, "accept", "2026-11-02 09:00"), "process", "2026-11-02 09:00")
    assert "Không có ngày hẹn trả" in receipt_text(dossier)
    act(dossier, "finish", "2026-11-27 09:00")
    assert month_figures(at("2026-11-01").date()).on_time == 1


def test_an_amended_procedure_leaves_the_old_promise_alone():
    dossier = act(make_dossier(), "accept", "2026-11-23 18:41")
    procedure = dossier.procedure_version.procedure
    DeadlineSetting.objects.create(
        procedure=procedure, supplement_mode="pause", valid_from=at("2026-11-24").date()
    )
    dossier = act(act(dossier, "process", "2026-11-24 08:00"), "request_supplement", "2026-11-24 08:00")
    assert moment_text(act(dossier, "supply", "2026-11-25 10:00").due_at) == "30/11/2026 10:00"
