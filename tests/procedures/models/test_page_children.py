"""Constraints of the children of a procedure page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from core.worktime import TimeUnit
from procedures.choices import Channel, DocumentKind, FeeKind, ProcedureKind, ServiceLevel
from procedures.models import (
    ChannelFee,
    DocumentBlankForm,
    LocalAssignment,
    Procedure,
    ProcedureCase,
    ProcedureChannel,
    ProcedureLegalBasis,
    ProcedurePage,
    ProcedureResult,
    ProcedureStep,
    RequiredDocument,
)  # fmt: skip
from tests.procedures.factories import make_agency, make_page, make_procedure

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
    def test_amount_is_not_negative(self, amount, kept):
        channel = make_page().channels.first()
        values = {"channel": channel, "amount": None if amount is None else Decimal(amount)}

        if kept:
            assert ChannelFee.objects.create(**values).kind == FeeKind.ADMINISTRATIVE_FEE
        else:
            refused(ChannelFee, **values)

    def test_a_fee_is_of_a_kind_defined_by_law(self):
        refused(ChannelFee, channel=make_page().channels.first(), kind="tien")

    @pytest.mark.parametrize("values", [{"name": ""}, {"name": "a", "kind": "muon"}])
    def test_required_document_has_a_name_and_a_kind(self, values):
        case = ProcedureCase.objects.create(page=make_page())

        refused(RequiredDocument, case=case, **values)

    def test_a_blank_form_has_a_name(self):
        case = ProcedureCase.objects.create(page=make_page())
        document = RequiredDocument.objects.create(case=case, name="Tờ khai", kind=DocumentKind.SHOW)

        refused(DocumentBlankForm, document=document, name="")

    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (ProcedureStep, {"text": ""}),
            (ProcedureResult, {"name": ""}),
            (ProcedureLegalBasis, {"number": "", "title": ""}),
        ],
    )
    def test_empty_children_are_refused(self, model, values):
        refused(model, page=make_page(), **values)

    @pytest.mark.parametrize("values", [{"number": "60/2014/QH13"}, {"title": "Luật Hộ tịch"}])
    def test_a_legal_basis_may_lack_number_or_title(self, values):
        assert ProcedureLegalBasis.objects.create(page=make_page(), **values).pk

    @pytest.mark.parametrize(("name", "value"), [("service_level", "muc_4"), ("kind", "la")])
    def test_unknown_choices_of_the_page_are_refused(self, name, value):
        page = make_page()
        with pytest.raises(IntegrityError), transaction.atomic():
            ProcedurePage.objects.filter(pk=page.pk).update(**{name: value})

    @pytest.mark.parametrize("value", ["", *ServiceLevel.values])
    def test_an_online_level_may_be_unknown(self, value):
        assert make_page(service_level=value, kind=ProcedureKind.OWN).service_level == value

    def test_unknown_status_is_refused(self):
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
