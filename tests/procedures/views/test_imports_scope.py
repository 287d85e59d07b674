"""The import of a department's controller: their own sections only, and only imports of their agency."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Agency, Membership, User
from core.errors import NotAllowed
from core.outbox import deliver_due
from procedures.imports.apply import import_records
from procedures.imports.jobs import cancel_import, continue_import, start_import, start_undo
from procedures.models import ImportRow, ImportUpload, Procedure, ProcedurePage, ProcedureVersion
from tests.procedures.factories import make_section
from tests.procedures.imports.previews import (
    apply_upload,
    controller,
    look,
    press,
    signed_in,
    staff,
    undo_upload,
    upload,
    uploaded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder", "on_a_monday")]

OWN, FOREIGN, NEW = "1.000001", "1.000002", "1.000003"


@pytest.fixture
def departments():
    """Two departments, each with a section and a procedure in it."""
    own, other = make_section(), make_section()
    import_records([_record(OWN, section_agency=own.agency.slug)])
    import_records([_record(FOREIGN, section_agency=other.agency.slug)])
    own.refresh_from_db()
    other.refresh_from_db()
    return own, other


def _record(code, **facts):
    return {"core_code": code, "title": f"Thủ tục {code}", **facts}


def _both():
    return [_record(OWN, summary="Tóm tắt mới"), _record(FOREIGN, summary="Tóm tắt mới"), _record(NEW)]


class TestRows:
    def test_only_rows_of_the_own_sections_are_changed(self, client, departments):
        own, _other = departments
        client.force_login(staff("so-a", Membership.Role.CONTROLLER, own.agency))

        text = " ".join(upload(client, json.dumps(_both())).content.decode().split())
        kept = ImportUpload.objects.get(uploaded_by__isnull=False)

        assert "Ngoài mục của cơ quan bạn (2)" in text
        assert "Bị từ chối (2)" in text, "the filter has as many rows as the line above it says"
        assert "trong đó ngoài mục của cơ quan bạn: 2" in text
        assert "không thuộc mục của cơ quan bạn" in text
        after = press(client, kept)
        assert "Đã nhập 0 thủ tục mới, cập nhật 1 thủ tục" in after
        summaries = dict(ProcedurePage.objects.values_list("procedure__core_code", "summary"))
        assert summaries == {OWN: "Tóm tắt mới", FOREIGN: ""}
        report = client.get(reverse("procedures_import_report", args=[kept.pk]))
        assert report.content.decode().count("không thuộc mục của cơ quan bạn") == 2

    def test_new_procedures_go_only_into_the_own_section(self, client, departments):
        own, other = departments
        client.force_login(staff("so-a", Membership.Role.CONTROLLER, own.agency))
        upload(client, json.dumps([_record(NEW), _record("1.000004", section_agency=other.agency.slug)]))
        kept = ImportUpload.objects.get(uploaded_by__isnull=False)
        address = reverse("procedures_import_choices", args=[kept.pk])

        refused = client.post(address, {"choices": "1", "section": other.pk, "public": "on"})
        assert refused.status_code == 200
        assert not kept.rows.exclude(outcome="refused").exists()
        client.post(address, {"choices": "1", "section": own.pk, "public": "on"})
        press(client, ImportUpload.objects.get(pk=kept.pk))

        own.refresh_from_db()
        assert set(own.get_children().values_list("title", flat=True)) == {
            f"Thủ tục {code}" for code in (OWN, NEW, "1.000004")
        }
        assert other.get_children().count() == 1

    def test_a_portion_is_applied_with_the_scope_of_that_moment(self, departments):
        """The role may be moved to another department between the preview and the application."""
        own, other = departments
        by = controller(own.agency)
        kept = uploaded(by, _record(OWN, summary="Tóm tắt mới"))
        start_import(upload_id=kept.pk, by=by)
        Membership.objects.filter(user=by).update(agency=other.agency)

        deliver_due()

        assert ProcedureVersion.objects.filter(procedure__core_code=OWN).count() == 1
        assert kept.rows.get().foreign

    def test_the_province_changes_every_section(self, departments):
        by = controller()

        applied = apply_upload(upload_id=uploaded(by, *_both()).pk, by=by)

        assert applied.report["counts"] == {"created": 1, "updated": 2, "unchanged": 0, "refused": 0}
        assert not applied.rows.filter(foreign=True).exists()

    def test_a_procedure_that_was_moved_away_is_not_undone(self, departments):
        own, other = departments
        by = controller(own.agency)
        kept = apply_upload(upload_id=uploaded(by, _record(OWN, summary="Tóm tắt mới")).pk, by=by)
        ProcedurePage.objects.get(procedure__core_code=OWN).move(other, pos="last-child")

        assert undo_upload(upload_id=kept.pk, by=by) == (0, 1)
        assert "mục của cơ quan bạn" in ImportRow.objects.get(upload=kept).remark


class TestFiles:
    ACTS = ("apply", "choices", "undo", "resume", "cancel")

    @pytest.fixture
    def of_province(self, departments):
        by = controller()
        return apply_upload(upload_id=uploaded(by, *_both(), name="cua-tinh.json").pk, by=by)

    def test_imports_of_other_agencies_are_not_found(self, client, departments, of_province):
        own, other = departments
        foreign = uploaded(controller(other.agency), _record(OWN), name="cua-so-khac.json")
        client.force_login(staff("so-a", Membership.Role.CONTROLLER, own.agency))

        assert "cua-" not in client.get(reverse("procedures_import")).content.decode()
        for kept in (of_province, foreign):
            for name in ("preview", "progress", "report"):
                assert client.get(reverse(f"procedures_import_{name}", args=[kept.pk])).status_code == 404
            for name in self.ACTS:
                assert client.post(reverse(f"procedures_import_{name}", args=[kept.pk])).status_code == 404
        assert not ImportRow.objects.filter(state=ImportRow.State.UNDONE).exists()

    def test_services_refuse_them_as_well(self, departments, of_province):
        by = controller(departments[0].agency)

        for act in (start_import, start_undo, continue_import, cancel_import):
            with pytest.raises(NotAllowed):
                act(upload_id=of_province.pk, by=by)

    def test_the_province_sees_and_undoes_all(self, client, departments):
        own, _other = departments
        by = controller(own.agency)
        kept = apply_upload(upload_id=uploaded(by, _both()[0], name="cua-so.json").pk, by=by)
        client.force_login(staff("tinh", Membership.Role.CONTROLLER))

        assert "cua-so.json" in client.get(reverse("procedures_import")).content.decode()
        assert "Hoàn tác 1 dòng" in look(client, kept)

    def test_colleagues_of_one_department_work_together(self, departments):
        own, _other = departments
        kept = uploaded(controller(own.agency), _both()[0])

        assert "cập nhật 1 thủ tục" in press(signed_in(controller(own.agency)), kept)

    @pytest.mark.parametrize("also", ["province", "superuser", "province until yesterday"])
    def test_an_import_of_somebody_who_controls_the_province_too_is_the_province_s(self, departments, also):
        """Its file names procedures of every agency, and undoing it would change them."""
        own, _other = departments
        by = controller()
        Membership.objects.create(
            user=by, agency=own.agency, role=Membership.Role.CONTROLLER, valid_from=date(2025, 7, 1)
        )
        if also != "province":
            last = date(2026, 11, 22)
            of_province = Membership.objects.filter(user=by, agency__kind=Agency.Kind.PROVINCE)
            of_province.update(valid_from=date(2025, 7, 1), valid_to=last)
        User.objects.filter(pk=by.pk).update(is_superuser=also == "superuser")
        by = User.objects.get(pk=by.pk)
        kept = uploaded(by, *_both())

        status = (
            signed_in(controller(own.agency))
            .get(reverse("procedures_import_preview", args=[kept.pk]))
            .status_code
        )
        assert status == (200 if also == "province until yesterday" else 404)

    def test_a_controller_who_left_before_the_upload_gives_no_access(self, departments):
        own, other = departments
        by = controller(other.agency)
        Membership.objects.create(
            user=by, agency=own.agency, role=Membership.Role.CONTROLLER,
            valid_from=date(2025, 7, 1), valid_to=date(2026, 11, 22),
        )  # fmt: skip
        kept = uploaded(by, _both()[1])

        client = signed_in(controller(own.agency))
        assert client.get(reverse("procedures_import_preview", args=[kept.pk])).status_code == 404


class TestUndoOfAColleague:
    def test_a_question_names_who_applied_it(self, departments):
        first, second = controller(), signed_in(controller())
        kept = apply_upload(upload_id=uploaded(first, _record(NEW)).pk, by=first)
        address = reverse("procedures_import_undo", args=[kept.pk])

        asked = " ".join(second.post(address).content.decode().split())

        assert f"{first} đã áp dụng tệp này" in asked
        assert Procedure.objects.get(core_code=NEW).pages.exists()
        second.post(address, {"of_colleague": "yes"})
        deliver_due()
        assert not Procedure.objects.get(core_code=NEW).pages.exists()

    def test_the_own_import_is_undone_without_a_question(self, departments):
        by = controller()
        kept = apply_upload(upload_id=uploaded(by, _record(NEW)).pk, by=by)

        signed_in(by).post(reverse("procedures_import_undo", args=[kept.pk]))
        deliver_due()

        assert not Procedure.objects.get(core_code=NEW).pages.exists()

    def test_uploader_is_named_on_the_page(self, departments):
        by = controller()
        text = look(signed_in(by), uploaded(by, _record(NEW)))

        assert f"Tải lên bởi {by}" in text
