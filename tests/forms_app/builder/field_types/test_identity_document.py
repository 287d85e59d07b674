"""Identity documents, each kind with its own check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.http import QueryDict
from django.utils.http import urlencode

from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.step_form import StepForm
from tests.accounts.factories import UnitFactory
from tests.forms_app.builder.factories import asked, spec_of


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def typed(kind: str, number: str, **spec: Any) -> StepForm:
    return asked(spec_of("identity_document", **spec), {"f_kind": kind, "f_number": number})


@pytest.mark.parametrize(
    ("kind", "number", "kept", "shown"),
    [
        ("citizen_id", "096 185 001 234", "096185001234", "Thẻ căn cước 096185001234"),
        ("certificate_of_identity", "096185001234", "096185001234", "Giấy chứng nhận căn cước 096185001234"),
        ("passport", "c 1234567", "C1234567", "Hộ chiếu C1234567"),
        ("residence_card", "NG-123456", "NG123456", "Thẻ thường trú, thẻ tạm trú NG123456"),
        ("other", "AB/1", "", ""),
        ("other", "AB1", "AB1", "Giấy tờ khác do cơ quan nhà nước cấp AB1"),
        ("", "096185001234", "096185001234", "Thẻ căn cước 096185001234"),
    ],
)
def test_number_is_stored_without_spaces_with_its_kind(kind: str, number: str, kept: str, shown: str) -> None:
    form = typed(kind, number)
    assert form.is_valid() == bool(kept)
    if kept:
        answer = form.answers()["f"]
        assert answer == {"kind": kind or "citizen_id", "number": kept}
        assert registry.get("identity_document").display(spec_of("identity_document"), answer) == shown


@pytest.mark.parametrize(
    ("kind", "number", "message"),
    [
        ("citizen_id", "C1234567", "chỉ gồm chữ số"),
        ("citizen_id", "09618500123", "đủ 12 chữ số"),
        ("certificate_of_identity", "12345", "đủ 12 chữ số"),
        ("passport", "096185001234", "từ 5 đến 9 chữ cái và chữ số"),
        ("passport", "ABCDEFG", "từ 5 đến 9 chữ cái và chữ số"),
        ("passport", "C12345ộ", "Bạn đã nhập “C12345Ộ”"),
        ("residence_card", "1", "từ 5 đến 15 chữ cái và chữ số"),
        ("visa", "C1234567", "Chọn trong danh sách."),
        ("passport", "", "Điền “Câu hỏi”."),
    ],
)
def test_each_kind_has_its_own_check(kind: str, number: str, message: str) -> None:
    form = typed(kind, number)
    assert not form.is_valid()
    assert message in " ".join(form.errors["f"])


def test_kind_alone_is_not_an_answer_to_an_optional_question() -> None:
    form = typed("passport", " ", required=False)
    assert form.is_valid()
    assert form.answers() == {"f": None}


def test_inputs_have_labels_and_the_usual_kind_is_selected() -> None:
    soup = BeautifulSoup(str(asked(spec_of("identity_document"), {})["f"]), "html.parser")
    labels = [soup.find("label", attrs={"for": part["id"]}).get_text() for part in soup.select("[name]")]
    assert labels == ["Loại giấy tờ", "Số"]


@pytest.mark.parametrize(
    ("answer", "masked"),
    [
        ({"kind": "citizen_id", "number": "096185001234"}, "096••••••234"),
        ({"kind": "passport", "number": "C1234567"}, "••••••567"),
        ({"kind": "other", "number": "AB1"}, "••••••"),
    ],
)
def test_masked_number_shows_at_most_a_few_characters(answer: dict[str, str], masked: str) -> None:
    assert registry.get("identity_document").masked(answer) == {"kind": answer["kind"], "number": masked}


class TestApplicant:
    def test_document_of_a_form_with_only_the_personal_number_is_read(self) -> None:
        identity = applicant.identity_of({"citizen_id": "096185001234"})
        assert (identity.kind, identity.number) == ("citizen_id", "096185001234")
        assert (identity.label, identity.masked) == ("Số định danh cá nhân", "096••••••234")

    def test_document_of_another_kind_is_stated(self) -> None:
        identity = applicant.identity_of({"identity": {"kind": "passport", "number": "C1234567"}})
        assert (identity.label, identity.masked, identity.personal_number) == ("Số hộ chiếu", "••••••567", "")

    def test_answers_without_a_document_have_none(self) -> None:
        identity = applicant.identity_of({})
        assert (identity.kind, identity.number, identity.masked) == ("", "", "")

    @pytest.mark.parametrize(
        ("delivery", "detail", "accepted"),
        [("post", "", False), ("post", "Ấp 1", True), ("counter", "", True)],
    )
    @pytest.mark.django_db
    def test_delivery_by_post_needs_an_address(self, delivery: str, detail: str, accepted: bool) -> None:
        home = UnitFactory(name="Tỉnh Cà Mau", level="province")
        ward = UnitFactory(name="Phường Tân Thành", parent=home)
        data = {
            "full_name": "Trần Văn Thử", "identity_kind": "passport", "identity_number": "C1234567",
            "phone": "+12025550100", "address_province": str(home.pk), "address_commune": str(ward.pk),
            "address_detail": detail, "result_delivery": delivery,
        }  # fmt: skip
        form = StepForm(applicant.step(), answers={}, data=QueryDict(urlencode(data)))
        assert form.is_valid() == accepted, form.errors
        if not accepted:
            assert "gửi kết quả qua bưu điện" in " ".join(form.errors["address"])
