"""Readers see from which day content really applies, whatever versions lie in between."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.imports.apply import import_records
from procedures.models import ProcedureEnding, ProcedurePage
from procedures.selectors import history, latest_versions, version_in_force
from procedures.services.lifecycle import cancel_ending, end_procedure
from procedures.services.versions import publish
from procedures.snapshot import Snapshot
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Fee,
    Flags,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
    StepGroup,
)
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


def test_restored_content_applies_from_its_original_day(page, decision):
    change(page, decision, date(2026, 11, 30), requirements="Khác")
    change(page, decision, date(2026, 11, 30), requirements="Đủ 18 tuổi")
    assert page.procedure.versions.count() == 3
    assert seen(page) == [(3, FIRST, None)]
    html = " ".join(Client().get(page.url).text.split())
    assert "Áp dụng từ 01/07/2025" in html
    assert "30/11/2026" not in html
    assert 'href="#thay-doi"' not in html.split("</header>")[0], "one period is no list of changes"


def test_withdrawn_future_version_is_not_announced(page, decision):
    change(page, decision, date(2027, 1, 5), requirements="Khác")
    assert [one.number for one in history(page.procedure_id).upcoming] == [2]
    change(page, decision, requirements="Đủ 18 tuổi")
    assert seen(page) == [(1, FIRST, None)], "the third applies from 5 January, with the same law"
    assert history(page.procedure_id).upcoming == ()


def test_cancelled_end_leaves_the_day_unchanged(page, decision):
    end_procedure(
        procedure=page.procedure,
        kind=ProcedureEnding.Kind.ABOLISHED,
        decision=decision,
        day=date(2026, 11, 1),
    )
    cancel_ending(procedure=page.procedure)
    assert seen(page) == [(2, FIRST, None)]


def test_correction_outside_the_law_does_not_move_the_day(page, decision):
    change(page, decision, keywords=["hai"], short_title="Giấy phép")
    assert page.procedure.versions.count() == 2
    assert seen(page) == [(2, FIRST, None)]


@pytest.mark.parametrize("what", ["law", "decision", "gap"])
def test_changed_law_another_decision_and_a_gap_begin_a_period(page, decision, what):
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


def test_feed_leaves_out_versions_that_changed_nothing(page, decision):
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


def corrected(**changes: Any) -> Snapshot:
    base = Snapshot(
        core_code="1.000001",
        title="Cấp giấy phép",
        cases=(Case(documents=(RequiredDocument(name="Tờ khai"),)),),
        channels=(ChannelDetails(channel="truc_tiep", time_value=3, fees=(Fee(amount=Decimal(8000)),)),),
        results=(Result(name="Giấy phép"),),
        legal_bases=(LegalBasis(number="60/2014/QH13"),),
    )
    return dataclasses.replace(base, **changes)


CHARGED = Fee(amount=Decimal(8000), legal_number="1/TT")
FORM = ListedBlankForm(name="18.TKyeucaubansao.docx", path="1/18.docx")
NO_LAW: list[dict[str, Any]] = [
    {"cases": (Case(documents=(RequiredDocument(name="Tờ khai", blank_forms=(FORM,)),)),)},
    {"cases": (Case(documents=(RequiredDocument(name="Tờ khai", result_code="KQ.1"),)),)},
    {"channels": (ChannelDetails(channel="truc_tiep", time_value=3, fees=(CHARGED,)),)},
    {"results": (Result(name="Giấy phép", code="KQ.2"),)},
    {"legal_bases": (LegalBasis(number="60/2014/QH13", title="Luật Hộ tịch", date=FIRST, issuer="Quốc hội"),)},
    {"flags": Flags(is_vertical=True, is_internal=True, is_special=True)},
    *({name: "Khác"} for name in ("local_code", "short_title", "summary", "field", "field_code", "kind",
                                  "service_level", "reception_address")),
    {"keywords": ("hai",)},
    {"related_codes": ("1.000002",)},
]  # fmt: skip
LAW: list[dict[str, Any]] = [
    {"cases": (Case(documents=(RequiredDocument(name="Tờ khai", originals=1),)),)},
    {"channels": (ChannelDetails(channel="truc_tiep", time_value=2, fees=(Fee(amount=Decimal(8000)),)),)},
    {"channels": (ChannelDetails(channel="truc_tiep", time_value=3, fees=(Fee(amount=Decimal(9000)),)),)},
    {"results": (Result(name="Bản sao"),)},
    {"legal_bases": (LegalBasis(number="61/2014/QH13"),)},
    {"flags": Flags(post_in=True)},
    {"steps": (StepGroup(items=("Nộp",)),)},
    {"same_day": True},
    *({name: "Khác"} for name in ("title", "competent_authority", "authorized_agency", "requirements")),
    *({name: ("khac",)} for name in ("levels", "audiences", "implementing_agencies", "coordinating_agencies")),
]  # fmt: skip


@pytest.mark.parametrize("changes", NO_LAW, ids=str)
def test_what_does_not_count_as_law(changes):
    assert corrected(**changes).has_the_law_of(corrected())
    assert corrected(**changes) != corrected()


@pytest.mark.parametrize("changes", LAW, ids=str)
def test_what_counts_as_law(changes):
    assert not corrected(**changes).has_the_law_of(corrected())


def test_every_field_of_a_snapshot_is_classified():
    fields = {field.name for field in dataclasses.fields(Snapshot)}
    assert fields - {"core_code", "decision"} == {name for changes in (*NO_LAW, *LAW) for name in changes}


def test_list_that_adds_the_file_of_a_blank_form_does_not_move_the_day(decision):
    record = {
        "core_code": "1.000001",
        "title": "Cấp giấy phép",
        "decision": {"number": decision.number, "date": FIRST.isoformat()},
        "cases": [{"documents": [{"name": "Tờ khai"}]}],
    }
    import_records([record])
    form = {"name": "18.TKyeucaubansao.docx", "path": "1/18.docx"}
    import_records([{**record, "cases": [{"documents": [{"name": "Tờ khai", "blank_forms": [form]}]}]}])
    page = ProcedurePage.objects.get()
    assert page.procedure.versions.count() == 2
    assert seen(page) == [(2, FIRST, None)]
    assert "18.TKyeucaubansao.docx" in Client().get(page.url).text


class TestEndBeforeTheVersionInForce:
    """An end in the past cuts the periods: closed versions are never changed."""

    @pytest.fixture(autouse=True)
    def _ended(self, page, decision):
        change(page, decision, date(2026, 11, 20), requirements="Khác")
        change(page, decision, date(2026, 12, 1), requirements="Khác nữa")
        end_procedure(
            procedure=page.procedure,
            kind=ProcedureEnding.Kind.ABOLISHED,
            decision=decision,
            day=date(2026, 11, 1),
        )

    def test_readers_see_that_it_applied_until_the_day_before(self, page):
        assert seen(page) == [(1, FIRST, date(2026, 10, 31))]
        found = history(page.procedure_id)
        assert (found.current, found.upcoming) == (None, ())
        assert found.content.requirements == "Đủ 18 tuổi"
        html = " ".join(Client().get(page.url).text.split())
        assert "không còn áp dụng" in html
        assert "01/07/2025 đến 31/10/2026" in html
        assert "30/11/2026" not in html

    def test_no_version_is_in_force_after_it(self, page):
        assert version_in_force(page.procedure) is None
        assert version_in_force(page.procedure, date(2026, 10, 31)).number == 1

    def test_the_feed_does_not_announce_what_was_never_in_force(self):
        assert [one.version.number for one in latest_versions(limit=5)] == [1]

    def test_the_register_agrees(self, page, admin_client):
        html = admin_client.get(reverse("procedures_entry", args=[page.procedure_id])).content.decode()
        assert html.count("chưa từng áp dụng") == 2
        assert "31/10/2026" in html
        assert "30/11/2026" not in html.split("<tbody>")[1]
