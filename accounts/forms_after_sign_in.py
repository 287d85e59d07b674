"""A form that a staff member sent after their session had ended, kept in the new session until they sign in again.

Sessions are in the database, so nothing of it is in the browser. It is kept for two hours, given back only to the same
person if that person is known, and contains no passwords or files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from core.web.submitted_fields import kept_fields
from core.web.throttle import Throttle, client_network

LIFETIME_SECONDS: Final = 2 * 60 * 60
MAX_FILE_NAMES: Final = 300
_KEY: Final = "kept_form"
# Anonymous visitors, too, could fill the session table.
KEPT_BY_ADDRESS: Final = Throttle("accounts.kept_form", limit=60, seconds=3600)
# Numbers that pages pass along by themselves.
_UNTYPED: Final = frozenset({"version", "next", "page_id", "based_on"})


@dataclass(frozen=True, slots=True)
class KeptForm:
    """The address of a form, the fields that were sent to it, and the names of files that have to be chosen again."""

    path: str
    fields: list[tuple[str, str]]
    files: dict[str, str]

    @property
    def data(self) -> QueryDict:
        """Return the fields as they were sent."""
        data = QueryDict(mutable=True)
        for name, text in self.fields:
            data.appendlist(name, text)
        return data

    @property
    def texts(self) -> list[str]:
        """Return the fields that people type into, for copying."""
        return [text for name, text in self.fields if name not in _UNTYPED and " " in text.strip()]


def file_names(request: HttpRequest) -> dict[str, str]:
    """Return the names of the files that were sent, by field."""
    sent = request.FILES.lists()
    return {field: ", ".join(str(file.name) for file in files)[:MAX_FILE_NAMES] for field, files in sent}


def restores(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view for staff (404 for others) whose GET shows the form again with what ``take`` returns."""
    view.restores_kept_form = True  # type: ignore[attr-defined]
    return view


def is_restored_by(request: HttpRequest) -> bool:
    """Return True if the view of ``request`` is marked by ``restores``."""
    match = request.resolver_match
    return match is not None and getattr(match.func, "restores_kept_form", False)


def keep(request: HttpRequest, *, user_id: int | None) -> str | None:
    """Keep what was sent; return the address to go to after signing in, or None if there was nothing to keep.

    ``user_id`` is None if the session had ended before, in another tab: then the next person to sign in gets it, on a
    page that itself checks the permissions for the form.
    """
    # Scripts send forms, too, but not those that the person is looking at.
    if request.method != "POST" or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return None
    fields = kept_fields(request.POST)
    if not any(text.strip() for name, text in fields if name not in _UNTYPED):
        return None
    if not KEPT_BY_ADDRESS.hit(client_network(request)):
        return None
    path = request.get_full_path()
    request.session[_KEY] = {
        "path": path, "fields": fields, "files": file_names(request), "user": user_id, "at": int(time.time()),
    }  # fmt: skip
    return path if is_restored_by(request) else reverse("accounts:kept_form")


def kept(request: HttpRequest) -> KeptForm | None:
    """Return what is kept for the person who has signed in; anything that is not theirs or is too old is discarded."""
    found = request.session.get(_KEY)
    if not found:
        return None
    if found["user"] not in {None, request.user.pk} or time.time() - found["at"] > LIFETIME_SECONDS:
        discard(request)
        return None
    return KeptForm(found["path"], [(name, text) for name, text in found["fields"]], found["files"])


def take(request: HttpRequest) -> KeptForm | None:
    """Return what was sent to the address of ``request``, and delete it."""
    found = kept(request)
    if found is None or found.path != request.get_full_path():
        return None
    discard(request)
    return found


def discard(request: HttpRequest) -> None:
    """Discard what is kept."""
    request.session.pop(_KEY, None)
