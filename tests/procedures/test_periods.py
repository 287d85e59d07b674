"""Readers see from which day a content truly applies, whatever versions lie in between."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from procedures.models import ProcedureEnding, ProcedurePage
from procedures.selectors import history, latest_versions
from procedures.services.lifecycle import cancel_ending, end_procedure
from procedures.services.versions import publish
from tests.home import factories
from tests.procedures.factories import make_decision, make_page

pytestmark = pytest.mark.django_db
FIRST = date(2025, 7, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-30 09:00 +0700", tick=False)
    factories.front_page()


@pytest.fixture
def decision():
    return make_decision(number="12/QĐ-UBND")


@pytest.fixture
def page(decision) -> ProcedurePage:
    page = make_page(title="Cấp giấy phép", requirements="Đủ 18 tuổi", keywords=["một"])
    publish(page=page, decision=decision, valid_from=FIRST)
    return page


def change(page: ProcedurePage, decision: Any, day: date | None = None, **values: Any) -> None:
    for name, value in values.items():
        setattr(page, name, value)
    publish(page=page, decision=decision, valid_from=day)


def seen(page: ProcedurePage) -> list[tuple[int, date, date | None]]:
    return [(one.number, one.valid_from, one.valid_to) for one in history(page.procedure_id).periods]


def test_content_that_came_back_applies_from_the_day_of_before(page, decision):
    change(page, decision, date(2026, 11, 30), requirements="Khác")
    change(page, decision, date(2026, 11, 30), requirements="Đủ 18 tuổi")
    assert page.procedure.versions.count() == 3
    assert seen(page) == [(3, FIRST, None)]
    html = " ".join(Client().get(page.url).text.split())
    assert "Áp dụng từ 01/07/2025" in html
    assert "30/11/2026" not in html
    assert 'href="#thay-doi"' not in html.split("</header>")[0], "one period is no list of changes"


def test_future_version_that_was_taken_back_is_not_announced(page, decision):
    change(page, decision, date(2027, 1, 5), requirements="Khác")
    assert [one.number for one in history(page.procedure_id).upcoming] == [2]
    change(page, decision, requirements="Đủ 18 tuổi")
    assert seen(page) == [(3, FIRST, None)]
    assert history(page.procedure_id).upcoming == ()


def test_end_that_was_taken_back_leaves_the_day(page, decision):
    end_procedure(
        procedure=page.procedure,
        kind=ProcedureEnding.Kind.ABOLISHED,
        decision=decision,
        day=date(2026, 11, 1),
    )
    cancel_ending(procedure=page.procedure)
    assert seen(page) == [(2, FIRST, None)]


def test_correction_that_is_no_law_does_not_move_the_day(page, decision):
    change(page, decision, keywords=["hai"], short_title="Giấy phép")
    assert page.procedure.versions.count() == 2
    assert seen(page) == [(2, FIRST, None)]


@pytest.mark.parametrize("what", ["law", "decision", "gap"])
def test_other_law_another_decision_and_a_gap_begin_a_period(page, decision, what):
    day = date(2026, 1, 1)
    match what:
        case "law":
            change(page, decision, day, requirements="Đủ 16 tuổi")
        case "decision":
            change(page, make_decision(number="99/QĐ-UBND"), day)
        case "gap":
            page.procedure.versions.update(valid_to=date(2025, 12, 30))
            change(page, decision, day, keywords=["hai"])
    assert [(number, begins) for number, begins, _end in seen(page)] == [(2, day), (1, FIRST)]


def test_feed_leaves_out_what_changed_nothing(page, decision):
    change(page, decision, date(2026, 11, 30), requirements="Khác")
    change(page, decision, date(2026, 11, 30), requirements="Đủ 18 tuổi")
    change(page, decision, keywords=["ba"])
    assert [one.version.number for one in latest_versions(limit=5)] == [1]
    change(page, make_decision(number="99/QĐ-UBND"), date(2026, 12, 1), requirements="Đủ 16 tuổi")
    assert [one.version.number for one in latest_versions(limit=5)] == [5, 1]


def test_second_query_only_for_neighbours_that_differ(page, decision, django_assert_num_queries):
    change(page, decision, date(2026, 11, 30), requirements="Khác")
    change(page, decision, date(2026, 11, 30), requirements="Đủ 18 tuổi")
    with django_assert_num_queries(1):
        history(page.procedure_id)
    change(page, decision, date(2026, 12, 1), requirements="Khác")
    with django_assert_num_queries(2):
        history(page.procedure_id)
