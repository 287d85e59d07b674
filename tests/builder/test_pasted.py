"""What people really put into a field: copied from contacts, spreadsheets, chats, a Mac, an input method."""

from __future__ import annotations

import unicodedata

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder.field_types.text import as_keyed
from tests.builder.factories import asked, spec_of

FULL_WIDTH = str.maketrans("0123456789+-/.,@", "０１２３４５６７８９＋－／．，＠")
# What copying puts around a number: direction marks, no-break and zero-width spaces, tabs, line ends, a soft hyphen.
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
# Decomposed as a Mac or an iPhone sends it.
NFD = [
    ("short_text", "Nguyễn Thị Ánh Tuyết"), ("short_text", "Ấp Đường Kéo, xã Đất Mũi"),
    ("long_text", "Kính gửi\nỦy ban"),
    ("short_text", "Trần Văn Đượm"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def answer_of(kind: str, typed: str, **values):
    form = asked(spec_of(kind, **values), {"f": typed})
    assert form.is_valid(), form.errors
    return form.answers()["f"]


def error_of(kind: str, typed: str, **values) -> str:
    form = asked(spec_of(kind, **values), {"f": typed})
    assert not form.is_valid(), form.answers()
    assert form.answers() == {}
    return " ".join(form.errors["f"])


@pytest.mark.parametrize("around", AROUND, ids=ascii)
@pytest.mark.parametrize(("kind", "options", "typed", "answer"), PLAIN)
def test_what_copying_puts_around_is_not_part_of_the_answer(kind, options, typed, answer, around) -> None:
    assert answer_of(kind, f"{around[0]}{typed}{around[1]}", options=options) == answer


@pytest.mark.parametrize(("kind", "options", "typed", "answer"), PLAIN)
def test_full_width_signs_of_an_input_method_are_read(kind, options, typed, answer) -> None:
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
def test_every_dash_is_a_dash(kind: str, typed: str, answer: str, dash: str) -> None:
    assert answer_of(kind, typed.format(dash)) == answer


@pytest.mark.parametrize(("kind", "text"), NFD)
def test_decomposed_letters_are_the_same_letters(kind: str, text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    assert answer_of(kind, decomposed) == text


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_a_limit_counts_letters_as_people_do(kind: str) -> None:
    """``ộ`` is one letter though a Mac sends three characters."""
    decomposed = unicodedata.normalize("NFD", "ộ" * 10)
    assert len(decomposed) == 30
    assert answer_of(kind, decomposed, options={"max_length": 10}) == "ộ" * 10
    assert "tối đa 10 ký tự. Bạn đã viết 11." in error_of(kind, decomposed + "a", options={"max_length": 10})


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_no_browser_cuts_what_is_pasted(kind: str) -> None:
    """``maxlength`` drops the end of a pasted text without a word; the server says how much is too much."""
    assert "maxlength" not in str(asked(spec_of(kind, options={"max_length": 10}), {})["f"])


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
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
def test_what_is_more_than_an_answer_is_said_back(kind: str, typed: str, said: str) -> None:
    assert said in error_of(kind, typed)


@pytest.mark.parametrize(
    "kind", ["citizen_id", "phone", "number", "date", "email", "short_text", "long_text"]
)
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u3000", "\u200b", "\ufeff\u2060"], ids=ascii)
def test_nothing_visible_is_no_answer(kind: str, blank: str) -> None:
    assert "Điền “Câu hỏi”" in error_of(kind, blank)
    optional = asked(spec_of(kind, required=False), {"f": blank})
    assert optional.is_valid(), optional.errors
    assert optional.answers()["f"] in ("", None)


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% load x %}", "' OR 1=1 --", "%s %(x)s", "=cmd|' /C'!A0", "\\"]
)  # fmt: skip
def test_text_is_kept_as_it_is_and_shown_as_text(kind: str, text: str) -> None:
    spec = spec_of(kind)
    assert answer_of(kind, text) == text
    again = asked(spec, {"f": text})
    assert "<script>" not in str(again["f"])


@pytest.mark.parametrize("text", ["%s", "%d %s", "%", "100%", "{x}"])
@pytest.mark.parametrize("kind", ["citizen_id", "phone", "number", "date"])
def test_a_percent_sign_breaks_no_message(kind: str, text: str) -> None:
    assert text.replace(" ", "") in error_of(kind, text).replace(" ", "")


@pytest.mark.parametrize("kind", ["citizen_id", "phone", "number", "date", "email"])
def test_a_megabyte_is_answered_shortly(kind: str) -> None:
    assert len(error_of(kind, "x" * 1_000_000)) < 300


@given(st.text(max_size=80))
def test_as_keyed_is_idempotent_and_leaves_ascii_alone(text: str) -> None:
    once = as_keyed(text)
    assert as_keyed(once) == once
    plain = "".join(letter for letter in text if " " <= letter <= "~")
    assert as_keyed(plain) == plain


@given(st.text(st.characters(categories=["L", "M", "N"]), max_size=40))
def test_letters_of_every_script_survive_the_reading(text: str) -> None:
    """Only full-width signs change; a letter that looks like another one does not."""
    kept = [letter for letter in text if not "\uff01" <= letter <= "\uff5e"]
    assert list(as_keyed("".join(kept))) == kept
