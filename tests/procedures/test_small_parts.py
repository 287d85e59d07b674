"""Small parts: the upgrade of old rows, what machines read, words of templates, assignments, rights of trees."""

from __future__ import annotations

import importlib
import json
from datetime import date

import pytest
import time_machine
from django.apps import apps
from django.template import Context, Template

from core import hooks
from core.text import order_key
from procedures.choices import (
    AudienceCode,
    Channel,
    FeeKind,
    Level,
    PaperKind,
    ProcedureKind,
    ServiceLevel,
    Status,
)  # fmt: skip
from procedures.hand_changes import TRACKED
from procedures.models import ImportedFacts, LocalAssignment, Procedure, ProcedurePage, ProcedureSectionPage
from procedures.models import ProcedureVersion as Version
from procedures.parts import Paper
from procedures.parts import Template as Form
from procedures.presentation.linked_data import government_service
from procedures.presentation.reading import read
from procedures.search_documents import ProcedureSource
from procedures.selectors import agencies_for_procedure, assignments_on, procedures_for_agency
from procedures.services import publish
from procedures.services.imports import Outcome, import_records
from procedures.snapshot import Snapshot
from procedures.templatetags.procedure_tags import copies, form_meta
from tests.procedures.factories import make_agency, make_page, make_procedure, make_section

CODE = "1.001193"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.mark.django_db
class TestUpgrade:
    """Migration 0006 on a catalogue from before it."""

    @pytest.fixture
    def fill(self):
        return importlib.import_module("procedures.migrations.0006_fill_order_keys").fill

    def test_names_get_their_place_and_what_stands_counts_as_imported(self, fill):
        import_records([{"core_code": CODE, "title": "Đăng ký khai sinh", "summary": "Tóm tắt dài"}])
        Procedure.objects.update(order_key="")
        ProcedurePage.objects.update(order_key="")
        before = ImportedFacts.objects.get().facts
        ImportedFacts.objects.all().delete()

        fill(apps, None)

        assert Procedure.objects.get().order_key == order_key("Đăng ký khai sinh")
        assert ProcedurePage.objects.get().order_key == order_key("Đăng ký khai sinh")
        assert ImportedFacts.objects.get().facts == before

    def test_a_long_name_counts_in_full(self, fill):
        import_records([{"core_code": CODE, "title": "Đăng ký " + "rất dài " * 60}])
        ProcedurePage.objects.update(order_key="")
        ImportedFacts.objects.all().delete()

        fill(apps, None)

        page = ProcedurePage.objects.get()
        assert page.order_key == order_key(page.official_name)

    def test_the_newest_version_counts(self, fill):
        page = make_page(summary="một")
        publish(page=page, decision=None)
        page.summary = "hai"
        publish(page=page, decision=None)

        fill(apps, None)

        report = import_records(
            [{"core_code": page.procedure.core_code, "title": page.title, "summary": "hai ba"}]
        )
        assert report.lines[0].outcome == Outcome.UPDATED
        assert set(ImportedFacts.objects.get().facts) == set(TRACKED)

    def test_an_empty_catalogue_is_no_trouble(self, fill):
        fill(apps, None)

        assert not ImportedFacts.objects.exists()


class TestForMachines:
    CONTENT = Snapshot(core_code=CODE, title="ĐĂNG KÝ KHAI SINH", summary="Ghi vào sổ.", field="Hộ tịch",
                       audiences=("cong_dan",), implementing_agencies=("UBND cấp xã",))  # fmt: skip

    def service(self, content: Snapshot) -> dict[str, object]:
        return government_service(read(content, section=""), url="https://x.vn/a/", province="Tỉnh Cà Mau")

    def test_everything_that_is_known_is_said(self):
        said = self.service(self.CONTENT)

        assert said["@type"] == "GovernmentService"
        assert (said["name"], said["identifier"]) == ("Đăng ký khai sinh", CODE)
        assert said["serviceOperator"] == [{"@type": "GovernmentOrganization", "name": "UBND cấp xã"}]
        assert said["audience"] == [{"@type": "Audience", "audienceType": "Công dân Việt Nam"}]
        assert json.loads(json.dumps(said)) == said

    def test_what_is_not_known_is_left_out(self):
        said = self.service(Snapshot(core_code=CODE, title="Một"))

        assert set(said) == {"@context", "@type", "name", "identifier", "url", "areaServed"}


