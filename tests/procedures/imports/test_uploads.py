"""Preview and application of an uploaded file: permissions, changes made in between, formats."""

from __future__ import annotations

import json
from datetime import date

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from accounts.services import grant, revoke
from core.errors import Conflict, NotAllowed
from procedures.imports.apply import import_records
from procedures.imports.formats.base import FileProblem
from procedures.imports.jobs import cancel_import, continue_import, start_import
from procedures.imports.uploads import may_import, preview_upload, refresh_preview
from procedures.models import ImportRow, ImportUpload, Procedure, ProcedurePage, ProcedureVersion
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_agency
from tests.procedures.files import csv_list, workbook
from tests.procedures.imports.previews import apply_upload, controller, look, press, signed_in, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder", "on_a_monday")]


ONE = {"core_code": "1.000001", "title": "Một thủ tục", "summary": "Tóm tắt từ danh mục"}


class TestOtherPeople:
    def test_a_colleague_may_apply_an_upload_and_is_named_in_the_version(self):
        first, second = controller(), controller()
        upload = uploaded(first, ONE)

        assert "Đã nhập 1 thủ tục mới" in press(signed_in(second), upload)
        upload.refresh_from_db()
        assert (upload.uploaded_by, ProcedureVersion.objects.get().created_by) == (first, second)

    def test_two_controllers_one_after_the_other(self):
        upload = uploaded(controller(), ONE)
        press(signed_in(controller()), upload)

        assert "Tệp này đã được áp dụng." in press(signed_in(controller()), upload)
        assert ProcedureVersion.objects.count() == 1

    def test_permission_that_ends_after_the_preview_is_checked_again(self):
        by = controller()
        upload, client = uploaded(by, ONE), signed_in(by)
        revoke(membership=Membership.objects.get(user=by), last_day=date(2026, 11, 22))

        assert client.post(reverse("procedures_import_apply", args=[upload.pk])).status_code in {302, 404}
        assert not Procedure.objects.exists()

    def test_anonymous_user_is_sent_to_sign_in(self):
        upload = uploaded(controller(), ONE)

        response = Client().post(reverse("procedures_import_apply", args=[upload.pk]))

        assert response.status_code == 302
        assert not Procedure.objects.exists()

    def test_cross_site_post_is_refused(self):
        by = controller()
        upload, client = uploaded(by, ONE), Client(enforce_csrf_checks=True)
        client.force_login(by)

        assert client.post(reverse("procedures_import_apply", args=[upload.pk])).status_code == 403
        assert not Procedure.objects.exists()

    @pytest.mark.parametrize("role", [role for role in Membership.Role if role != Membership.Role.CONTROLLER])
    def test_other_roles_cannot_import(self, role):
        user = UserFactory()
        grant(user=user, agency=make_agency(), role=role, by=None, valid_from=date(2025, 7, 1))
        user = User.objects.get(pk=user.pk)

        assert not may_import(user)
        with pytest.raises(NotAllowed):
            uploaded(user, ONE)
        assert not ImportUpload.objects.exists()

    @pytest.mark.parametrize(("begins", "ends", "may"), [
        (date(2026, 11, 23), None, True), (date(2026, 11, 24), None, False),
        (date(2025, 7, 1), date(2026, 11, 23), True), (date(2025, 7, 1), date(2026, 11, 22), False),
    ])  # fmt: skip
    def test_permission_lasts_as_long_as_the_membership(self, begins, ends, may):
        user = UserFactory()
        Membership.objects.create(
            user=user, agency=make_agency(), role=Membership.Role.CONTROLLER, valid_from=begins, valid_to=ends
        )

        assert may_import(user) is may

    def test_services_check_the_permission_themselves(self):
        upload, stranger = uploaded(controller(), ONE), UserFactory()

        for act in (start_import, continue_import, cancel_import, refresh_preview):
            with pytest.raises(NotAllowed):
                act(upload_id=upload.pk, by=stranger)


