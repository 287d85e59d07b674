"""Refuse requests that no browser sends before they reach a query."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _

from core.text import MAX_DIGITS
from core.web import error_views
from core.web.csp import ADMIN_PREFIX

#: Longer than any address of the portal; the limit of a proxy in front is usually twice this.
MAX_PATH: Final = 2000
#: Django's message for an invalid key or number.
_NOT_A_KEY: Final = re.compile("expected a number but got|invalid literal for int")


class MalformedRequestMiddleware:
    """Answer 400 to a NUL in the address, which PostgreSQL rejects with an error, and to overlong paths.

    A body above ``REQUEST_MAX_BYTES`` is answered with 413 before it is read: it would be spooled to the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if "\x00" in path or len(path) > MAX_PATH or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("malformed address")
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdecimal() and int(length[:MAX_DIGITS]) > settings.REQUEST_MAX_BYTES:
            return error_views.too_large(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Treat what Wagtail's views do not expect as a mistake of the sender.

        Its choosers take keys as text, its widgets read how many rows a form has from a field that a browser always
        sends, and its views delete without checking which rows are protected.
        """
        if not request.path_info.startswith(ADMIN_PREFIX):
            return None
        if isinstance(exception, (ProtectedError, RestrictedError)):
            messages.error(request, _("This cannot be deleted: other data depends on it."))
            return HttpResponseRedirect(request.get_full_path())
        if isinstance(exception, MultiValueDictKeyError):
            raise SuspiciousOperation("incomplete form") from exception
        if isinstance(exception, ValueError) and _NOT_A_KEY.search(str(exception)):
            raise Http404 from exception
        return None
