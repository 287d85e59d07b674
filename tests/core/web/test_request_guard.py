"""Malformed requests are answered with 400 before any view runs; primary keys are parsed within limits."""

from __future__ import annotations

import pytest

from core.web.request_guard import MAX_DIGITS, parse_pk

pytestmark = pytest.mark.django_db


class TestParsePk:
    @pytest.mark.parametrize(("text", "pk"), [("0", 0), ("12", 12), ("9" * 18, 10**18 - 1)])
    def test_digits_are_a_primary_key(self, text, pk):
        assert parse_pk(text) == pk

    @pytest.mark.parametrize("text", ["", "x", "-1", "1.0", " 1", "²", "١", "9" * 19, "9" * 5000])
    def test_anything_else_is_none(self, text):
        assert parse_pk(text) is None

    def test_every_accepted_number_fits_into_a_column_of_64_bits(self):
        assert 10**MAX_DIGITS - 1 < 2**63


class TestMalformedRequests:
    def test_path_of_the_greatest_length_reaches_a_view(self, client):
        assert client.get("/" + "a" * 1998 + "/").status_code == 404

    @pytest.mark.parametrize("path", ["/" + "a" * 1999 + "/", "/thu-tuc/%00/", "/tim-kiem/?q=%00"])
    def test_overlong_path_or_nul_is_refused(self, client, path):
        assert client.get(path).status_code == 400
