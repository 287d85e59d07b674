"""Data files of the demo: complete, consistent, and in NFC."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import chain

import pytest

from demo import sources
from forms_app.builder.schema import FormSchema
from forms_app.builder.step_form import StepForm

FILES = sorted(sources.DATA.rglob("*.json"))
PROCEDURES = sources.read_folder("procedures")
FORMS = sources.read_folder("forms")
AGENCIES = sources.read_file("agencies")
CODES = {record["core_code"] for record in PROCEDURES}
SLUGS = {agency["slug"] for agency in AGENCIES}
APPLICANT_FIELDS = {"full_name", "identity", "phone", "email", "address"}


def strings(value):
    """Yield every string in JSON data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(strings(item) for item in value.values())
    elif isinstance(value, list):
        yield from chain.from_iterable(strings(item) for item in value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_texts_are_nfc_without_stray_spaces(path):
    for text in strings(json.loads(path.read_text(encoding="utf-8"))):
        assert text == unicodedata.normalize("NFC", text)
        assert text == text.strip()
        assert "  " not in text


def test_province_has_all_64_communes():
    communes = [agency for agency in AGENCIES if agency["kind"] == "commune"]
    assert len(communes) == 64
    assert len({agency["gso_code"] for agency in communes}) == 64
    kinds = [agency["unit_name"].split()[0] for agency in communes]
    assert (kinds.count("Xã"), kinds.count("Phường")) == (55, 9)


def test_agencies_have_unique_slugs_and_codes_and_known_parents():
    assert len(SLUGS) == len(AGENCIES) == len({agency["code_new"] for agency in AGENCIES})
    assert {agency["parent"] for agency in AGENCIES} - {None} <= SLUGS


def test_contacts_are_fictitious():
    for agency in AGENCIES:
        if agency["full_site"]:
            assert re.fullmatch(r"0290 000 \d{4}", agency["phone"])
            assert agency["email"].endswith(".example")


def test_at_least_42_procedures_in_12_fields():
    assert len(CODES) == len(PROCEDURES) >= 42
    assert len({record["field"] for record in PROCEDURES}) >= 12


@pytest.mark.parametrize("record", PROCEDURES, ids=lambda record: record["core_code"])
def test_procedure_is_complete(record):
    assert record["local_code"].startswith(record["core_code"])
    assert record["section_agency"] in SLUGS
    assert record["summary"]
    assert record["keywords"]
    assert record["channels"]
    assert record["results"]
    assert any(case["documents"] for case in record["cases"])
    assert all(group["items"] for group in record["steps"])
    assert set(record["related_codes"]) <= CODES - {record["core_code"]}
    assert not record["title"].isupper()


@pytest.mark.parametrize("record", PROCEDURES, ids=lambda record: record["core_code"])
def test_channels_and_cases_are_unique(record):
    assert len({channel["channel"] for channel in record["channels"]}) == len(record["channels"])
    assert len({case["title"] for case in record["cases"]}) == len(record["cases"])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["procedure"])
def test_form_has_unique_valid_ids_without_applicant_fields(form):
    assert form["procedure"] in CODES
    ids = [field["id"] for step in form["steps"] for field in step["fields"]]
    assert len(ids) == len(set(ids))
    assert not set(ids) & APPLICANT_FIELDS
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids)


def test_news_alerts_and_life_events_reference_existing_rows():
    news = sources.read_file("news")
    assert len(news) >= 8
    assert {item["agency"] for item in news} <= SLUGS
    assert set(chain.from_iterable(item["procedures"] for item in news)) <= CODES
    assert (
        set(chain.from_iterable(group["procedures"] for group in sources.read_file("life_events"))) <= CODES
    )
    pages = {page["slug"] for page in sources.read_file("pages")}
    assert {alert["link_page"] for alert in sources.read_file("alerts")} <= pages


def test_people_are_unique_and_belong_to_agencies():
    people = sources.people()
    names = [sources.full_name(person) for person in people["pool"]]
    assert len(set(names)) == len(names) == 150
    agencies = {person["agency"] for person in [*people["accounts"], *people["officers"]]} - {None}
    assert agencies <= SLUGS
    usernames = [account["username"] for account in people["accounts"]]
    assert len(set(usernames)) == len(usernames)


def test_privacy_page_cites_the_law_in_force():
    privacy = next(page for page in sources.read_file("pages") if page["slug"] == "quyen-rieng-tu")
    text = " ".join(strings(privacy))
    assert "91/2025/QH15" in text
    assert "356/2025/NĐ-CP" in text


class TestSentences:
    """Sentences that a reader found to say the opposite of the rule."""

    def test_relatives_need_a_letter_of_authorisation_that_is_not_certified(self):
        answer = next(
            item["a"]
            for item in objects(sources.read_file("pages"))
            if item.get("q", "").startswith("Nhờ người khác nộp thay")
        )
        assert "trừ khi" not in answer
        assert "vẫn cần văn bản ủy quyền nhưng không phải chứng thực" in answer

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_no_fee_is_paid_online(self, path):
        assert not re.search(r"[Nn]ộp (phí|lệ phí)[^.\"]*trực tuyến", path.read_text())


def objects(value):
    """Yield every object below ``value``."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(item)


#: What must be answered with a choice: (procedure, question of the choice, value, questions that are then required).
SAY_WHICH = [
    ("1.004873", "purpose", "khac", {"purpose_other"}),
    ("1.004873", "purpose", "ket_hon", {"spouse"}),
    ("1.004873", "purpose", "ket_hon_nuoc_ngoai", {"spouse_abroad"}),
    ("1.001731", "payee_kind", "to_chuc", {"payee_org", "payee_org_head"}),
    ("1.001731", "pay_by", "tai_khoan", {"bank_account"}),
    ("1.001612", "owner_kind", "ho_gia_dinh", {"members"}),
    ("1.001612", "tax_notice_same", "noi_khac", {"tax_address"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "question", "value", "required"), SAY_WHICH)
def test_a_choice_that_needs_more_asks_for_it(code, question, value, required):
    schema = FormSchema.from_json(next(form for form in FORMS if form["procedure"] == code))
    step = next(step for step in schema.steps if any(spec.id == question for spec in step.fields))
    other = next(
        c.value for spec in step.fields if spec.id == question for c in spec.choices if c.value != value
    )
    assert required <= set(StepForm(step, answers={}, data={question: value}).errors)
    assert not required & set(StepForm(step, answers={}, data={question: other}).errors)


def test_every_other_choice_says_which():
    """The main trade is described in any case: "Tên các ngành, nghề sẽ kinh doanh"."""
    described = {"main_trade=khac"}
    for form in FORMS:
        for step in FormSchema.from_json(form).steps:
            conditions = {spec.options.get("required_with") for spec in step.fields}
            asked = {
                f"{spec.id}={c.value}" for spec in step.fields for c in spec.choices if c.value == "khac"
            }
            assert asked - described <= conditions, form["procedure"]
