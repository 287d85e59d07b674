"""What no browser of a person sends, refused before it reaches a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase

#: Longer than any address of ours; what a proxy in front refuses is usually twice this.
MOST_PATH: Final = 2000
#: Python refuses to read numbers of thousands of digits, and no row has a longer key.
MOST_DIGITS: Final = 18


def is_key(text: str) -> bool:
    """Say whether ``text`` can be the primary key of a row. ``"²".isdigit()`` is true, ``int("²")`` is an error."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


class IntakeMiddleware:
    """Answer 400 to a NUL in the address, which PostgreSQL takes for an error of ours, and to endless paths."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if "\x00" in path or len(path) > MOST_PATH or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("the address is none of a browser")
        return self.get_response(request)
