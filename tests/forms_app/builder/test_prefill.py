"""Prefilling a later step with the applicant's answers (WCAG 3.3.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from forms_app.builder import applicant
from forms_app.builder.prefill import applicant_values, with_applicant_values
from forms_app.builder.schema import FieldSpec, StepSpec

HOME = {"province": "96", "commune": "31825", "detail": "Ấp 1", "text": "Ấp 1, xã Tân Thành, tỉnh Cà Mau"}
ANSWERS: dict[str, Any] = {
    applicant.FULL_NAME: "Nguyễn Thị Thu Đông",
    applicant.IDENTITY: {"kind": "citizen_id", "number": "096185001234"},
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


def test_step_about_a_person_offers_the_applicants_answers() -> None:
    assert applicant_values(PERSON, ANSWERS) == {
        "name": {"name": "Nguyễn Thị Thu Đông"},
        "number": {"number": "096185001234"},
        "home": {"home_province": "96", "home_commune": "31825", "home_detail": "Ấp 1"},
    }


@pytest.mark.parametrize(
    ("target_step", "answers"),
    [
        (step(field("number", "citizen_id"), field("home", "address")), ANSWERS),
        (step(field("company", "short_text", autocomplete="organization")), ANSWERS),
        (step(NAME, identifier=applicant.STEP), ANSWERS),
        (PERSON, {}),
    ],
    ids=["nobody is named", "no person", "the applicant's own step", "nothing answers yet"],
)
def test_other_steps_offer_nothing(target_step: StepSpec, answers: dict[str, Any]) -> None:
    assert applicant_values(target_step, answers) == {}


def test_first_of_two_citizen_id_questions_is_prefilled() -> None:
    target_step = step(NAME, field("own", "citizen_id"), field("guardian", "citizen_id"))
    assert set(applicant_values(target_step, ANSWERS)) == {"name", "own"}


def test_only_empty_inputs_are_prefilled() -> None:
    page = post(
        name="Trần Văn Bé", number=" ", home_province="96", home_commune="", home_detail="", job="Thợ máy"
    )
    full = with_applicant_values(
        page,
        PERSON,
        {**ANSWERS, applicant.ADDRESS: {**HOME, "province": "82", "commune": "", "detail": "Số 5"}},
    )
    assert full.dict() == {
        "name": "Trần Văn Bé", "number": "096185001234", "job": "Thợ máy",
        "home_province": "82", "home_commune": "", "home_detail": "Số 5",
    }  # fmt: skip
    assert page["number"] == " ", "what came is left as it came"


def test_partly_entered_address_is_not_prefilled() -> None:
    full = with_applicant_values(
        post(home_province="82", home_commune="", home_detail="Số 9"), PERSON, ANSWERS
    )
    assert (full["home_province"], full["home_commune"], full["home_detail"]) == ("82", "", "Số 9")


def test_document_of_the_applicant_is_offered_if_the_question_accepts_it() -> None:
    passport = {**ANSWERS, applicant.IDENTITY: {"kind": "passport", "number": "C1234567"}}
    target = step(NAME, field("number", "citizen_id"), field("paper", "identity_document"))
    assert "number" not in applicant_values(target, passport)
    assert applicant_values(target, passport)["paper"] == {
        "paper_kind": "passport",
        "paper_number": "C1234567",
    }
    data = with_applicant_values(post(paper_kind="citizen_id", paper_number=""), target, passport)
    assert (data["paper_kind"], data["paper_number"]) == ("passport", "C1234567")


def test_number_of_an_earlier_form_is_offered() -> None:
    """Forms published before other documents were possible asked only for the personal number."""
    earlier = {**ANSWERS, applicant.CITIZEN_ID: "096185001234"}
    del earlier[applicant.IDENTITY]
    target = step(NAME, field("number", "citizen_id"), field("paper", "identity_document"))
    values = applicant_values(target, earlier)
    assert values["number"] == {"number": "096185001234"}
    assert values["paper"] == {"paper_kind": "citizen_id", "paper_number": "096185001234"}
