"""What the controller decides, sees, downloads and undoes in the preview of an import."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from core.outbox import deliver_due
from procedures.imports.apply import import_records
from procedures.imports.record import FIELD_LABELS
from procedures.imports.rows import new_without_decision
from procedures.models import ImportRow, ImportUpload, Procedure, ProcedureVersion
from tests.procedures.factories import make_decision, make_section
from tests.procedures.imports.previews import look, messages_of, press, staff, upload
from tests.support.forms import fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]


TWO_ROWS: list[dict[str, Any]] = [
    {"core_code": "1.000001", "title": "Một thủ tục", "field": "Hộ tịch"},
    {"core_code": "1.000002", "title": "Thủ tục hai", "decision": {"number": "1/QĐ-UBND"}},
]


class TestChoices:
    """What the controller decides before anything is applied: the section and the first day."""

    @pytest.fixture
    def kept(self, client, controller):
        client.force_login(controller)
        upload(client, json.dumps(TWO_ROWS))
        return ImportUpload.objects.get()

    def send(self, client, kept, name="procedures_import_choices", query="", **changed):
        page = client.get(reverse("procedures_import_preview", args=[kept.pk]) + query)
        form = fields_of(page.content.decode())
        if name == "procedures_import_apply":
            changed.setdefault("without_decision", new_without_decision(ImportUpload.objects.get(pk=kept.pk)))
        response = client.post(reverse(name, args=[kept.pk]) + query, {**form, **changed}, follow=True)
        deliver_due()
        return response

    def test_chosen_section_day_and_decision_are_used(self, client, kept):
        section, decision = make_section(), make_decision(number="9/QĐ-UBND", date=date(2026, 5, 1))
        choices = {"section": section.pk, "valid_from": "2026-06-01", "decision": decision.pk}
        assert section.title in self.send(client, kept, **choices).content.decode()

        self.send(client, kept, "procedures_import_apply")

        one, two = ProcedureVersion.objects.order_by("procedure__core_code")
        assert [version.procedure.pages.get().get_parent().specific for version in (one, two)] == [
            section
        ] * 2
        assert [str(version.valid_from) for version in (one, two)] == ["2026-06-01"] * 2
        assert one.decision == decision
        assert two.decision.number == "1/QĐ-UBND", "the file's own decision stays"

    def test_not_public_procedures_wait_for_the_controller(self, client, kept):
        self.send(client, kept, public="")
        self.send(client, kept, "procedures_import_apply")

        assert "Đã nhập 2 thủ tục mới" in look(client, kept)
        assert {procedure.status for procedure in Procedure.objects.all()} == {"chua_cong_khai"}

    def test_decisions_submitted_with_apply_are_reviewed_first(self, client, kept):
        response = self.send(client, kept, "procedures_import_apply", valid_from="2026-06-01")

        assert "Xem lại các thay đổi" in messages_of(response)
        assert not Procedure.objects.exists()
        self.send(client, kept, "procedures_import_apply")
        assert Procedure.objects.count() == 2

    def test_new_procedures_without_a_decision_need_a_confirmation(self, client, kept):
        text = self.send(client, kept, "procedures_import_apply", without_decision="").content.decode()
        assert "1 thủ tục mới sẽ công khai mà không có quyết định công bố" in text
        assert not Procedure.objects.exists()
        self.send(client, kept, "procedures_import_apply", without_decision="2")
        assert not Procedure.objects.exists(), "confirmed for another number"

        self.send(client, kept, "procedures_import_apply", without_decision="1")
        assert Procedure.objects.count() == 2

    @pytest.mark.parametrize("choice", ["decision", "public"])
    def test_no_confirmation_with_a_decision_or_if_nothing_is_published(self, client, kept, choice):
        value = make_decision(number="9/QĐ-UBND").pk if choice == "decision" else ""
        self.send(client, kept, **{choice: value})
        self.send(client, kept, "procedures_import_apply", without_decision="")
        assert Procedure.objects.count() == 2

    def test_the_section_is_searched_by_part_of_its_name(self, client, kept):
        text = look(client, kept)

        assert '<select name="section" id="id_section" data-combobox=""' in text
        assert "js/combobox.js" in text

    def test_an_invalid_day_is_a_form_error(self, client, kept):
        response = self.send(client, kept, "procedures_import_apply", valid_from="31/02/2026")

        assert response.context["form"].errors["valid_from"]
        assert not Procedure.objects.exists()

    def test_rows_that_are_not_ticked_are_not_applied(self, client, kept):
        one = kept.rows.get(code="1.000001")
        self.send(client, kept, "procedures_import_apply", selected=[one.pk])

        assert "1 dòng không chọn" in look(client, kept)
        assert [procedure.core_code for procedure in Procedure.objects.all()] == ["1.000001"]
        assert dict(kept.rows.values_list("code", "state")) == {"1.000001": "applied", "1.000002": "left_out"}

    def test_a_selection_survives_a_renewed_preview(self, client, kept):
        two = kept.rows.get(code="1.000002")
        self.send(client, kept, selected=[two.pk], valid_from="2026-06-01")

        assert dict(kept.rows.values_list("code", "selected")) == {"1.000001": False, "1.000002": True}

    @pytest.mark.parametrize(
        ("query", "chosen"), [("", []), ("?q=hai", ["1.000001"]), ("?loc=tu-choi", ["1.000001", "1.000002"])]
    )
    def test_all_rows_of_a_list_are_left_out_at_once(self, client, kept, query, chosen):
        self.send(client, kept, query=query, all="no")

        assert list(kept.rows.filter(selected=True).values_list("code", flat=True)) == chosen

    def test_nothing_selected_applies_nothing(self, client, kept):
        self.send(client, kept, all="no")
        self.send(client, kept, "procedures_import_apply")

        assert "Đã nhập 0 thủ tục mới" in look(client, kept)
        assert not Procedure.objects.exists()

    def test_rows_of_another_file_are_not_touched(self, client, kept):
        upload(client, json.dumps(TWO_ROWS))
        other = ImportUpload.objects.exclude(pk=kept.pk).get()

        self.send(client, kept, shown=list(other.rows.values_list("pk", flat=True)), selected=[])

        assert other.rows.filter(selected=True).count() == 2

    def test_nothing_is_decided_after_the_file_was_applied(self, client, kept):
        form = fields_of(client.get(reverse("procedures_import_preview", args=[kept.pk])).content.decode())
        press(client, kept)

        response = client.post(
            reverse("procedures_import_choices", args=[kept.pk]), {**form, "public": ""}, follow=True
        )

        assert "Tệp này đã được áp dụng." in messages_of(response)
        kept.refresh_from_db()
        assert kept.public


class TestPreview:
    def test_it_warns_about_rows_that_lack_facts(self, client, controller):
        client.force_login(controller)

        text = upload(client, json.dumps(TWO_ROWS)).content.decode()

        for fact in ("cơ quan thực hiện", "cấp thực hiện", "quyết định công bố"):
            assert f"thiếu: {fact}" in text
        assert "không rõ ngày của quyết định: áp dụng từ ngày nhập" in text

    def test_a_warning_about_all_rows_is_shown_once_and_filters_nothing(self, client, controller):
        client.force_login(controller)
        decision = {"number": "9/QĐ-UBND"}
        rows = [
            {"core_code": f"1.00000{number}", "title": "T", "levels": ["cap_xa"], "decision": decision}
            for number in (1, 2)
        ]
        rows[1]["levels"] = ["cap_bo"]
        text = upload(client, json.dumps(rows)).content.decode()
        kept = ImportUpload.objects.get()
        address = reverse("procedures_import_preview", args=[kept.pk])

        assert text.count("không rõ ngày của quyết định: áp dụng từ ngày nhập") == 1
        lines = client.get(f"{address}?loc=can-xem").context["lines"]
        assert [line["row"].code for line in lines] == ["1.000002"], "what is its own"
        report = client.get(reverse("procedures_import_report", args=[kept.pk])).content.decode()
        assert report.count("không rõ ngày của quyết định") == 2

    def test_a_warning_about_most_rows_is_counted_above_and_filters_nothing(self, client, controller):
        client.force_login(controller)
        rows: list[dict[str, Any]] = [
            {"core_code": f"1.00000{number}", "title": "T", "field": "Hộ tịch", "levels": ["cap_xa"]}
            for number in range(1, 5)
        ]
        rows[3] |= {"decision": {"number": "9/QĐ-UBND", "date": "2026-01-05"}, "field": ""}
        text = " ".join(upload(client, json.dumps(rows)).content.decode().split())
        address = reverse("procedures_import_preview", args=[ImportUpload.objects.get().pk])

        assert "thiếu: quyết định công bố (3 dòng)" in text
        assert "thiếu: lĩnh vực (1 dòng)" in text
        lines = client.get(f"{address}?loc=can-xem").context["lines"]
        assert [line["row"].code for line in lines] == ["1.000004"]

    def test_a_code_that_occurs_twice_in_the_file_needs_review(self, client, controller):
        client.force_login(controller)
        first: dict[str, Any] = TWO_ROWS[0]
        rows = [*TWO_ROWS, {**first, "summary": "Tóm tắt"}]
        upload(client, json.dumps(rows))
        address = reverse("procedures_import_preview", args=[ImportUpload.objects.get().pk])
        ImportRow.objects.update(concerns=[])

        lines = client.get(f"{address}?loc=can-xem").context["lines"]
        assert "1.000001" in [line["row"].code for line in lines]
        assert ImportRow.objects.get(code="1.000001").needs_attention

    def test_the_decision_is_chosen_in_the_chooser(self, client, controller):
        client.force_login(controller)
        html = upload(client, json.dumps(TWO_ROWS)).content.decode()
        assert "/quan-tri/snippets/choose/procedures/publicationdecision/" in html
        assert '<select name="decision"' not in html

    def test_ministry_level_is_pointed_out(self, client, controller):
        client.force_login(controller)

        assert (
            "chỉ thực hiện ở cấp Bộ"
            in upload(client, json.dumps([{**TWO_ROWS[0], "levels": ["cap_bo"]}])).content.decode()
        )

    def test_each_changed_field_is_shown_before_and_after(self, client, controller):
        client.force_login(controller)
        import_records([{**TWO_ROWS[0], "steps": [{"items": ["Nộp hồ sơ", "Nhận kết quả"]}]}])

        changed = {
            **TWO_ROWS[0],
            "summary": "Tóm tắt",
            "steps": [{"items": ["Nộp hồ sơ", "Nhận kết quả tại nhà"]}],
        }
        text = " ".join(upload(client, json.dumps([changed])).content.decode().split())

        assert f"<summary>{FIELD_LABELS['steps']}</summary>" in text
        assert "<del>Nhận kết quả</del>" in text
        assert "<ins>Nhận kết quả tại nhà</ins>" in text
        assert "Nộp hồ sơ" not in text, "what stays is not repeated"

    def test_all_rows_are_reachable(self, client, controller):
        client.force_login(controller)
        records = [{"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, 251)]
        upload(client, json.dumps(records))
        address = reverse("procedures_import_preview", args=[ImportUpload.objects.get().pk])

        pages = [client.get(f"{address}?trang={number}").content.decode() for number in (1, 2, 3)]

        assert [page.count('name="shown"') for page in pages] == [100, 100, 50]
        assert "1.000250" in pages[2]

    @pytest.mark.parametrize(
        ("query", "codes"),
        [("loc=moi", {"1.000001"}), ("loc=tu-choi", {"1.0"}), ("loc=khong-doi", {"1.000002"}), ("q=hai", set()),
         ("loc=khong-doi&q=HAI", {"1.000002"}), ("loc=la", {"1.000001", "1.0"}), ("trang=99", {"1.000001", "1.0"})],
    )  # fmt: skip
    def test_rows_are_filtered(self, client, controller, query, codes):
        client.force_login(controller)
        import_records([{"core_code": "1.000002", "title": "Thủ tục hai"}])
        upload(
            client,
            json.dumps(
                [*TWO_ROWS[:1], {"core_code": "1.000002", "title": "Thủ tục hai"}, {"core_code": "1.0"}]
            ),
        )

        response = client.get(
            reverse("procedures_import_preview", args=[ImportUpload.objects.get().pk]) + f"?{query}"
        )

        assert {line["row"].code for line in response.context["lines"]} == codes

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, client, controller):
        client.force_login(controller)
        numbers = []
        for count in (1, 6):
            records = [
                {"core_code": f"1.{number:06d}", "title": f"T {number}"} for number in range(1, count + 1)
            ]
            upload(client, json.dumps(records))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("procedures_import_preview", args=[ImportUpload.objects.first().pk]))
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]


class TestReport:
    def test_every_row_is_in_it_and_no_formulas(self, client, controller):
        client.force_login(controller)
        evil = {"core_code": "1.000001", "title": '=HYPERLINK("http://x")', "summary": "+1"}
        import_records([{"core_code": "1.000002", "title": "Hai"}])
        upload(
            client,
            json.dumps(
                [evil, {"core_code": "1.000002", "title": "Hai", "summary": "@x"}, {"core_code": "1.0"}]
            ),
        )

        response = client.get(reverse("procedures_import_report", args=[ImportUpload.objects.get().pk]))

        assert "attachment" in response["Content-Disposition"]
        text = response.content.decode()
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert text.startswith("\ufeff")
        assert [row[3] for row in rows[1:]] == ["1.000001", "1.000002", "1.0"]
        assert rows[1][4] == "'" + evil["title"]
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]

    def test_others_get_a_404(self, client, controller):
        client.force_login(controller)
        upload(client)
        kept = ImportUpload.objects.get()
        client.force_login(staff("nguoi-khac", Membership.Role.EDITOR))

        assert client.get(reverse("procedures_import_report", args=[kept.pk])).status_code == 404
        for name in ("procedures_import_choices", "procedures_import_undo"):
            assert client.post(reverse(name, args=[kept.pk])).status_code == 404


def test_an_applied_import_is_undone_from_its_page(client, controller):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    press(client, kept)
    assert (
        "Hoàn tác 1 dòng" in client.get(reverse("procedures_import_preview", args=[kept.pk])).content.decode()
    )

    response = client.post(reverse("procedures_import_undo", args=[kept.pk]), follow=True)

    assert "Đã bắt đầu hoàn tác. Trang này cho biết tiến độ." in messages_of(response)
    assert "Đang hoàn tác" in response.content.decode()
    deliver_due()
    page = look(client, kept)
    assert "Đã hoàn tác 1 dòng." in page
    assert "Hoàn tác 1 dòng" not in page
    assert "không còn gì để hoàn tác" in messages_of(
        client.post(reverse("procedures_import_undo", args=[kept.pk]), follow=True)
    )
