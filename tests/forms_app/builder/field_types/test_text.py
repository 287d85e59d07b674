"""Text as people enter it: copied from contacts, spreadsheets, chats, macOS, input methods."""

from __future__ import annotations

import unicodedata

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from forms_app.builder.field_types.text import normalize_input
from tests.forms_app.builder.factories import answer_of, asked, error_of, spec_of

FULL_WIDTH = str.maketrans("0123456789+-/.,@", "０１２３４５６７８９＋－／．，＠")
# Characters added by copying: direction marks, no-break and zero-width spaces, tabs, line breaks, a soft hyphen.
AROUND = [
    ("", ""), (" ", " "), ("\u202d", "\u202c"), ("\u200e", ""), ("\ufeff", ""), ("\t", "\n"), ("\r\n", "\r\n"),
    ("\u00a0", "\u00a0"), ("\u3000", ""), ("\u2060", "\u00ad"), ("\u2007", "\u202f"), ("\u2066", "\u2069"),
]  # fmt: skip
PLAIN = [
    ("citizen_id", {}, "096185001234", "096185001234"),
    ("phone", {}, "0912345678", "0912345678"),
    ("phone", {}, "+84912345678", "0912345678"),
    ("number", {}, "1.234", "1234"),
    ("number", {"decimals": 2}, "-1.234,50", "-1234.5"),
    ("date", {}, "5/3/1990", "1990-03-05"),
    ("date", {}, "05031990", "1990-03-05"),
    ("email", {}, "dong.a@example.vn", "dong.a@example.vn"),
]
# Decomposed, as a Mac or an iPhone sends it.
NFD = [
    ("short_text", "Nguyễn Thị Ánh Tuyết"), ("short_text", "Ấp Đường Kéo, xã Đất Mũi"),
    ("long_text", "Kính gửi\nỦy ban"),
    ("short_text", "Trần Văn Đượm"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def error_message(kind: str, typed: str, **values) -> str:
    form = asked(spec_of(kind, **values), {"f": typed})
    assert not form.is_valid(), form.answers()
    assert form.answers() == {}
    return " ".join(form.errors["f"])


@pytest.mark.parametrize("around", AROUND, ids=ascii)
@pytest.mark.parametrize(("kind", "options", "typed", "answer"), PLAIN)
def test_characters_added_by_copying_are_stripped(kind, options, typed, answer, around) -> None:
    assert answer_of(kind, f"{around[0]}{typed}{around[1]}", options=options) == answer


@pytest.mark.parametrize(("kind", "options", "typed", "answer"), PLAIN)
def test_full_width_characters_are_accepted(kind, options, typed, answer) -> None:
    assert answer_of(kind, typed.translate(FULL_WIDTH), options=options) == answer


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("citizen_id", "096{0}185{0}001234", "096185001234"),
        ("phone", "0912{0}345{0}678", "0912345678"),
        ("date", "5{0}3{0}1990", "1990-03-05"),
        ("number", "{0}5", "-5"),
    ],
)
def test_all_unicode_dashes_are_accepted(kind: str, typed: str, answer: str, dash: str) -> None:
    assert answer_of(kind, typed.format(dash)) == answer