class TestReading:
    @pytest.mark.parametrize("level", Level.values)
    def test_every_level_of_government_has_its_words(self, level):
        rows = dict(read(Snapshot(core_code=CODE, title="Một", levels=(level,)), section="").about)

        assert rows["Cấp thực hiện"]
        assert level not in rows["Cấp thực hiện"]

    @pytest.mark.parametrize("audience", AudienceCode.values)
    def test_every_kind_of_applicant_has_its_words(self, audience):
        rows = dict(read(Snapshot(core_code=CODE, title="Một", audiences=(audience,)), section="").about)

        assert rows["Đối tượng thực hiện"] == AudienceCode(audience).label

    @pytest.mark.parametrize(
        ("level", "tone"), [("toan_trinh", "done"), ("mot_phan", "plain"), ("thong_tin", "plain")]
    )
    def test_the_online_level_has_its_tone(self, level, tone):
        found = read(Snapshot(core_code=CODE, title="Một", service_level=level), section="")

        assert (found.tone, bool(found.service_level)) == (tone, True)

    def test_the_section_stands_in_where_nobody_is_named(self):
        said = dict(read(Snapshot(core_code=CODE, title="Một"), section="Sở Tư pháp").facts)
        named = dict(
            read(
                Snapshot(core_code=CODE, title="Một", implementing_agencies=("UBND cấp xã",)), section="Sở"
            ).facts
        )

        assert (said["Nơi làm"], named["Nơi làm"]) == ("Sở Tư pháp", "UBND cấp xã")

    @pytest.mark.parametrize(
        "choices", [AudienceCode, Channel, FeeKind, Level, PaperKind, ProcedureKind, ServiceLevel, Status]
    )
    def test_no_word_of_a_closed_list_is_left_in_english(self, choices):
        english = {
            "Published",
            "Abolished",
            "Online",
            "By post",
            "Charge",
            "note",
            "show",
            "Other",
            "Fully online",
        }

        assert not {str(choice.label) for choice in choices} & english


class TestTemplateWords:
    @pytest.mark.parametrize(
        ("originals", "number", "text"),
        [
            (0, 0, ""),
            (1, 0, "1 bản chính"),
            (0, 1, "1 bản sao"),
            (1, 2, "1 bản chính, 2 bản sao"),
            (10, 0, "10 bản chính"),
        ],
    )
    def test_numbers_of_papers(self, originals, number, text):
        assert copies(Paper(name="a", originals=originals, copies=number)) == text

    @pytest.mark.parametrize(
        ("name", "size", "text"),
        [("TK.DOCX", 0, "(.docx)"), ("TK.pdf", 2048, "(.pdf, 2 kB)"), ("khong-duoi", 0, "()")],
    )
    def test_what_a_form_is(self, name, size, text):
        assert form_meta(Form(name=name, size=size)).replace("\xa0", " ") == text

    def test_squeezing_keeps_what_is_between(self):
        text = Template("{% load procedure_tags %}{% squeeze %}<p>\n    {{ a }}\n\n  </p>{% endsqueeze %}")

        assert text.render(Context({"a": "<x>"})) == "<p>\n&lt;x&gt;\n</p>"


