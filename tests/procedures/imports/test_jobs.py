"""An import is a job: it runs in portions, once per row, one job at a time, and can be cancelled and continued."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from core import outbox
from core.errors import Conflict
from core.models import OutboxMessage
from core.outbox import deliver_due
from procedures.imports import apply, rows
from procedures.imports.apply import import_records
from procedures.imports.jobs import (
    IMPORT_PORTION,
    apply_next_portion,
    cancel_import,
    continue_import,
    progress_of,
    start_import,
    start_undo,
)
from procedures.imports.uploads import select_rows, store_choices
from procedures.models import ImportRow, ImportUpload, Procedure, ProcedurePage, ProcedureVersion
from tests.procedures.factories import make_decision, make_section
from tests.procedures.imports.previews import (
    apply_upload,
    controller,
    look,
    signed_in,
    undo_upload,
    uploaded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder", "on_a_monday")]


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch):
    monkeypatch.setattr(rows, "PORTION", 2)


@pytest.fixture
def by():
    return controller()


def records(count: int) -> list[dict[str, Any]]:
    return [{"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, count + 1)]


def started(by: Any, count: int = 5) -> ImportUpload:
    upload = uploaded(by, *records(count))
    start_import(upload_id=upload.pk, by=by)
    upload.refresh_from_db()
    return upload


def portion(upload: ImportUpload, **changed: int) -> None:
    """Deliver the waiting message of the import, as a worker would."""
    message = OutboxMessage.objects.filter(kind=IMPORT_PORTION, delivered_at=None).latest("pk")
    payload = {**message.payload, **changed}
    with transaction.atomic():
        apply_next_portion(upload_id=payload["upload"], run=payload["run"], portion=payload["portion"])
        OutboxMessage.objects.filter(pk=message.pk).update(delivered_at=timezone.now())
    upload.refresh_from_db()


def states(upload: ImportUpload) -> list[str]:
    return list(upload.rows.order_by("position").values_list("state", flat=True))


class TestPortions:
    def test_each_message_applies_one_portion_and_requests_the_next(self, by):
        upload = started(by)
        assert states(upload) == ["queued"] * 5

        portion(upload)

        assert states(upload) == ["applied", "applied", "queued", "queued", "queued"]
        assert ProcedureVersion.objects.count() == 2
        assert progress_of(upload).done == 2
        assert progress_of(upload).total == 5
        portion(upload)
        assert upload.state == ImportUpload.State.RUNNING
        portion(upload)
        assert upload.state == ImportUpload.State.APPLIED
        assert upload.applied_by == by
        assert states(upload) == ["applied"] * 5
        assert not OutboxMessage.objects.filter(kind=IMPORT_PORTION, delivered_at=None).exists()

    def test_decisions_apply_to_every_portion(self, by):
        upload = uploaded(by, *records(5))
        section, decision = make_section(), make_decision(number="9/QĐ-UBND", date=date(2026, 5, 1))
        store_choices(
            upload_id=upload.pk,
            by=by,
            section=section,
            valid_from=date(2026, 6, 1),
            decision=decision,
            public=False,
        )
        left_out = upload.rows.get(code="1.000005")
        select_rows(upload_id=upload.pk, by=by, selected={left_out.pk: False})

        upload = apply_upload(upload_id=upload.pk, by=by)

        assert states(upload) == ["applied"] * 4 + ["left_out"]
        assert set(ProcedureVersion.objects.values_list("valid_from", "decision", "procedure__status")) == {
            (date(2026, 6, 1), decision.pk, "chua_cong_khai")
        }
        assert {page.get_parent().pk for page in ProcedurePage.objects.all()} == {section.pk}
        assert (upload.section_id, upload.valid_from, upload.decision_id, upload.public) == (
            section.pk, date(2026, 6, 1), decision.pk, False,
        )  # fmt: skip

    def test_a_message_delivered_twice_applies_nothing_twice(self, by):
        upload = started(by)
        first = OutboxMessage.objects.get(kind=IMPORT_PORTION).payload
        for _time in range(2):
            apply_next_portion(upload_id=upload.pk, run=first["run"], portion=first["portion"])
        outbox.deliver_due()

        assert ProcedureVersion.objects.count() == ProcedurePage.objects.count() == 5
        assert set(ProcedureVersion.objects.values_list("number", flat=True)) == {1}

    def test_a_procedure_in_several_batches_of_a_file_is_created_once(self, by, monkeypatch):
        monkeypatch.setattr(rows, "BATCH", 2)
        same = [{**row, "core_code": "1.000001", "title": "Một"} for row in records(5)]
        same[4] = {**same[4], "summary": "Chỉ dòng cuối nói"}

        upload = uploaded(by, *same, records(2)[1])

        row = upload.rows.get(code="1.000001")
        assert row.further_rows == [2, 3, 4, 5]
        assert "dòng 2, 3, 4, 5 cũng có mã này" in row.message
        upload = apply_upload(upload_id=upload.pk, by=by)
        assert states(upload) == ["applied", "applied"]
        assert ProcedurePage.objects.get(procedure__core_code="1.000001").summary == "Chỉ dòng cuối nói"

    def test_preview_covers_every_row_when_there_are_several_batches(self, by, monkeypatch):
        monkeypatch.setattr(rows, "BATCH", 2)

        upload = uploaded(by, *records(5), {"core_code": "1.0"})

        assert upload.report["counts"] == {"created": 5, "updated": 0, "unchanged": 0, "refused": 1}
        assert list(upload.rows.order_by("position").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert all(row.digest for row in upload.rows.filter(outcome="created"))


class TestFaults:
    def test_worker_that_dies_in_a_portion_leaves_only_complete_portions(self, by, monkeypatch):
        upload = started(by)
        portion(upload)

        def die(_versions: Any) -> None:
            raise SystemExit

        with monkeypatch.context() as broken:
            broken.setattr(apply, "publish_versions", die)
            with pytest.raises(SystemExit):
                portion(upload)
        upload.refresh_from_db()
        assert states(upload) == ["applied", "applied", "queued", "queued", "queued"]
        assert ProcedureVersion.objects.count() == 2

        outbox.deliver_due()

        assert states(upload) == ["applied"] * 5
        assert ProcedureVersion.objects.count() == 5

    def test_only_the_unwritable_row_fails_and_can_be_applied_later(self, by, monkeypatch):
        upload = started(by)
        real = apply.publish_versions

        def publish(versions: list[ProcedureVersion]) -> None:
            if any(version.procedure.core_code == "1.000002" for version in versions):
                raise ValueError("cannot be written")
            real(versions)

        with monkeypatch.context() as broken:
            broken.setattr(apply, "publish_versions", publish)
            outbox.deliver_due()

        assert states(upload) == ["applied", "failed", "applied", "applied", "applied"]
        assert "Không ghi được dòng này" in upload.rows.get(code="1.000002").remark
        assert not Procedure.objects.filter(core_code="1.000002").exists()
        upload = apply_upload(upload_id=upload.pk, by=by)
        assert states(upload) == ["applied"] * 5

    def test_database_error_is_retried_and_marks_no_row(self, by, monkeypatch):
        upload = started(by)

        def locked(_versions: Any) -> None:
            raise OperationalError("database is locked")

        with monkeypatch.context() as broken:
            broken.setattr(apply, "publish_versions", locked)
            outbox.deliver_due()
        assert states(upload) == ["queued"] * 5

        with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
            outbox.deliver_due()
        assert states(upload) == ["applied"] * 5


class TestOneAtATime:
    def test_second_import_waits_for_its_turn_and_keeps_its_decisions(self, by):
        first = started(by)
        second = uploaded(by, {"core_code": "1.000009", "title": "Khác"})

        with pytest.raises(Conflict, match="Đang nhập một tệp khác"):
            start_import(upload_id=second.pk, by=by)

        second.refresh_from_db()
        assert second.state == ImportUpload.State.OPEN
        assert second.rows.get().state == ImportRow.State.PLANNED
        outbox.deliver_due()
        first.refresh_from_db()
        assert first.state == ImportUpload.State.APPLIED
        assert apply_upload(upload_id=second.pk, by=by).state == ImportUpload.State.APPLIED

    def test_the_database_allows_only_one_running_import(self, by):
        started(by)
        other = uploaded(by, *records(1))

        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            ImportUpload.objects.filter(pk=other.pk).update(state="running")

    def test_nothing_is_decided_or_undone_while_it_runs(self, by):
        upload = started(by)
        row = upload.rows.first()

        for act in (
            lambda: select_rows(upload_id=upload.pk, by=by, selected={row.pk: False}),
            lambda: start_import(upload_id=upload.pk, by=by),
            lambda: start_undo(upload_id=upload.pk, by=by),
        ):
            with pytest.raises(Conflict, match="đang được áp dụng"):
                act()


class TestCancel:
    def test_applied_rows_stay_and_the_others_are_not_applied(self, by):
        upload = started(by)
        portion(upload)

        cancel_import(upload_id=upload.pk, by=by)
        outbox.deliver_due()

        upload.refresh_from_db()
        assert (upload.state, upload.cancelled_by) == ("cancelled", by)
        assert states(upload) == ["applied", "applied", "planned", "planned", "planned"]
        assert ProcedureVersion.objects.count() == 2

    def test_the_rest_can_be_applied_later(self, by):
        upload = started(by)
        portion(upload)
        cancel_import(upload_id=upload.pk, by=by)

        upload = apply_upload(upload_id=upload.pk, by=by)

        assert states(upload) == ["applied"] * 5
        assert upload.cancelled_at is None
        assert ProcedureVersion.objects.count() == 5

    def test_what_was_applied_can_be_undone(self, by):
        upload = started(by)
        portion(upload)
        cancel_import(upload_id=upload.pk, by=by)

        assert undo_upload(upload_id=upload.pk, by=by) == (2, 0)
        assert not ProcedurePage.objects.exists()

    def test_only_a_running_import_is_cancelled_or_continued(self, by):
        upload = uploaded(by, *records(1))

        for act in (cancel_import, continue_import):
            with pytest.raises(Conflict, match="không còn chạy"):
                act(upload_id=upload.pk, by=by)


class TestContinue:
    def test_an_abandoned_message_is_replaced(self, by):
        upload = started(by)
        portion(upload)
        OutboxMessage.objects.filter(kind=IMPORT_PORTION, delivered_at=None).update(failed_at=timezone.now())
        outbox.deliver_due()
        assert "queued" in states(upload)

        continue_import(upload_id=upload.pk, by=by)
        outbox.deliver_due()

        assert states(upload) == ["applied"] * 5
        assert ProcedureVersion.objects.count() == 5

    def test_the_message_of_the_earlier_run_does_nothing(self, by):
        upload = started(by)
        old = OutboxMessage.objects.get(kind=IMPORT_PORTION).payload
        continue_import(upload_id=upload.pk, by=by)

        apply_next_portion(upload_id=upload.pk, run=old["run"], portion=old["portion"])

        assert states(upload) == ["queued"] * 5

    @pytest.mark.parametrize(("minutes", "stalled"), [(1, False), (3, True)])
    def test_without_progress_for_two_minutes_it_is_stalled(self, by, minutes, stalled):
        upload = started(by)

        assert progress_of(upload, now=timezone.now() + timedelta(minutes=minutes)).stalled is stalled


def test_number_of_queries_of_a_portion(by, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(rows, "PORTION", 30)
    upload = started(by, 30)

    with django_assert_max_num_queries(130 + 8 * 30):  # pages are published one by one (bulk_pages)
        portion(upload)

    assert states(upload) == ["applied"] * 30


@pytest.mark.parametrize("size", [1, 30])
def test_shared_values_filled_in_by_one_row_do_not_stop_others(by, monkeypatch, size):
    """The ministry belongs to the field that the rows share, and the first row sets it."""
    monkeypatch.setattr(rows, "PORTION", size)
    before = [{**record, "field": "Hộ tịch"} for record in records(3)]
    import_records(before)
    listed = [{**record, "ministry": "Bộ Tư pháp"} for record in before]
    listed[2]["requirements"] = "Đủ 18 tuổi"
    upload = uploaded(by, *listed)
    assert upload.report["counts"]["updated"] == 3

    start_import(upload_id=upload.pk, by=by)
    deliver_due()

    third = upload.rows.get(code=listed[2]["core_code"])
    assert (third.state, third.remark) == ("applied", "")
    text = look(signed_in(by), upload)
    assert "đã thay đổi sau bản xem trước" not in text
    assert undo_upload(upload_id=upload.pk, by=by)[1] == 0
