"""From a step of the schema to a Django form that crispy-forms renders."""

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

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.file import ManyFilesField
from forms_app.builder.schema import FieldSpec, StepSpec

Answers = Mapping[str, Any]


class StepForm(forms.Form):
    """The questions of one step. ``answers()`` is JSON; files stay in ``cleaned_data``."""

    def __init__(
        self,
        step: StepSpec,
        *,
        answers: Answers,
        data: QueryDict | Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        stored: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        """``stored`` are the files kept before, by field id; with them a file question counts as answered."""
        self.step = step
        self.stored = stored or {}
        initial = {
            spec.id: registry.get(spec.type).to_initial(answers[spec.id])
            for spec in step.fields
            if spec.id in answers
        }
        super().__init__(data=data, files=files, initial=initial)
        for spec in step.fields:
            field = self.fields[spec.id] = registry.get(spec.type).form_field(spec)
            if isinstance(field, ManyFilesField):
                field.keep(self.stored.get(spec.id, ()))
        self.helper = self._helper()

    def clean(self) -> dict[str, Any]:
        """Ask for files where none was stored yet."""
        for spec in self.step.fields:
            field = self.fields[spec.id]
            if (
                isinstance(field, ManyFilesField)
                and field.needed
                and not field.stored
                and spec.id not in self.errors
            ):
                self.add_error(spec.id, _("Choose a file for “%(label)s”.") % {"label": spec.label})
        return self.cleaned_data

    def forget_errors(self) -> None:
        """Show what was typed without judging it: the person only added or removed a file."""
        self._errors = ErrorDict()

    def answers(self) -> dict[str, Any]:
        """Return the JSON answers of the fields that are valid; also of a form that has errors elsewhere."""
        return {
            spec.id: field_type.to_answer(self.cleaned_data[spec.id])
            for spec in self.step.fields
            if not (field_type := registry.get(spec.type)).stores_files and spec.id in self.cleaned_data
        }

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        # The page brings the form element, so that buttons and lists of files stand inside it.
        helper.form_tag = False
        helper.layout = Layout(*map(_layout, self.step.fields))
        return helper


def _layout(spec: FieldSpec) -> Field:
    field_type = registry.get(spec.type)
    return Field(spec.id, wrapper_class=field_type.wrapper_class, template=field_type.template_name)
