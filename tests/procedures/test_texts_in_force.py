"""Every public place shows the texts of the version in force, also while another version waits."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client
from wagtail.models import Locale

from core import outbox
from home.selectors import linked_procedures
from procedures.models import Field, ProcedureEnding, ProcedurePage
from procedures.search_documents import ProcedureSource
from procedures.selectors import fields_with_counts, latest_versions, level_counts
from procedures.services.lifecycle import end_procedure
from procedures.services.versions import publish
from procedures.texts_in_force import show_texts_in_force
from search.requests import SearchRequest
from search.selectors.search import search
from search.services.indexing import rebuild
from tests.procedures.factories import make_decision, make_page, make_section

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2027, 1, 1)
NOW, LATER = "Cấp giấy phép nuôi chim yến", "Cấp chứng nhận cơ sở nuôi chim yến"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False) as traveller:
        yield traveller


@pytest.fixture
def page() -> ProcedurePage:
    """A procedure whose name, summary, field, level and online level change on 1 January."""
    fields = [Field.objects.create(name=name, slug=name.lower()) for name in ("Yến", "Chim")]
    page = make_page(
        title=NOW,
        summary="Tóm tắt đang áp dụng",
        field=fields[0],
        level_province=True,
        service_level="toan_trinh",
    )
    publish(page=page, decision=None, valid_from=date(2026, 7, 1))
    page.title, page.summary, page.field = LATER, "Tóm tắt chưa áp dụng", fields[1]
    page.level_province, page.level_commune, page.service_level = False, True, "mot_phan"
    publish(page=page, decision=None, valid_from=NEW_YEAR)
    return ProcedurePage.objects.get(pk=page.pk)


def _read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def _public_texts(client: Client, page: ProcedurePage) -> dict[str, str]:
    section = page.get_parent()
    neighbour = ProcedurePage.objects.exclude(pk=page.pk).get()
    (linked,) = linked_procedures([page.procedure.core_code])
    return {
        "section": _read(client, section.url),
        "related": _read(client, neighbour.url),
        "feed": _read(client, "/nguon-tin/thu-tuc.atom"),
        "link": linked.title,
        "search": " ".join(str(one) for one in ProcedureSource().documents([str(page.pk)])),
    }


def _neighbour(page: ProcedurePage) -> None:
    other = make_page(
        page.get_parent().specific, title="Thủ tục bên cạnh", related_codes=page.procedure.core_code
    )
    publish(page=other, decision=None)


def test_waiting_texts_are_nowhere_public_before_their_day(client, page, clock):
    _neighbour(page)
    for place, text in _public_texts(client, page).items():
        assert NOW in text, place
        assert LATER not in text, place
        assert "chưa áp dụng" not in text, place

    clock.move_to("2027-01-01 00:05 +0700")
    outbox.deliver_due()
    for place, text in _public_texts(client, page).items():
        assert LATER in text, place
        assert NOW not in text, place


def test_search_finds_a_procedure_by_its_name_of_the_day(page, clock):
    rebuild()
    (hit,) = search(SearchRequest(query=NOW)).hits
    assert (hit.title.text, hit.facts["online"]) == (NOW, "Toàn trình")
    (found,) = ProcedureSource().documents([str(page.pk)])
    assert found.facets["field"] == ("yến",)
    assert found.facets["level"] == ("cap_tinh",)
    assert found.summary == "Tóm tắt đang áp dụng"

    clock.move_to("2027-01-01 00:05 +0700")
    outbox.deliver_due()  # the outbox reindexes on the day, without an editor
    assert [hit.title.text for hit in search(SearchRequest(query=LATER)).hits] == [LATER]


def test_lists_are_filtered_and_counted_by_what_applies_on_the_day(client, page, clock):
    _neighbour(page)
    section = page.get_parent()
    now, later = ("yến", "cap_tinh", "toan_trinh"), ("chim", "cap_xa", "mot_phan")

    def listed(facts: tuple[str, str, str]) -> list[bool]:
        names = ("linh-vuc", "cap", "muc-do")
        return [
            any(name in _read(client, f"{section.url}?{key}={value}") for name in (NOW, LATER))
            for key, value in zip(names, facts, strict=True)
        ]

    assert (listed(now), listed(later)) == ([True] * 3, [False] * 3)
    assert [(row["key"], row["number"]) for row in fields_with_counts(section)] == [("yến", 1)]
    counts = level_counts(section)
    assert [counts[name] for name in (*now[1:], *later[1:])] == [1, 1, 0, 0]

    clock.move_to("2027-01-01 00:05 +0700")
    outbox.deliver_due()
    assert (listed(now), listed(later)) == ([False] * 3, [True] * 3)
    assert [(row["key"], row["number"]) for row in fields_with_counts(section)] == [("chim", 1)]


def test_procedure_that_has_not_begun_is_listed_with_its_own_texts(client):
    """Its page shows them too and says from when it applies."""
    page = make_page(title=LATER)
    publish(page=page, decision=None, valid_from=NEW_YEAR)
    assert LATER in _read(client, page.get_parent().url)
    assert "áp dụng từ ngày 01/01/2027" in _read(client, page.url).replace("\xa0", " ")


def test_ended_procedure_keeps_the_name_of_its_last_version_in_force(page):
    end_procedure(
        procedure=page.procedure,
        kind=ProcedureEnding.Kind.ABOLISHED,
        decision=make_decision(),
        day=date(2026, 11, 23),
    )
    (found,) = ProcedureSource().documents([str(page.pk)])
    assert found.title == NOW


def test_feed_names_a_waiting_version_by_the_name_in_force(page):
    assert {one.page.name for one in latest_versions(limit=5)} == {NOW}


def test_translation_never_shows_the_waiting_text(page):
    english = page.copy_for_translation(
        Locale.objects.get_or_create(language_code="en")[0], copy_parents=True
    )
    english.title, english.summary = "Certificate for swiftlet farms", "Not yet"
    english.save_revision().publish()
    english = ProcedurePage.objects.get(pk=english.pk)

    show_texts_in_force([english])
    assert (english.title, english.summary) == (NOW, "Tóm tắt đang áp dụng")

    with time_machine.travel("2027-01-01 09:00 +0700", tick=False):
        english = ProcedurePage.objects.get(pk=english.pk)
        show_texts_in_force([english])
        assert english.title == "Certificate for swiftlet farms"


def test_texts_of_any_number_of_pages_take_three_queries(page, django_assert_num_queries):
    section = make_section()
    pages = [make_page(section) for _number in range(3)]
    with django_assert_num_queries(1):
        show_texts_in_force(pages)
    show_texts_in_force([page])  # the site is cached from now on
    with django_assert_num_queries(2):
        show_texts_in_force([*pages, page])
    with django_assert_num_queries(0):
        show_texts_in_force([])
