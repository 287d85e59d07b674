"""Malformed requests are answered with 400 before any view runs."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


class TestMalformedRequests:
    def test_path_of_the_greatest_length_reaches_a_view(self, client):
        assert client.get("/" + "a" * 1998 + "/").status_code == 404

    @pytest.mark.parametrize("path", ["/" + "a" * 1999 + "/", "/thu-tuc/%00/", "/tim-kiem/?q=%00"])
    def test_overlong_path_or_nul_is_refused(self, client, path):
        assert client.get(path).status_code == 400
