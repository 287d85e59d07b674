"""A controller's pages in the admin: create a procedure, read its entry in the register, end it, show or hide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Locale
from wagtail.snippets.widgets import AdminSnippetChooser

from accounts.models import User
from core.display import date_text
from core.errors import Conflict, InvalidInput, PortalError
from core.wagtail.dependants import dependants_of
from core.wagtail.searchable_select import SearchableSelect
from procedures.control import controlled_procedures, controlled_sections
from procedures.models import (
    Procedure,
    ProcedureEnding,
    ProcedureSectionPage,
    PublicationDecision,
)
from procedures.models.pages import pages_of
from procedures.periods import last_day, was_in_force
from procedures.selectors import VersionHistory, ending_of, history
from procedures.services import lifecycle

Kind = ProcedureEnding.Kind


class DecisionForm(forms.Form):
    """The decision under which something happens, and the day from which it counts."""

    decision = forms.ModelChoiceField(
        PublicationDecision.objects.all(),
        label=gettext_lazy("Publication decision"),
        widget=AdminSnippetChooser(PublicationDecision),
    )
    day = forms.DateField(label=gettext_lazy("Effective from"), widget=AdminDateInput)


class CreateForm(DecisionForm):
    """A new procedure."""

    core_code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        help_text=gettext_lazy("For example 1.001193 or 1.001193.H12."),
    )
    title = forms.CharField(
        label=gettext_lazy("Name of the procedure"), widget=forms.Textarea(attrs={"rows": 2})
    )
    section = forms.ModelChoiceField(
        ProcedureSectionPage.objects.none(),
        label=gettext_lazy("Section of the catalogue"),
        widget=SearchableSelect,
    )
    field_order = ("core_code", "title", "section", "decision", "day")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section: Any = self.fields["section"]
        section.queryset = controlled_sections(user).order_by("path")


class EndForm(DecisionForm):
    """The end of a procedure."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, widget=forms.RadioSelect)
    successor = forms.ModelChoiceField(
        Procedure.objects.all(),
        label=gettext_lazy("Replaced by"),
        required=False,
        widget=AdminSnippetChooser(Procedure),
        help_text=gettext_lazy("Only if another procedure replaces this one."),
    )
    field_order = ("kind", "decision", "day", "successor")

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._procedure = procedure

    def clean(self) -> dict[str, Any]:
        """Drop a successor if the kind of end has none.

        Check the day, and ask for confirmation if it is in the past.
        """
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") != Kind.REPLACED:
            data["successor"] = None
        if "day" in data and "decision" in data:
            try:
                lifecycle.check_day_of_end(self._procedure, decision=data["decision"], day=data["day"])
            except InvalidInput as error:
                self.add_error("day", error.message)
            else:
                self._ask_about(data["day"])
        return data

    def _ask_about(self, day: date) -> None:
        """Ask for confirmation of a past ``day``, of exactly that day, and show what depends on the procedure."""
        if day >= timezone.localdate():
            return
        text = _("I confirm: from %(day)s, a day in the past, the procedure has not applied.")
        dependants = "; ".join(f"{row.label}: {row.number}" for row in dependants_of(self._procedure))
        self.fields["past_day"] = forms.MultipleChoiceField(
            label=_("A day in the past"),
            choices=[(day.isoformat(), text % {"day": date_text(day)})],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_(
                "These depend on it: %(rows)s. Dossiers keep the version under which they were filed."
            )
            % {"rows": dependants}
            if dependants
            else "",
        )
        answers: Any = self.data
        if day.isoformat() not in answers.getlist("past_day"):
            self.add_error(
                "past_day", _("The public page will say so at once. Check the date, then confirm it.")
            )


def for_controllers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass the person as ``by`` and, for an address with a procedure, that procedure if they control it.

    Otherwise 404.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: int | None = None, **values: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not controlled_sections(user).exists():
            raise Http404
        if pk is None:
            return view(request, by=user, **values)
        return view(request, get_object_or_404(controlled_procedures(user), pk=pk), by=user, **values)

    return guarded


def add_errors(form: forms.Form, error: PortalError) -> None:
    """Show the messages of ``error`` at the fields that it names."""
    fields = error.fields if isinstance(error, InvalidInput) else {}
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not fields:
        form.add_error(None, error.message)