class TestOtherMoments:
    def test_last_weeks_preview_still_applies_if_nothing_changed(self):
        by = controller()
        upload = uploaded(by, ONE)

        with time_machine.travel("2026-12-01 09:00 +0700", tick=False):
            assert apply_upload(upload_id=upload.pk, by=by).report["counts"]["created"] == 1
        assert str(ProcedureVersion.objects.get().valid_from) == "2026-12-01", "the day it is applied"

    def test_change_after_the_preview_requires_a_new_review(self):
        by = controller()
        import_records([ONE])
        upload = uploaded(by, {**ONE, "summary": "Tóm tắt từ danh mục, dài hơn"})
        page = ProcedurePage.objects.get()
        page.summary = "Biên tập viên viết"
        publish(page=page, decision=None)

        upload = apply_upload(upload_id=upload.pk, by=by)

        row = upload.rows.get()
        assert row.state == ImportRow.State.PLANNED
        assert upload.report["counts"]["unchanged"] == 1
        assert "giữ nguyên nội dung biên tập viên đã sửa" in row.message
        assert ProcedurePage.objects.get().summary == "Biên tập viên viết"
        text = look(signed_in(by), upload)
        assert "giữ nguyên" in text
        assert "1 dòng chưa được áp dụng vì danh mục đã thay đổi sau bản xem trước" in text

    def test_row_that_changed_in_the_meantime_is_applied_after_another_review(self):
        by = controller()
        import_records([ONE])
        upload = uploaded(by, {**ONE, "field": "Hộ tịch"}, {"core_code": "1.000002", "title": "Hai"})
        page = ProcedurePage.objects.get()
        page.requirements = "Biên tập viên viết"
        publish(page=page, decision=None)
        upload = apply_upload(upload_id=upload.pk, by=by)
        assert dict(upload.rows.values_list("code", "state")) == {
            "1.000001": "planned",
            "1.000002": "applied",
        }

        upload = apply_upload(upload_id=upload.pk, by=by)

        assert set(upload.rows.values_list("state", flat=True)) == {"applied"}
        assert ProcedurePage.objects.get(procedure__core_code="1.000001").field.name == "Hộ tịch"

    def test_unrelated_change_does_not_outdate_the_preview(self):
        by = controller()
        import_records([{"core_code": "1.000009", "title": "Khác"}])
        upload = uploaded(by, ONE)
        import_records([{"core_code": "1.000009", "title": "Khác", "summary": "Đã đổi"}])

        assert apply_upload(upload_id=upload.pk, by=by).report["counts"]["created"] == 1

    def test_applied_upload_is_not_previewed_again(self):
        by = controller()
        upload = uploaded(by, ONE)
        apply_upload(upload_id=upload.pk, by=by)

        refresh_preview(upload_id=upload.pk, by=by)

        upload.refresh_from_db()
        assert upload.report["counts"]["created"] == 1, "the report of what was done stays"

    def test_what_was_read_is_applied_whatever_happens_to_the_stored_file(self):
        by = controller()
        upload = uploaded(by, ONE)
        with upload.file.storage.open(upload.file.name, "wb") as handle:
            handle.write(json.dumps([ONE, {"core_code": "1.000002", "title": "Lén thêm"}]).encode())

        apply_upload(upload_id=upload.pk, by=by)

        assert [procedure.core_code for procedure in Procedure.objects.all()] == ["1.000001"]

    def test_two_applied_files_are_two_rows_in_the_history(self):
        by = controller()
        for name in ("mot.json", "hai.json"):
            apply_upload(upload_id=uploaded(by, ONE, name=name).pk, by=by)

        text = signed_in(by).get(reverse("procedures_import")).content.decode()
        assert text.index("hai.json") < text.index("mot.json"), "newest first"

    def test_an_applied_file_cannot_be_applied_again(self):
        by = controller()
        upload = uploaded(by, ONE)
        apply_upload(upload_id=upload.pk, by=by)

        with pytest.raises(Conflict) as refusal:
            apply_upload(upload_id=upload.pk, by=by)

        assert refusal.value.message == "Tệp này đã được áp dụng."


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("tthc.csv", csv_list([1, "1.000001", "Một", "", ""])),
            ("tthc.xlsx", workbook(["Mã TTHC", "Tên TTHC"], ["1.000001", "Một"])),
            ("tthc.json", json.dumps([ONE]).encode()),
            ("khong-duoi", json.dumps(ONE).encode()),
            ("sai-duoi.docx", csv_list([1, "1.000001", "Một", "", ""])),
        ],
    )
    def test_format_is_detected_from_the_content(self, name, data):
        by = controller()
        upload = preview_upload(file=ContentFile(data, name=name), name=name, by=by)

        assert apply_upload(upload_id=upload.pk, by=by).report["counts"]["created"] == 1

    @pytest.mark.parametrize(
        "data", [b"", b"%PDF-1.4", b"\xff\xfeM\0", b"Rar!\x1a\x07", b"[1]", b"x,y\n1,2\n"]
    )
    def test_broken_file_is_not_stored(self, data, tmp_path):
        with pytest.raises(FileProblem):
            preview_upload(file=ContentFile(data, name="x"), name="x", by=controller())

        assert not ImportUpload.objects.exists()
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    def test_the_message_at_the_field_begins_with_a_capital(self):
        response = signed_in(controller()).post(
            reverse("procedures_import"), {"file": ContentFile(b"%PDF-1.4", name="a.pdf")}
        )

        assert response.context["form"].errors["file"][0].startswith("Đây là tệp PDF")

    def test_missing_file_is_a_form_error(self):
        response = signed_in(controller()).post(reverse("procedures_import"), {})

        assert response.context["form"].errors["file"]
