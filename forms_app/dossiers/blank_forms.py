"""The online form of a procedure as a PDF to print and fill in by hand."""

from __future__ import annotations

from typing import Any

from core import pdf
from forms_app.builder import conditions
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.printed_forms import TEMPLATES
from forms_app.dossiers.selectors.filing import FilingOffer


def blank_form(offer: FilingOffer) -> bytes:
    """Return the PDF of the form in force, with every question in Vietnamese and in order."""
    schema = FormSchema.from_json(offer.form.schema)
    agencies = list(offer.agencies[:2])
    data = {
        "heading": "Tờ khai",
        "title": offer.version.content.title,
        "code": offer.procedure.core_code,
        "receiver": agencies[0].name if len(agencies) == 1 else "",
        "steps": [
            {
                "title": step.title,
                "intro": step.intro,
                "questions": [_question(spec) for spec in step.fields if not _is_file(spec)],
            }
            for step in schema.steps
            if not all(map(_is_file, step.fields))
        ],
        "signers": [name.upper() for name in schema.signers or ("Người khai",)],
        "documents": [spec.label for spec in schema.fields.values() if _is_file(spec)],
    }
    return pdf.render(TEMPLATES / "blank-form.typ", data)


def _is_file(spec: FieldSpec) -> bool:
    return registry.get(spec.type).stores_files


def _question(spec: FieldSpec) -> dict[str, Any]:
    field_type = registry.get(spec.type)
    return {
        "label": spec.label,
        "help": spec.help,
        "required": spec.required and not conditions.is_conditional(spec),
        "choices": list(field_type.blank_choices(spec)),
        "lines": field_type.blank_lines,
    }
