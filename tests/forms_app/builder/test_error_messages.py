"""Wording of messages to citizens: Vietnamese, short, specific (docs/design.md#voice)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.citizen_id import doubt
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.builder.factories import asked, spec_of

pytestmark = pytest.mark.django_db
TYPES = [field_type.code for field_type in registry.installed()]
CHOICES = [{"value": "a", "label": "Loại A"}, {"value": "b", "label": "Loại B"}]
# Inputs that produce every error message of a type.
JUNK = [
    "", "x", "0", "-1", "9" * 30, "1,23", "1.5", "999.999.999.999.999.999", "31/2/2020", "1/1/1700", "1/1/2999",
    "01/01/2020", "096185001", "09618500123", "003185001234", "096485001234", "096299001234", "0112345678", "a@b",
    "a" * 30_000, "%s %(x)s", "<b>", "“”",
]  # fmt: skip
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "number": [{}, {"min": 5, "max": 9}, {"decimals": 1}],
    "date": [{}, {"not_future": True}, {"not_past": True}],
}
# Django's own Vietnamese messages, which are not plain language.
FOREIGN = re.compile(
    r"Đảm bảo|hợp lệ|khả thi|vui lòng|xin hãy|[!]|None|Traceback|%\(|\bEnter\b|\bSelect\b", re.IGNORECASE
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def errors(kind: str, typed: str, options: dict[str, Any]) -> list[str]:
    spec = spec_of(kind, options=options, choices=CHOICES if registry.get(kind).has_choices else [])
    data = {"f": typed, "f_province": typed, "f_commune": typed, "f_detail": typed[:40]}
    return list(asked(spec, data).errors.get("f", []))


def cases(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(typed, options) for typed in JUNK for options in OPTIONS.get(kind, [{}])]


@pytest.mark.parametrize("kind", TYPES)
def test_every_error_message_is_a_vietnamese_sentence(kind: str) -> None:
    home = UnitFactory(name="Tỉnh Cà Mau", level="province")
    AgencyFactory(code="H12", unit=home)
    found = {(typed, error) for typed, options in cases(kind) for error in errors(kind, typed, options)}
    assert found
    for typed, error in found:
        # Some types quote the input without spaces.
        quoted = {typed.strip()[:40], typed.replace(" ", "")[:40]} - {""}
        own = re.sub("|".join(map(re.escape, quoted)) or "^$", "", error)
        assert not FOREIGN.search(own), error
        assert error.endswith((".", "”.")), error
        assert error[0].isupper() or error[0] == "“", error
        assert len(error) < 200, error


@pytest.mark.parametrize("kind", TYPES)
def test_answer_has_at_most_one_error(kind: str) -> None:
    """Only the first problem of an answer is reported."""
    for typed, options in cases(kind):
        assert len(errors(kind, typed, options)) <= (3 if kind == "address" else 1), (typed, options)


@pytest.mark.parametrize("kind", TYPES)
def test_english_interface_has_english_error_messages(kind: str) -> None:
    """Vietnamese words in an English message come from the form itself."""
    with override("en"):
        found = {
            error
            for typed, options in cases(kind)
            for error in errors(kind, "" if kind == "file" else typed, options)
        }
    assert found
    for error in found:
        assert re.search(r"\b(the|a|an|is|in|has|at|from|not|date|number)\b|“Câu hỏi”", error), error
        assert "Bạn đã" not in error


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in {"file", "address"}])
@given(text=st.text(max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_accepted_or_rejected_without_an_exception(kind: str, text: str) -> None:
    spec = spec_of(kind, choices=CHOICES if registry.get(kind).has_choices else [])
    form = asked(spec, {"f": text})
    assert bool(form.errors) == ("f" not in form.answers())


class TestTurnOfTheYear:
    """Digits 4 to 6 of a citizen ID give the year of birth; children born on 1 January have one too."""

    @pytest.mark.parametrize(
        ("moment", "number", "usual"),
        [
            ("2026-12-31T16:59:59Z", "096226000001", True),
            ("2026-12-31T16:59:59Z", "096227000001", False),
            ("2026-12-31T17:00:00Z", "096227000001", True),
            ("2026-12-31T17:00:00Z", "096327000001", True),
            ("2026-12-31T17:00:00Z", "096228000001", False),
            ("2026-12-31T17:00:00Z", "096000000001", True),
            ("2026-12-31T17:00:00Z", "096199000001", True),
        ],
    )
    def test_current_year_is_taken_from_vietnamese_time(self, moment: str, number: str, usual: bool) -> None:
        with time_machine.travel(moment, tick=False):
            assert (doubt(number) == "") == usual
