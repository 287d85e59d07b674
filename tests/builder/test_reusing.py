"""What was told once is offered again where a later step asks about a person who may be the applicant (WCAG 3.3.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from forms_app.builder import applicant
from forms_app.builder.reusing import filled, offered
from forms_app.builder.schema import FieldSpec, StepSpec

HOME = {"province": "96", "commune": "31825", "detail": "Ấp 1", "text": "Ấp 1, xã Tân Thành, tỉnh Cà Mau"}
TOLD: dict[str, Any] = {
    applicant.FULL_NAME: "Nguyễn Thị Thu Đông",
    applicant.CITIZEN_ID: "096185001234",
    applicant.PHONE: "0912345678",
    applicant.ADDRESS: HOME,
}


def field(identifier: str, kind: str, **options: Any) -> FieldSpec:
    return FieldSpec.from_json({"id": identifier, "type": kind, "label": identifier, "options": options})


def step(*fields: FieldSpec, identifier: str = "subject") -> StepSpec:
    return StepSpec(identifier, "Người được xác nhận", fields=fields)


NAME = field("name", "short_text", autocomplete="name")
PERSON = step(
    NAME,
    field("number", "citizen_id"),
    field("home", "address"),
    field("job", "short_text"),
    field("born", "date"),
)


def post(**texts: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(texts)
    return data


def test_a_step_about_a_person_offers_what_the_applicant_told() -> None:
    assert offered(PERSON, TOLD) == {
        "name": {"name": "Nguyễn Thị Thu Đông"},
        "number": {"number": "096185001234"},
        "home": {"home_province": "96", "home_commune": "31825", "home_detail": "Ấp 1"},
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (step(field("number", "citizen_id"), field("home", "address")), TOLD),
        (step(field("company", "short_text", autocomplete="organization")), TOLD),
        (step(NAME, identifier=applicant.STEP), TOLD),
        (PERSON, {}),
    ],
    ids=["nobody is named", "no person", "the applicant's own step", "nothing told yet"],
)
def test_other_steps_offer_nothing(asked: StepSpec, told: dict[str, Any]) -> None:
    assert offered(asked, told) == {}


def test_of_two_numbers_the_first_is_the_person_s() -> None:
    asked = step(NAME, field("own", "citizen_id"), field("guardian", "citizen_id"))
    assert set(offered(asked, TOLD)) == {"name", "own"}


def test_only_what_was_left_empty_is_filled_in() -> None:
    page = post(
        name="Trần Văn Bé", number=" ", home_province="96", home_commune="", home_detail="", job="Thợ máy"
    )
    full = filled(
        page, PERSON, {**TOLD, applicant.ADDRESS: {**HOME, "province": "82", "commune": "", "detail": "Số 5"}}
    )
    assert full.dict() == {
        "name": "Trần Văn Bé", "number": "096185001234", "job": "Thợ máy",
        "home_province": "82", "home_commune": "", "home_detail": "Số 5",
    }  # fmt: skip
    assert page["number"] == " ", "what came is left as it came"


def test_an_address_begun_by_hand_is_not_mixed_with_another() -> None:
    full = filled(post(home_province="82", home_commune="", home_detail="Số 9"), PERSON, TOLD)
    assert (full["home_province"], full["home_commune"], full["home_detail"]) == ("82", "", "Số 9")
