"""Years and quantities are both numbers; only quantities are grouped."""

from __future__ import annotations

import pytest

from forms_app.builder.field_types.number import Number
from forms_app.builder.schema import FieldSpec


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"min": 1930, "max": 2012}, "1987"),
        ({"min": 1000, "max": 2999}, "1987"),
        ({"min": 1930, "max": 2012, "unit": "m"}, "1.987 m"),
        ({"min": 1, "max": 2012}, "1.987"),
        ({"min": 1930, "max": 3000}, "1.987"),
        ({"min": 1930}, "1.987"),
        ({"max": 2012}, "1.987"),
        ({}, "1.987"),
    ],
)
def test_a_number_that_can_only_be_a_year_is_not_grouped(options, shown):
    spec = FieldSpec(id="n", type="number", label="Năm sinh", options=options)
    assert Number().display(spec, "1987") == shown
