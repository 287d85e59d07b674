"""The signed cookie, one per procedure, that brings a browser back to its draft; and the page when it no longer can.

A browser whose draft was taken over on another device, erased or expired, or that has lost its cookie, raises
``NoDraft``: the page explains it and offers to start again with what was just sent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone

from core.web.submitted_fields import kept_fields
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FormSchema, StepSpec
from forms_app.dossiers.models import Draft
from forms_app.dossiers.responses import private
from forms_app.dossiers.selectors.filing import draft_by_token, filing_offer
from forms_app.dossiers.services.drafts import LIFETIME

View = Callable[..., HttpResponseBase]
SALT: Final = "forms_app.dossiers.draft"
# Input with the id of the step to which what was typed without a draft belongs.
RESTORED_STEP: Final = "restored_step"


class NoDraft(Exception):
    """This browser has no draft for the page it asks for.

    ``had_one``: it has the cookie of a draft that no longer exists.
    """

    def __init__(self, *, had_one: bool) -> None:
        super().__init__()
        self.had_one = had_one


def cookie_name(core_code: str) -> str:
    """Return the name of the cookie; with https, a sibling site under the same domain cannot set it."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}draft_{core_code.replace('.', '_')}"


def set_token(response: HttpResponse, core_code: str, token: str, *, on_shared_device: bool = False) -> None:
    """Store the draft's token for the remaining lifetime of the draft, or until the browser is closed."""
    response.set_signed_cookie(
        cookie_name(core_code), token, salt=SALT, httponly=True, samesite="Lax",
        max_age=None if on_shared_device else int(LIFETIME.total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip


def prolong(response: HttpResponse, request: HttpRequest, draft: Draft) -> None:
    """Extend the cookie to the lifetime of the draft that was just saved."""
    core_code = draft.procedure_version.procedure.core_code
    set_token(response, core_code, token_of(request, core_code), on_shared_device=draft.on_shared_device)


def delete_token(response: HttpResponse, core_code: str) -> None:
    """Delete the draft's token from the browser."""
    name = cookie_name(core_code)
    response.delete_cookie(name, samesite="Lax")
    # Browsers accept a cookie with the prefix only if it is secure, even to delete it.
    response.cookies[name]["secure"] = bool(settings.SESSION_COOKIE_SECURE)


def token_of(request: HttpRequest, core_code: str) -> str:
    """Return the token that the browser sent; empty if there is none or it was tampered with."""
    return request.get_signed_cookie(cookie_name(core_code), default="", salt=SALT) or ""


def draft_of(request: HttpRequest, core_code: str) -> Draft | None:
    """Return this browser's unexpired draft for a procedure."""
    token = token_of(request, core_code)
    draft = draft_by_token(token, timezone.now()) if token else None
    return draft if draft and draft.procedure_version.procedure.core_code == core_code else None


def own_draft_of(request: HttpRequest, core_code: str) -> Draft:
    """Return this browser's unexpired draft; raises as ``raise_no_draft``."""
    draft = draft_of(request, core_code)
    if draft is None:
        raise_no_draft(request, core_code)
    return draft


def raise_no_draft(request: HttpRequest, core_code: str) -> NoReturn:
    """Raise ``NoDraft``."""
    raise NoDraft(had_one=bool(token_of(request, core_code)))


def own_draft(view: View) -> View:
    """Make ``view`` a private page about this browser's draft; ``NoDraft`` becomes a page that explains it."""

    @wraps(view)
    def inner(request: HttpRequest, core_code: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, core_code, *args, **kwargs)
        except NoDraft as reason:
            return _no_draft_page(request, core_code, kwargs.get("step_id", ""), had_one=reason.had_one)

    return private(inner)


def _no_draft_page(request: HttpRequest, core_code: str, step_id: str, *, had_one: bool) -> HttpResponse:
    """Answer 404, or 409 with what was sent; a procedure that cannot be filed here gets the usual 404."""
    offer = filing_offer(core_code)
    if offer is None and not had_one:
        raise Http404
    step = FormSchema.from_json(offer.form.schema).step(step_id) if offer else None
    sent = own_inputs(request.POST, step) if step else QueryDict()
    context = {
        "core_code": core_code,
        "had_one": had_one,
        "draft_lifetime": LIFETIME,
        "offered": offer is not None,
        "step_id": step_id,
        "typed": _typed(sent, step) if step else [],
        "kept": kept_fields(sent),
        "files": bool(request.FILES),
    }
    status = 409 if request.method == "POST" else 404
    return render(request, "dossiers/no_draft.html", context, status=status)


def own_inputs(data: QueryDict, step: StepSpec) -> QueryDict:
    """Return what was sent for the questions of ``step``; a question can have several inputs (``address_province``)."""
    ids, parts = {spec.id for spec in step.fields}, tuple(f"{spec.id}_" for spec in step.fields)
    own = QueryDict(mutable=True)
    for name, texts in data.lists():
        if name in ids or name.startswith(parts):
            own.setlist(name, texts)
    return own


def _typed(sent: QueryDict, step: StepSpec) -> list[tuple[str, str]]:
    """Return question and text of what was typed; ticks and choices are quickly repeated."""
    inputs = {
        f"{spec.id}{ending}": spec.label
        for spec in step.fields
        for ending in registry.get(spec.type).typed_inputs
    }
    return [(label, text) for name, label in inputs.items() for text in sent.getlist(name) if text.strip()]
