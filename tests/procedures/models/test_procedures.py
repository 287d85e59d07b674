"""Fields and audiences."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from procedures.models import (
    Audience,
    Field,
    PublicationDecision,
)  # fmt: skip
from tests.procedures.factories import make_decision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def refused(model: type, **values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


class TestVocabulary:
    def test_a_field_has_a_name_and_a_unique_code(self):
        Field.objects.create(name="Hộ tịch", code="G15-TP07", slug="a")

        refused(Field, name="", slug="b")
        refused(Field, name="Khác", code="G15-TP07", slug="c")
        refused(Field, name="Hộ tịch", slug="d")

    def test_many_fields_may_lack_a_code(self):
        for name in ("Một", "Hai"):
            Field.objects.create(name=name, slug=name)

        assert str(Field(name="Đào tạo", ministry="Bộ Y tế")) == "Đào tạo (Bộ Y tế)"
        assert str(Field(name="Đào tạo")) == "Đào tạo"

    def test_exactly_the_official_kinds_of_applicants_exist(self):
        assert Audience.objects.count() == 11
        refused(Audience, code="nguoi_sao_hoa", name="x")

    def test_a_decision_number_is_unique_per_agency(self):
        make_decision(number="1/QĐ-UBND")

        refused(PublicationDecision, number="")
        refused(PublicationDecision, number="1/QĐ-UBND", agency_name="UBND tỉnh Cà Mau")
        assert make_decision(number="1/QĐ-UBND", agency_name="Bộ Tư pháp").pk

    def test_number_and_agency_are_kept_without_stray_spaces(self):
        decision = PublicationDecision(number=" 1/QĐ-UBND\u200b ", agency_name="UBND  tỉnh")
        decision.full_clean()

        assert (decision.number, decision.agency_name) == ("1/QĐ-UBND", "UBND tỉnh")
