"""Submit: one transaction, the number last, the same key the same answer. Small forms of the two drills."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.errors import Conflict, InvalidInput, NotAllowed, PortalError
from core.models import OutboxMessage
from forms_app.dossiers import access, codes, services
from forms_app.dossiers.models import (
    Attachment,
    CodeFormat,
    ConsentText,
    Dossier,
    DossierEvent,
    Draft,
    NumberCounter,
)
from forms_app.dossiers.selectors.mine import dossier_by_secret, dossier_by_token
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services import filing
from forms_app.dossiers.services.numbering import take_code
from tests.accounts.factories import AgencyFactory
from tests.dossiers.factories import at, file_dossier, make_draft, make_form, make_officer, make_version

NOW = at("2026-11-23 09:00")


def form_at(code: str) -> Any:
    return make_form(make_version(), AgencyFactory(code=code, code_old="000.00.05.H12"))


def press(token: str, key: str) -> services.Submitted:
    """One press of the button, in a thread with a connection of its own."""
    try:
        return services.submit(token=token, idempotency_key=key, consent=consent_in_force(), now=NOW)
    finally:
        connection.close()


def in_parallel(calls: list[Callable[[], Any]], workers: int = 12) -> list[Any]:
    with ThreadPoolExecutor(workers) as pool:
        return [job.result() for job in [pool.submit(call) for call in calls]]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixty_parallel_filings_at_three_agencies_are_numbered_without_a_gap() -> None:
    forms = [form_at(f"H12.{number}") for number in (1, 2, 3)]
    drafts = [make_draft(form) for form in forms for _n in range(20)]
    told = in_parallel([lambda d=draft, t=token: press(t, d.idempotency_key) for draft, token in drafts])
    for number in (1, 2, 3):
        mine = sorted(answer.code for answer in told if answer.code.startswith(f"H12.{number}-"))
        assert mine == [f"H12.{number}-261123-{n:04d}" for n in range(1, 21)]
    assert Dossier.objects.count() == 60
    assert set(NumberCounter.objects.values_list("last", flat=True)) == {20}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_five_parallel_presses_are_one_dossier_and_five_equal_answers() -> None:
    form = form_at("H12.7")
    drafts = [make_draft(form) for _n in range(8)]
    told = in_parallel(
        [lambda d=draft, t=token: press(t, d.idempotency_key) for draft, token in drafts for _n in range(5)]
    )
    answers = Counter((answer.code, answer.secret, answer.token) for answer in told)
    assert sorted(answers.values()) == [5] * 8
    assert sorted(code for code, _secret, _token in answers) == [f"H12.7-261123-{n:04d}" for n in range(1, 9)]
    assert DossierEvent.objects.count() == Dossier.objects.count() == 8


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_the_same_moment_one_gets_the_conflict() -> None:
    dossier = file_dossier(now=NOW).dossier
    officers = [make_officer(dossier) for _n in range(6)]

    def accept(officer: Any) -> str:
        try:
            services.perform(
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


STEPS = ["missing_steps", "_create", "record", "take_code"]


@pytest.mark.parametrize("step", [*STEPS, "after"])
@pytest.mark.django_db(transaction=True)
def test_a_crash_in_any_step_leaves_nothing_and_uses_no_number(step: str) -> None:
    form = form_at("H12.9")
    file_dossier(form, now=NOW)
    draft, token = make_draft(form)
    before = OutboxMessage.objects.count()

    def crash(*args: Any, **facts: Any) -> None:
        raise RuntimeError(step)

    target = patch.object(Dossier, "save", crash) if step == "after" else patch.object(filing, step, crash)
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
def test_the_code_is_told_only_after_the_commit() -> None:
    draft, token = make_draft(form_at("H12.9"))
    seen: list[bool] = []
    told = filing.answer_for

    def tell(dossier: Dossier) -> services.Submitted:
        seen.append(connection.in_atomic_block)
        return told(dossier)

    with patch.object(filing, "answer_for", tell):
        services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=NOW
        )
    assert seen == [False]


@pytest.mark.django_db
class TestNumbers:
    def test_begin_again_each_day_of_ho_chi_minh(self) -> None:
        form = form_at("H12.5")
        moments = ["2026-11-23 00:00", "2026-11-23 23:59", "2026-11-24 00:00", "2026-11-24 06:59"]
        told = [file_dossier(form, now=at(moment)).code for moment in moments]
        assert told == ["H12.5-261123-0001", "H12.5-261123-0002", "H12.5-261124-0001", "H12.5-261124-0002"]

    def test_the_format_of_the_day_counts(self) -> None:
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
    def test_a_pattern_that_breaks_the_national_shape_is_refused(self, pattern: str) -> None:
        with pytest.raises(ValidationError):
            codes.validate_pattern(pattern)

    def test_no_number_outside_a_transaction(self) -> None:
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
    ],
)
def test_codes_are_read_as_people_type_them(typed: str, stored: str) -> None:
    assert codes.normalise(typed) == stored


@pytest.mark.django_db
class TestRules:
    def test_what_is_missing_is_named_and_nothing_is_filed(self) -> None:
        form = make_form()
        draft, token = services.start_draft(
            procedure_version=form.definition.procedure.versions.get(),
            form_version=form,
            agency=AgencyFactory(),
        )
        with pytest.raises(InvalidInput, match="Người yêu cầu, Thông tin của trẻ"):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        assert not Dossier.objects.exists()

    def test_a_file_removed_after_its_step_was_done_is_missing_again(self) -> None:
        draft, token = make_draft()
        services.remove(attachment=draft.attachments.get())
        with pytest.raises(InvalidInput, match="Thông tin của trẻ"):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())

    def test_consent_is_needed_and_its_version_is_kept(self) -> None:
        draft, token = make_draft()
        with pytest.raises(InvalidInput) as caught:
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=None)
        assert set(caught.value.fields) == {"consent"}
        told = services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        assert told.dossier.consent.number == 1

    def test_a_foreign_key_token_or_an_expired_draft_files_nothing(self) -> None:
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

    def test_the_dossier_has_what_was_answered_and_the_draft_keeps_nothing(self) -> None:
        told = file_dossier(now=NOW)
        dossier = told.dossier
        assert dossier.applicant_id_masked == "096••••••234"
        assert dossier.email == "thu@example.vn"
        assert dossier.answers["child_name"] == "Nguyễn Văn Mới"
        assert dossier.attachments.count() == 1
        assert Draft.objects.get().answers == {}
        with pytest.raises(NotAllowed):
            services.save_step(token="x", step_id="child", answers={}, complete=True)

    def test_only_hashes_of_link_and_secret_are_kept(self) -> None:
        told = file_dossier(now=NOW)
        row = str(Dossier.objects.values().get())
        assert told.secret not in row
        assert told.token not in row
        assert re.fullmatch(f"[{access.ALPHABET}]{{8}}", told.secret)
        assert len(told.token) * 6 >= 128
        assert dossier_by_token(told.token) == told.dossier
        assert dossier_by_secret(told.code, told.secret.lower()) == told.dossier
        assert dossier_by_secret(told.code, "AAAAAAAA") is None
        assert dossier_by_secret("H12.1-261123-0001", told.secret) is None

    def test_a_retired_key_still_opens(self, settings: Any) -> None:
        told = file_dossier(now=NOW)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "moi"
        assert dossier_by_secret(told.code, told.secret) == told.dossier

    def test_a_visit_by_code_and_secret_ends(self) -> None:
        told = file_dossier()
        token = access.visit_token(told.dossier.pk)
        assert dossier_by_token(token) == told.dossier
        assert dossier_by_token(token[:-1]) is None
        with time_machine.travel(told.dossier.submitted_at.timestamp() + access.VISIT_SECONDS + 60):
            assert dossier_by_token(token) is None


@pytest.mark.django_db
class TestCost:
    """What a citizen's last press costs the database, and what a process may remember of the rules."""

    def test_filing_writes_in_nine_statements_however_many_answers(
        self, django_assert_num_queries: Any
    ) -> None:
        form = make_form(schema=SCHEMA_WITHOUT_FILES)
        file_dossier(form)  # the code format of the day is known
        draft, token = make_draft(form, email="")
        consent = consent_in_force()
        with django_assert_num_queries(
            9
        ):  # savepoint and release; the draft; dossier, draft, event, index; number, code
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent)

    def test_a_new_code_format_counts_at_once(self) -> None:
        agency = AgencyFactory(code="H12.7")
        assert take(agency, NOW) == "H12.7-261123-0001"
        CodeFormat.objects.update(valid_to=date(2026, 11, 22))
        CodeFormat.objects.create(pattern="{agency_code}-{yymmdd}-{seq:06d}", valid_from=date(2026, 11, 23))
        assert take(agency, NOW) == "H12.7-261123-000002"

    def test_without_a_format_nothing_is_filed_and_no_number_lost(self) -> None:
        agency = AgencyFactory()
        for one in CodeFormat.objects.all():
            one.delete()
        with pytest.raises(PortalError, match="no dossier code format"):
            take(agency, NOW)
        assert not NumberCounter.objects.exists()

    def test_a_newer_consent_text_is_asked_for_at_once(self) -> None:
        known = consent_in_force()
        newer = ConsentText.objects.create(
            number=known.number + 1, valid_from=date(2026, 1, 1), purpose="a", retention="b", rights="c"
        )
        assert consent_in_force() == newer

    def test_a_consent_text_of_tomorrow_waits_for_midnight(self) -> None:
        known = consent_in_force()
        newer = ConsentText.objects.create(
            number=known.number + 1, valid_from=date(2026, 11, 24), purpose="a", retention="b", rights="c"
        )
        with time_machine.travel("2026-11-23 23:59:59 +0700", tick=False) as clock:
            assert consent_in_force() == known
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