@pytest.mark.parametrize(("kind", "text"), NFD)
def test_decomposed_text_is_stored_composed(kind: str, text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    assert answer_of(kind, decomposed) == text


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_limit_counts_composed_characters(kind: str) -> None:
    """``ộ`` counts as one character although macOS sends three."""
    decomposed = unicodedata.normalize("NFD", "ộ" * 10)
    assert len(decomposed) == 30
    assert answer_of(kind, decomposed, options={"max_length": 10}) == "ộ" * 10
    assert "tối đa 10 ký tự. Bạn đã viết 11." in error_message(
        kind, decomposed + "a", options={"max_length": 10}
    )


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_text_inputs_have_no_maxlength(kind: str) -> None:
    """``maxlength`` silently truncates pasted text; the server reports the excess length instead."""
    assert "maxlength" not in str(asked(spec_of(kind, options={"max_length": 10}), {})["f"])


@pytest.mark.parametrize(
    ("kind", "typed", "message"),
    [
        ("citizen_id", "CCCD 096185001234", "Bạn đã nhập “CCCD096185001234”."),
        ("citizen_id", "=096185001234", "chỉ gồm chữ số"),
        ("citizen_id", "'096185001234", "chỉ gồm chữ số"),
        ("citizen_id", "0,96185E+11", "chỉ gồm chữ số"),
        ("citizen_id", "381234567", "Chứng minh nhân dân 9 số hết giá trị"),
        ("citizen_id", "96185001234", "Bạn đã nhập 11."),
        ("citizen_id", "096185001234096185001234", "Bạn đã nhập 24."),
        ("citizen_id", "²96185001234", "chỉ gồm chữ số"),
        ("phone", "0912345678/0987654321", "Bạn đã nhập"),
        ("phone", "tel:0912345678", "Bạn đã nhập"),
        ("phone", "0912 345 678 (anh Ba)", "Bạn đã nhập"),
        ("phone", "01234567890", "Bạn đã nhập"),
        ("number", "12 ha", "“12 ha” không phải số"),
        ("number", "5.000.000 đ", "không phải số"),
        ("number", "#REF!", "không phải số"),
        ("number", "1'234", "không phải số"),
        ("number", "=1+1", "không phải số"),
        ("number", "9" * 16, "không phải số"),
        ("number", "999.999.999.999.999.999.999", "Số này quá dài"),
        ("date", "33000", "không phải ngày"),
        ("date", "05/03/1990 00:00:00", "không phải ngày"),
        ("date", "Thứ Hai, 5/3/1990", "không phải ngày"),
        ("date", "1990", "không phải ngày"),
        ("date", "5/3/1990 - 6/3/1990", "không phải ngày"),
        ("email", "Nguyễn Văn A <a@example.vn>", "không phải địa chỉ thư"),
        ("email", "mailto:a@example.vn", "không phải địa chỉ thư"),
        ("email", "a@example.vn, b@example.vn", "không phải địa chỉ thư"),
        ("email", "a" * 245 + "@example.vn", "tối đa 254 ký tự"),
    ],
)
def test_input_with_extra_text_is_reported(kind: str, typed: str, message: str) -> None:
    assert message in error_message(kind, typed)


@pytest.mark.parametrize(
    "kind", ["citizen_id", "phone", "number", "date", "email", "short_text", "long_text"]
)
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u3000", "\u200b", "\ufeff\u2060"], ids=ascii)
def test_invisible_characters_are_not_an_answer(kind: str, blank: str) -> None:
    assert "Điền “Câu hỏi”" in error_message(kind, blank)
    optional = asked(spec_of(kind, required=False), {"f": blank})
    assert optional.is_valid(), optional.errors
    assert optional.answers()["f"] in ("", None)


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% load x %}", "' OR 1=1 --", "%s %(x)s", "=cmd|' /C'!A0", "\\"]
)  # fmt: skip
def test_markup_is_stored_unchanged_and_escaped_when_shown(kind: str, text: str) -> None:
    spec = spec_of(kind)
    assert answer_of(kind, text) == text
    again = asked(spec, {"f": text})
    assert "<script>" not in str(again["f"])


@pytest.mark.parametrize("text", ["%s", "%d %s", "%", "100%", "{x}"])
@pytest.mark.parametrize("kind", ["citizen_id", "phone", "number", "date"])
def test_percent_sign_does_not_break_error_messages(kind: str, text: str) -> None:
    assert text.replace(" ", "") in error_message(kind, text).replace(" ", "")


@pytest.mark.parametrize("kind", ["citizen_id", "phone", "number", "date", "email"])
def test_very_long_input_gets_a_short_error(kind: str) -> None:
    assert len(error_message(kind, "x" * 1_000_000)) < 300


@given(st.text(max_size=80))
def test_normalize_input_is_idempotent_and_keeps_ascii(text: str) -> None:
    once = normalize_input(text)
    assert normalize_input(once) == once
    plain = "".join(letter for letter in text if " " <= letter <= "~")
    assert normalize_input(plain) == plain


@given(st.text(st.characters(categories=["L", "M", "N"]), max_size=40))
def test_normalize_input_keeps_letters_of_every_script(text: str) -> None:
    """Only full-width characters change; look-alike letters do not."""
    kept = [letter for letter in text if not "\uff01" <= letter <= "\uff5e"]
    assert list(normalize_input("".join(kept))) == kept


