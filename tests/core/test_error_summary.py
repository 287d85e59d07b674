"""The error summary lists every error once, in words that make sense on their own."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils.html import strip_tags


class Sheet(forms.Form):
    name = forms.CharField(label="Họ tên")
    way = forms.CharField(label="Bạn nhận bằng cách nào?")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def summary(**errors: list[str]) -> str:
    form = Sheet({"name": "A", "way": "b"})
    form.full_clean()
    for field, texts in errors.items():
        for text in texts:
            form.add_error(None if field == "form" else field, text)
    html = render_to_string("components/error_summary.html", {"form": form})
    return re.sub(r"\s+", " ", strip_tags(html)).strip()


@pytest.mark.parametrize(
    ("field", "error", "said"),
    [
        ("name", "Hãy ghi rõ.", "Họ tên: Hãy ghi rõ."),
        ("name", "Họ tên phải có ít nhất hai chữ.", "Họ tên phải có ít nhất hai chữ."),
        ("way", "Hãy chọn một.", "Bạn nhận bằng cách nào? Hãy chọn một."),
        ("way", "Chọn câu trả lời cho “Bạn nhận bằng cách nào?”.", "Chọn câu trả lời cho “Bạn nhận bằng cách nào?”."),
    ],
)  # fmt: skip
def test_field_label_appears_once(field, error, said):
    assert summary(**{field: [error]}) == f"Có 1 chỗ cần sửa {said}"


def test_a_form_error_does_not_count_as_a_place():
    assert summary(form=["Không có hồ sơ nào với mã này."]) == "Không có hồ sơ nào với mã này."


def test_form_errors_are_listed_with_field_errors():
    text = summary(form=["Hết giờ."], name=["Hãy ghi rõ."])
    assert text == "Có 2 chỗ cần sửa Hết giờ. Họ tên: Hãy ghi rõ."


def test_an_error_of_a_hidden_field_has_no_link():
    form = Sheet({"name": "A", "way": "b", "version": "x"})
    html = render_to_string("components/error_summary.html", {"form": form})
    assert "<li>" in html
    assert "href" not in html


def test_input_is_escaped():
    assert "&lt;b&gt;" in render_to_string("components/error_summary.html", {"form": _bound("<b>")})


def test_a_form_without_errors_has_no_summary():
    assert summary() == ""


def _bound(error: str) -> Sheet:
    form = Sheet({"name": "A", "way": "b"})
    form.full_clean()
    form.add_error("name", error)
    return form
