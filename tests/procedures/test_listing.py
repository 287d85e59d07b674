"""Lists of the catalogue: Vietnamese order on every store, pages, filters, and what they cost."""

from __future__ import annotations

import random
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.models.ordering import LENGTH, LETTERS
from core.text import order_key, sort_key
from procedures.models import Field, LocalAssignment, Procedure, ProcedurePage
from procedures.selectors import live_pages, procedures_for_agency
from procedures.selectors.catalogue import Filters, fields_with_counts, pages_below, sections_with_counts
from procedures.selectors.related import surroundings
from procedures.services import publish
from procedures.services.imports import import_records
from procedures.views import pages as page_views
from tests.procedures.factories import make_agency, make_page, make_procedure, make_section

# As a dictionary has them: đ behind d, â behind ă behind a; tones last.
IN_ORDER = [
    "(Mới) Công nhận", "16 tuổi", "Án tích", "An toàn", "Ăn uống", "Âm nhạc", "Bà mẹ", "Bãi bỏ", "Cấp bản sao",
    "CẤP GIẤY", "Chứng thực", "Công chứng", "Dân tộc", "Đăng ký", "Đất đai", "Em bé", "Ê đê", "Hộ tịch", "Khai sinh",
    "Nghĩa vụ", "Nuôi con", "Ô tô", "Ở lại", "Tạm trú", "Thừa kế", "Tư pháp", "Ủy quyền", "Ưu đãi", "Y tế",
]  # fmt: skip
ALPHABET = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
WORDS = st.text(alphabet=f"{ALPHABET}{ALPHABET.upper()} 0123456789.,()-/", max_size=40)


class TestOrderKey:
    def test_the_dictionary(self):
        assert sorted(random.Random(3).sample(IN_ORDER, len(IN_ORDER)), key=order_key) == IN_ORDER

    @given(WORDS, WORDS)
    def test_it_orders_as_the_sort_key_does(self, one, two):
        assert (order_key(one) < order_key(two)) == (sort_key(one) < sort_key(two))
        assert (order_key(one) == order_key(two)) == (sort_key(one) == sort_key(two))

    @given(st.text(max_size=400))
    def test_any_text_fits_the_column_in_digits(self, text):
        key = order_key(text)

        assert len(key) <= LENGTH
        assert re.fullmatch(r"[0-9]+", key, re.ASCII)

    def test_capitals_are_no_matter_and_tones_matter_last(self):
        assert order_key("ĐẤT ĐAI") == order_key("đất đai")
        assert sorted(["má b", "ma c", "mà b", "ma b"], key=order_key) == ["ma b", "mà b", "má b", "ma c"]

    def test_a_shorter_name_stands_before_a_longer_one(self):
        assert sorted(["Cấp lại", "Cấp", "Cấp giấy"], key=order_key) == ["Cấp", "Cấp giấy", "Cấp lại"]

    def test_what_is_behind_the_last_counted_letter_makes_no_difference(self):
        assert order_key("x" * LETTERS + "a") == order_key("x" * LETTERS + "b")


FEW = 5


@pytest.fixture
def section(db):
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield make_section()


def listed(client, url):
    text = client.get(url).content.decode()
    return [" ".join(name.split()) for name in re.findall(r'class="list__title"><a [^>]*>([^<]*)</a>', text)]


def fill(section, names, **values):
    """Live pages with ``names``, made in any order."""
    for name in random.Random(5).sample(names, len(names)):
        make_page(section, title=name, procedure=make_procedure(title=name), **values)


