"""Submission: one transaction, the number is assigned last, and the same key gives the same receipt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.errors import Conflict, InvalidInput, NotAllowed, PortalError
from core.models import OutboxMessage
from forms_app.dossiers import codes, credentials, services
from forms_app.dossiers.models import (
    Attachment,
    CodeFormat,
    ConsentText,
    Dossier,
    DossierEvent,
    Draft,
    NumberCounter,
)
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.selectors.dossiers import dossier_by_lookup_key, dossier_by_token
from forms_app.dossiers.services import filing
from forms_app.dossiers.services.numbering import take_code
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import (
    at,
    file_dossier,
    make_draft,
    make_form,
    make_version,
    officer_of,
)

NOW = at("2026-11-23 09:00")


def form_at(code: str) -> Any:
    return make_form(make_version(), AgencyFactory(code=code, code_old="000.00.05.H12"))


def submit_once(token: str, key: str) -> services.FilingReceipt:
    """Submit once, in a thread with its own connection."""
    try:
        return services.submit(token=token, idempotency_key=key, consent=consent_in_force(), now=NOW)
    finally:
        connection.close()


def in_parallel(calls: list[Callable[[], Any]], workers: int = 12) -> list[Any]:
    with ThreadPoolExecutor(workers) as pool:
        return [job.result() for job in [pool.submit(call) for call in calls]]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_60_parallel_submissions_at_three_agencies_are_numbered_without_gaps() -> None:
    forms = [form_at(f"H12.{number}") for number in (1, 2, 3)]
    drafts = [make_draft(form) for form in forms for _n in range(20)]
    receipts = in_parallel(
        [lambda d=draft, t=token: submit_once(t, d.idempotency_key) for draft, token in drafts]
    )
    for number in (1, 2, 3):
        mine = sorted(answer.code for answer in receipts if answer.code.startswith(f"H12.{number}-"))
        assert mine == [f"H12.{number}-261123-{n:04d}" for n in range(1, 21)]
    assert Dossier.objects.count() == 60
    assert set(NumberCounter.objects.values_list("last", flat=True)) == {20}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_parallel_submissions_with_one_key_give_one_dossier_and_equal_receipts() -> None:
    form = form_at("H12.7")
    drafts = [make_draft(form) for _n in range(8)]
    receipts = in_parallel(
        [
            lambda d=draft, t=token: submit_once(t, d.idempotency_key)
            for draft, token in drafts
            for _n in range(5)
        ]
    )
    answers = Counter((answer.code, answer.lookup_key, answer.token) for answer in receipts)
    assert sorted(answers.values()) == [5] * 8
    assert sorted(code for code, _secret, _token in answers) == [f"H12.7-261123-{n:04d}" for n in range(1, 9)]
    assert DossierEvent.objects.count() == Dossier.objects.count() == 8


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_parallel_actions_succeeds_and_the_others_conflict() -> None:
    dossier = file_dossier(now=NOW).dossier
    officers = [officer_of(dossier) for _n in range(6)]

    def accept(officer: Any) -> str:
        try:
            services.apply_action(
                dossier_id=dossier.pk, expected_version=1, action="accept", actor=officer, now=NOW
            )
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()
        return "done"

    outcomes = in_parallel([lambda o=officer: accept(o) for officer in officers])
    assert Counter(outcomes) == {"done": 1, "conflict": 5}
    assert dossier.events.count() == 2


STEPS = ["missing_steps", "_create", "append_event", "take_code"]


@pytest.mark.parametrize("step", [*STEPS, "after"])
@pytest.mark.django_db(transaction=True)
def test_failure_in_any_step_rolls_back_and_uses_no_number(step: str) -> None:
    form = form_at("H12.9")
    file_dossier(form, now=NOW)
    draft, token = make_draft(form)
    before = OutboxMessage.objects.count()

    def fail(*args: Any, **facts: Any) -> None:
        raise RuntimeError(step)

    target = patch.object(Dossier, "save", fail) if step == "after" else patch.object(filing, step, fail)
    with target, pytest.raises(RuntimeError, match=step):
        services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=NOW
        )
    assert (Dossier.objects.count(), OutboxMessage.objects.count()) == (1, before)
    assert NumberCounter.objects.get().last == 1
    draft.refresh_from_db()
    assert draft.dossier is None
    assert draft.answers["full_name"] == "Nguyễn Thị Thử"
    assert Attachment.objects.filter(draft=draft).exists()
    again = services.submit(
        token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=NOW
    )
    assert again.code.endswith("-0002")


@pytest.mark.django_db(transaction=True)
def test_code_is_shown_only_after_the_commit() -> None:
    draft, token = make_draft(form_at("H12.9"))
    in_transaction: list[bool] = []
    receipt_for = filing.receipt_for

    def record_call(dossier: Dossier) -> services.FilingReceipt:
        in_transaction.append(connection.in_atomic_block)
        return receipt_for(dossier)

    with patch.object(filing, "receipt_for", record_call):
        services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=NOW
        )
    assert in_transaction == [False]


@pytest.mark.django_db
class TestNumbers:
    def test_numbers_restart_each_day_in_vietnamese_time(self) -> None:
        form = form_at("H12.5")
        moments = ["2026-11-23 00:00", "2026-11-23 23:59", "2026-11-24 00:00", "2026-11-24 06:59"]
        taken = [file_dossier(form, now=at(moment)).code for moment in moments]
        assert taken == ["H12.5-261123-0001", "H12.5-261123-0002", "H12.5-261124-0001", "H12.5-261124-0002"]

    def test_code_format_depends_on_the_date(self) -> None:
        agency = AgencyFactory(code="H12.5", code_old="000.00.05.H12")
        with transaction.atomic():
            assert take_code(agency=agency, now=at("2025-06-30 10:00")) == "000.00.05.H12-250630-0001"
            assert take_code(agency=agency, now=at("2025-07-01 10:00")) == "H12.5-250701-0001"
            with pytest.raises(PortalError, match="01/01/2010"):
                take_code(agency=agency, now=at("2010-01-01 10:00"))
        CodeFormat.objects.filter(valid_to=None).update(valid_to=date(2026, 12, 31))
        CodeFormat.objects.create(pattern="{agency_code}-{yymmdd}-{seq:06d}", valid_from=date(2027, 1, 1))
        with transaction.atomic():
            assert take_code(agency=agency, now=at("2027-01-01 10:00")) == "H12.5-270101-000001"

    @pytest.mark.parametrize(
        "pattern",
        [
            "{agency_code}-{seq:04d}",
            "{agency_code}-{yymmdd}",
            "HS-{yymmdd}-{seq:04d}",
            "{x}",
            "{agency_code.__class__}",
        ],
    )
    def test_pattern_without_the_national_form_is_rejected(self, pattern: str) -> None:
        with pytest.raises(ValidationError):
            codes.validate_pattern(pattern)

    def test_take_code_outside_a_transaction_raises_an_error(self) -> None:
        with (
            patch.object(type(connection), "in_atomic_block", False, create=True),
            pytest.raises(RuntimeError),
        ):
            take_code(agency=AgencyFactory(), now=NOW)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" h12.46.18-261119-0007 ", "H12.46.18-261119-0007"),
        ("H12.46.18 – 261119 – 0007", "H12.46.18-261119-0007"),
        ("Mã hồ sơ: h12.46.18–261119–0007", "H12.46.18-261119-0007"),
        ("000.00.06.H56-231027-0361 nộp 2023", "000.00.06.H56-231027-0361"),
    ],
)
def test_entered_codes_are_normalised(typed: str, stored: str) -> None:
    assert codes.normalise(typed) == stored


@pytest.mark.django_db
class TestRules:
    def test_missing_steps_are_named_and_nothing_is_submitted(self) -> None:
        form = make_form()
        draft, token = services.start_draft(
            procedure_version=form.definition.procedure.versions.get(),
            form_version=form,
            agency=AgencyFactory(),
        )
        with pytest.raises(InvalidInput, match="Người yêu cầu, Thông tin của trẻ"):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        assert not Dossier.objects.exists()

    def test_file_removed_after_its_step_is_reported_as_missing(self) -> None:
        draft, token = make_draft()
        services.remove(attachment=draft.attachments.get())
        with pytest.raises(InvalidInput, match="Thông tin của trẻ"):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())

    def test_consent_is_required_and_its_version_is_stored(self) -> None:
        draft, token = make_draft()
        with pytest.raises(InvalidInput) as caught:
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=None)
        assert set(caught.value.fields) == {"consent"}
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
        )
        assert receipt.dossier.consent.number == 1

    def test_wrong_key_wrong_token_or_expired_draft_submits_nothing(self) -> None:
        draft, token = make_draft(now=at("2026-10-01 09:00"))
        late = at("2026-11-23 09:00")
        with pytest.raises(NotAllowed):
            services.submit(
                token="khong-co", idempotency_key=draft.idempotency_key, consent=consent_in_force()
            )
        with pytest.raises(NotAllowed):
            services.submit(
                token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=late
            )
        _fresh, fresh_token = make_draft()
        with pytest.raises(Conflict):
            services.submit(
                token=fresh_token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
            )
        assert not Dossier.objects.exists()

    def test_answers_are_moved_from_the_draft_to_the_dossier(self) -> None:
        receipt = file_dossier(now=NOW)
        dossier = receipt.dossier
        assert dossier.applicant_id_masked == "096••••••234"
        assert dossier.email == "thu@example.vn"
        assert dossier.answers["child_name"] == "Nguyễn Văn Mới"
        assert dossier.attachments.count() == 1
        assert Draft.objects.get().answers == {}
        with pytest.raises(NotAllowed):
            services.save_step(token="x", step_id="child", answers={}, complete=True)

    def test_only_hashes_of_link_and_lookup_key_are_stored(self) -> None:
        receipt = file_dossier(now=NOW)
        row = str(Dossier.objects.values().get())
        assert receipt.lookup_key not in row
        assert receipt.token not in row
        assert re.fullmatch(f"[{credentials.ALPHABET}]{{8}}", receipt.lookup_key)
        assert len(receipt.token) * 6 >= 128
        assert dossier_by_token(receipt.token) == receipt.dossier
        assert dossier_by_lookup_key(receipt.code, receipt.lookup_key.lower()) == receipt.dossier
        assert dossier_by_lookup_key(receipt.code, "AAAAAAAA") is None
        assert dossier_by_lookup_key("H12.1-261123-0001", receipt.lookup_key) is None

    def test_visit_by_code_and_lookup_key_expires(self) -> None:
        receipt = file_dossier()
        token = credentials.visit_token(receipt.dossier)
        assert dossier_by_token(token) == receipt.dossier
        assert dossier_by_token(token[:-1]) is None
        with time_machine.travel(
            receipt.dossier.submitted_at + credentials.VISIT_LIFETIME + timedelta(minutes=1)
        ):
            assert dossier_by_token(token) is None


@pytest.mark.django_db
class TestCost:
    """The query count of a submission, and the effect of changed rules."""

    def test_submission_needs_ten_queries_with_any_number_of_answers(
        self, django_assert_num_queries: Any
    ) -> None:
        form = make_form(schema=SCHEMA_WITHOUT_FILES)
        file_dossier(form)  # reads the rules into the cache
        draft, token = make_draft(form, email="")
        consent = consent_in_force()
        with django_assert_num_queries(
            10
        ):  # savepoint and release; the draft; check for changed rules; dossier, draft, event, index; number, code
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent)

    def test_new_code_format_is_used_at_once(self) -> None:
        agency = AgencyFactory(code="H12.7")
        assert take(agency, NOW) == "H12.7-261123-0001"
        CodeFormat.objects.update(valid_to=date(2026, 11, 22))
        CodeFormat.objects.create(pattern="{agency_code}-{yymmdd}-{seq:06d}", valid_from=date(2026, 11, 23))
        assert take(agency, NOW) == "H12.7-261123-000002"

    def test_submission_without_a_code_format_uses_no_number(self) -> None:
        agency = AgencyFactory()
        for one in CodeFormat.objects.all():
            one.delete()
        with pytest.raises(PortalError, match="no dossier code format"):
            take(agency, NOW)
        assert not NumberCounter.objects.exists()

    def test_newer_consent_text_is_used_at_once(self) -> None:
        current = consent_in_force()
        newer = ConsentText.objects.create(
            number=current.number + 1, valid_from=date(2026, 1, 1), purpose="a", retention="b", rights="c"
        )
        assert consent_in_force() == newer

    def test_consent_text_for_tomorrow_is_used_from_midnight(self) -> None:
        current = consent_in_force()
        newer = ConsentText.objects.create(
            number=current.number + 1, valid_from=date(2026, 11, 24), purpose="a", retention="b", rights="c"
        )
        with time_machine.travel("2026-11-23 23:59:59 +0700", tick=False) as clock:
            assert consent_in_force() == current
            clock.move_to("2026-11-24 00:00:00 +0700")
            assert consent_in_force() == newer


def take(agency: Any, now: Any) -> str:
    with transaction.atomic():
        return take_code(agency=agency, now=now)


SCHEMA_WITHOUT_FILES = {
    "steps": [
        {
            "id": "one",
            "title": "Một",
            "fields": [
                {"id": f"q{n}", "type": "short_text", "label": f"Hỏi {n}", "required": False}
                for n in range(12)
            ],
        }
    ]
}
