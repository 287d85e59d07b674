"""Django forms of the form editor."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import BlockField
from wagtail.log_actions import registry as log_registry
from wagtail.snippets.widgets import AdminSnippetChooser

from core.display import date_text, time_text
from core.text import clean
from forms_app.builder import applicant, services, validation
from forms_app.builder.admin import blocks
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import RESULT_WAYS, FormSchema
from forms_app.builder.selectors import used_types
from procedures.control import limit_choice
from procedures.models import Procedure

MAX_IMPORT_BYTES = 1024 * 1024
# What a form says apart from its steps.
_OF_THE_WHOLE = ("estimated_minutes", "result_ways", "signers")


class FormDefinitionForm(WagtailAdminModelForm):
    """Title, state and working copy of an online form. An unfinished one may be saved; publishing checks it."""

    estimated_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes to fill in"), min_value=1, max_value=validation.MAX_MINUTES, initial=10
    )
    result_ways = forms.MultipleChoiceField(
        label=gettext_lazy("Ways of receiving the result"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "What the law allows for this procedure; citizens choose one of them. Only one: for example a marriage "
            "certificate, which both sign at the desk."
        ),
        error_messages={"required": gettext_lazy("Choose at least one way of receiving the result.")},
    )
    signers = forms.CharField(
        label=gettext_lazy("Who signs the printed form"),
        required=False,
        help_text=gettext_lazy(
            "Separated by commas, for example both sides of a marriage: Bên nam, Bên nữ. Empty: only the person "
            "making the request."
        ),
    )
    data: Any
    # The hash of the form when the editor opened it.
    content_hash = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = FormDefinition
        fields = ["procedure", "title", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].widget = AdminSnippetChooser(Procedure)
        limit_choice(self.fields["procedure"], self.for_user)
        block = blocks.steps_block()
        working_copy = self.instance.working_copy
        self.current = self.instance.content_hash if self.instance.pk else ""
        self.fields["steps"] = BlockField(block=block, label=gettext_lazy("Steps"), required=False)
        self.initial["steps"] = block.to_python(blocks.to_blocks(working_copy.get("steps", [])))
        self.initial["estimated_minutes"] = working_copy.get("estimated_minutes", 10)
        ways = self.fields["result_ways"]
        ways.choices = list(applicant.way_labels().items())
        self.initial["result_ways"] = working_copy.get("result_ways", list(RESULT_WAYS))
        self.initial["signers"] = ", ".join(working_copy.get("signers", []))
        self.initial["content_hash"] = self.current

    def clean_title(self) -> str:
        """Return the title in NFC with single spaces."""
        return clean(self.cleaned_data["title"])

    def clean_signers(self) -> list[str]:
        """Return the names as a list."""
        names = [name for part in self.cleaned_data["signers"].split(",") if (name := clean(part))]
        if problem := validation.signer_problem(names):
            raise forms.ValidationError(problem)
        return names

    def clean(self) -> dict[str, Any]:
        """Build the working copy, with new ids where they are missing."""
        data = super().clean()
        self._reject_second_active_form(data)
        if self.current and data.get("content_hash") != self.current:
            self._report_conflict()
        elif {"steps", *_OF_THE_WHOLE} <= data.keys():
            used = used_types(self.instance) if self.instance.pk else {}
            steps = blocks.fill_identifiers(blocks.from_blocks(data["steps"]), used)
            whole = {name: data[name] for name in _OF_THE_WHOLE}
            self.instance.working_copy = FormSchema.from_json({"steps": steps, **whole}).to_json()
        if not self.instance.slug and data.get("procedure"):
            name = f"{data.get('title', '')} {data['procedure'].core_code}"
            self.instance.slug = services.free_slug(name)
        return data

    def _reject_second_active_form(self, data: dict[str, Any]) -> None:
        if not (data.get("active") and data.get("procedure")):
            return
        others = FormDefinition.objects.filter(procedure=data["procedure"], active=True)
        if other := others.exclude(pk=self.instance.pk).first():
            message = _(
                "The form “%(title)s” is open for filing for this procedure. Close it for filing first."
            )
            self.add_error("active", message % {"title": other.title})

    def _report_conflict(self) -> None:
        """Name the other editor and keep what was typed; saving again overwrites their work."""
        self.data = self.data.copy()
        self.data[self.add_prefix("content_hash")] = self.current
        last = log_registry.get_logs_for_instance(self.instance).select_related("user").first()
        message = _(
            "%(who)s saved this form at %(when)s, after you opened it. Your changes have not been saved. "
            "Compare the two in a second window. If you save again, your text replaces theirs."
        )
        who = str(last.user) if last and last.user else _("Someone else")
        moment = self.instance.working_copy_changed_at
        when = f"{time_text(moment)} {date_text(moment)}"
        self.add_error(None, message % {"who": who, "when": when})


class ImportForm(forms.Form):
    """Upload of an exported form."""

    file = forms.FileField(label=gettext_lazy("JSON file"))

    def clean_file(self) -> Any:
        """Return the parsed JSON of the file, with its structure checked."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_IMPORT_BYTES:
            raise forms.ValidationError(_("The file is too large to contain a form."))
        try:
            data = json.loads(upload.read().decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("The file is not JSON: %(error)s.") % {"error": error}) from error
        _schema, found = validation.read_schema(data)
        if found:
            raise forms.ValidationError([str(problem) for problem in found])
        return data