class TestText:
    @given(st.text(max_size=150))
    def test_short_text_is_stored_in_nfc_without_invisible_characters(self, text: str) -> None:
        form = asked(spec_of("short_text", required=False), {"f": text})
        if form.is_valid():
            answer = form.answers()["f"]
            assert answer == nfc(answer)
            assert answer == answer.strip()
            assert "\n" not in answer
            assert not [letter for letter in answer if unicodedata.category(letter) in {"Cc", "Cf"}]

    @given(st.text(max_size=300))
    def test_cleaning_is_idempotent(self, text: str) -> None:
        form = asked(spec_of("long_text", required=False), {"f": text})
        if form.is_valid():
            answer = form.answers()["f"]
            assert answer_of("long_text", answer, required=False) == answer

    @pytest.mark.parametrize("text", ["a\x00b", "\x00"])
    def test_nul_characters_are_rejected_or_removed(self, text: str) -> None:
        for kind in ("short_text", "long_text", "email", "phone", "citizen_id"):
            form = asked(spec_of(kind, required=False), {"f": text})
            assert not form.is_valid() or "\x00" not in str(form.answers())

    @pytest.mark.parametrize(
        ("typed", "accepted"),
        [
            ("a@b.vn", True), ("nguyen.van-a+x@so.camau.gov.vn", True), ("a@b", False), ("a b@c.vn", False),
            ("@b.vn", False), ("a@b..vn", False), ("a@b.vn,c@d.vn", False), ("a@b.vn\nBcc: x@y.vn", False),
            ("a" * 250 + "@b.vn", False),
        ],
    )  # fmt: skip
    def test_only_valid_mail_addresses_are_accepted(self, typed: str, accepted: bool) -> None:
        assert (error_of("email", typed) == "") == accepted

    @pytest.mark.parametrize(("length", "accepted"), [(9, True), (10, True), (11, False)])
    @pytest.mark.parametrize("kind", ["short_text", "long_text"])
    def test_maximum_length_is_counted_in_characters(self, kind: str, length: int, accepted: bool) -> None:
        assert (error_of(kind, "ộ" * length, options={"max_length": 10}) == "") == accepted


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r", "\r\n", "\n"])
def test_every_line_ending_becomes_a_line_break_or_a_space(end: str) -> None:
    form = asked(spec_of("long_text"), {"f": f"dòng một{end}dòng hai"})
    assert form.is_valid()
    assert form.cleaned_data["f"] == "dòng một\ndòng hai"
    form = asked(spec_of("short_text"), {"f": f"một{end}hai"})
    assert form.is_valid()
    assert form.cleaned_data["f"] == "một hai"


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_eth_is_stored_as_d_with_stroke(kind: str) -> None:
    form = asked(spec_of(kind), {"f": "Ðặng Thị Ðào"})
    assert form.is_valid()
    assert form.cleaned_data["f"] == "Đặng Thị Đào"


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_letters_missing_from_the_fonts_are_named(kind: str) -> None:
    message = error_message(kind, "Danh 김민수 😀")
    assert "không in được các chữ: 김 민 수 😀" in message
    assert "chữ Latinh" in message


@pytest.mark.parametrize("code", ["short_text", "long_text"])
def test_signs_pasted_from_word_become_ordinary_ones(code: str) -> None:
    assert answer_of(code, "\uf0b7 Thửa 12, 120 ㎡ \uf0e0 đất ở") == "• Thửa 12, 120 m² → đất ở"


class TestNames:
    @pytest.mark.parametrize(
        "typed", ["A", "123456", "<b>x</b>", "...", "A1", "a@b.vn", "Nguyễn {Thử}", "12345 An"]
    )
    @pytest.mark.parametrize("options", [{"person_name": True}, {"autocomplete": "name"}])
    def test_what_is_not_a_name_is_refused(self, typed: str, options: dict[str, object]) -> None:
        assert f"“{typed}” không phải họ và tên." in error_of("short_text", typed, options=options)

    @pytest.mark.parametrize(
        "typed", ["Nguyễn Thị Thử", "Y Bih", "H'Hen Niê", "O’Neill-Đỗ", "ສົມ", "Danh Sà Rết (Út)"]
    )
    def test_names_of_all_peoples_are_accepted(self, typed: str) -> None:
        assert error_of("short_text", typed, options={"person_name": True}) == ""

    def test_other_texts_may_be_numbers(self) -> None:
        assert error_of("short_text", "123456") == ""


