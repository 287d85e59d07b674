"""From a step of the schema to a Django form that crispy-forms renders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from forms_app.builder.field_types import registry
from forms_app.builder.schema import StepSpec

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
    ) -> None:
        self.step = step
        initial = {
            spec.id: registry.get(spec.type).to_initial(answers[spec.id])
            for spec in step.fields
            if spec.id in answers
        }
        super().__init__(data=data, files=files, initial=initial)
        for spec in step.fields:
            self.fields[spec.id] = registry.get(spec.type).form_field(spec)
        self.helper = self._helper()

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
        helper.layout = Layout(
            *(
                Field(spec.id, wrapper_class=registry.get(spec.type).wrapper_class)
                for spec in self.step.fields
            )
        )
        return helper
