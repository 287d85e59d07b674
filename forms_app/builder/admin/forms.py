"""The form in which an editor writes a form."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import BlockField

from forms_app.builder import validation
from forms_app.builder.admin import blocks, identifiers
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import used_types

MOST_BYTES = 1024 * 1024


class FormDefinitionForm(WagtailAdminModelForm):
    """Title, state and the working copy. It may be saved unfinished; publishing checks it."""

    estimated_minutes = forms.IntegerField(
        label=gettext_lazy("minutes it takes"), min_value=1, max_value=240, initial=10
    )

    class Meta:
        model = FormDefinition
        fields = ["procedure", "title", "slug", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        block = blocks.steps_block()
        draft = self.instance.draft
        self.fields["steps"] = BlockField(block=block, label=gettext_lazy("Steps"), required=False)
        self.initial["steps"] = block.to_python(blocks.to_blocks(draft.get("steps", [])))
        self.initial["estimated_minutes"] = draft.get("estimated_minutes", 10)

    def clean(self) -> dict[str, Any]:
        """Build the working copy; ids that are missing are made here, once."""
        data = super().clean()
        if "steps" in data and "estimated_minutes" in data:
            used = used_types(self.instance) if self.instance.pk else {}
            steps = identifiers.fill(blocks.from_blocks(data["steps"]), used)
            schema = FormSchema.from_json({"steps": steps, "estimated_minutes": data["estimated_minutes"]})
            self.instance.draft = schema.to_json()
        return data


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