class TestFormats:
    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("14:30", "14 giờ 30 phút"), ("14h30", "14 giờ 30 phút"), ("4 giờ 5 phút", "4 giờ 05 phút"),
            ("24:00", "24 giờ 00 phút"),
            ("Khoảng 22 giờ", "khoảng 22 giờ"), ("0 giờ", "0 giờ"), ("", ""), ("2 giờ sáng", "2 giờ"),
            ("khoảng 2 giờ sáng", "khoảng 2 giờ"), ("14h30 chiều", "14 giờ 30 phút"), ("2h30 chiều", "14 giờ 30 phút"),
            ("4 giờ rưỡi", "4 giờ 30 phút"), ("nửa đêm", "0 giờ"), ("14.30", "14 giờ 30 phút"), ("12 giờ đêm", "0 giờ"),
            ("12 giờ trưa", "12 giờ"), ("1 giờ trưa", "13 giờ"), ("7 giờ tối", "19 giờ"), ("2 giờ đêm", "2 giờ"),
            ("11 giờ rưỡi khuya", "23 giờ 30 phút"),
        ],
    )  # fmt: skip
    def test_times_are_stored_in_words(self, typed: str, answer: str) -> None:
        assert (answer_of("short_text", typed, options={"format": "time"}, required=False) or "") == answer

    @pytest.mark.parametrize(
        "typed",
        [
            "25 giờ 70 phút",
            "12:60",
            "24:01",
            "sáng",
            "1430",
            "12",
            "12.",
            "9 giờ chiều",
            "13 giờ sáng",
            "không rõ",
        ],
    )
    def test_other_texts_are_not_times(self, typed: str) -> None:
        found = error_of("short_text", typed, options={"format": "time"})
        assert (
            found
            == f"“{typed}” không phải giờ, phút. Ghi theo 24 giờ như 14:30, hoặc như 2 giờ 30 phút chiều."
        )

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("2000 123 456", "2000123456"), ("2000123456-001", "2000123456-001"), ("096185001234", "096185001234"),
            ("61a8012345", "61A8012345"),
        ],
    )  # fmt: skip
    def test_business_codes_are_accepted(self, typed: str, answer: str) -> None:
        assert answer_of("short_text", typed, options={"format": "business_code"}) == answer

    @pytest.mark.parametrize(("typed", "answer"), [("4711", "4711"), ("47 11", "4711")])
    def test_codes_of_four_digits_are_accepted(self, typed: str, answer: str) -> None:
        assert answer_of("short_text", typed, options={"format": "four_digits"}) == answer

    @pytest.mark.parametrize("typed", ["abcd", "471", "47110"])
    def test_other_texts_are_not_codes_of_four_digits(self, typed: str) -> None:
        found = error_of("short_text", typed, options={"format": "four_digits"})
        assert found == f"“{typed}” không phải mã có bốn chữ số. Ghi như 4711."

    def test_number_of_a_document_has_a_digit(self) -> None:
        options = {"format": "document_number"}
        assert answer_of("short_text", "CS số 0126", options=options) == "CS số 0126"
        for typed in ("không có", "x"):
            assert error_of("short_text", typed, options=options).startswith(
                f"“{typed}” không có chữ số nào."
            )

    def test_account_has_the_digits_of_an_account(self) -> None:
        options = {"format": "bank_account"}
        assert answer_of("short_text", "0123 456, Agribank", options=options) == "0123 456, Agribank"
        for typed in ("không có tài khoản", "12345 VCB"):
            assert error_of("short_text", typed, options=options).startswith(
                f"“{typed}” không có số tài khoản."
            )

    @pytest.mark.parametrize("typed", ["abc", "12345", "20001234567", "2000123456-1"])
    def test_other_texts_are_not_business_codes(self, typed: str) -> None:
        found = error_of("short_text", typed, options={"format": "business_code"})
        assert found.startswith(f"“{typed}” không phải mã số doanh nghiệp, hộ kinh doanh.")
