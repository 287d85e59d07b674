"""The chooser of publication decisions, in which a missing one can be entered without leaving the page."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetCreateView,
)

from core.display import date_text
from core.text import clean, fold
from procedures.models import PublicationDecision

LEADING_DIGITS: Final = "0123456789"


class DateColumn(Column):
    """A day as 27/11/2026; empty where it is unknown."""

    def get_value(self, instance: Any) -> str:
        """Return the text of the cell."""
        day: date | None = super().get_value(instance)
        return date_text(day) if day else ""


def with_columns(view: type[Any], *more: Column) -> type[Any]:
    """Return a view of a chooser with more columns after the title."""

    def columns(self: Any) -> list[Column]:
        return [*super(made, self).columns, *more]

    made: type[Any] = type(view.__name__, (view,), {"columns": property(columns)})
    return made


class NewDecisionForm(WagtailAdminModelForm):
    """A decision that is not in the register yet. The file is added to its entry later."""

    url = forms.URLField(
        label=gettext_lazy("Address of the full text"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = PublicationDecision
        fields = ("number", "date", "agency_name", "summary", "url")
        widgets = {"date": AdminDateInput, "summary": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Ministries' lists give numbers without a date, but the decision itself states both.
        self.fields["date"].required = self.fields["agency_name"].required = True

    def clean_date(self) -> date:
        """Refuse a future date: a decision that has not been signed has no effect."""
        day: date = self.cleaned_data["date"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The date of signature is in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a decision that the register already has, however its number and agency are spelt."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        number, agency = clean(data.get("number", "")), clean(data.get("agency_name", ""))
        for known in (
            PublicationDecision.objects.filter(number__startswith=_digits_of(number)) if number else ()
        ):
            if _same(known.number, number) and _same(known.agency_name, agency):
                message = _("Decision %(number)s is in the register: find it under “%(tab)s”.")
                text = message % {"number": known.number, "tab": _("Search")}
                self.add_error("number", text)
                break
        return data


def _digits_of(number: str) -> str:
    """Return the digits before the first other character.

    A row in the register begins with them, however it is spelt.
    """
    return number[: len(number) - len(number.lstrip(LEADING_DIGITS))]


def _same(one: str, other: str) -> bool:
    return fold(clean(one)).replace(" ", "") == fold(clean(other)).replace(" ", "")


class DecisionCreateView(SnippetCreateView):
    """Enter a decision; it is recorded in its history like one entered in the register."""

    def save_form(self, form: NewDecisionForm) -> PublicationDecision:
        """Save the decision and log who entered it."""
        decision: PublicationDecision = super().save_form(form)
        log(instance=decision, action="wagtail.create", user=self.request.user, content_changed=True)
        return decision


_COLUMNS: Final = (
    DateColumn("date", label=gettext_lazy("Date of signature")),
    Column("agency_name", label=gettext_lazy("Issued by")),
)


class DecisionChooser(SnippetChooserViewSet):
    """Choose a publication decision by number, abstract or agency, the newest first; or enter a new one."""

    choose_view_class = with_columns(ChooseView, *_COLUMNS)
    choose_results_view_class = with_columns(ChooseResultsView, *_COLUMNS)
    create_view_class = DecisionCreateView
    creation_form_class = NewDecisionForm
    creation_tab_label = gettext_lazy("New decision")
    create_action_label = gettext_lazy("Add and choose")
