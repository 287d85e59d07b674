"""Neither an undone import nor a withdrawn version leaves a first day behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from procedures.imports.apply import ImportContext, import_records
from procedures.models import ProcedurePage, ProcedureVersion
from procedures.selectors import version_in_force
from procedures.services.versions import publish
from procedures.services.waiting_versions import withdraw_version
from tests.procedures.imports.previews import apply_upload, controller, undo_upload, uploaded

pytestmark = pytest.mark.django_db
ONE: dict[str, Any] = {"core_code": "1.000001", "title": "Một thủ tục", "summary": "Tóm tắt"}


@pytest.fixture(autouse=True)
def _surroundings(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.fixture
def by():
    return controller()


def test_a_day_before_the_undone_import_can_be_published(by):
    """Undoing leaves no first day behind: the version before is open again."""
    with time_machine.travel("2026-07-01 09:00 +0700", tick=False):
        import_records([ONE])
    upload = uploaded(by, {**ONE, "requirements": "Đủ 18 tuổi"})
    apply_upload(upload_id=upload.pk, by=by)
    undo_upload(upload_id=upload.pk, by=by)
    page = ProcedurePage.objects.get()
    page.requirements = "Từ đầu tháng"

    version = publish(page=page, decision=None, valid_from=date(2026, 11, 1))

    assert (version.number, version.valid_from) == (3, date(2026, 11, 1))
    assert str(version_in_force("1.000001", date(2026, 10, 31)).valid_to) == "2026-10-31"


def test_an_import_follows_a_withdrawn_version(by):
    import_records([{**ONE, "decision": {"number": "1/QĐ-UBND", "date": "2026-01-05"}}])
    page = ProcedurePage.objects.get()
    page.summary = "Năm sau"
    publish(page=page, decision=page.decision, valid_from=date(2027, 1, 5))
    record = {**ONE, "requirements": "Đủ 18 tuổi", "summary": "Năm sau"}
    upload = uploaded(by, record)
    assert "phiên bản 2 chờ đến ngày 05/01/2027" in str(
        [row.concerns for row in upload.rows.all()] + upload.report["common"]
    )
    withdraw_version(procedure=page.procedure, number=2)

    import_records([record], context=ImportContext(valid_from=date(2026, 12, 1)))

    version = ProcedureVersion.objects.get(number=3)
    assert (str(version.valid_from), version.valid_to) == ("2026-12-01", None)
