"""The page for what a citizen sent for a supplement request that is no longer open; none of it is stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from forms_app.dossiers.models import Dossier
from forms_app.dossiers.models.events import text_name
from forms_app.dossiers.selectors.dossiers import named_request, open_request


def late_supplement(
    request: HttpRequest, dossier: Dossier, token: str, sent: Mapping[str, str] | None = None
) -> HttpResponse:
    """Show what was sent for a former request, for copying, and lead to the open one, if any (409).

    ``sent`` (default: the form that was posted) also names the request. If nothing was sent and nothing is asked, or
    it has arrived before, return to the dossier; if the request ended without an answer, with a word.
    """
    sent = request.POST if sent is None else sent
    asked, former = open_request(dossier), named_request(dossier, sent)
    if "autosave" in sent:
        message = _(
            "The agency is no longer waiting for this supplement. What you type here is no longer saved; copy it if "
            "you still need it, then open your dossier."
        )
        return JsonResponse({"message": message}, status=409)
    typed = [
        (item["label"], text)
        for item in (former.items if former else [])
        if (text := sent.get(text_name(item), "").strip())
        and former is not None
        and text != former.answers.get(text_name(item))
    ]
    names = [str(file.name) for _field, files in request.FILES.lists() for file in files]
    is_repeated = former is not None and former.answered_at is not None and not typed
    if asked is None and (is_repeated or not (typed or names)):
        if former is not None and former.answered_at is None:
            messages.warning(
                request, _("Nothing was sent: the agency is no longer waiting for this supplement.")
            )
        return redirect("dossiers:tracking", token)
    context = {
        "dossier": dossier, "request_": former, "typed": typed, "files": names, "asked": asked, "token": token,
    }  # fmt: skip
    return render(request, "dossiers/supplement_late.html", context, status=409)
