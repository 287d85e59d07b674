"""Fields, decisions, sections and blank forms named in records are found or created."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from wagtail.models import Page

from accounts.models import Agency
from core.errors import InvalidInput
from procedures.choices import Level
from procedures.imports import reference_rows
from procedures.imports.apply import ImportContext, import_records
from procedures.imports.record import ProcedureRecord
from procedures.imports.reference_rows import FormFileStore, ReferenceRows
from procedures.models import (
    BlankForm,
    Field,
    LocalAssignment,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    PublicationDecision,
)  # fmt: skip
from procedures.value_objects import Decision
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db


ONE: dict[str, Any] = {"core_code": "1.000001", "title": "Một thủ tục"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def field(**facts: Any) -> Field | None:
    return ReferenceRows().field(ProcedureRecord(core_code="1.000001", title="x", **facts))


class TestFields:
    def test_record_without_field_creates_none(self):
        assert field() is None
        assert not Field.objects.exists()

    @pytest.mark.parametrize("name", ["Hộ tịch", "hộ tịch", "HỘ TỊCH", "Ho tich"])
    def test_field_is_found_in_any_spelling(self, name):
        known = Field.objects.create(name="Hộ tịch", slug="ho-tich")

        assert field(field=name) == known
        assert Field.objects.count() == 1

    def test_two_ministries_may_use_one_name(self):
        one = field(field="Đào tạo", ministry="Bộ Giáo dục")
        two = field(field="Đào tạo", ministry="Bộ Y tế")

        assert one != two
        assert (one.slug, two.slug) == ("dao-tao", "dao-tao-2")

    def test_ministry_is_filled_in_later(self):
        known = field(field="Hộ tịch")
        again = field(field="Hộ tịch", ministry="Bộ Tư pháp", field_code="G15-TP07")

        known.refresh_from_db()
        assert again == known
        assert (known.ministry, known.code) == ("Bộ Tư pháp", "G15-TP07")

    def test_the_code_takes_precedence_over_the_name(self):
        known = field(field="Hộ tịch", field_code="G15-TP07")

        assert field(field="Hộ tịch và quốc tịch", field_code="G15-TP07") == known

    def test_field_named_with_symbols_gets_a_slug(self):
        assert field(field="???").slug == "linh-vuc"


class TestDecisions:
    def find(self, **facts: Any) -> PublicationDecision | None:
        return ReferenceRows().decision(Decision(**facts))

    def test_record_without_decision_creates_none(self):
        assert ReferenceRows().decision(None) is None

    def test_a_new_one_is_created_with_its_agency(self):
        agency = make_agency(name="UBND tỉnh Cà Mau")

        made = self.find(number="1/QĐ-UBND", agency="ubnd tỉnh cà mau", date=date(2025, 7, 1))

        assert (made.agency, made.date) == (agency, date(2025, 7, 1))

    def test_number_alone_matches_the_only_decision_with_it(self):
        known = make_decision(number="1/QĐ-UBND", agency_name="UBND tỉnh Cà Mau")

        assert self.find(number="1/QĐ-UBND") == known

    def test_ambiguous_number_matches_no_decision(self):
        for name in ("Bộ Tư pháp", "Bộ Y tế"):
            make_decision(number="1/QĐ", agency_name=name)

        made = self.find(number="1/QĐ")

        assert made.agency_name == ""
        assert PublicationDecision.objects.count() == 3

    def test_date_abstract_and_address_are_filled_in_once(self):
        known = make_decision(number="1/QĐ", date=None, summary="", agency_name="")
        self.find(
            number="1/QĐ", agency="Bộ Y tế", date=date(2025, 7, 1), summary="Công bố", url="https://x.vn/1"
        )
        self.find(
            number="1/QĐ", agency="Bộ Y tế", date=date(2026, 1, 1), summary="Khác", url="https://x.vn/2"
        )

        known.refresh_from_db()
        assert (known.agency_name, known.date, known.summary, known.url) == (
            "Bộ Y tế", date(2025, 7, 1), "Công bố", "https://x.vn/1"
        )  # fmt: skip


def bring(*records: dict[str, Any], **given: Any) -> None:
    import_records(records, context=ImportContext(source="test", **given))


class TestSections:
    def section(self) -> Any:
        return ProcedurePage.objects.get().get_parent().specific

    def test_in_an_empty_portal_catalogue_section_and_province_are_created(self, settings):
        bring(ONE)

        section = self.section()
        assert section.agency.code == settings.PORTAL_PROVINCE_CODE
        assert section.get_parent().specific_class is ProcedureCataloguePage
        assert Page.find_problems() == ([], [], [], [], [])

    def test_the_records_own_agency_comes_first(self):
        make_section(make_agency(kind=Agency.Kind.OTHER), government_level=Level.COMMUNE)
        agency = make_agency(slug="so-tu-phap")

        bring({**ONE, "section_agency": "so-tu-phap", "levels": ["cap_xa"], "publisher": "Bộ Y tế"})

        assert self.section().agency == agency

    def test_commune_procedure_goes_to_the_commune_level_section(self):
        communes = make_agency(kind=Agency.Kind.OTHER)
        make_section(communes, government_level=Level.COMMUNE)

        bring({**ONE, "levels": ["cap_tinh", "cap_xa"]})

        assert self.section().agency == communes

    def test_otherwise_the_publishing_agencys_section(self):
        publisher = make_agency(name="Bộ Tư pháp")

        bring({**ONE, "levels": ["cap_tinh"], "publisher": "bộ tư pháp"})

        assert self.section().agency == publisher

    def test_named_section_takes_precedence(self):
        section = make_section(make_agency(slug="so-y-te"))
        make_agency(slug="so-tu-phap")

        bring({**ONE, "section_agency": "so-tu-phap"}, section=section.slug)

        assert self.section().pk == section.pk

    def test_unknown_section_is_reported(self):
        with pytest.raises(InvalidInput, match="so-la"):
            bring(ONE, section="so-la")
        assert not Procedure.objects.exists()

    def test_two_procedures_with_one_name_have_two_addresses(self):
        bring(ONE, {**ONE, "core_code": "1.000002"})

        slugs = set(ProcedurePage.objects.values_list("slug", flat=True))
        assert slugs == {"mot-thu-tuc", "mot-thu-tuc-1-000002"}

    def test_new_pages_follow_existing_ones(self):
        section = make_section(make_agency(slug="so-y-te"))
        old = make_page(section)

        bring(ONE, section="so-y-te")

        assert section.get_children().first().pk == old.pk
        section.refresh_from_db()
        assert section.numchild == 2
        assert Page.find_problems() == ([], [], [], [], [])


class TestAssignments:
    LOCAL = {**ONE, "local_code": "1.000001.H12"}

    def communes(self) -> list[Agency]:
        make_agency(
            slug="xa-cu", kind=Agency.Kind.COMMUNE, valid_to=date(2025, 6, 30), valid_from=date(2020, 1, 1)
        )
        return [make_agency(slug=f"xa-{n}", kind=Agency.Kind.COMMUNE) for n in range(3)]

    def receivers(self) -> set[Agency]:
        return {row.agency for row in LocalAssignment.objects.select_related("agency")}

    def test_every_current_commune_receives_commune_procedures(self):
        communes = self.communes()

        bring({**self.LOCAL, "levels": ["cap_xa"]})

        assert self.receivers() == set(communes)

    def test_a_procedure_of_the_province_goes_only_to_its_section(self):
        self.communes()
        agency = make_agency(slug="so-tu-phap")

        bring({**self.LOCAL, "levels": ["cap_tinh"], "section_agency": "so-tu-phap"})

        assert self.receivers() == {agency}

    def test_both_levels_receive_a_procedure_of_both(self):
        communes, agency = self.communes(), make_agency(slug="so-tu-phap")

        bring({**self.LOCAL, "levels": ["cap_tinh", "cap_xa"], "section_agency": "so-tu-phap"})

        assert self.receivers() == {*communes, agency}

    @pytest.mark.parametrize("facts", [{}, {"decision": {"number": "1/QĐ-BTP"}}])
    def test_national_procedure_is_not_assigned(self, facts):
        self.communes()

        bring({**ONE, "levels": ["cap_xa"], **facts})

        assert not LocalAssignment.objects.exists()

    @pytest.mark.parametrize("facts", [{"local_code": "1.000001.H12"}, {"decision": {"number": "1/qđ-ubnd"}}])
    def test_a_local_code_or_decision_makes_it_local(self, facts):
        self.communes()

        bring({**ONE, "levels": ["cap_xa"], **facts})

        assert LocalAssignment.objects.count() == 3

    def test_levels_change_in_place_and_no_row_is_duplicated(self):
        self.communes()
        bring({**self.LOCAL, "levels": ["cap_xa"], "level_2011": 3})
        bring({**self.LOCAL, "levels": ["cap_xa"], "level_2011": 4, "level_2022": "toan_trinh"})

        assert set(LocalAssignment.objects.values_list("level_2011", "level_2022")) == {(4, "toan_trinh")}
        assert LocalAssignment.objects.count() == 3


def test_replaced_procedure_stays_replaced():
    bring(ONE)
    successor = make_procedure()
    Procedure.objects.filter(core_code="1.000001").update(status="thay_the", replaced_by=successor)

    bring({**ONE, "status": "cong_khai", "service_level": "mot_phan"})

    row = Procedure.objects.get(core_code="1.000001")
    assert (row.status, row.replaced_by) == ("thay_the", successor)


class TestFormFileStore:
    @pytest.fixture
    def folder(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path / "media"
        place = tmp_path / "forms" / "1.000001" / "docx"
        place.mkdir(parents=True)
        return place

    def bring(self, folder, *names: str) -> None:
        documents = [
            {"name": name, "blank_forms": [{"name": name, "path": f"1.000001/{name}"}]} for name in names
        ]
        with FormFileStore(folder.parents[1]) as form_files:
            record = form_files.attach(
                ProcedureRecord.from_json({**ONE, "cases": [{"documents": documents}]})
            )
            import_records([record])

    @pytest.mark.parametrize("name", ["TK.docx", "tk.DOCX", "TK.pdf", "Tờ khai.doc", "bang.xlsx"])
    def test_a_file_is_found_by_its_name_in_any_case(self, folder, name):
        (folder / name.lower()).write_bytes(b"mau")

        self.bring(folder, name)

        assert BlankForm.objects.count() == 1

    @pytest.mark.parametrize("name", ["virus.exe", "a.js", "a.html", "khong-co.docx", "../../etc/passwd"])
    def test_other_files_are_ignored(self, folder, name):
        if "/" not in name and name != "khong-co.docx":
            (folder / name).write_bytes(b"x")

        self.bring(folder, name)

        assert not BlankForm.objects.exists()

    def test_equal_files_are_stored_once(self, folder):
        for name in ("a.docx", "b.docx"):
            (folder / name).write_bytes(b"mau")

        self.bring(folder, "a.docx", "b.docx")

        assert BlankForm.objects.count() == 1

    def test_too_large_file_is_not_stored(self, folder, monkeypatch):
        monkeypatch.setattr(reference_rows, "MAX_BYTES", 3)
        (folder / "a.docx").write_bytes(b"four")

        self.bring(folder, "a.docx")

        assert not BlankForm.objects.exists()

    def test_reference_to_a_missing_copy_is_dropped(self):
        document = {"name": "a", "blank_forms": [{"name": "a.docx", "own_copy": 999, "size": 5}]}

        bring({**ONE, "cases": [{"documents": [document]}]})

        (blank_form,) = Procedure.objects.get().versions.get().content.documents()[0].blank_forms
        assert (blank_form.own_copy, blank_form.size) == (None, 0)


class TestPlaces:
    """Where new procedures of a list go: according to the agency and the level given in the file."""

    @pytest.fixture
    def sections(self, settings):
        province = make_agency(
            name="UBND tỉnh",
            short_name="",
            slug="ubnd-tinh",
            kind="province",
            code=settings.PORTAL_PROVINCE_CODE,
        )
        justice = make_agency(name="Sở Tư pháp tỉnh Cà Mau", short_name="Sở Tư pháp", slug="so-tu-phap")
        ended = make_agency(name="Sở Kế hoạch", slug="so-ke-hoach", valid_to=date(2025, 6, 30))
        communes = make_agency(name="UBND cấp xã", slug="ubnd-cap-xa", kind="other")
        make_section(communes, government_level=Level.COMMUNE)
        return {agency.slug: make_section(agency) for agency in (province, justice, ended)}

    @pytest.mark.parametrize(
        ("facts", "slug"),
        [
            ({"implementing_agencies": ["Sở Tư pháp"]}, "so-tu-phap"),
            ({"implementing_agencies": ["Sở Tư pháp tỉnh Cà Mau"]}, "so-tu-phap"),
            ({"implementing_agencies": ["Cục Hàng hải", "so tu phap"]}, "so-tu-phap"),
            ({"implementing_agencies": ["Sở Kế hoạch"]}, "ubnd-tinh"),
            ({"implementing_agencies": ["Sở Tư pháp"], "levels": ["cap_tinh", "cap_xa"]}, "ubnd-cap-xa"),
            ({"levels": ["cap_xa"]}, "ubnd-cap-xa"),
            ({"publisher": "Sở Tư pháp"}, "so-tu-phap"),
            ({"implementing_agencies": ["Bộ Tư pháp"], "levels": ["cap_bo"]}, "ubnd-tinh"),
            ({}, "ubnd-tinh"),
        ],
    )
    def test_the_preview_names_the_section_that_the_import_uses(self, sections, facts, slug):
        planned = import_records([{**ONE, **facts}], dry_run=True)
        bring({**ONE, **facts})

        section = ProcedurePage.objects.get().get_parent()
        assert (section.slug, section.title) == (slug, planned.rows[0].place)

    def test_the_preview_creates_no_section(self):
        make_agency(name="Sở Y tế", short_name="", slug="so-y-te")

        (row,) = import_records([{**ONE, "implementing_agencies": ["Sở Y tế"]}], dry_run=True).rows

        assert row.place == "Sở Y tế"
        assert not ProcedureCataloguePage.objects.exists()

    def test_two_new_procedures_of_a_province_without_agency_share_it(self, settings):
        bring(ONE, {**ONE, "core_code": "1.000002"})

        assert Agency.objects.filter(code=settings.PORTAL_PROVINCE_CODE).count() == 1
