"""Hypothesis strategies: valid form definitions, and valid answers to their questions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from forms_app.builder.field_types.file import SUPPORTED_EXTENSIONS
from forms_app.builder.field_types.text import AUTOCOMPLETE_TOKENS
from forms_app.builder.schema import FieldSpec

LETTERS = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u3000")
WORDS = (
    st.text(LETTERS, min_size=1, max_size=30).map(str.strip).filter(lambda text: bool(text.strip("\u00a0 ")))
)
NAMES = st.sampled_from(["Họ tên", "Ngày sinh", "Diện tích (m²)", "Có <b>không</b>?", "“Loại” & khác"])
TITLES = NAMES | WORDS.map(lambda text: f"Câu {text}")


def _subset(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


@st.composite
def _number_options(draw: st.DrawFn) -> dict[str, Any]:
    options = draw(_subset(decimals=st.integers(0, 6), unit=st.sampled_from(["m²", "%", "đồng", "kg"])))
    options |= draw(_subset(unit_price=st.integers(1, 10**9)))
    if draw(st.booleans()):
        lowest = draw(st.integers(-(10**6), 10**6))
        options |= {"min": lowest, "max": lowest + draw(st.integers(0, 10**6))}
    return options


OPTIONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "short_text": _subset(
        max_length=st.integers(5, 500), autocomplete=st.sampled_from(sorted(AUTOCOMPLETE_TOKENS))
    ),
    "long_text": _subset(max_length=st.integers(5, 20_000), rows=st.integers(2, 30)),
    "number": _number_options(),
    "date": st.sampled_from([{}, {"not_future": True}, {"not_past": True}, {"partial": True}]),
    "file": _subset(
        extensions=st.lists(st.sampled_from(SUPPORTED_EXTENSIONS), min_size=1, unique=True),
        max_files=st.integers(1, 20),
        max_size_mb=st.integers(1, 100),
    ),
}
CHOICES = st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=12, unique=True).map(
    lambda values: [{"value": value, "label": f"Lựa chọn {value}"} for value in values]
)
# Types whose questions have neither choices nor files.
PLAIN = (
    "short_text",
    "long_text",
    "number",
    "date",
    "yes_no",
    "citizen_id",
    "identity_document",
    "phone",
    "email",
    "address",
)
TYPES = (*PLAIN, "choice", "many_choices", "file")


@st.composite
def questions(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> Any:
    """One question without an id."""
    kind = draw(st.sampled_from(types))
    return {
        "type": kind, "label": draw(TITLES), "help": draw(st.just("") | WORDS), "required": draw(st.booleans()),
        "choices": draw(CHOICES) if kind in {"choice", "many_choices"} else [],
        "options": draw(OPTIONS.get(kind, st.just({}))),
    }  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A complete form with unique ids."""
    steps = draw(st.lists(st.lists(questions(), min_size=1, max_size=5), min_size=1, max_size=4))
    numbers = iter(range(1, 100))
    return {
        "format": 1,
        "estimated_minutes": draw(st.integers(1, 240)),
        "steps": [
            {
                "id": f"buoc_{number}", "title": draw(TITLES), "intro": draw(st.just("") | WORDS),
                "fields": [{"id": f"cau_{next(numbers)}", **question} for question in fields],
            }
            for number, fields in enumerate(steps, 1)
        ],
    }  # fmt: skip


def typed(spec: FieldSpec, today: date) -> dict[str, str | list[str]]:
    """Return valid input for one question (not for files)."""
    shift = -1 if spec.options.get("not_future") else 1 if spec.options.get("not_past") else 0
    answers: dict[str, str | list[str]] = {
        "short_text": "Đúng", "long_text": "A\nba", "number": str(spec.options.get("min", 7)),
        "date": f"{today + timedelta(days=shift):%d/%m/%Y}", "yes_no": "no", "citizen_id": "096185001234",
        "phone": "0912 345 678", "email": "dong@example.vn",
    }  # fmt: skip
    if spec.type == "identity_document":
        return {f"{spec.id}_kind": "passport", f"{spec.id}_number": "C1234567"}
    if spec.type == "address":
        return {f"{spec.id}_detail": "Ấp 1"}
    if spec.choices:
        last = spec.choices[-1].value
        return {spec.id: [last] if spec.type == "many_choices" else last}
    return {spec.id: answers[spec.type]} if spec.type in answers else {}
