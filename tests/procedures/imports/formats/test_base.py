"""The shape of external JSON records."""

from __future__ import annotations

import pytest

from procedures.imports.formats.base import fit
from procedures.snapshot import RecordError


class TestShapes:
    @pytest.mark.parametrize(
        ("value", "shape", "kept"),
        [
            ({"a": "x", "b": 1}, {"a": str}, {"a": "x"}),
            ({"a": None}, {"a": str}, {"a": ""}),
            ({"a": None}, {"a": [str]}, {"a": []}),
            ({"a": None}, {"a": {"*": str}}, {"a": {}}),
            ({"a": [{"b": "c", "d": None}]}, {"a": [{"*": str}]}, {"a": [{"b": "c", "d": ""}]}),
            (None, {"a": str}, {}),
        ],
    )
    def test_values_are_reduced_to_the_shape(self, value, shape, kept):
        assert fit(value, shape) == kept

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({"a": 1}, "a: cần chữ"),
            ({"b": {}}, "b: cần danh sách, không phải đối tượng"),
            ({"b": [1]}, r"b\[0\]: cần đối tượng"),
            ({"b": [{}, {"c": []}]}, r"b\[1\].c: cần chữ, không phải danh sách"),
            ("x", "cần đối tượng, không phải chữ"),
        ],
    )
    def test_wrong_type_is_reported_with_its_path(self, value, said):
        with pytest.raises(RecordError, match=said):
            fit(value, {"a": str, "b": [{"*": str}]})
