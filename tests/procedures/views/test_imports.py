"""The import in the admin: who may use it, what is shown, and what is changed when."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision

from accounts.models import Membership
from core.errors import Conflict
from core.models import OutboxMessage
from core.outbox import deliver_due
from procedures.imports import rows
from procedures.imports.apply import import_records
from procedures.imports.jobs import apply_next_portion, start_import
from procedures.imports.uploads import preview_upload
from procedures.models import ImportUpload, Procedure, ProcedureVersion
from procedures.views import imports
from tests.procedures.imports.previews import RECORDS, look, messages_of, press, staff, upload
from tests.support.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]


def test_upload_shows_a_preview_and_changes_nothing(client, controller):
    client.force_login(controller)

    response = upload(client)

    text = response.content.decode()
    assert "1.000001" in text
    assert "1.0" in text
    assert not Procedure.objects.exists()
    kept = ImportUpload.objects.get()
    assert kept.report["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    assert kept.applied_at is None


def test_apply_imports_once_in_the_name_of_the_controller(client, controller):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    address = reverse("procedures_import_apply", args=[kept.pk])

    assert client.get(address).status_code == 405
    client.post(address, {"without_decision": "1"})
    client.post(address, {"without_decision": "1"})
    deliver_due()

    version = ProcedureVersion.objects.get()
    assert version.created_by == controller
    kept.refresh_from_db()
    assert kept.applied_at
    assert version.procedure.pages.get().latest_revision.user == controller


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '[{"x": 1}]', '[{"core_code": "1.000001"'])
def test_broken_file_is_reported_and_not_stored(client, controller, text):
    client.force_login(controller)

    response = upload(client, text)

    assert response.status_code == 200
    assert not ImportUpload.objects.exists()
    assert "error" in response.content.decode()


@pytest.mark.parametrize(
    "role", [None, Membership.Role.EDITOR, Membership.Role.RECEIVER, Membership.Role.OPERATOR]
)
def test_other_roles_get_a_404(client, controller, role):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    client.force_login(staff("nguoi-khac", role))

    assert client.get(reverse("procedures_import")).status_code == 404
    assert client.get(reverse("procedures_import_preview", args=[kept.pk])).status_code == 404
    assert client.post(reverse("procedures_import_apply", args=[kept.pk])).status_code == 404
    assert reverse("procedures_import") not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert not Procedure.objects.exists()


def test_ended_membership_gives_no_access(client, controller):
    Membership.objects.filter(user=controller).update(valid_to=date(2025, 12, 31))
    client.force_login(controller)

    assert client.get(reverse("procedures_import")).status_code == 404


def test_the_menu_leads_to_the_import(client, controller):
    client.force_login(controller)

    assert reverse("procedures_import") in client.get(reverse("wagtailadmin_home")).content.decode()


def test_anonymous_user_is_sent_to_sign_in(client):
    assert client.get(reverse("procedures_import")).status_code == 302


def test_rows_are_planned_again_if_the_catalogue_has_changed(client, controller):
    """What is applied is what was seen: a row whose preview is out of date is planned again, not applied."""
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    import_records([{"core_code": "1.000001", "title": "Một thủ tục"}])

    text = press(client, kept)

    assert "Danh mục đã có nội dung này." in text
    kept.refresh_from_db()
    assert kept.report["counts"] == {"created": 0, "updated": 0, "unchanged": 1, "refused": 1}
    assert ProcedureVersion.objects.count() == 1


def test_applying_twice_reports_that_it_was_applied(client, controller):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    assert "Đã nhập 1 thủ tục mới" in press(client, kept)
    before = Revision.objects.count()

    assert "Tệp này đã được áp dụng." in press(client, kept)
    assert Revision.objects.count() == before


def test_the_same_file_again_changes_nothing_and_offers_nothing(client, controller):
    client.force_login(controller)
    upload(client)
    press(client, ImportUpload.objects.get())

    text = upload(client).content.decode()

    assert ImportUpload.objects.count() == 2
    assert reverse("procedures_import_apply", args=[ImportUpload.objects.first().pk]) not in text


def test_a_draft_created_after_the_preview_is_not_overwritten(client, controller):
    client.force_login(controller)
    import_records([{"core_code": "1.000001", "title": "Một thủ tục"}])
    upload(client, json.dumps([{"core_code": "1.000001", "title": "Một thủ tục", "summary": "Từ danh mục"}]))
    page = Procedure.objects.get().pages.get()
    page.summary = "Bản nháp"
    page.save_revision()

    press(client, ImportUpload.objects.get())

    page.refresh_from_db()
    assert page.has_unpublished_changes
    assert page.get_latest_revision_as_object().summary == "Bản nháp"
    assert not page.summary


def test_a_file_name_cannot_leave_the_private_folder(client, controller, tmp_path):
    client.force_login(controller)

    upload(client, name="../../tmp/evil.json")

    kept = ImportUpload.objects.get()
    assert (tmp_path / kept.file.name).resolve().is_relative_to(tmp_path)
    assert "/" not in kept.name


def test_file_content_is_escaped_in_the_preview(client, controller):
    client.force_login(controller)

    text = upload(
        client, json.dumps([{"core_code": "1.000001", "title": "<script>alert(1)</script>"}])
    ).content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_too_large_a_file_is_refused_with_a_pointer_to_the_command(client, controller, monkeypatch):
    monkeypatch.setattr(imports, "MAX_UPLOAD_BYTES", 10)
    client.force_login(controller)

    text = upload(client).content.decode()

    assert "50 MB" in text
    assert not ImportUpload.objects.exists()


def test_preview_names_fields_as_editors_know_them(client, controller):
    client.force_login(controller)
    import_records([{"core_code": "1.000001", "title": "Một thủ tục"}])

    text = upload(
        client, json.dumps([{"core_code": "1.000001", "title": "Một thủ tục", "summary": "Tóm tắt"}])
    ).content.decode()

    assert "<td>tóm tắt</td>" in text


@pytest.mark.parametrize("number", [0, 99_999])
def test_a_missing_preview_is_a_404(client, controller, number):
    client.force_login(controller)

    assert client.get(reverse("procedures_import_preview", args=[number])).status_code == 404
    assert client.post(reverse("procedures_import_apply", args=[number])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_without_workers_the_import_is_complete_when_the_page_responds(client):
    client.force_login(staff("kiem-soat-2", Membership.Role.CONTROLLER))
    upload(client)
    kept = ImportUpload.objects.get()

    address = reverse("procedures_import_apply", args=[kept.pk])
    response = client.post(address, {"without_decision": "1"}, follow=True)

    assert "Đã nhập 1 thủ tục mới" in messages_of(response)
    kept.refresh_from_db()
    assert kept.state == ImportUpload.State.APPLIED


class TestProgress:
    """Without JavaScript the user reloads the page; with it the page requests the figures."""

    @pytest.fixture
    def running(self, client, controller, monkeypatch):
        monkeypatch.setattr(rows, "PORTION", 1)
        client.force_login(controller)
        upload(client, json.dumps([{"core_code": f"1.00000{n}", "title": f"T {n}"} for n in range(1, 5)]))
        kept = ImportUpload.objects.get()
        client.post(reverse("procedures_import_apply", args=[kept.pk]), {"without_decision": "4"})
        apply_next_portion(upload_id=kept.pk, run=1, portion=1)
        return kept

    def test_the_page_shows_the_progress_and_links_to_itself(self, client, running):
        text = look(client, running)

        assert "Đã xử lý 1 trên 4 dòng." in text
        assert '<progress max="4" value="1"' in text
        assert f'href="{reverse("procedures_import_preview", args=[running.pk])}">Làm mới</a>' in text
        assert "import_progress.js" in text
        assert reverse("procedures_import_apply", args=[running.pk]) not in text
        assert reverse("procedures_import_undo", args=[running.pk]) not in text

    def test_the_script_gets_the_same_figures(self, client, running):
        address = reverse("procedures_import_progress", args=[running.pk])

        assert client.get(address).json() == {
            "done": 1, "total": 4, "running": True, "stalled": False, "text": "Đã xử lý 1 trên 4 dòng.",
        }  # fmt: skip
        deliver_due()
        assert client.get(address).json()["running"] is False
        assert "import_progress.js" not in look(client, running)

    def test_it_is_cancelled_and_the_page_says_what_was_done(self, client, running):
        response = client.post(reverse("procedures_import_cancel", args=[running.pk]), follow=True)

        assert "Đã hủy lần nhập" in messages_of(response)
        text = look(client, running)
        assert "Đã nhập 1 thủ tục mới" in text
        assert "Hoàn tác 1 dòng" in text
        assert "Đang chọn 3 dòng." in text, "the rest can still be applied"
        again = client.post(reverse("procedures_import_cancel", args=[running.pk]), follow=True)
        assert "không còn chạy" in messages_of(again)

    def test_it_is_continued(self, client, running):
        OutboxMessage.objects.filter(delivered_at=None).update(failed_at=timezone.now())

        response = client.post(reverse("procedures_import_resume", args=[running.pk]), follow=True)

        assert "được tiếp tục" in messages_of(response)
        deliver_due()
        assert "Đã nhập 4 thủ tục mới" in look(client, running)

    def test_continuing_is_offered_when_progress_stops(self, client, running):
        assert "data-import-stalled hidden" in look(client, running)
        ImportUpload.objects.update(progressed_at=timezone.now() - timedelta(minutes=3))
        assert "data-import-stalled hidden" not in look(client, running)

    def test_other_roles_get_a_404(self, client, running):
        client.force_login(staff("nguoi-khac", Membership.Role.EDITOR))

        assert client.get(reverse("procedures_import_progress", args=[running.pk])).status_code == 404
        for name in ("procedures_import_cancel", "procedures_import_resume"):
            assert client.post(reverse(name, args=[running.pk])).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_requests_apply_it_once():
    by = staff("kiem-soat-2", Membership.Role.CONTROLLER)
    file = ContentFile(RECORDS.encode(), name="tthc.json")
    kept = preview_upload(file=file, name="tthc.json", by=by)

    def begin():
        try:
            start_import(upload_id=kept.pk, by=by)
            return "begun"
        except Conflict as conflict:
            return conflict.code

    answers = together(begin, times=3)

    assert answers.count("begun") == 1
    assert set(answers) <= {"begun", "conflict", "import_running"}
    assert ProcedureVersion.objects.count() == 1