@require_http_methods(["GET", "POST"])
@for_controllers
def create(request: HttpRequest, *, by: User) -> HttpResponse:
    """Create a procedure, then continue with its page."""
    form = CreateForm(request.POST or None, user=by)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            page = lifecycle.create_procedure(
                code=data["core_code"],
                title=data["title"],
                section=data["section"],
                decision=data["decision"],
                day=data["day"],
                by=by,
            )
        except PortalError as error:
            add_errors(form, error)
        else:
            text = _("The procedure has been created. Fill in its page and publish it.")
            messages.success(request, text)
            return redirect("wagtailadmin_pages:edit", page.pk)
    return render(request, "procedures/admin/form.html", {"form": form, "title": _("Create a procedure")})


def _rows_of_versions(found: VersionHistory) -> list[dict[str, Any]]:
    """Return the versions with their last day; a version that begins after the end was never in force."""
    return [
        {
            "version": version,
            "last_day": last_day(version, found.end),
            "in_force": was_in_force(version, found.end),
            "is_waiting": version.is_waiting() and was_in_force(version, found.end),
        }
        for version in found.versions
    ]


@require_GET
@for_controllers
def entry(request: HttpRequest, procedure: Procedure, *, by: User) -> HttpResponse:
    """Show the entry of the register: state, page, versions, and what depends on it."""
    # The page with the legal content; a translation may have been made in a language that was added earlier.
    page = pages_of(procedure.pk, Locale.get_default().pk).first()
    context = {
        "procedure": procedure,
        "page": page,
        "ending": ending_of(procedure.pk),
        "versions": _rows_of_versions(history(procedure.pk)),
        "dependants": dependants_of(procedure),
        "today": timezone.localdate(),
    }
    return render(request, "procedures/admin/entry.html", context)


@require_http_methods(["GET", "POST"])
@for_controllers
def end(request: HttpRequest, procedure: Procedure, *, by: User) -> HttpResponse:
    """End a procedure under a decision."""
    form = EndForm(request.POST or None, procedure=procedure)
    if request.method == "POST" and form.is_valid():
        try:
            ending = lifecycle.end_procedure(procedure=procedure, by=by, **form.cleaned_data)
        except PortalError as error:
            add_errors(form, error)
        else:
            messages.success(request, _end_message(ending))
            for text in _about_predecessors(procedure):
                messages.warning(request, text)
            return redirect("procedures_entry", procedure.pk)
    context = {
        "form": form,
        "title": _("End a procedure"),
        "subtitle": str(procedure),
        "dependants": dependants_of(procedure),
        "warnings": _about_predecessors(procedure),
    }
    return render(request, "procedures/admin/form.html", context)


def _about_predecessors(procedure: Procedure) -> list[str]:
    """Return a warning for each procedure that leads its readers to ``procedure``."""
    text = _(
        "%(code)s %(name)s is replaced by this procedure from %(day)s: its page leads readers here. If another "
        "procedure takes over, cancel that end and enter it again with the new successor."
    )
    return [
        text
        % {
            "code": one.procedure.core_code,
            "name": one.procedure.title,
            "day": date_text(one.day),
        }
        for one in lifecycle.replaced_by(procedure)
    ]


def _end_message(ending: ProcedureEnding) -> str:
    if ending.has_begun():
        text = _("The procedure no longer applies from %(day)s. Its page says so.")
    else:
        text = _("The procedure will no longer apply from %(day)s. Its page announces it.")
    return text % {"day": date_text(ending.day)}


@require_POST
@for_controllers
def cancel_end(request: HttpRequest, procedure: Procedure, *, by: User) -> HttpResponse:
    """Cancel an end that was entered by mistake."""
    return _act(
        request,
        procedure,
        lambda: lifecycle.cancel_ending(procedure=procedure, by=by),
        _("The end was cancelled."),
    )


@require_POST
@for_controllers
def show_or_hide(request: HttpRequest, procedure: Procedure, *, by: User) -> HttpResponse:
    """Show the procedure to the public, or hide it."""
    public = request.POST.get("public") == "1"
    done = _("The procedure is public.") if public else _("The procedure is not public.")
    return _act(
        request, procedure, lambda: lifecycle.set_public(procedure=procedure, public=public, by=by), done
    )


def _act(request: HttpRequest, procedure: Procedure, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except Conflict as problem:
        messages.error(request, problem.message)
    return redirect("procedures_entry", procedure.pk)
