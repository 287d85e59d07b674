"""What an import finds or makes around a procedure: fields, decisions, sections, agencies that receive it, forms."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from wagtail.models import Page

from accounts.models import Agency
from core.errors import InvalidInput
from procedures.models import (
    Field,
    FormTemplate,
    LocalAssignment,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    PublicationDecision,
)  # fmt: skip
from procedures.parts import Decision
from procedures.records import ProcedureRecord
from procedures.services.imports import FormShelf, Import, import_records
from procedures.services.imports import shelf as shelving
from procedures.services.imports.sections import COMMUNES_SLUG
from procedures.services.vocabulary import Vocabulary
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db

ONE: dict[str, Any] = {"core_code": "1.000001", "title": "Một thủ tục"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def bring(*records: dict[str, Any], **given: Any) -> None:
    import_records(records, circumstances=Import(source="test", **given))


def field(**facts: Any) -> Field | None:
    return Vocabulary().field(ProcedureRecord(core_code="1.000001", title="x", **facts))


class TestFields:
    def test_none_is_none(self):
        assert field() is None
        assert not Field.objects.exists()

    @pytest.mark.parametrize("name", ["Hộ tịch", "hộ tịch", "HỘ TỊCH", "Ho tich"])
    def test_one_name_is_one_field_however_it_is_written(self, name):
        known = Field.objects.create(name="Hộ tịch", slug="ho-tich")

        assert field(field=name) == known
        assert Field.objects.count() == 1

    def test_two_ministries_may_use_one_name(self):
        one = field(field="Đào tạo", ministry="Bộ Giáo dục")
        two = field(field="Đào tạo", ministry="Bộ Y tế")

        assert one != two
        assert (one.slug, two.slug) == ("dao-tao", "dao-tao-2")

    def test_the_ministry_is_learned_later(self):
        known = field(field="Hộ tịch")
        again = field(field="Hộ tịch", ministry="Bộ Tư pháp", field_code="G15-TP07")

        known.refresh_from_db()
        assert again == known
        assert (known.ministry, known.code) == ("Bộ Tư pháp", "G15-TP07")

    def test_the_code_counts_before_the_name(self):
        known = field(field="Hộ tịch", field_code="G15-TP07")

        assert field(field="Hộ tịch và quốc tịch", field_code="G15-TP07") == known

    def test_a_name_of_signs_alone_has_an_address_all_the_same(self):
        assert field(field="???").slug == "linh-vuc"


class TestDecisions:
    def find(self, **facts: Any) -> PublicationDecision | None:
        return Vocabulary().decision(Decision(**facts))

    def test_none_is_none(self):
        assert Vocabulary().decision(None) is None

    def test_a_new_one_is_made_with_its_agency(self):
        agency = make_agency(name="UBND tỉnh Cà Mau")

        made = self.find(number="1/QĐ-UBND", agency="ubnd tỉnh cà mau", date=date(2025, 7, 1))

        assert (made.agency, made.date) == (agency, date(2025, 7, 1))

    def test_a_number_alone_means_the_one_that_has_it(self):
        known = make_decision(number="1/QĐ-UBND", agency_name="UBND tỉnh Cà Mau")

        assert self.find(number="1/QĐ-UBND") == known

    def test_of_two_with_one_number_neither_is_meant(self):
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


class TestSections:
    def section(self) -> Any:
        return ProcedurePage.objects.get().get_parent().specific

    def test_in_an_empty_portal_catalogue_section_and_province_are_made(self, settings):
        bring(ONE)

        section = self.section()
        assert section.agency.code == settings.PORTAL_PROVINCE_CODE
        assert section.get_parent().specific_class is ProcedureCataloguePage
        assert Page.find_problems() == ([], [], [], [], [])

    def test_the_records_own_agency_comes_first(self):
        make_agency(slug=COMMUNES_SLUG, kind=Agency.Kind.OTHER)
        agency = make_agency(slug="so-tu-phap")

        bring({**ONE, "section_agency": "so-tu-phap", "levels": ["cap_xa"], "publisher": "Bộ Y tế"})

        assert self.section().agency == agency

    def test_what_communes_do_stands_with_the_communes(self):
        communes = make_agency(slug=COMMUNES_SLUG, kind=Agency.Kind.OTHER)

        bring({**ONE, "levels": ["cap_tinh", "cap_xa"]})

        assert self.section().agency == communes

    def test_else_with_the_agency_that_publishes_it(self):
        publisher = make_agency(name="Bộ Tư pháp")

        bring({**ONE, "levels": ["cap_tinh"], "publisher": "bộ tư pháp"})

        assert self.section().agency == publisher

    def test_the_named_section_beats_all(self):
        section = make_section(make_agency(slug="so-y-te"))
        make_agency(slug="so-tu-phap")

        bring({**ONE, "section_agency": "so-tu-phap"}, section=section.slug)

        assert self.section().pk == section.pk

    def test_a_section_that_nobody_knows_is_said(self):
        with pytest.raises(InvalidInput, match="so-la"):
            bring(ONE, section="so-la")
        assert not Procedure.objects.exists()

    def test_two_procedures_of_one_name_have_two_addresses(self):
        bring(ONE, {**ONE, "core_code": "1.000002"})

        slugs = set(ProcedurePage.objects.values_list("slug", flat=True))
        assert slugs == {"mot-thu-tuc", "mot-thu-tuc-1-000002"}

    def test_new_pages_stand_behind_those_that_were_there(self):
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

    def test_every_commune_of_today_receives_what_communes_do(self):
        communes = self.communes()

        bring({**self.LOCAL, "levels": ["cap_xa"]})

        assert self.receivers() == set(communes)

    def test_a_procedure_of_the_province_goes_to_its_section_alone(self):
        self.communes()
        agency = make_agency(slug="so-tu-phap")

        bring({**self.LOCAL, "levels": ["cap_tinh"], "section_agency": "so-tu-phap"})

        assert self.receivers() == {agency}

    def test_of_both_levels_both_receive_it(self):
        communes, agency = self.communes(), make_agency(slug="so-tu-phap")

        bring({**self.LOCAL, "levels": ["cap_tinh", "cap_xa"], "section_agency": "so-tu-phap"})

        assert self.receivers() == {*communes, agency}

    @pytest.mark.parametrize("facts", [{}, {"decision": {"number": "1/QĐ-BTP"}}])
    def test_what_is_only_national_is_received_by_nobody_yet(self, facts):
        self.communes()

        bring({**ONE, "levels": ["cap_xa"], **facts})

        assert not LocalAssignment.objects.exists()

    @pytest.mark.parametrize("facts", [{"local_code": "1.000001.H12"}, {"decision": {"number": "1/qđ-ubnd"}}])
    def test_a_local_code_or_decision_makes_it_local(self, facts):
        self.communes()

        bring({**ONE, "levels": ["cap_xa"], **facts})

        assert LocalAssignment.objects.count() == 3

    def test_levels_change_in_place_and_no_row_is_doubled(self):
        self.communes()
        bring({**self.LOCAL, "levels": ["cap_xa"], "level_2011": 3})
        bring({**self.LOCAL, "levels": ["cap_xa"], "level_2011": 4, "level_2022": "toan_trinh"})

        assert set(LocalAssignment.objects.values_list("level_2011", "level_2022")) == {(4, "toan_trinh")}
        assert LocalAssignment.objects.count() == 3


class TestShelf:
    @pytest.fixture
    def folder(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path / "media"
        place = tmp_path / "forms" / "1.000001" / "docx"
        place.mkdir(parents=True)
        return place

    def bring(self, folder, *names: str) -> None:
        papers = [{"name": name, "templates": [{"name": name, "path": f"1.000001/{name}"}]} for name in names]
        with FormShelf(folder.parents[1]) as shelf:
            record = shelf.attach(ProcedureRecord.from_json({**ONE, "cases": [{"papers": papers}]}))
            import_records([record])

    @pytest.mark.parametrize("name", ["TK.docx", "tk.DOCX", "TK.pdf", "Tờ khai.doc", "bang.xlsx"])
    def test_a_file_is_found_by_its_name_in_any_case(self, folder, name):
        (folder / name.lower()).write_bytes(b"mau")

        self.bring(folder, name)

        assert FormTemplate.objects.count() == 1

    @pytest.mark.parametrize("name", ["virus.exe", "a.js", "a.html", "khong-co.docx", "../../etc/passwd"])
    def test_nothing_else_is_taken(self, folder, name):
        if "/" not in name and name != "khong-co.docx":
            (folder / name).write_bytes(b"x")

        self.bring(folder, name)

        assert not FormTemplate.objects.exists()

    def test_the_same_bytes_are_kept_once(self, folder):
        for name in ("a.docx", "b.docx"):
            (folder / name).write_bytes(b"mau")

        self.bring(folder, "a.docx", "b.docx")

        assert FormTemplate.objects.count() == 1

    def test_a_file_that_is_too_large_stays_on_the_shelf(self, folder, monkeypatch):
        monkeypatch.setattr(shelving, "MAX_BYTES", 3)
        (folder / "a.docx").write_bytes(b"four")

        self.bring(folder, "a.docx")

        assert not FormTemplate.objects.exists()

    def test_a_pointer_of_a_foreign_file_at_our_copies_is_dropped_where_there_is_none(self):
        paper = {"name": "a", "templates": [{"name": "a.docx", "form": 999, "size": 5}]}

        bring({**ONE, "cases": [{"papers": [paper]}]})

        (template,) = Procedure.objects.get().versions.get().content.papers()[0].templates
        assert (template.form, template.size) == (None, 0)


def test_a_procedure_that_was_replaced_stays_so_whatever_a_list_says():
    bring(ONE)
    successor = make_procedure()
    Procedure.objects.filter(core_code="1.000001").update(status="thay_the", replaced_by=successor)

    bring({**ONE, "status": "cong_khai", "service_level": "mot_phan"})

    row = Procedure.objects.get(core_code="1.000001")
    assert (row.status, row.replaced_by) == ("thay_the", successor)
