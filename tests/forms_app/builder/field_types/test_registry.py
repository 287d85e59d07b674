"""All field types: accepted and rejected input, stored answers, displayed answers."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
import time_machine

from accounts.models import AdministrativeUnit
from accounts.places import lower_unit_name
from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.citizen_id import mask
from forms_app.builder.schema import Choice, FieldSpec, StepSpec
from forms_app.builder.step_form import StepForm
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.builder.factories import asked, spec_of
from tests.paths import ROOT

GUIDE = (ROOT / "docs" / "features" / "forms.md").read_text(encoding="utf-8")
CHOICES = [{"value": "a", "label": "Loại A"}, {"value": "b", "label": "Loại B"}]
GOOD = [
    # type, options, typed, answer, shown
    ("short_text", {}, "  Nguyễn \u200b Văn   Tám ", "Nguyễn Văn Tám", "Nguyễn Văn Tám"),
    ("short_text", {}, unicodedata.normalize("NFD", "Đường số 1"), "Đường số 1", "Đường số 1"),
    ("long_text", {}, "Dòng  một\r\n\r\nDòng hai ", "Dòng một\n\nDòng hai", "Dòng một\n\nDòng hai"),
    ("number", {}, "1.234", "1234", "1.234"),
    ("number", {}, "12 000", "12000", "12.000"),
    ("number", {}, "-5", "-5", "-5"),
    ("number", {"decimals": 2}, "1.234,5", "1234.5", "1.234,5"),
    ("number", {"decimals": 1}, "2.5", "2.5", "2,5"),
    ("number", {"unit": "m2", "min": 1, "max": 100}, "100", "100", "100 m2"),
    ("number", {"unit_price": 8000}, "2", "2", "2 × 8.000\xa0đ = 16.000\xa0đ"),
    ("number", {"unit_price": 8000}, "0", "0", "0"),
    ("date", {}, "5/3/1990", "1990-03-05", "05/03/1990"),
    ("date", {}, "05-03-1990", "1990-03-05", "05/03/1990"),
    ("date", {}, "5.3.1990", "1990-03-05", "05/03/1990"),
    ("date", {}, "05031990", "1990-03-05", "05/03/1990"),
    ("date", {}, "1990-03-05", "1990-03-05", "05/03/1990"),
    ("date", {}, "Ngày 5 tháng 3 năm 1990", "1990-03-05", "05/03/1990"),
    ("date", {}, "29/02/2024", "2024-02-29", "29/02/2024"),
    ("date", {"not_future": True}, "23/11/2026", "2026-11-23", "23/11/2026"),
    ("date", {"not_past": True}, "23/11/2026", "2026-11-23", "23/11/2026"),
    ("yes_no", {}, "yes", True, "Có"),
    ("yes_no", {}, "no", False, "Không"),
    ("citizen_id", {}, "096 185.001-234", "096185001234", "096185001234"),
    ("phone", {}, "+84 912 345 678", "0912345678", "0912 345 678"),
    ("phone", {}, "0084.912.345.678", "0912345678", "0912 345 678"),
    ("phone", {}, "(0290) 3831-234", "02903831234", "0290 383 1234"),
    ("email", {}, " \u200bdong@example.vn ", "dong@example.vn", "dong@example.vn"),
]
BAD = [
    ("short_text", {"max_length": 3}, "bốn chữ", "Viết tối đa 3 ký tự. Bạn đã viết 7."),
    ("number", {}, "mười", "“mười” không phải số. Viết như 1.500."),
    ("number", {}, "1.23.4", "không phải số"),
    ("number", {}, "NaN", "không phải số"),
    ("number", {}, "1e5", "không phải số"),
    ("number", {}, "2,5", "Nhập số nguyên. Bạn đã nhập 2,5."),
    ("number", {"max": 5}, "6", "Số lớn nhất là 5. Bạn đã nhập 6."),
    ("number", {"min": 5}, "4", "Số ít nhất là 5. Bạn đã nhập 4."),
    ("date", {}, "31/02/2024", "“31/02/2024” không phải ngày. Viết như 27/11/1990."),
    ("date", {}, "3/1990", "không phải ngày"),
    ("date", {}, "05/03/90", "không phải ngày"),
    ("date", {}, "01/01/1200", "Ngày không được trước 01/01/1880."),
    ("date", {"not_future": True}, "24/11/2026", "Ngày không được sau 23/11/2026."),
    ("date", {"not_past": True}, "22/11/2026", "Ngày không được trước 23/11/2026."),
    ("yes_no", {}, "maybe", "Chọn trong danh sách."),
    ("citizen_id", {}, "09618500123", "Số căn cước phải có đủ 12 chữ số. Bạn đã nhập 11."),
    ("citizen_id", {}, "0961850012345", "Số căn cước phải có đủ 12 chữ số. Bạn đã nhập 13."),
    ("citizen_id", {}, "09618500123O", "Số căn cước chỉ gồm chữ số."),
    ("citizen_id", {}, "٠٩٦١٨٥٠٠١٢٣٤", "Số căn cước chỉ gồm chữ số."),
    ("phone", {}, "912345678", "Bạn đã nhập “912345678”."),
    ("phone", {}, "0112345678", "bắt đầu bằng 03, 05, 07, 08, 09"),
    ("phone", {}, "09123456789", "Số điện thoại có 10 chữ số"),
    ("email", {}, "dong@", "Đây không phải địa chỉ thư điện tử."),
]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


@pytest.mark.parametrize(("kind", "options", "typed", "answer", "shown"), GOOD)
def test_valid_input_is_stored_and_displayed(
    kind: str, options: dict, typed: str, answer, shown: str
) -> None:
    spec = spec_of(kind, options=options)
    form = asked(spec, {"f": typed})
    assert form.is_valid(), form.errors
    assert form.answers() == {"f": answer}
    field_type = registry.get(kind)
    assert field_type.display(spec, answer) == shown
    again = asked(spec, {"f": str(field_type.to_initial(answer))})
    assert again.is_valid(), again.errors
    assert again.answers() == {"f": answer}, "what is shown in the form must read back as the same answer"


@pytest.mark.parametrize(("kind", "options", "typed", "message"), BAD)
def test_invalid_input_is_rejected_with_a_specific_message(
    kind: str, options: dict, typed: str, message: str
) -> None:
    form = asked(spec_of(kind, options=options), {"f": typed})
    assert not form.is_valid()
    assert message in " ".join(form.errors["f"])
    assert form.answers() == {}


@pytest.mark.parametrize(
    "kind", [field_type.code for field_type in registry.installed() if not field_type.stores_files]
)
@pytest.mark.django_db
def test_empty_answer_is_rejected_for_required_and_accepted_for_optional_questions(kind: str) -> None:
    choices = CHOICES if registry.get(kind).has_choices else []
    required = asked(spec_of(kind, choices=choices), {})
    assert not required.is_valid()
    assert "Câu hỏi" in " ".join(required.errors["f"])
    assert asked(spec_of(kind, choices=choices, required=False), {}).is_valid()


def test_single_and_multiple_choices_accept_offered_values() -> None:
    one, many = spec_of("choice", choices=CHOICES), spec_of("many_choices", choices=CHOICES)
    chosen = asked(one, {"f": "b"})
    assert chosen.is_valid()
    assert chosen.answers() == {"f": "b"}
    assert not asked(one, {"f": "c"}).is_valid()
    several = asked(many, {"f": ["a", "b"]})
    assert several.is_valid()
    assert registry.get("many_choices").display(many, several.answers()["f"]) == "Loại A\nLoại B"
    assert registry.get("choice").display(one, "gone") == "gone"


def test_long_choice_lists_are_a_select_and_short_ones_radio_buttons() -> None:
    long_list = [{"value": str(n), "label": f"Loại {n}"} for n in range(8)]
    assert "<select" in str(asked(spec_of("choice", choices=long_list), {})["f"])
    assert 'type="radio"' in str(asked(spec_of("choice", choices=CHOICES), {})["f"])


@pytest.mark.django_db
class TestAddress:
    @pytest.fixture
    def units(self) -> tuple[AdministrativeUnit, AdministrativeUnit, AdministrativeUnit, AdministrativeUnit]:
        home = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
        AgencyFactory(code="H12", unit=home)
        away = UnitFactory(name="Tỉnh Đồng Tháp", level="province", gso_code="82")
        return (
            home,
            away,
            UnitFactory(name="Phường Tân Thành", parent=home),
            UnitFactory(name="Xã Cũ", valid_to=date(2025, 8, 1)),
        )

    def typed(self, province="", commune="", detail="") -> StepForm:
        parts = {"f_province": str(province), "f_commune": str(commune), "f_detail": detail}
        return asked(spec_of("address"), parts)

    def test_answer_keeps_unit_ids_and_current_names(self, units) -> None:
        home, _away, ward, _old = units
        form = self.typed(home.pk, ward.pk, " Ấp 1 ")
        assert form.is_valid(), form.errors
        assert form.answers()["f"] == {
            "province": str(home.pk), "commune": str(ward.pk), "detail": "Ấp 1",
            "text": "Ấp 1, phường Tân Thành, tỉnh Cà Mau",
        }  # fmt: skip

    def test_home_province_is_preselected_and_not_an_answer_by_itself(self, units) -> None:
        home = units[0]
        html = str(StepForm(StepSpec("s", "B", fields=(spec_of("address"),)), answers={})["f"])
        assert f'<option value="{home.pk}" selected>' in html
        assert not self.typed(home.pk).is_valid()

    def test_commune_must_be_a_valid_unit_of_the_chosen_province(self, units) -> None:
        _home, away, ward, old = units
        assert "không thuộc tỉnh" in str(self.typed(away.pk, ward.pk, "x").errors)
        assert "Chọn xã hoặc phường." in str(self.typed(units[0].pk, "", "x").errors)
        assert not self.typed(units[0].pk, old.pk, "x").is_valid(), "an abolished commune is not offered"
        assert not self.typed(units[0].pk, 999999, "x").is_valid()

    def test_address_outside_the_listed_units_is_free_text(self, units) -> None:
        form = self.typed(units[1].pk, "", "Số 5, phường Cao Lãnh")
        assert form.is_valid(), form.errors
        assert form.answers()["f"]["text"] == "Số 5, phường Cao Lãnh, tỉnh Đồng Tháp"
        assert not self.typed("", "", "Số 5").is_valid()


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("Phường Tân Thành", "phường Tân Thành"),
        ("Xã U Minh", "xã U Minh"),
        ("Thành phố Cần Thơ", "thành phố Cần Thơ"),
        ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("Phường 1", "Phường 1"),
    ],
)
def test_unit_names_within_a_text_are_capitalised_by_decree_30(name: str, within: str) -> None:
    assert lower_unit_name(name) == within


@pytest.mark.parametrize(("number", "masked"), [("096185001234", "096••••••234"), ("0961", ""), ("", "")])
def test_mask_hides_all_but_six_digits(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_help_text_of_a_question_is_escaped() -> None:
    form = asked(spec_of("short_text", help="<script>x</script>"), {})
    assert "&lt;script&gt;" in form.fields["f"].help_text


def test_installed_types_are_in_module_order_regardless_of_import_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_types", dict(reversed(registry._types.items())))
    modules = [type(field_type).__module__.rpartition(".")[2] for field_type in registry.installed()]
    assert tuple(dict.fromkeys(modules)) == registry.MODULES


def test_guide_lists_every_type_with_its_options() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|([^|]*)\|$", GUIDE.partition("| Type | Options |")[2], re.MULTILINE)
    documented = {
        code: set(re.findall(r"`(\w+)`", options))
        for kinds, options in rows
        for code in re.findall(r"`(\w+)`", kinds)
    }
    missing = {
        field_type.code: set(field_type.options) - documented.get(field_type.code, {"the type itself"})
        for field_type in registry.installed()
        if field_type.code not in documented or set(field_type.options) - documented[field_type.code]
    }
    assert missing == {}


def test_registry_rejects_duplicate_and_unknown_codes() -> None:
    with pytest.raises(LookupError, match="signature"):
        registry.get("signature")

    class Twice(FieldType):
        code = "date"

    with pytest.raises(ValueError, match="date"):
        registry.register(Twice)


def test_file_input_has_vietnamese_labels_and_is_marked_as_required() -> None:
    required_html, optional = (
        str(asked(spec_of("file", required=required), {})["f"]) for required in (True, False)
    )
    assert "Chọn tệp</label>" in required_html
    assert "Chưa chọn tệp" in required_html
    assert 'aria-required="true"' in required_html
    assert 'aria-required="false"' in optional
    # Style sheets need the attribute to detect an empty file input (:valid).
    assert " required" in required_html
    assert " required" in optional


def test_file_input_offers_to_add_a_file_if_some_are_stored() -> None:
    class StoredFile:
        original_name, size, pk = "anh.png", 10, 1

    form = asked(spec_of("file"), {}, stored={"f": [StoredFile()]})
    assert "Thêm tệp</label>" in str(form["f"])


def test_prefilling_takes_only_questions_about_the_applicant() -> None:
    named = FieldSpec("x", "x", "x", options={"autocomplete": "name"})
    sources = {field_type.code: field_type.applicant_source(named) for field_type in registry.installed()}
    assert {source for source in sources.values() if source} == {
        applicant.FULL_NAME, applicant.CITIZEN_ID, applicant.IDENTITY,
        applicant.PHONE, applicant.EMAIL, applicant.ADDRESS,
    }  # fmt: skip
    assert not registry.get("short_text").applicant_source(FieldSpec("x", "short_text", "x"))


def test_every_question_can_be_answered_by_hand() -> None:
    """A type has lines to write on or boxes to tick, and boxes if there is something to choose from."""
    spec = FieldSpec("x", "x", "x", choices=(Choice("a", "A"), Choice("b", "B")))
    for field_type in registry.installed():
        if field_type.stores_files:
            continue
        assert field_type.blank_lines or field_type.blank_choices(spec), field_type.code
        assert set(field_type.preselected_parts) <= set(field_type.parts), field_type.code
    assert registry.get("yes_no").blank_choices(FieldSpec("x", "yes_no", "x")) == ("Có", "Không")
    assert "Hộ chiếu" in registry.get("identity_document").blank_choices(FieldSpec("x", "x", "x"))
    lines = {code: registry.get(code).blank_lines for code in ("identity_document", "address", "long_text")}
    assert lines == {"identity_document": 2, "address": 2, "long_text": 4}