@pytest.mark.django_db
class TestAssignments:
    def give(self, agency, procedure=None, **dates):
        return LocalAssignment.objects.create(
            agency=agency,
            procedure=procedure or make_procedure(),
            **{"valid_from": date(2025, 7, 1), **dates},
        )

    @pytest.mark.parametrize(
        ("begins", "ends", "counts"),
        [
            (date(2025, 7, 1), None, True),
            (date(2026, 11, 23), None, True),
            (date(2026, 11, 24), None, False),
            (date(2025, 7, 1), date(2026, 11, 23), True),
            (date(2025, 7, 1), date(2026, 11, 22), False),
        ],
    )
    def test_both_days_of_a_period_are_inside(self, begins, ends, counts):
        row = self.give(make_agency(), valid_from=begins, valid_to=ends)

        assert (row in assignments_on()) is counts

    def test_another_day_can_be_asked_for(self):
        row = self.give(make_agency(), valid_from=date(2019, 1, 1), valid_to=date(2025, 6, 30))

        assert row in assignments_on(date(2019, 5, 4))
        assert row not in assignments_on()

    @pytest.mark.parametrize("status", Status.values)
    def test_agencies_list_only_what_is_public(self, status):
        agency = make_agency()
        self.give(agency, make_procedure(status=status))

        assert procedures_for_agency(agency).exists() is (status == Status.PUBLIC)

    def test_who_receives_a_procedure(self):
        procedure, mine, other = make_procedure(), make_agency(name="Sở A"), make_agency(name="Sở B")
        for agency in (other, mine):
            self.give(agency, procedure)
        self.give(make_agency(name="Sở cũ"), procedure, valid_to=date(2025, 12, 31))

        assert list(agencies_for_procedure(procedure)) == [mine, other]

    @pytest.mark.parametrize("number", [1, 6])
    def test_lists_cost_one_statement(self, number, django_assert_num_queries):
        agency = make_agency()
        for _ in range(number):
            self.give(agency)

        with django_assert_num_queries(1):
            found = [row.field for row in procedures_for_agency(agency)]
        assert len(found) == number

    def test_the_trees_of_an_agency_are_its_sections(self):
        agency = make_agency()
        section = make_section(agency)
        make_section()

        answers = [pk for found in hooks.call("agency_trees", agency) for pk in found]
        assert section.pk in answers
        assert not set(
            ProcedureSectionPage.objects.exclude(pk=section.pk).values_list("pk", flat=True)
        ) & set(answers)


@pytest.mark.django_db
class TestForTheSearch:
    def document(self):
        (found,) = ProcedureSource().documents()
        return found

    def test_a_document_says_what_people_look_for(self):
        import_records([{
            "core_code": CODE, "local_code": f"{CODE}.H12", "title": "ĐĂNG KÝ KHAI SINH", "summary": "Tóm tắt",
            "keywords": ["làm khai sinh"], "field": "Hộ tịch", "levels": ["cap_xa"], "audiences": ["cong_dan"],
            "results": [{"name": "Giấy khai sinh"}], "cases": [{"papers": [{"name": "Giấy chứng sinh"}]}],
            "steps": [{"items": ["Ra xã"]}], "requirements": "Không quá hạn",
        }])  # fmt: skip

        found = self.document()
        assert (found.title, found.summary) == ("Đăng ký khai sinh", "Tóm tắt")
        assert found.codes == (CODE, f"{CODE}.H12")
        assert found.keywords == ("làm khai sinh",)
        for words in ("Giấy khai sinh", "Giấy chứng sinh", "Ra xã", "Không quá hạn"):
            assert words in found.body
        assert found.facets["field"] == ("ho-tich",)
        assert found.facets["level"] == ("cap_xa",)
        assert found.facets["audience"] == ("cong_dan",)
        assert found.facet_labels["ho-tich"] == "Hộ tịch"

    def test_it_is_of_the_version_in_force(self):
        page = make_page(requirements="Bây giờ")
        publish(page=page, decision=None)
        page.requirements = "Năm sau"
        publish(page=page, decision=None, valid_from=date(2027, 1, 1))

        assert "Bây giờ" in self.document().body
        with time_machine.travel("2027-01-01 00:00 +0700", tick=False):
            assert "Năm sau" in self.document().body

    @pytest.mark.parametrize("refs", [[], ["0"], ["x"], ["1 OR 1=1"]])
    def test_refs_that_are_none_give_nothing(self, refs):
        make_page()

        assert list(ProcedureSource().documents(refs)) == []

    def test_many_pages_cost_no_more_than_few(self, django_assert_max_num_queries):
        section = make_section()
        for _ in range(2):
            publish(page=make_page(section), decision=None)
        list(ProcedureSource().documents())  # site and locale are remembered from here on
        with django_assert_max_num_queries(20) as few:
            list(ProcedureSource().documents())
        for _ in range(5):
            publish(page=make_page(section), decision=None)
        with django_assert_max_num_queries(20) as many:
            assert len(list(ProcedureSource().documents())) == 7
        assert len(many) == len(few)
        assert Version.objects.count() == 7
