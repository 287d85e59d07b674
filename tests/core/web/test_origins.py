"""A request is of this site if scheme, host and port agree, by headers that another site cannot set."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from core.web.origins import is_same_origin


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"origin": "http://testserver"}, True),
        ({"referer": "http://testserver/mot-cua/"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://testserver"}, False),
        ({"origin": "http://testserver:81"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "same-site", "origin": "http://testserver"}, False),
        ({}, False),
    ],
)
def test_origin_is_compared_with_scheme_host_and_port(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(RequestFactory().post("/", headers=headers)) is same
