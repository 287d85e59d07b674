"""Rows of an import: memory for only one batch, however many there are; faults of a row and errors of the program."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from procedures.imports import rows
from procedures.imports.formats.base import ParsedRow
from procedures.imports.plan import ImportChoices
from procedures.imports.record import ProcedureRecord
from procedures.models import ImportRow, ImportUpload

pytestmark = pytest.mark.django_db
SENTENCE = "Người nộp chuẩn bị hồ sơ và nộp tại bộ phận một cửa. "


def parsed(count: int) -> Iterator[ParsedRow]:
    for number in range(1, count + 1):
        record = ProcedureRecord(
            core_code=f"1.{number:06d}", title=f"Thủ tục {number}", summary=SENTENCE * 400
        )
        yield ParsedRow(row=number, code=record.core_code, title=record.title, record=record)


def peak_of(count: int) -> int:
    upload = ImportUpload.objects.create(name=f"{count}.json")
    tracemalloc.start()
    rows.read_rows(upload, parsed(count), ImportChoices())
    rows.plan_rows(upload, ImportChoices())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert upload.report["counts"]["created"] == count
    return peak


# The memory of Python; the next test reads and plans rows on both databases.
@pytest.mark.one_database
def test_ten_times_as_many_rows_need_the_same_memory(monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 50)
    peak_of(100)  # loads what needs to be loaded only once

    few, many = peak_of(100), peak_of(1000)

    assert many <= 1.2 * few, f"{few} bytes for 100 rows, {many} for 1000"


@pytest.mark.parametrize(
    ("fault", "is_of_the_row"), [(ValueError, True), (TypeError, False), (KeyError, False)]
)
def test_errors_of_the_program_are_no_faults_of_a_row(
    monkeypatch, fault: type[Exception], is_of_the_row: bool
):
    def failing(*_args: object) -> None:
        raise fault

    upload, choices = ImportUpload.objects.create(name="2.json"), ImportChoices()
    rows.read_rows(upload, parsed(2), choices)
    rows.plan_rows(upload, choices)
    upload.rows.update(state=ImportRow.State.QUEUED)
    monkeypatch.setattr(rows, "write_changes", failing)
    if is_of_the_row:
        assert rows.apply_portion(upload, choices, by=None) == 2
    else:
        with pytest.raises(fault):
            rows.apply_portion(upload, choices, by=None)
