"""Procedures as search documents."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.utils.translation import override

from procedures.imports.apply import import_records
from procedures.models import ProcedureVersion as Version
from procedures.search_documents import ProcedureSource
from procedures.services.versions import publish
from search.requests import SearchRequest
from search.selectors.search import search
from search.services.indexing import rebuild
from tests.procedures.factories import make_page, make_section

CODE = "1.001193"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.mark.django_db
class TestForTheSearch:
    def document(self):
        (found,) = ProcedureSource().documents()
        return found

    def test_document_has_title_codes_facts_and_facets(self):
        import_records([{
            "core_code": CODE, "local_code": f"{CODE}.H12", "title": "ĐĂNG KÝ KHAI SINH", "summary": "Tóm tắt",
            "keywords": ["làm khai sinh"], "field": "Hộ tịch", "levels": ["cap_xa"], "audiences": ["cong_dan"],
            "results": [{"name": "Giấy khai sinh"}], "cases": [{"documents": [{"name": "Giấy chứng sinh"}]}],
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

    def test_facts_name_the_first_documents_and_the_place(self):
        names = ["Tờ khai", "Giấy chứng sinh", "Căn cước", "Giấy ủy quyền", "Biên bản"]
        import_records([{
            "core_code": CODE, "title": "Đăng ký khai sinh", "levels": ["cap_xa"],
            "cases": [{"documents": [{"name": name} for name in names]}],
            "implementing_agencies": ["Ủy ban nhân dân cấp xã"],
        }])  # fmt: skip
        facts = self.document().facts
        assert facts["documents"] == "Tờ khai; Giấy chứng sinh; Căn cước; và 2 giấy tờ khác"
        assert facts["place"] == "Ủy ban nhân dân cấp xã"

    def test_numbers_of_legal_documents_are_found(self):
        import_records([{
            "core_code": CODE, "title": "Đăng ký khai sinh", "levels": ["cap_xa"],
            "legal_bases": [{"number": "85/2019/TT-BTC", "title": "Thông tư về phí"}, {"number": "60/2014/QH13"}],
            "decision": {"number": "1242/QĐ-UBND", "date": "2026-05-20", "agency": "UBND tỉnh"},
        }])  # fmt: skip
        found = self.document()
        assert found.codes == (CODE,)
        assert set(found.references) >= {"85/2019/TT-BTC", "85/2019", "60/2014/QH13", "1242/QĐ-UBND"}
        rebuild()
        for query in ("85/2019/TT-BTC", "thông tư 85/2019/tt-btc", "phí theo 85/2019", "1242/QĐ-UBND"):
            hits = search(SearchRequest(query=query)).hits
            assert [hit.codes for hit in hits] == [(CODE,)], query

    def test_document_has_the_content_in_force(self):
        page = make_page(requirements="Bây giờ")
        publish(page=page, decision=None)
        page.requirements = "Năm sau"
        publish(page=page, decision=None, valid_from=date(2027, 1, 1))

        assert "Bây giờ" in self.document().body
        with time_machine.travel("2027-01-01 00:00 +0700", tick=False):
            assert "Năm sau" in self.document().body

    @pytest.mark.parametrize("refs", [[], ["0"], ["x"], ["1 OR 1=1"]])
    def test_invalid_refs_give_no_documents(self, refs):
        make_page()

        assert list(ProcedureSource().documents(refs)) == []

    def test_number_of_queries_does_not_grow(self, django_assert_max_num_queries):
        section = make_section()
        for _ in range(2):
            publish(page=make_page(section), decision=None)
        list(ProcedureSource().documents())  # site and locale are cached from now on
        with django_assert_max_num_queries(20) as few:
            list(ProcedureSource().documents())
        for _ in range(5):
            publish(page=make_page(section), decision=None)
        list(ProcedureSource().documents())
        with django_assert_max_num_queries(20) as many:
            assert len(list(ProcedureSource().documents())) == 7
        assert len(many) == len(few)
        assert Version.objects.count() == 7

    def test_untranslated_procedure_has_its_facts_in_every_language(self):
        """English readers find it too, and the page itself shows these facts in English."""
        page = make_page(service_level="toan_trinh")
        publish(page=page, decision=None)
        found = self.document()
        assert found.facts["online"] == "Toàn trình"
        assert found.facts["online@en"] == "Fully online"
        assert found.facet_labels["cap_xa"] == "Cấp xã"
        assert found.facet_labels["cap_xa@en"] == "Commune level"
        rebuild()
        with override("en"):
            hit = search(SearchRequest(query=page.name, locale="en")).hits[0]
            assert hit.facts["online"] == "Fully online"
            assert hit.labels("level") == [
                found.facet_labels[f"{level}@en"] for level in found.facets["level"]
            ]
