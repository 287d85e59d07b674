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

from forms_app.builder import applicant, conditions
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

        ``rejected``: why a file was not accepted, by field id, shown instead of the message that it is missing.
        """
        self.step = step
        self.rejected = rejected or {}
        self.stored = stored or {}
        initial = {
            spec.id: registry.get(spec.type).to_initial(answers[spec.id])
            for spec in step.fields
            if spec.id in answers
        }
        if step.id == applicant.STEP:
            initial = applicant.only_way(step) | initial
        super().__init__(data=data, files=files, initial=initial)
        for spec in step.fields:
            field = registry.get(spec.type).form_field(conditions.as_asked(spec))
            self.fields[spec.id] = field
            field.one_of = spec.required and conditions.is_conditional(spec)  # type: ignore[attr-defined]
            if isinstance(field, MultipleFileField):
                field.set_stored(self.stored.get(spec.id, ()))
        self.helper = self._helper()

    def clean(self) -> dict[str, Any]:
        """Check what depends on the whole step: files, conditional answers, and an address for delivery by post."""
        answers, files = self.answers(), [name for name, stored in self.stored.items() if stored]
        for spec in self.step.fields:
            if spec.id in self.rejected:
                self.add_error(spec.id, self.rejected[spec.id])
            elif spec.id not in self.errors and (wrong := self._problem(spec, answers, files)):
                self.add_error(spec.id, wrong)
        missing = applicant.delivery_problem(self.cleaned_data) if self.step.id == applicant.STEP else ""
        if missing:
            self.add_error(applicant.ADDRESS, missing)
        return self.cleaned_data

    def _problem(self, spec: FieldSpec, answers: Answers, files: Sequence[str]) -> str:
        """Return what is wrong with a valid answer in combination with the others of the step; empty if nothing is."""
        stores_files = registry.get(spec.type).stores_files
        answered = spec.id in files if stores_files else conditions.is_answered(answers.get(spec.id))
        if answered and not conditions.applies(spec, answers):
            named = {"choice": conditions.choice_of(spec, self.step), "label": spec.label}
            return (
                _("“%(label)s” is answered, but “%(choice)s” is not chosen. Choose it or clear the answer.")
                % named
            )
        checked_here = stores_files or conditions.is_conditional(spec)
        if not answered and checked_here and conditions.is_required(spec, answers, files):
            return conditions.missing_answer(spec, self.step)
        return ""

    def discard_errors(self) -> None:
        """Drop all errors except those of rejected files, as after a request that only added or removed a file."""
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
