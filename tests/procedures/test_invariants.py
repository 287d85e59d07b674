"""What the database and the models themselves refuse, whoever writes: form, import, shell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from wagtail.models import Locale

from core.worktime.units import TimeUnit
from procedures.choices import Channel, FeeKind, PaperKind, ProcedureKind, ServiceLevel, Status
from procedures.models import (
    Audience,
    ChannelFee,
    Field,
    FormTemplate,
    LocalAssignment,
    PaperTemplate,
    Procedure,
    ProcedureCase,
    ProcedureChannel,
    ProcedureLegalBasis,
    ProcedurePage,
    ProcedureResult,
    ProcedureStep,
    ProcedureVersion,
    PublicationDecision,
    RequiredPaper,
)  # fmt: skip
from procedures.selectors import page_for_code, snapshot_of
from procedures.services import publish
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def refused(model: type, **values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


class TestRows:
    @pytest.mark.parametrize(
        ("value", "unit", "kept"),
        [
            (3, TimeUnit.DAY, True),
            (1, TimeUnit.HOUR, True),
            (None, "", True),
            (3, "", False),
            (None, TimeUnit.DAY, False),
            (0, TimeUnit.DAY, False),
            (3, "tuan", False),
        ],
    )
    def test_a_time_has_its_unit(self, value, unit, kept):
        values = {"page": make_page(), "channel": Channel.COUNTER, "time_value": value, "time_unit": unit}

        if kept:
            assert ProcedureChannel.objects.create(**values).pk
        else:
            refused(ProcedureChannel, **values)

    @pytest.mark.parametrize("channel", ["", "bo_cau", "Trực tiếp"])
    def test_a_channel_is_one_of_three(self, channel):
        refused(ProcedureChannel, page=make_page(), channel=channel)

    @pytest.mark.parametrize(
        ("amount", "kept"), [(None, True), (0, True), ("0.50", True), (10**12, True), (-1, False)]
    )
    def test_an_amount_is_never_below_nought(self, amount, kept):
        channel = make_page().channels.first()
        values = {"channel": channel, "amount": None if amount is None else Decimal(amount)}

        if kept:
            assert ChannelFee.objects.create(**values).kind == FeeKind.DUTY
        else:
            refused(ChannelFee, **values)

    def test_a_fee_is_of_a_kind_that_the_law_knows(self):
        refused(ChannelFee, channel=make_page().channels.first(), kind="tien")

    @pytest.mark.parametrize("values", [{"name": ""}, {"name": "a", "kind": "muon"}])
    def test_a_paper_has_a_name_and_a_kind(self, values):
        case = ProcedureCase.objects.create(page=make_page())

        refused(RequiredPaper, case=case, **values)

    def test_a_blank_form_has_a_name(self):
        case = ProcedureCase.objects.create(page=make_page())
        paper = RequiredPaper.objects.create(case=case, name="Tờ khai", kind=PaperKind.SHOW)

        refused(PaperTemplate, paper=paper, name="")

    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (ProcedureStep, {"text": ""}),
            (ProcedureResult, {"name": ""}),
            (ProcedureLegalBasis, {"number": "", "title": ""}),
        ],
    )
    def test_no_part_says_nothing(self, model, values):
        refused(model, page=make_page(), **values)

    @pytest.mark.parametrize("values", [{"number": "60/2014/QH13"}, {"title": "Luật Hộ tịch"}])
    def test_a_legal_basis_may_lack_number_or_title(self, values):
        assert ProcedureLegalBasis.objects.create(page=make_page(), **values).pk

    @pytest.mark.parametrize(("name", "value"), [("service_level", "muc_4"), ("kind", "la")])
    def test_closed_lists_of_the_page_are_closed(self, name, value):
        page = make_page()
        with pytest.raises(IntegrityError), transaction.atomic():
            ProcedurePage.objects.filter(pk=page.pk).update(**{name: value})

    @pytest.mark.parametrize("value", ["", *ServiceLevel.values])
    def test_an_online_level_may_be_unknown(self, value):
        assert make_page(service_level=value, kind=ProcedureKind.OWN).service_level == value

    def test_a_status_is_one_of_five(self):
        refused(Procedure, core_code="1.000001", title="x", status="dang_cho")

    @pytest.mark.parametrize(
        ("values", "kept"),
        [
            ({}, True),
            ({"level_2011": 4, "level_2022": "toan_trinh"}, True),
            ({"level_2011": 5}, False),
            ({"level_2011": 0}, False),
            ({"level_2022": "muc_4"}, False),
            ({"valid_to": date(2025, 6, 30)}, False),
        ],
    )
    def test_levels_of_an_assignment(self, values, kept):
        given = {
            "procedure": make_procedure(),
            "agency": make_agency(),
            "valid_from": date(2025, 7, 1),
            **values,
        }

        if kept:
            assert LocalAssignment.objects.create(**given).pk
        else:
            refused(LocalAssignment, **given)


class TestVocabulary:
    def test_a_field_has_a_name_and_its_code_once(self):
        Field.objects.create(name="Hộ tịch", code="G15-TP07", slug="a")

        refused(Field, name="", slug="b")
        refused(Field, name="Khác", code="G15-TP07", slug="c")
        refused(Field, name="Hộ tịch", slug="d")

    def test_many_fields_may_lack_a_code(self):
        for name in ("Một", "Hai"):
            Field.objects.create(name=name, slug=name)

        assert str(Field(name="Đào tạo", ministry="Bộ Y tế")) == "Đào tạo (Bộ Y tế)"
        assert str(Field(name="Đào tạo")) == "Đào tạo"

    def test_all_kinds_of_applicants_are_there_and_no_other(self):
        assert Audience.objects.count() == 11
        refused(Audience, code="nguoi_sao_hoa", name="x")

    def test_a_decision_has_a_number_once_an_agency(self):
        make_decision(number="1/QĐ-UBND")

        refused(PublicationDecision, number="")
        refused(PublicationDecision, number="1/QĐ-UBND", agency_name="UBND tỉnh Cà Mau")
        assert make_decision(number="1/QĐ-UBND", agency_name="Bộ Tư pháp").pk

    def test_number_and_agency_are_kept_without_stray_spaces(self):
        decision = PublicationDecision(number=" 1/QĐ-UBND\u200b ", agency_name="UBND  tỉnh")
        decision.full_clean()

        assert (decision.number, decision.agency_name) == ("1/QĐ-UBND", "UBND tỉnh")


class TestPages:
    def test_a_procedure_has_one_page_in_a_language(self):
        first = make_page()
        second = ProcedurePage(title="Khác", slug="khac", procedure=first.procedure, locale=first.locale)

        with pytest.raises(ValidationError) as problem:
            second.full_clean(exclude=["path", "depth"])
        assert "đã có trang" in str(problem.value.message_dict["procedure"])

    def test_the_page_itself_is_no_obstacle(self):
        make_page().full_clean()

    def test_another_language_may_have_its_own(self):
        page = make_page()
        english = Locale.objects.get_or_create(language_code="en")[0]
        other = ProcedurePage(title="Birth", slug="birth", procedure=page.procedure, locale=english)

        other.full_clean(exclude=["path", "depth"])

    def test_a_short_title_is_kept_without_stray_spaces(self):
        page = make_page(short_title=" Khai  sinh\u200b ")
        page.full_clean()

        assert page.short_title == "Khai sinh"

    @pytest.mark.parametrize(("language", "found"), [("vi", "vi"), ("en", "en"), ("fr", "vi"), ("", "vi")])
    def test_a_code_leads_to_the_readers_language_or_to_vietnamese(self, language, found):
        page = make_page()
        english = Locale.objects.get_or_create(language_code="en")[0]
        page.copy_for_translation(english, copy_parents=True).save_revision().publish()

        assert page_for_code(page.procedure.core_code, language).locale.language_code == found

    def test_the_english_page_makes_no_legal_version(self):
        page = make_page()
        publish(page=page, decision=None)
        english = Locale.objects.get_or_create(language_code="en")[0]
        other = page.copy_for_translation(english, copy_parents=True)
        other.title = "Birth registration"
        other.save_revision().publish()

        assert page.procedure.versions.count() == 1
        assert page.procedure.versions.get().title == page.title

    def test_the_children_of_a_page_go_with_it_and_the_law_stays(self):
        page = make_page()
        publish(page=page, decision=None)
        page.delete()

        assert not ProcedureChannel.objects.exists()
        assert ProcedureVersion.objects.count() == Procedure.objects.count() == 1

    def test_an_unsaved_page_can_be_read_as_a_snapshot(self):
        page = ProcedurePage(title="Bản nháp", procedure=make_procedure(core_code="1.000001"))
        page.channels = [ProcedureChannel(channel="truc_tiep", time_note="Tại xã")]
        page.steps = [
            ProcedureStep(text="a"),
            ProcedureStep(case="x", text="b"),
            ProcedureStep(case="x", text="c"),
        ]

        content = snapshot_of(page)

        assert content.channels[0].time_note == "Tại xã"
        assert [(group.case, group.items) for group in content.steps] == [("", ("a",)), ("x", ("b", "c"))]


class TestProtection:
    """What a version or a page stands on cannot be deleted from under it."""

    def test_nothing_that_is_used_can_be_deleted(self):
        field, decision, agency = (
            Field.objects.create(name="Hộ tịch", slug="a"),
            make_decision(),
            make_agency(),
        )
        page = make_page(make_section(agency), field=field)
        publish(page=page, decision=decision)
        LocalAssignment.objects.create(procedure=page.procedure, agency=agency, valid_from=date(2025, 7, 1))

        for row in (field, decision, agency, page.procedure):
            with pytest.raises(ProtectedError):
                row.delete()

    def test_a_successor_that_is_named_stays(self):
        successor = make_procedure()
        make_procedure(status=Status.REPLACED, replaced_by=successor)

        with pytest.raises(ProtectedError):
            successor.delete()


class TestForms:
    """A blank form, once here, never changes: versions point at it."""

    @pytest.fixture(autouse=True)
    def _media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def make(self, data: bytes = b"mau", name: str = "TK khai sinh.docx") -> FormTemplate:
        form = FormTemplate(name=name)
        form.file.save("tk.docx", ContentFile(data), save=False)
        form.save()
        return form

    def test_digest_and_size_come_from_the_bytes(self):
        form = self.make(b"mau")

        assert form.size == 3
        assert len(form.sha256) == 64

    def test_the_same_bytes_are_kept_once(self):
        self.make()

        with pytest.raises(IntegrityError), transaction.atomic():
            self.make(name="khac.docx")

    def test_other_bytes_under_an_old_name_are_refused(self):
        form = self.make()
        form.file = ContentFile(b"khac", name="tk.docx")

        with pytest.raises(ValidationError) as problem:
            form.full_clean()
        assert "file" in problem.value.message_dict

    def test_its_name_may_be_mended(self):
        form = self.make()
        form.name = "Tờ khai.docx"
        form.full_clean()

    def test_it_is_sent_as_an_attachment_for_ever(self, client):
        form = self.make(b"noi dung")

        response = client.get(form.get_absolute_url())

        assert b"".join(response.streaming_content) == b"noi dung"
        assert response["Content-Disposition"].startswith("attachment")
        assert "immutable" in response["Cache-Control"]

    @pytest.mark.parametrize("name", ["khac.docx", "..%2F..%2Fetc%2Fpasswd", "<b>.docx"])
    def test_the_name_in_the_address_chooses_nothing(self, client, name):
        form = self.make(b"noi dung")
        response = client.get(f"/thu-tuc/bieu-mau/{form.pk}/{name}")

        if response.status_code == 200:
            assert b"".join(response.streaming_content) == b"noi dung"
            assert (
                "khai%20sinh" in response["Content-Disposition"]
                or "khai sinh" in response["Content-Disposition"]
            )

    def test_what_is_not_there_is_a_404(self, client):
        form = self.make()
        address = form.get_absolute_url()
        form.file.storage.delete(form.file.name)

        assert client.get(address).status_code == 404
        assert client.get("/thu-tuc/bieu-mau/99999/x.docx").status_code == 404
        assert client.post(address).status_code == 405
