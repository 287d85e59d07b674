"""The cookie that brings a citizen back to the draft of a procedure: signed, HttpOnly, one a procedure."""

from __future__ import annotations

from typing import Final, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from forms_app.dossiers.models import Draft
from forms_app.dossiers.selectors.drafts import draft_by_token
from forms_app.dossiers.services.drafts import LIFETIME

SALT: Final = "forms_app.dossiers.draft"


class DraftElsewhere(Exception):
    """This browser had a draft that is not its own any more: taken over by another, erased, or expired."""


def _name(core_code: str) -> str:
    return f"draft_{core_code.replace('.', '_')}"


def remember(response: HttpResponse, core_code: str, token: str) -> None:
    """Put the draft's token into the citizen's browser."""
    response.set_signed_cookie(
        _name(core_code), token, salt=SALT, max_age=int(LIFETIME.total_seconds()), httponly=True, samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip


def forget(response: HttpResponse, core_code: str) -> None:
    """Take the draft's token out of the browser again."""
    response.delete_cookie(_name(core_code), samesite="Lax")


def token_of(request: HttpRequest, core_code: str) -> str:
    """Return the token that the browser brought; empty when there is none or it was tampered with."""
    return request.get_signed_cookie(_name(core_code), default="", salt=SALT) or ""


def draft_of(request: HttpRequest, core_code: str) -> Draft | None:
    """Return the live draft of this browser for a procedure."""
    token = token_of(request, core_code)
    draft = draft_by_token(token, timezone.now()) if token else None
    return draft if draft and draft.procedure_version.procedure.core_code == core_code else None


def draft_or_404(request: HttpRequest, core_code: str) -> Draft:
    """Return the live draft of this browser; ``Http404`` without one, ``DraftElsewhere`` where it had one."""
    draft = draft_of(request, core_code)
    if draft is None:
        no_draft(request, core_code)
    return draft


def no_draft(request: HttpRequest, core_code: str) -> NoReturn:
    """Refuse a browser without a draft: one that had its own is told so, a stranger gets the 404 of nothing."""
    raise DraftElsewhere if token_of(request, core_code) else Http404
