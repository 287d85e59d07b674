"""Versions by date: edges, immutability, scheduled versions."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.errors import NotAllowed
from core.models import OutboxMessage
from procedures.models import Procedure, ProcedurePage, ProcedureVersion
from procedures.selectors import history, version_in_force
from procedures.services.versions import VERSION_BEGINS, publish, record_version
from tests.procedures.factories import make_decision, make_page

pytestmark = pytest.mark.django_db


TODAY = date(2026, 11, 23)


DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def say(page: ProcedurePage, text: str, begins: date | None = None, **values) -> ProcedureVersion:
    page.requirements = text
    return publish(page=page, decision=values.get("decision"), valid_from=begins)


def said(page: ProcedurePage, day: date) -> str | None:
    version = version_in_force(page.procedure, day)
    return version.content.requirements if version else None


def periods(page: ProcedurePage) -> list[tuple[int, str, str]]:
    rows = page.procedure.versions.order_by("number")
    return [(row.number, str(row.valid_from), str(row.valid_to or "")) for row in rows]


class TestEdges:
    def test_before_the_first_day_nothing_is_in_force(self):
        page = make_page()
        say(page, "một", date(2026, 3, 1))

        assert said(page, date(2026, 2, 28)) is None
        assert said(page, date(2026, 3, 1)) == "một"

    def test_version_ends_the_day_before_the_next(self):
        page = make_page()
        say(page, "một", date(2026, 1, 1))
        say(page, "hai", date(2026, 3, 1))

        assert [said(page, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == ["một", "hai"]
        assert periods(page) == [(1, "2026-01-01", "2026-02-28"), (2, "2026-03-01", "")]

    def test_leap_day_is_handled(self):
        page = make_page()
        say(page, "một", date(2024, 1, 1))
        say(page, "hai", date(2024, 3, 1))

        assert said(page, date(2024, 2, 29)) == "một"

    def test_last_of_three_versions_on_one_day_is_in_force(self):
        page = make_page()
        for text in ("một", "hai", "ba"):
            say(page, text)

        assert periods(page) == [
            (1, "2026-11-23", "2026-11-22"), (2, "2026-11-23", "2026-11-22"), (3, "2026-11-23", "")
        ]  # fmt: skip
        assert said(page, TODAY) == "ba"
        assert said(page, TODAY - DAY) is None

    def test_nothing_is_in_force_during_a_gap(self):
        page = make_page()
        first = say(page, "một", date(2025, 1, 1))
        ProcedureVersion.objects.filter(pk=first.pk).update(valid_to=date(2025, 12, 31))
        say(page, "hai", date(2026, 3, 1))

        assert [said(page, date(2025, 12, 31)), said(page, date(2026, 1, 1)), said(page, date(2026, 3, 1))] == [
            "một", None, "hai"
        ]  # fmt: skip

    def test_publication_replaces_a_waiting_version_on_its_day(self):
        page = make_page()
        say(page, "hôm nay", date(2026, 1, 1))
        say(page, "năm sau", date(2027, 1, 1))
        third = say(page, "năm sau, đã sửa")

        assert third.valid_from == date(2027, 1, 1)
        assert [said(page, day) for day in (TODAY, date(2026, 12, 31), date(2027, 1, 1))] == [
            "hôm nay", "hôm nay", "năm sau, đã sửa"
        ]  # fmt: skip
        assert [one.number for one in history(page.procedure_id).upcoming] == [3], "the second comes no more"

    def test_later_first_day_permanently_postpones_the_waiting_version(self):
        page = make_page()
        say(page, "hôm nay", date(2026, 1, 1))
        say(page, "tháng một", date(2027, 1, 1))
        say(page, "tháng hai", date(2027, 2, 1))

        assert [said(page, date(2027, month, 1)) for month in (1, 2)] == ["tháng một", "tháng hai"]
        assert [one.number for one in history(page.procedure_id).upcoming] == [3, 2]

    def test_the_current_text_can_be_published_again_over_a_waiting_one(self):
        """How an editor withdraws a future version (ADR 52)."""
        page = make_page()
        say(page, "hôm nay", date(2026, 1, 1))
        say(page, "năm sau", date(2027, 1, 1))
        say(page, "hôm nay", date(2027, 1, 1))

        assert said(page, date(2027, 6, 1)) == "hôm nay"
        assert page.procedure.versions.count() == 3

    def test_returning_to_the_first_text_is_a_new_version(self):
        page = make_page()
        for text in ("một", "hai", "một"):
            say(page, text)

        first, _second, third = page.procedure.versions.order_by("number")
        assert first.digest == third.digest
        assert third.number == 3

    def test_the_next_day_begins_at_midnight_in_ca_mau(self):
        page = make_page()
        say(page, "một", date(2026, 1, 1))
        say(page, "hai", date(2026, 11, 24))

        with time_machine.travel("2026-11-23 16:59:59 +0000", tick=False):
            assert version_in_force(page.procedure).number == 1
        with time_machine.travel("2026-11-23 17:00:00 +0000", tick=False):
            assert version_in_force(page.procedure).number == 2

    def test_version_published_after_midnight_in_ca_mau_has_the_new_day(self):
        page = make_page()
        with time_machine.travel("2026-11-23 17:30 +0000", tick=False):
            assert say(page, "một").valid_from == date(2026, 11, 24)

    @pytest.mark.parametrize("code", ["1.0", "", "1.001193.H12.H12", "1.001193\n2", None])
    def test_text_that_is_not_a_code_has_no_version(self, code):
        assert version_in_force(code or "") is None


class Book:
    """The rule in its simplest form: a series of texts by day; a later publication overwrites it from its day on."""

    def __init__(self) -> None:
        self.entries: list[tuple[date, str]] = []
        self.versions = 0

    def publish(self, text: str, begins: date) -> None:
        if self.entries and self.entries[-1][1] == text:
            if begins <= self.entries[-1][0] or self.entries[-1][0] <= TODAY:
                return
            self.entries.pop()  # it has not begun, so it gets the later day
        begins = max([begins, *(day for day, _text in self.entries)])
        self.entries = [(day, said) for day, said in self.entries if day < begins]
        self.entries.append((begins, text))
        self.versions += 1

    def said(self, day: date) -> str | None:
        return next((text for begins, text in reversed(self.entries) if begins <= day), None)


DAYS = st.integers(-5, 5).map(lambda days: TODAY + days * DAY)


@given(st.lists(st.tuples(st.sampled_from("abc"), DAYS), min_size=1, max_size=6))
@settings(max_examples=20, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
def test_any_order_of_publications_matches_the_reference_model(acts):
    with transaction.atomic():
        page, book = make_page(), Book()
        for text, begins in acts:
            say(page, text, begins)
            book.publish(text, begins)

        for days in range(-7, 8):
            day = TODAY + days * DAY
            assert said(page, day) == book.said(day)
            assert ProcedureVersion.objects.valid_on(day).filter(procedure=page.procedure).count() <= 1
        numbers = list(page.procedure.versions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, book.versions + 1))
        assert page.procedure.versions.filter(valid_to__isnull=True).count() == 1
        transaction.set_rollback(True)


class TestUnchangeable:
    """No way to change a version: model, manager, bulk operations or raw SQL."""

    @pytest.fixture
    def version(self):
        return say(make_page(), "một")

    def refused(self, act):
        with pytest.raises((IntegrityError, NotAllowed, sqlite3.IntegrityError)), transaction.atomic():
            act()

    def test_the_model_refuses_to_save_and_to_delete(self, version):
        version.title = "Khác"
        self.refused(version.save)
        self.refused(lambda: version.save(update_fields=["title"]))
        self.refused(lambda: version.save(update_fields=["valid_to", "title"]))
        self.refused(version.delete)

    @pytest.mark.parametrize("field", ["title", "snapshot", "digest", "number", "valid_from", "created_by"])
    def test_bulk_update_is_refused(self, version, field):
        setattr(version, field, {"title": "x", "snapshot": {"a": 1}, "digest": "0" * 64, "number": 9,
                                 "valid_from": date(2020, 1, 1), "created_by": _somebody()}[field])  # fmt: skip

        self.refused(lambda: ProcedureVersion.objects.bulk_update([version], [field]))

    def test_queries_that_delete_are_refused(self, version):
        self.refused(lambda: ProcedureVersion.objects.all().delete())
        self.refused(lambda: ProcedureVersion.objects.filter(pk=version.pk).delete())
        self.refused(version.procedure.delete)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE procedures_procedureversion SET title = 'Khác'",
            "UPDATE procedures_procedureversion SET snapshot = '{}'",
            "UPDATE procedures_procedureversion SET valid_from = '2020-01-01'",
            "UPDATE procedures_procedureversion SET created_at = '2020-01-01 00:00:00'",
            "UPDATE procedures_procedureversion SET id = id + 1000",
            "UPDATE procedures_procedureversion SET valid_to = '2020-01-01'",
            "DELETE FROM procedures_procedureversion",
            "INSERT INTO procedures_procedureversion (procedure_id, number, valid_from, title, snapshot, digest,"
            " created_at) SELECT procedure_id, 9, valid_from, title, snapshot, digest, created_at"
            " FROM procedures_procedureversion",
        ],
    )
    def test_plain_sql_is_refused(self, version, statement):
        def run():
            with connection.cursor() as cursor:
                cursor.execute(statement)

        self.refused(run)
        assert ProcedureVersion.objects.get().title == version.title

    def test_plain_sql_without_changes_is_allowed(self, version):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procedures_procedureversion SET title = title")

        assert ProcedureVersion.objects.get().digest == version.digest

    def test_the_end_is_set_once(self, version):
        version.valid_to = date(2026, 12, 31)
        version.save(update_fields=["valid_to"])
        version.valid_to = None

        self.refused(lambda: version.save(update_fields=["valid_to"]))

    def test_upsert_is_refused(self, version):
        again = ProcedureVersion(
            pk=version.pk,
            procedure=version.procedure,
            number=1,
            valid_from=TODAY,
            title="Khác",
            snapshot={},
            digest="x",
        )

        self.refused(
            lambda: ProcedureVersion.objects.bulk_create(
                [again], update_conflicts=True, unique_fields=["id"], update_fields=["title", "snapshot"]
            )
        )


def _somebody():
    from accounts.models import User  # noqa: PLC0415 - beside its one use

    return User.objects.create_user("ai-do")


class TestScheduled:
    def test_future_version_schedules_a_refresh_on_its_first_day(self):
        version = say(make_page(), "một", date(2027, 1, 1))

        message = OutboxMessage.objects.get(kind=VERSION_BEGINS)
        assert message.payload == {"procedure": version.procedure_id}
        assert message.available_at.isoformat() == "2026-12-31T17:00:00+00:00", "midnight in Cà Mau"

    def test_current_version_schedules_no_refresh(self):
        say(make_page(), "một")

        assert not OutboxMessage.objects.filter(kind=VERSION_BEGINS).exists()

    def test_each_future_version_schedules_its_own_refresh(self):
        page = make_page()
        say(page, "một", date(2027, 1, 1))
        say(page, "hai", date(2027, 1, 1))
        say(page, "hai", date(2027, 1, 1))

        assert OutboxMessage.objects.filter(kind=VERSION_BEGINS).count() == 2


class TestRecording:
    def test_unchanged_page_returns_its_latest_version(self):
        page = make_page()
        first = say(page, "một")

        assert record_version(page=page, decision=None) == first

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Khác"},
            {"summary": "Khác"},
            {"keywords": "khác"},
            {"service_level": "mot_phan"},
            {"kind": "dac_thu"},
            {"level_commune": True},
            {"post_in": True},
            {"at_one_stop": False},
            {"same_day": True},
            {"reception_address": "Nơi khác"},
            {"implementing_agencies": "Sở Tư pháp"},
            {"authorized_agency": "Phòng Tư pháp"},
            {"coordinating_agencies": "Cơ quan Thuế"},
            {"competent_authority": "Sở"},
            {"related_codes": "1.000110"},
            {"official_name": "Một tên rất dài"},
            {"is_internal": True},
        ],
    )
    def test_every_change_of_an_official_fact_creates_a_version(self, change):
        page = make_page()
        say(page, "một")
        for name, value in change.items():
            setattr(page, name, value)

        assert publish(page=page, decision=None).number == 2

    @pytest.mark.parametrize(
        "change", [{"slug": "dia-chi-khac"}, {"seo_title": "Khác"}, {"show_in_menus": True}]
    )
    def test_page_only_fields_create_no_version(self, change):
        page = make_page()
        say(page, "một")
        for name, value in change.items():
            setattr(page, name, value)

        assert publish(page=page, decision=None).number == 1

    def test_another_decision_alone_creates_a_version(self):
        page = make_page()
        say(page, "một", decision=make_decision())

        assert say(page, "một", decision=make_decision()).number == 2

    def test_register_has_the_title_of_the_newest_version(self):
        page = make_page()
        page.title = "Đăng ký lại khai sinh"
        say(page, "một")

        row = Procedure.objects.get(pk=page.procedure_id)
        assert (row.title, row.order_key) == ("Đăng ký lại khai sinh", page.order_key)
