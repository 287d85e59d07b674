"""Dossier codes at the edges of days, years and formats, alone and concurrently (docs/domain.md#dossier-codes)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agency
from core.errors import PortalError
from core.worktime import TIME_ZONE
from forms_app.dossiers import codes, services
from forms_app.dossiers.models import CodeFormat, Dossier, NumberCounter
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services.numbering import take_code
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_draft, make_form, make_version

AGENCY = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{1,3}){0,3}", fullmatch=True)
OLD_AGENCY = st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}", fullmatch=True)


def take(agency: Agency, moment: datetime) -> str:
    with transaction.atomic():
        return take_code(agency=agency, now=moment)


@pytest.mark.django_db
class TestDays:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            ("2026-12-31 23:59", "261231"), ("2027-01-01 00:00", "270101"), ("2028-02-29 12:00", "280229"),
            ("2026-11-23 06:59", "261123"), ("2026-11-23 07:00", "261123"), ("2099-12-31 23:59", "991231"),
        ],
    )  # fmt: skip
    def test_code_contains_the_day_in_vietnamese_time(self, moment: str, day: str) -> None:
        assert take(AgencyFactory(code="H12.5"), at(moment)) == f"H12.5-{day}-0001"

    @pytest.mark.parametrize("hours", range(0, 24, 3))
    def test_number_does_not_depend_on_the_time_zone_of_the_value(self, hours: int) -> None:
        agency = AgencyFactory(code="H12.5")
        moment = datetime(2026, 12, 31, hours, 30, tzinfo=UTC)
        local = moment.astimezone(TIME_ZONE)
        assert take(agency, moment) == f"H12.5-{local:%y%m%d}-0001"
        assert take(agency, local) == f"H12.5-{local:%y%m%d}-0002"

    def test_numbers_start_at_one_after_midnight(self) -> None:
        form = make_form(make_version(), AgencyFactory(code="H12.5"))
        taken = [
            file_dossier(form, now=at("2026-12-31 23:59") + timedelta(seconds=seconds)).code
            for seconds in (58, 59, 60, 61)
        ]
        assert taken == ["H12.5-261231-0001", "H12.5-261231-0002", "H12.5-270101-0001", "H12.5-270101-0002"]

    def test_late_transaction_gets_the_next_number_of_its_own_day(self) -> None:
        agency = AgencyFactory(code="H12.5")
        take(agency, at("2026-11-23 23:59"))
        take(agency, at("2026-11-24 00:00"))
        assert take(agency, at("2026-11-23 23:59")) == "H12.5-261123-0002"

    def test_each_agency_has_its_own_numbers(self) -> None:
        first, second = AgencyFactory(code="H12.5"), AgencyFactory(code="H12.5.1")
        moment = at("2026-11-23 09:00")
        assert [take(agency, moment)[-4:] for agency in (first, second, first, second)] == [
            "0001", "0001", "0002", "0002",
        ]  # fmt: skip

    def test_number_10000_of_a_day_has_five_digits_in_a_valid_code(self) -> None:
        agency = AgencyFactory(code="H12.5")
        NumberCounter.objects.create(agency=agency, day=date(2026, 11, 23), last=9_998)
        moment = at("2026-11-23 09:00")
        taken = [take(agency, moment) for _n in range(3)]
        assert [code.rsplit("-", 1)[1] for code in taken] == ["9999", "10000", "10001"]
        assert all(codes.CODE.fullmatch(code) for code in taken)

    def test_rolled_back_number_leaves_no_gap(self) -> None:
        agency, moment = AgencyFactory(code="H12.5"), at("2026-11-23 09:00")
        take(agency, moment)
        with transaction.atomic():
            take_code(agency=agency, now=moment)
            transaction.set_rollback(True)
        assert take(agency, moment) == "H12.5-261123-0002"


@pytest.mark.django_db
class TestFormats:
    def test_format_changes_at_midnight(self) -> None:
        agency = AgencyFactory(code="H12.5", code_old="000.00.05.H12")
        assert take(agency, at("2025-06-30 23:59")) == "000.00.05.H12-250630-0001"
        assert take(agency, at("2025-07-01 00:00")) == "H12.5-250701-0001"

    def test_old_format_requires_the_old_agency_code(self) -> None:
        agency = AgencyFactory(code="H12.5", code_old="")
        with pytest.raises(ValueError, match="agency_code_old"):
            take(agency, at("2025-06-30 10:00"))
        assert not NumberCounter.objects.exists()

    def test_submission_without_a_code_format_uses_no_number(self) -> None:
        CodeFormat.objects.all().delete()
        draft, token = make_draft()
        with pytest.raises(PortalError, match="no dossier code format"):
            services.submit(
                token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(),
                now=timezone.now(),
            )  # fmt: skip
        assert not Dossier.objects.exists()
        assert not NumberCounter.objects.exists()

    def test_database_rejects_two_formats_from_one_day(self) -> None:
        first = CodeFormat.objects.order_by("valid_from").last()
        with pytest.raises(IntegrityError), transaction.atomic():
            CodeFormat.objects.create(pattern="{agency_code}-{yymmdd}-{seq:05d}", valid_from=first.valid_from)

    @pytest.mark.parametrize(
        "pattern",
        [
            "{agency_code}-{yymmdd}-{seq:04d}", "{agency_code}-{yymmdd}-{seq:05d}", "{agency_code}-{yymmdd}-{seq:06d}",
            "{agency_code_old}-{yymmdd}-{seq:04d}",
        ],
    )  # fmt: skip
    def test_valid_patterns_are_accepted(self, pattern: str) -> None:
        codes.validate_pattern(pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            "", "x", "{agency_code}", "{agency_code}-{yymmdd}-{seq:03d}", "{agency_code}-{yymmdd}-{seq:07d}",
            "{agency_code}-{yymmdd}-{seq:04d}-{seq:04d}", "{yymmdd}-{agency_code}-{seq:04d}", "{0}", "{agency_code!r}",
            "{agency_code}-{yymmdd}-{seq:04d}}", "{{agency_code}}-{yymmdd}-{seq:04d}",
            "{agency_code}_{yymmdd}_{seq:04d}", "H12.05-{yymmdd}-{seq:04d}", "{agency_code}-260102-{seq:04d}",
            "{agency_code}-{yymmdd}-{seq:04d}\n", "{agency_code}-{yymmdd}-0001",
        ],
    )  # fmt: skip
    def test_invalid_patterns_are_rejected(self, pattern: str) -> None:
        with pytest.raises(ValidationError):
            codes.validate_pattern(pattern)

    @given(AGENCY, OLD_AGENCY, st.dates(date(2019, 1, 1), date(2099, 12, 31)), st.integers(1, 999_999))
    def test_every_rendered_code_is_valid_and_normalised(
        self, new: str, old: str, day: date, number: int
    ) -> None:
        for place, agency in (("agency_code", new), ("agency_code_old", old)):
            code = codes.render(
                f"{{{place}}}-{{yymmdd}}-{{seq:04d}}",
                agency_code=new,
                agency_code_old=old,
                day=day,
                number=number,
            )
            assert codes.CODE.fullmatch(code)
            assert code == f"{agency}-{day:%y%m%d}-{number:04d}"
            assert codes.normalise(f"  {code.lower().replace('-', ' – ')} ") == code

    @given(st.text(max_size=80))
    def test_normalise_is_idempotent_for_any_text(self, text: str) -> None:
        once = codes.normalise(text)
        assert codes.normalise(once) == once
        assert not re.search(r"\s", once)


def in_parallel(calls: list[Callable[[], Any]]) -> list[Any]:
    def closing(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return [job.result() for job in [pool.submit(closing, call) for call in calls]]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_submissions_around_midnight_leave_no_gaps_on_either_day(self) -> None:
        form = make_form(make_version(), AgencyFactory(code="H12.5"))
        drafts = [make_draft(form, now=at("2026-12-31 20:00")) for _n in range(24)]
        moments = [at("2026-12-31 23:59"), at("2027-01-01 00:00")]

        def press(number: int) -> str:
            draft, token = drafts[number]
            return services.submit(
                token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(),
                now=moments[number % 2],
            ).code  # fmt: skip

        taken = in_parallel([lambda n=n: press(n) for n in range(24)])
        expected = [f"H12.5-{day}-{n:04d}" for day in ("261231", "270101") for n in range(1, 13)]
        assert sorted(taken) == expected

    def test_failed_submission_leaves_no_gap_in_the_numbers(self) -> None:
        agency = AgencyFactory(code="H12.5")
        moment = at("2026-11-23 09:00")

        def one(number: int) -> str:
            try:
                with transaction.atomic():
                    code = take_code(agency=agency, now=moment)
                    if number % 3 == 0:
                        raise RuntimeError
                    return code
            except RuntimeError:
                return ""

        taken = [code for code in in_parallel([lambda n=n: one(n) for n in range(30)]) if code]
        assert sorted(taken) == [f"H12.5-261123-{n:04d}" for n in range(1, 21)]

    def test_draft_is_either_submitted_or_erased(self) -> None:
        form = make_form(make_version(), AgencyFactory(code="H12.5"))
        drafts = [make_draft(form) for _n in range(6)]

        def file(draft: Any, token: str) -> str:
            try:
                services.submit(
                    token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
                )
            except PortalError:
                return "no dossier"
            return "dossier"

        def erase(token: str) -> str:
            try:
                services.erase_draft(token=token)
            except PortalError:
                return "kept"
            return "erased"

        calls = [
            call
            for draft, token in drafts
            for call in (lambda d=draft, t=token: file(d, t), lambda t=token: erase(t))
        ]
        outcomes = in_parallel(calls)
        pairs = Counter(zip(outcomes[::2], outcomes[1::2], strict=True))
        assert set(pairs) <= {("dossier", "kept"), ("no dossier", "erased")}
        assert Dossier.objects.count() == pairs["dossier", "kept"]
        assert all(dossier.attachments.count() == 1 for dossier in Dossier.objects.all())
