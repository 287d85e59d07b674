"""Every field type: what is accepted, what is said to what is not, how the answer is kept and read back."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
import time_machine

from accounts.models import AdminUnit
from forms_app.builder.compiling import StepForm
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.address import within_a_sentence
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.citizen_id import mask
from forms_app.builder.schema import StepSpec
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.builder.factories import asked, spec_of

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
    ("number", {}, "mười", "“mười” không phải số. Viết như 1.234,5."),
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
    ("citizen_id", {}, "003185001234", "Không tỉnh nào có mã 003"),
    ("citizen_id", {}, "096485001234", "Chữ số thứ tư là 4"),
    ("phone", {}, "912345678", "Bạn đã nhập “912345678”."),
    ("phone", {}, "0112345678", "Số điện thoại có 10 chữ số"),
    ("phone", {}, "09123456789", "Số điện thoại có 10 chữ số"),
    ("email", {}, "dong@", "Đây không phải địa chỉ thư điện tử."),
]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


@pytest.mark.parametrize(("kind", "options", "typed", "answer", "shown"), GOOD)
def test_accepted(kind: str, options: dict, typed: str, answer, shown: str) -> None:
    spec = spec_of(kind, options=options)
    form = asked(spec, {"f": typed})
    assert form.is_valid(), form.errors
    assert form.answers() == {"f": answer}
    field_type = registry.get(kind)
    assert field_type.display(spec, answer) == shown
    again = asked(spec, {"f": str(field_type.to_initial(answer))})
    assert again.is_valid(), again.errors
    assert again.answers() == {"f": answer}, "what is shown in the form must read back as the same answer"


@pytest.mark.parametrize(("kind", "options", "typed", "said"), BAD)
def test_refused_with_what_was_read_and_what_is_wanted(
    kind: str, options: dict, typed: str, said: str
) -> None:
    form = asked(spec_of(kind, options=options), {"f": typed})
    assert not form.is_valid()
    assert said in " ".join(form.errors["f"])
    assert form.answers() == {}


@pytest.mark.parametrize(
    "kind", [field_type.code for field_type in registry.installed() if not field_type.stores_files]
)
@pytest.mark.django_db
def test_required_says_which_question_and_optional_may_stay_empty(kind: str) -> None:
    choices = CHOICES if registry.get(kind).has_choices else []
    wanted = asked(spec_of(kind, choices=choices), {})
    assert not wanted.is_valid()
    assert "Câu hỏi" in " ".join(wanted.errors["f"])
    assert asked(spec_of(kind, choices=choices, required=False), {}).is_valid()


def test_choices() -> None:
    one, many = spec_of("choice", choices=CHOICES), spec_of("many_choices", choices=CHOICES)
    chosen = asked(one, {"f": "b"})
    assert chosen.is_valid()
    assert chosen.answers() == {"f": "b"}
    assert not asked(one, {"f": "c"}).is_valid()
    several = asked(many, {"f": ["a", "b"]})
    assert several.is_valid()
    assert registry.get("many_choices").display(many, several.answers()["f"]) == "Loại A\nLoại B"
    assert registry.get("choice").display(one, "gone") == "gone"


def test_many_choices_are_a_list_and_few_are_radio_buttons() -> None:
    long_list = [{"value": str(n), "label": f"Loại {n}"} for n in range(8)]
    assert "<select" in str(asked(spec_of("choice", choices=long_list), {})["f"])
    assert 'type="radio"' in str(asked(spec_of("choice", choices=CHOICES), {})["f"])


@pytest.mark.django_db
class TestAddress:
    @pytest.fixture
    def units(self) -> tuple[AdminUnit, AdminUnit, AdminUnit, AdminUnit]:
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

    def test_keeps_ids_and_today_s_names(self, units) -> None:
        home, _away, ward, _old = units
        form = self.typed(home.pk, ward.pk, " Ấp 1 ")
        assert form.is_valid(), form.errors
        assert form.answers()["f"] == {
            "province": str(home.pk), "commune": str(ward.pk), "detail": "Ấp 1",
            "text": "Ấp 1, phường Tân Thành, tỉnh Cà Mau",
        }  # fmt: skip

    def test_home_stands_chosen_and_alone_is_no_answer(self, units) -> None:
        home = units[0]
        html = str(StepForm(StepSpec("s", "B", fields=(spec_of("address"),)), answers={})["f"])
        assert f'<option value="{home.pk}" selected>' in html
        assert not self.typed(home.pk).is_valid()

    def test_the_commune_lies_in_the_province(self, units) -> None:
        _home, away, ward, old = units
        assert "không thuộc tỉnh" in str(self.typed(away.pk, ward.pk, "x").errors)
        assert "Chọn xã hoặc phường." in str(self.typed(units[0].pk, "", "x").errors)
        assert not self.typed(units[0].pk, old.pk, "x").is_valid(), (
            "a commune that ended is not in today's list"
        )
        assert not self.typed(units[0].pk, 999999, "x").is_valid()

    def test_elsewhere_words_will_do(self, units) -> None:
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
def test_a_unit_goes_on_in_a_text_as_decree_30_writes_it(name: str, within: str) -> None:
    assert within_a_sentence(name) == within


@pytest.mark.parametrize(("number", "masked"), [("096185001234", "096••••••234"), ("0961", ""), ("", "")])
def test_lists_show_a_masked_number(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_help_of_an_editor_is_plain_text() -> None:
    form = asked(spec_of("short_text", help="<script>x</script>"), {})
    assert "&lt;script&gt;" in form.fields["f"].help_text


def test_an_editor_sees_the_types_in_their_order_whoever_imported_one_first() -> None:
    assert [field_type.code for field_type in registry.installed()] == list(registry.MODULES)


def test_a_taken_code_and_an_unknown_one() -> None:
    with pytest.raises(LookupError, match="signature"):
        registry.get("signature")

    class Twice(FieldType):
        code = "date"

    with pytest.raises(ValueError, match="date"):
        registry.register(Twice)


def test_a_file_input_speaks_the_page_s_language_and_says_what_is_needed() -> None:
    needed, optional = (str(asked(spec_of("file", required=required), {})["f"]) for required in (True, False))
    assert "Chọn tệp</label>" in needed
    assert "Chưa chọn tệp" in needed
    assert 'aria-required="true"' in needed
    assert 'aria-required="false"' in optional
    # Only with it can a style sheet tell a chosen file from none.
    assert " required" in needed
    assert " required" in optional


def test_beside_kept_files_one_more_is_added() -> None:
    class Kept:
        original_name, size, pk = "anh.png", 10, 1

    form = asked(spec_of("file"), {}, stored={"f": [Kept()]})
    assert "Thêm tệp</label>" in str(form["f"])
