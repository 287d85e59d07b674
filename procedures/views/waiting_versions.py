"""A controller's page in the admin about a version that has not begun: give it another day, or withdraw it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Locale

from accounts.models import User
from core.display import date_text
from core.errors import InvalidInput, PortalError
from procedures.models import Procedure, ProcedureVersion
from procedures.models.pages import pages_of
from procedures.selectors import history
from procedures.services import waiting_versions
from procedures.views.lifecycle import add_errors, for_controllers


class DayForm(forms.Form):
    """Another first day for a version; a day in the past is confirmed."""

    day = forms.DateField(label=gettext_lazy("Effective from"), widget=AdminDateInput)

    def clean(self) -> dict[str, Any]:
        """Ask for confirmation of a past day, of exactly that day."""
        data: dict[str, Any] = super().clean() or {}
        day = data.get("day")
        if day is not None and day < timezone.localdate():
            self._ask_about(day)
        return data

    def _ask_about(self, day: date) -> None:
        text = _("I confirm: the new content has applied since %(day)s, a day in the past.")
        self.fields["past_day"] = forms.MultipleChoiceField(
            label=_("A day in the past"),
            choices=[(day.isoformat(), text % {"day": date_text(day)})],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("Dossiers keep the version under which they were filed."),
        )
        answers: Any = self.data
        if day.isoformat() not in answers.getlist("past_day"):
            message = _("The public page will say so at once. Check the date, then confirm it.")
            self.add_error("past_day", message)


@require_http_methods(["GET", "POST"])
@for_controllers
def waiting_version(request: HttpRequest, procedure: Procedure, *, by: User, number: int) -> HttpResponse:
    """Show what a waiting version would replace; withdraw it (button ``withdraw``) or give it another day."""
    found = history(procedure.pk)
    version = next((one for one in found.versions if one.number == number), None)
    if version is None:
        raise Http404
    is_moving = request.method == "POST" and "withdraw" not in request.POST
    form = DayForm(request.POST if is_moving else None, initial={"day": version.valid_from})
    if request.method == "POST" and (not is_moving or form.is_valid()):
        try:
            done = _move(version, form.cleaned_data["day"], by) if is_moving else _withdraw(version, by)
        except InvalidInput as error:
            add_errors(form, error)
        except PortalError as error:
            messages.error(request, error.message)
            return redirect("procedures_entry", procedure.pk)
        else:
            messages.success(request, done)
            return redirect("procedures_entry", procedure.pk)
    elif request.method == "GET" and not version.is_waiting():
        messages.error(
            request, _("Version %(number)d has begun, or another one has replaced it.") % {"number": number}
        )
        return redirect("procedures_entry", procedure.pk)
    page = pages_of(procedure.pk, Locale.get_default().pk).first()
    context = {
        "form": form,
        "procedure": procedure,
        "version": version,
        "is_only_one": all(one == version or one.never_in_force for one in found.versions),
        "has_draft": page is not None and page.has_unpublished_changes,
        "title": _("Version %(number)d: withdraw or change the day") % {"number": number},
        "subtitle": str(procedure),
    }
    return render(request, "procedures/admin/waiting_version.html", context)


def _move(version: ProcedureVersion, day: date, by: User) -> str:
    moved = waiting_versions.move_version(procedure=version.procedure, number=version.number, day=day, by=by)
    text = _("The content of version %(old)d applies from %(day)s, as version %(new)d.")
    return text % {"old": version.number, "day": date_text(day), "new": moved.number}


def _withdraw(version: ProcedureVersion, by: User) -> str:
    waiting_versions.withdraw_version(procedure=version.procedure, number=version.number, by=by)
    text = _(
        "Version %(number)d has been withdrawn; it was never in force. Its text is in the history of the page."
    )
    return text % {"number": version.number}