class TestOrder:
    def test_a_list_that_the_database_pages_is_in_dictionary_order(self, client, section):
        fill(section, IN_ORDER)

        names = listed(client, section.url)

        assert names == [name.capitalize() if name.isupper() else name for name in IN_ORDER]

    def test_pages_of_the_list_follow_each_other(self, client, section, monkeypatch):
        monkeypatch.setattr(page_views, "PER_PAGE", FEW)
        fill(section, [f"Thủ tục {number:03d}" for number in range(FEW + 3)])

        first, second = listed(client, section.url), listed(client, f"{section.url}?page=2")

        assert (len(first), len(second)) == (FEW, 3)
        assert first + second == [f"Thủ tục {number:03d}" for number in range(FEW + 3)]

    def test_equal_names_keep_one_order_over_the_pages(self, section):
        fill(section, ["Một tên"] * 5)

        once = list(pages_below(section).values_list("pk", flat=True))
        assert once == sorted(once)

    def test_what_an_agency_receives_is_in_the_same_order(self, section):
        fill(section, IN_ORDER[:12])
        for procedure in Procedure.objects.all():
            LocalAssignment.objects.create(
                procedure=procedure, agency=section.agency, valid_from="2025-07-01"
            )

        assert [row.title for row in procedures_for_agency(section.agency)] == IN_ORDER[:12]

    def test_related_procedures_of_equal_use_are_in_order_too(self, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Đăng ký", "Ăn uống", "Cấp giấy", "An toàn"], field=field)
        page = ProcedurePage.objects.get(title="Cấp giấy")

        assert [one.title for one in surroundings(page, ()).related] == ["An toàn", "Ăn uống", "Đăng ký"]

    def test_sections_and_fields_are_in_order(self, section):
        catalogue = section.get_parent()
        for place, name in enumerate(["Đất đai", "Ăn uống", "Công Thương", "An toàn"]):
            field = Field.objects.create(name=name, slug=f"linh-vuc-{place}")
            other = make_section(make_agency(name=name), title=name, slug=f"muc-{place}")
            fill(other, [f"Thủ tục {name}"], field=field)

        expected = ["An toàn", "Ăn uống", "Công Thương", "Đất đai"]
        assert [row["label"] for row in fields_with_counts(catalogue)] == expected
        assert [one.title for one, number in sections_with_counts(catalogue) if number] == expected


@pytest.mark.django_db
class TestOrderIsKept:
    """Every way in which a name comes into the database brings its place in the order along."""

    def keys(self):
        pages = {page.title: (page.order_key, order_key(page.name)) for page in ProcedurePage.objects.all()}
        rows = {row.title: (row.order_key, order_key(row.title)) for row in Procedure.objects.all()}
        return pages, rows

    def check(self):
        for found in self.keys():
            assert found
            assert all(kept == wanted for kept, wanted in found.values())

    def test_by_an_import(self):
        import_records(
            [{"core_code": "1.000001", "title": "ĐĂNG KÝ"}, {"core_code": "1.000002", "title": "Ăn uống"}]
        )

        self.check()

    def test_by_a_second_import_that_renames(self):
        import_records([{"core_code": "1.000001", "title": "Đăng ký", "decision": {"number": "1/QĐ-UBND"}}])
        import_records([{"core_code": "1.000001", "title": "Ăn uống", "decision": {"number": "2/QĐ-UBND"}}])

        assert Procedure.objects.get().title == "Ăn uống"
        self.check()

    def test_by_an_editor(self):
        page = make_page(title="Đăng ký")
        publish(page=page, decision=None)
        page.title = "Ăn uống"
        publish(page=page, decision=None)

        self.check()

    def test_by_a_name_longer_than_a_title(self):
        import_records([{"core_code": "1.000001", "title": "Đăng ký " + "rất dài " * 60}])

        page = ProcedurePage.objects.get()
        assert page.official_name
        assert page.order_key == order_key(page.official_name)

    def test_by_the_register(self):
        row = make_procedure(title="Đăng ký")
        row.title = "Ăn uống"
        row.save()

        self.check_rows()

    def check_rows(self):
        assert all(row.order_key == order_key(row.title) for row in Procedure.objects.all())

    def test_an_old_revision_brings_no_old_key_back(self):
        page = make_page(title="Đăng ký")
        old = page.save_revision()
        page.title = "Ăn uống"
        publish(page=page, decision=None)

        old.publish()

        self.check()


@pytest.mark.django_db
class TestPaging:
    @pytest.mark.parametrize("number", ["0", "-1", "999", "x", "1e9", "", "²", "1 OR 1=1", "9" * 400])
    def test_a_page_that_is_none_shows_the_nearest(self, client, section, number):
        fill(section, ["Một", "Hai"])

        assert listed(client, f"{section.url}?page={number}") == ["Hai", "Một"]

    def test_the_links_keep_the_filters(self, client, section, monkeypatch):
        monkeypatch.setattr(page_views, "PER_PAGE", FEW)
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, [f"Thủ tục {number:03d}" for number in range(FEW + 1)], field=field)

        text = client.get(f"{section.url}?linh-vuc=ho-tich&cap=").content.decode()

        (address,) = set(re.findall(r'href="([^"]*page=2[^"]*)"', text))
        assert "linh-vuc=ho-tich" in address

    def test_one_page_has_no_links_to_others(self, client, section):
        fill(section, ["Một"])

        assert "?page=" not in client.get(section.url).content.decode()

    def test_a_list_counts_in_words(self, client, section):
        fill(section, ["Một", "Hai"])

        assert "2 thủ tục" in " ".join(client.get(section.url).content.decode().split())

    def test_the_chosen_filter_stays_chosen(self, client, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Một"], field=field, level_commune=True, service_level="mot_phan")

        text = client.get(f"{section.url}?linh-vuc=ho-tich&cap=cap_xa&muc-do=mot_phan").content.decode()

        for value in ("ho-tich", "cap_xa", "mot_phan"):
            assert f'value="{value}" selected' in text

    def test_nothing_fits_and_the_way_out_is_shown(self, client, section):
        fill(section, ["Một"])

        text = client.get(f"{section.url}?cap=cap_bo").content.decode()

        assert 'class="empty"' in text
        assert f'href="{section.url}"' in text


@pytest.mark.django_db
class TestFilters:
    @pytest.mark.parametrize(
        ("chosen", "read"),
        [
            ({}, Filters()),
            ({"level": "cap_xa"}, Filters(level="cap_xa")),
            ({"level": "cap_thon"}, Filters()),
            ({"level": "CAP_XA"}, Filters()),
            ({"service_level": "toan_trinh"}, Filters(service_level="toan_trinh")),
            ({"service_level": "muc 4"}, Filters()),
            ({"field": "x" * 500}, Filters(field="x" * 100)),
        ],
    )
    def test_a_value_of_no_list_counts_as_not_chosen(self, chosen, read):
        assert Filters.read(**chosen) == read
        assert bool(Filters.read(**chosen)) == (read != Filters())

    def test_filters_together_are_narrower_than_each(self, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Cả hai"], field=field, level_commune=True)
        fill(section, ["Chỉ lĩnh vực"], field=field)
        fill(section, ["Chỉ cấp"], level_commune=True)

        def found(**chosen):
            return sorted(pages_below(section, Filters.read(**chosen)).values_list("title", flat=True))

        assert found(field="ho-tich") == ["Chỉ lĩnh vực", "Cả hai"]
        assert found(level="cap_xa") == ["Chỉ cấp", "Cả hai"]
        assert found(field="ho-tich", level="cap_xa") == ["Cả hai"]

    def test_another_agencys_procedures_are_in_no_list_of_this_one(self, client, section):
        fill(section, ["Của mình"])
        fill(make_section(), ["Của cơ quan khác"])

        assert listed(client, section.url) == ["Của mình"]
        assert live_pages().count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?cap=cap_xa", "?linh-vuc=ho-tich", "?muc-do=mot_phan", "?page=2"])
def test_a_list_costs_the_same_at_n_and_n_plus_five(client, section, query):
    field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
    facts = {"field": field, "level_commune": True, "service_level": "mot_phan"}
    fill(section, [f"Thủ tục {number}" for number in range(3)], **facts)

    def cost():
        client.get(section.url + query)
        with CaptureQueriesContext(connection) as asked:
            client.get(section.url + query)
        return len(asked)

    few = cost()
    fill(section, [f"Thêm {number}" for number in range(5)], **facts)
    assert cost() == few
