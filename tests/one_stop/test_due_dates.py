"""Desk, receipt, mail and the citizen's page show the same due date (docs/domain.md#deadlines).

23 November 2026 is a Monday; the procedure of the factory takes three working days.
"""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from pypdf import PdfReader

from core.display import datetime_text
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.printed_forms import RECEIPT, render_pdf
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.services.actions import citizen
from one_stop.selectors.figures import month_figures
from procedures.value_objects import ChannelDetails
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_form, make_version, payment_for
from tests.one_stop.factories import make_dossier, make_officer

pytestmark = pytest.mark.django_db


def act(dossier: Dossier, action: str, moment: str, **facts) -> Dossier:
    actor = citizen(dossier) if action == "supply" else make_officer(dossier.agency, "head")
    return apply_action(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
        reason="vì thử", now=at(moment),
        pause_ends_at=at(moment) + timedelta(days=30) if action == "suspend" else None,
        payment=payment_for(action, at(moment)), **facts,
    )  # fmt: skip


def receipt_text(dossier: Dossier) -> str:
    content = render_pdf(dossier, RECEIPT)
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
def test_desk_receipt_mail_and_citizen_page_show_the_same_due_date(
    client, time_machine, django_capture_on_commit_callbacks, accepted, words
):
    due, on_receipt = words
    agency = AgencyFactory()
    receipt = file_dossier(make_form(make_version(), agency), now=at("2026-11-20 20:00"))
    time_machine.move_to(at(accepted))
    client.force_login(make_officer(agency))
    page = f"/mot-cua/ho-so/{receipt.dossier.code}/"
    before = client.get(page).text
    with django_capture_on_commit_callbacks(execute=True):
        dossier = act(receipt.dossier, "accept", accepted)
    assert due in before, "the due date announced before acceptance"
    assert datetime_text(dossier.due_at) == due
    assert due in client.get(page).text
    assert due in client.get(reverse("dossiers:tracking", args=[receipt.token])).text
    assert on_receipt in receipt_text(dossier)
    assert due in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-23 19:00", "Còn 3 ngày"),
        ("2026-11-26 08:00", "Hôm nay 17:00"),
        ("2026-11-26 17:01", "17:00"),
        ("2026-11-27 07:00", "Quá hạn 1 ngày"),
    ],
)
def test_queue_counts_days_to_the_due_date(client, time_machine, moment, words):
    agency = AgencyFactory()
    act(make_dossier(agency), "accept", "2026-11-23 18:41")
    time_machine.move_to(at(moment))
    client.force_login(make_officer(agency))
    assert words in client.get("/mot-cua/?muc=dang-giai-quyet").text


