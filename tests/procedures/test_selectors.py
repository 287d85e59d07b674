"""Lists of procedures: order, paging, filters; which agency receives which procedure on which day."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.text import order_key
from procedures.choices import Level, ServiceLevel
from procedures.imports.apply import import_records
from procedures.models import Field, LocalAssignment, Procedure, ProcedurePage
from procedures.selectors import (
    ListFilters,
    common_level,
    fields_with_counts,
    level_counts,
    live_pages,
    nearby_pages,
    pages_below,
    procedures_for_agency,
    sections_with_counts,
)
from procedures.services.versions import publish
from procedures.views import pages as page_views
from tests.core.vietnamese import IN_ORDER
from tests.procedures.factories import make_agency, make_page, make_procedure, make_section

FEW = 5


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.fixture
def section(db):
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield make_section()


def listed(client, url):
    text = client.get(url).content.decode()
    return [" ".join(name.split()) for name in re.findall(r'class="list__title"><a [^>]*>([^<]*)</a>', text)]


def fill(section, names, **values):
    """Live pages with ``names``, created in any order."""
    for name in random.Random(5).sample(names, len(names)):
        make_page(section, title=name, procedure=make_procedure(title=name), **values)


class TestOrder:
    def test_a_list_paginated_by_the_database_is_in_dictionary_order(self, client, section):
        fill(section, IN_ORDER)

        names = listed(client, section.url)

        assert names == [name.capitalize() if name.isupper() else name for name in IN_ORDER]

    def test_pages_of_the_list_follow_each_other(self, client, section, monkeypatch):
        monkeypatch.setattr(page_views, "PER_PAGE", FEW)
        fill(section, [f"Thủ tục {number:03d}" for number in range(FEW + 3)])

        first, second = listed(client, section.url), listed(client, f"{section.url}?page=2")

        assert (len(first), len(second)) == (FEW, 3)
        assert first + second == [f"Thủ tục {number:03d}" for number in range(FEW + 3)]

    def test_equal_names_have_a_stable_order_across_pages(self, section):
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

    def test_related_procedures_used_equally_are_in_order_too(self, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Đăng ký", "Ăn uống", "Cấp giấy", "An toàn"], field=field)
        page = ProcedurePage.objects.get(title="Cấp giấy")

        assert [one.title for one in nearby_pages(page, ()).related] == ["An toàn", "Ăn uống", "Đăng ký"]

    def test_sections_and_fields_are_in_order(self, section):
        catalogue = section.get_parent()
        for place, name in enumerate(["Đất đai", "Ăn uống", "Công Thương", "An toàn"]):
            field = Field.objects.create(name=name, slug=f"linh-vuc-{place}")
            other = make_section(make_agency(name=name), title=name, slug=f"muc-{place}")
            fill(other, [f"Thủ tục {name}"], field=field)

        expected = ["An toàn", "Ăn uống", "Công Thương", "Đất đai"]
        assert [row["label"] for row in fields_with_counts(catalogue)] == expected
        assert [one.title for one, number in sections_with_counts(catalogue) if number] == expected


class TestCountsOfFilters:
    """The number beside each filter value is the length of the list that selecting it gives."""

    @pytest.fixture
    def catalogue(self, section):
        rng = random.Random(7)
        fields = [Field.objects.create(name=f"Lĩnh vực {n}", slug=f"linh-vuc-{n}") for n in range(3)]
        others = make_section(make_agency())
        for number in range(24):
            values = {
                "service_level": rng.choice([*ServiceLevel.values, ""]),
                "level_commune": rng.random() < 0.5,
                "level_province": rng.random() < 0.5,
                "field": rng.choice([*fields[:2], None]),
            }
            make_page(rng.choice([section, others]), title=f"Thủ tục {number}", **values)
        return section.get_parent()

    @pytest.mark.parametrize("below", ["catalogue", "section"])
    def test_each_number_is_the_length_of_the_list(self, catalogue, section, below):
        page = {"catalogue": catalogue, "section": section}[below]
        for field, level, online in itertools.product(
            ["", "linh-vuc-0", "linh-vuc-1"], ["", "cap_xa", "cap_tinh"], ["", "toan_trinh", "mot_phan"]
        ):
            chosen = ListFilters(field, level, online)
            counts = level_counts(page, chosen)
            for value in Level.values:
                assert counts[value] == pages_below(page, replace(chosen, level=value)).count()
            for value in ServiceLevel.values:
                assert counts[value] == pages_below(page, replace(chosen, service_level=value)).count()
            for row in fields_with_counts(page, chosen):
                assert row["number"] == pages_below(page, replace(chosen, field=row["key"])).count()

    def test_chosen_values_are_kept_at_zero(self, catalogue, client):
        text = client.get(
            f"{catalogue.url}?linh-vuc=linh-vuc-2&cap=cap_bo&muc-do=toan_trinh"
        ).content.decode()
        for option in (
            r'value="linh-vuc-2" selected>Lĩnh vực 2 \(0\)', r'value="cap_bo" selected>[^(]+ \(0\)',
            r'value="toan_trinh" selected>[^(]+ \(0\)',
        ):  # fmt: skip
            assert re.search(option, text)
        assert 'value="khong-co"' not in client.get(f"{catalogue.url}?linh-vuc=khong-co").content.decode()

    def test_numbers_need_four_queries(self, catalogue, django_assert_num_queries):
        with django_assert_num_queries(4):
            fields_with_counts(catalogue, ListFilters("linh-vuc-0", "cap_xa"))
            level_counts(catalogue, ListFilters("linh-vuc-0", "cap_xa"))

    def test_section_of_one_level_leads_to_all_of_that_level(self, client, section):
        """The section "UBND cấp xã" has fewer procedures than the communes carry out."""
        communes = make_section(make_agency(), title="UBND cấp xã", slug="ubnd-cap-xa")
        make_page(communes, title="Đăng ký khai sinh", level_commune=True)
        assert "cap=cap_xa" not in client.get(communes.url).content.decode()
        make_page(section, title="Hỗ trợ nông dân", level_commune=True, level_province=True)
        assert (common_level(communes), common_level(section)) == ("cap_xa", "")
        text = client.get(communes.url).content.decode()
        assert 'href="/thu-tuc/?cap=cap_xa"' in text
        assert "2 thủ tục" in text
        assert "cap=cap_xa" not in client.get(section.url).content.decode()


@pytest.mark.django_db
class TestOrderIsKept:
    """Every way of storing a name in the database also sets its order key."""

    def keys(self):
        pages = {page.title: (page.order_key, order_key(page.name)) for page in ProcedurePage.objects.all()}
        rows = {row.title: (row.order_key, order_key(row.title)) for row in Procedure.objects.all()}
        return pages, rows

    def check(self):
        for found in self.keys():
            assert found
            assert all(kept == wanted for kept, wanted in found.values())

    def test_order_key_is_set_by_an_import(self):
        import_records(
            [{"core_code": "1.000001", "title": "ĐĂNG KÝ"}, {"core_code": "1.000002", "title": "Ăn uống"}]
        )

        self.check()

    def test_order_key_is_updated_by_a_renaming_import(self):
        import_records([{"core_code": "1.000001", "title": "Đăng ký", "decision": {"number": "1/QĐ-UBND"}}])
        import_records([{"core_code": "1.000001", "title": "Ăn uống", "decision": {"number": "2/QĐ-UBND"}}])

        assert Procedure.objects.get().title == "Ăn uống"
        self.check()

    def test_order_key_is_updated_by_an_editor(self):
        page = make_page(title="Đăng ký")
        publish(page=page, decision=None)
        page.title = "Ăn uống"
        publish(page=page, decision=None)

        self.check()

    def test_order_key_uses_the_official_name(self):
        import_records([{"core_code": "1.000001", "title": "Đăng ký " + "rất dài " * 60}])

        page = ProcedurePage.objects.get()
        assert page.official_name
        assert page.order_key == order_key(page.official_name)

    def test_order_key_is_set_by_the_register(self):
        row = make_procedure(title="Đăng ký")
        row.title = "Ăn uống"
        row.save()

        self.check_rows()

    def check_rows(self):
        assert all(row.order_key == order_key(row.title) for row in Procedure.objects.all())

    def test_an_old_revision_does_not_restore_an_old_key(self):
        page = make_page(title="Đăng ký")
        old = page.save_revision()
        page.title = "Ăn uống"
        publish(page=page, decision=None)

        old.publish()

        self.check()


@pytest.mark.django_db
class TestPaging:
    @pytest.mark.parametrize("number", ["0", "-1", "999", "x", "1e9", "", "²", "1 OR 1=1", "9" * 400])
    def test_invalid_page_number_shows_the_nearest_page(self, client, section, number):
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

    def test_list_shows_the_number_of_procedures(self, client, section):
        fill(section, ["Một", "Hai"])

        assert "2 thủ tục" in " ".join(client.get(section.url).content.decode().split())

    def test_the_chosen_filter_stays_chosen(self, client, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Một"], field=field, level_commune=True, service_level="mot_phan")

        text = client.get(f"{section.url}?linh-vuc=ho-tich&cap=cap_xa&muc-do=mot_phan").content.decode()

        for value in ("ho-tich", "cap_xa", "mot_phan"):
            assert f'value="{value}" selected' in text

    def test_empty_result_offers_to_clear_filters(self, client, section):
        fill(section, ["Một"])

        text = client.get(f"{section.url}?cap=cap_bo").content.decode()

        assert 'class="empty"' in text
        assert f'href="{section.url}"' in text


@pytest.mark.django_db
class TestFilters:
    @pytest.mark.parametrize(
        ("chosen", "read"),
        [
            ({}, ListFilters()),
            ({"level": "cap_xa"}, ListFilters(level="cap_xa")),
            ({"level": "cap_thon"}, ListFilters()),
            ({"level": "CAP_XA"}, ListFilters()),
            ({"service_level": "toan_trinh"}, ListFilters(service_level="toan_trinh")),
            ({"service_level": "muc 4"}, ListFilters()),
            ({"field": "x" * 500}, ListFilters(field="x" * 100)),
        ],
    )
    def test_unknown_filter_value_is_ignored(self, chosen, read):
        assert ListFilters.from_query(**chosen) == read
        assert bool(ListFilters.from_query(**chosen)) == (read != ListFilters())

    def test_combined_filters_are_narrower_than_each(self, section):
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        fill(section, ["Cả hai"], field=field, level_commune=True)
        fill(section, ["Chỉ lĩnh vực"], field=field)
        fill(section, ["Chỉ cấp"], level_commune=True)

        def found(**chosen):
            return sorted(
                pages_below(section, ListFilters.from_query(**chosen)).values_list("title", flat=True)
            )

        assert found(field="ho-tich") == ["Chỉ lĩnh vực", "Cả hai"]
        assert found(level="cap_xa") == ["Chỉ cấp", "Cả hai"]
        assert found(field="ho-tich", level="cap_xa") == ["Cả hai"]

    def test_procedures_of_another_agency_are_in_no_list_of_this_one(self, client, section):
        fill(section, ["Của mình"])
        fill(make_section(), ["Của cơ quan khác"])

        assert listed(client, section.url) == ["Của mình"]
        assert live_pages().count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?cap=cap_xa", "?linh-vuc=ho-tich", "?muc-do=mot_phan", "?page=2"])
def test_a_list_needs_as_many_queries_at_n_as_at_n_plus_five(client, section, query):
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
