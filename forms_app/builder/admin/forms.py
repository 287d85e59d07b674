"""The form in which an editor writes a form."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import BlockField
from wagtail.log_actions import registry as log_registry

from core.display import date_text, time_text
from core.text import clean
from forms_app.builder import services, validation
from forms_app.builder.admin import blocks, identifiers
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import used_types

MOST_BYTES = 1024 * 1024


class FormDefinitionForm(WagtailAdminModelForm):
    """Title, state and the working copy. It may be saved unfinished; publishing checks it."""

    estimated_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes it takes"), min_value=1, max_value=validation.LONGEST, initial=10
    )
    data: Any
    # The state of the form when the editor opened it.
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = FormDefinition
        fields = ["procedure", "title", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        block = blocks.steps_block()
        draft = self.instance.draft
        self.current = self.instance.stamp if self.instance.pk else ""
        self.fields["steps"] = BlockField(block=block, label=gettext_lazy("Steps"), required=False)
        self.initial["steps"] = block.to_python(blocks.to_blocks(draft.get("steps", [])))
        self.initial["estimated_minutes"] = draft.get("estimated_minutes", 10)
        self.initial["stamp"] = self.current

    def clean_title(self) -> str:
        """Keep the title in NFC with single spaces."""
        return clean(self.cleaned_data["title"])

    def clean(self) -> dict[str, Any]:
        """Build the working copy; ids that are missing are made here, once."""
        data = super().clean()
        self._refuse_second_form(data)
        if self.current and data.get("stamp") != self.current:
            self._say_who_was_first()
        elif "steps" in data and "estimated_minutes" in data:
            used = used_types(self.instance) if self.instance.pk else {}
            steps = identifiers.fill(blocks.from_blocks(data["steps"]), used)
            schema = FormSchema.from_json({"steps": steps, "estimated_minutes": data["estimated_minutes"]})
            self.instance.draft = schema.to_json()
        if not self.instance.slug and data.get("procedure"):
            name = f"{data.get('title', '')} {data['procedure'].core_code}"
            self.instance.slug = services.free_slug(name)
        return data

    def _refuse_second_form(self, data: dict[str, Any]) -> None:
        if not (data.get("active") and data.get("procedure")):
            return
        others = FormDefinition.objects.filter(procedure=data["procedure"], active=True)
        if other := others.exclude(pk=self.instance.pk).first():
            message = _("The procedure is filed with the form “%(title)s”. Close that one for filing first.")
            self.add_error("active", message % {"title": other.title})

    def _say_who_was_first(self) -> None:
        """Keep what was typed; only who has read this may write over the other's work."""
        self.data = self.data.copy()
        self.data[self.add_prefix("stamp")] = self.current
        last = log_registry.get_logs_for_instance(self.instance).select_related("user").first()
        message = _(
            "%(who)s saved this form at %(when)s, after you had opened it. Nothing of yours is saved yet. Compare in a "
            "second window; saving again replaces their text with yours."
        )
        who = str(last.user) if last and last.user else _("Somebody else")
        moment = self.instance.draft_changed_at
        when = f"{time_text(moment)} {date_text(moment)}"
        self.add_error(None, message % {"who": who, "when": when})


class ImportForm(forms.Form):
    """A file made by the export."""

    file = forms.FileField(label=gettext_lazy("JSON file"))

    def clean_file(self) -> Any:
        """Return the JSON of the file, whose shape is right."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large for a form."))
        try:
            data = json.loads(upload.read().decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("The file is not JSON: %(error)s.") % {"error": error}) from error
        _schema, found = validation.read(data)
        if found:
            raise forms.ValidationError([str(problem) for problem in found])
        return data
