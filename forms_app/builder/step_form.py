"""The Django form of one step of a schema, rendered by crispy-forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.file import MultipleFileField
from forms_app.builder.schema import FieldSpec, StepSpec

Answers = Mapping[str, Any]


class StepForm(forms.Form):
    """The questions of one step. ``answers()`` returns JSON; uploaded files are in ``cleaned_data`` only."""

    def __init__(
        self,
        step: StepSpec,
        *,
        answers: Answers,
        data: QueryDict | Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        stored: Mapping[str, Sequence[Any]] | None = None,
        rejected: Mapping[str, str] | None = None,
    ) -> None:
        """``stored`` are the files uploaded earlier, by field id; a file question with any counts as answered.

        ``rejected``: why a file was not accepted, by field id, in place of the message that it is missing.
        """
        self.step = step
        self.rejected = rejected or {}
        self.stored = stored or {}
        initial = {
            spec.id: registry.get(spec.type).to_initial(answers[spec.id])
            for spec in step.fields
            if spec.id in answers
        }
        super().__init__(data=data, files=files, initial=initial)
        for spec in step.fields:
            field = self.fields[spec.id] = registry.get(spec.type).form_field(spec)
            if isinstance(field, MultipleFileField):
                field.set_stored(self.stored.get(spec.id, ()))
        self.helper = self._helper()

    def clean(self) -> dict[str, Any]:
        """Require a file for questions that must be answered and have no stored one, and an address for the post."""
        for spec in self.step.fields:
            needs_file = spec.required and registry.get(spec.type).stores_files
            if spec.id in self.rejected:
                self.add_error(spec.id, self.rejected[spec.id])
            elif needs_file and not self.stored.get(spec.id) and spec.id not in self.errors:
                self.add_error(spec.id, _("Choose a file for “%(label)s”.") % {"label": spec.label})
        missing = applicant.delivery_problem(self.cleaned_data) if self.step.id == applicant.STEP else ""
        if missing:
            self.add_error(applicant.ADDRESS, missing)
        return self.cleaned_data

    def discard_errors(self) -> None:
        """Drop all errors but those of rejected files, as after a request that only added or removed a file."""
        kept = {name: messages for name, messages in self.errors.items() if name in self.rejected}
        self._errors = ErrorDict(kept)

    def answers(self) -> dict[str, Any]:
        """Return the JSON answers of the valid fields, even if other fields have errors."""
        return {
            spec.id: field_type.to_answer(self.cleaned_data[spec.id])
            for spec in self.step.fields
            if not (field_type := registry.get(spec.type)).stores_files and spec.id in self.cleaned_data
        }

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        # The page template writes the form element, which also contains buttons and file lists.
        helper.form_tag = False
        helper.layout = Layout(*map(_layout, self.step.fields))
        return helper


def _layout(spec: FieldSpec) -> Field:
    field_type = registry.get(spec.type)
    return Field(spec.id, wrapper_class=field_type.wrapper_class, template=field_type.template_name)