class TestMovedDueDates:
    def test_due_date_moved_by_a_supplement_is_mailed_to_the_citizen(
        self, django_capture_on_commit_callbacks
    ):
        dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:30")
        dossier = act(dossier, "request_supplement", "2026-11-24 10:00")
        with django_capture_on_commit_callbacks(execute=True):
            dossier = act(dossier, "supply", "2026-11-25 20:00")
        assert datetime_text(dossier.due_at) == "30/11/2026 17:00"
        assert dossier.original_due_at == at("2026-11-26 09:00")
        assert "30/11/2026 17:00" in mail.outbox[-1].body
        assert "17 giờ 00 phút, ngày 30 tháng 11 năm 2026" in receipt_text(dossier)

    def test_mail_without_a_changed_due_date_does_not_repeat_it(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            dossier = act(make_dossier(), "accept", "2026-11-23 09:00")
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(dossier, "process", "2026-11-23 09:30")
        (letter,) = mail.outbox
        assert "Hẹn trả" not in letter.body
        assert "26/11/2026" not in letter.body

    @pytest.mark.parametrize(
        ("mode", "supplied", "due"),
        [
            ("restart", "2026-11-26 10:00", "01/12/2026 10:00"),
            ("restart", "2026-11-26 18:00", "01/12/2026 17:00"),
            ("pause", "2026-11-26 10:00", "30/11/2026 09:00"),
            ("pause", "2026-11-24 10:00", "26/11/2026 09:00"),
            ("pause", "2026-11-24 13:00", "26/11/2026 10:30"),
        ],
    )
    def test_supplement_restarts_or_resumes_processing_time_by_its_mode(self, mode, supplied, due):
        DeadlineSetting.objects.create(
            procedure=None, supplement_mode=mode, valid_from=at("2026-01-01").date()
        )
        dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:30")
        dossier = act(act(dossier, "request_supplement", "2026-11-24 10:00"), "supply", supplied)
        assert datetime_text(dossier.due_at) == due

    @pytest.mark.parametrize(
        ("limit", "accepted", "moved"),
        [
            ((3, "ngay_lam_viec"), "26/11/2026 09:00", "30/11/2026 09:00"),
            ((8, "gio"), "24/11/2026 09:00", "26/11/2026 09:00"),
            ((3, "ngay"), "26/11/2026 17:00", "30/11/2026 17:00"),
            ((1, "thang"), "23/12/2026 17:00", "25/12/2026 17:00"),
        ],
    )
    @pytest.mark.parametrize("pause_and_resume", [("require_payment", "payment_done"), ("suspend", "resume")])
    def test_payment_and_suspension_pause_processing_time_in_every_unit(
        self, limit, accepted, moved, pause_and_resume
    ):
        version = make_version(channels=(ChannelDetails("truc_tuyen", *limit),))
        dossier = file_dossier(make_form(version), now=at("2026-11-20 09:00")).dossier
        dossier = act(act(dossier, "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:00")
        assert datetime_text(dossier.due_at) == accepted
        pause, resume = pause_and_resume
        dossier = act(act(dossier, pause, "2026-11-23 09:00"), resume, "2026-11-25 09:00")
        assert datetime_text(dossier.due_at) == moved
        assert datetime_text(dossier.original_due_at) == accepted

    def test_suspended_time_does_not_make_a_finished_dossier_late(self):
        dossier = act(make_dossier(at=at("2026-11-01 20:00")), "accept", "2026-11-02 09:00")
        dossier = act(dossier, "process", "2026-11-02 09:00")
        dossier = act(dossier, "suspend", "2026-11-03 09:00")
        dossier = act(dossier, "finish", "2026-11-25 09:00")
        assert datetime_text(dossier.due_at) == "27/11/2026 09:00"
        assert dossier.events.get(action="finish").data["due_before"].startswith("2026-11-05T02:00")
        figures = month_figures(at("2026-11-01").date())
        assert (figures.finished, figures.on_time) == (1, 1)


@pytest.mark.parametrize(
    ("finished", "on_time"),
    [("2026-11-25 09:00", 1), ("2026-11-26 16:59", 1), ("2026-11-26 23:00", 1), ("2026-11-27 00:30", 0)],
)
def test_on_time_compares_dates_in_vietnam(finished, on_time):
    """Before, on and after the due date; 00:30 in Vietnam is still the day before in UTC."""
    dossier = act(act(make_dossier(), "accept", "2026-11-23 09:00"), "process", "2026-11-23 09:00")
    act(dossier, "finish", finished)
    assert month_figures(at("2026-11-01").date()).on_time == on_time


def test_dossier_without_a_due_date_is_on_time():
    form = make_form(make_version(channels=()))
    dossier = file_dossier(form, now=at("2026-11-01 09:00")).dossier
    dossier = act(act(dossier, "accept", "2026-11-02 09:00"), "process", "2026-11-02 09:00")
    assert "Không có ngày hẹn trả" in receipt_text(dossier)
    act(dossier, "finish", "2026-11-27 09:00")
    assert month_figures(at("2026-11-01").date()).on_time == 1


def test_amended_procedure_keeps_the_due_date_of_earlier_dossiers():
    dossier = act(make_dossier(), "accept", "2026-11-23 18:41")
    procedure = dossier.procedure_version.procedure
    DeadlineSetting.objects.create(
        procedure=procedure, supplement_mode="pause", valid_from=at("2026-11-24").date()
    )
    dossier = act(act(dossier, "process", "2026-11-24 08:00"), "request_supplement", "2026-11-24 08:00")
    assert datetime_text(act(dossier, "supply", "2026-11-25 10:00").due_at) == "30/11/2026 10:00"
