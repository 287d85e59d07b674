"""Reads of forms."""

from __future__ import annotations

from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from procedures.models import Procedure


def form_in_force(procedure: Procedure) -> FormVersion | None:
    """Return the newest published version of the procedure's active form, with its definition."""
    versions = FormVersion.objects.filter(definition__procedure=procedure, definition__active=True)
    return versions.select_related("definition").order_by("-number").first()


def latest_version(definition: FormDefinition) -> FormVersion | None:
    """Return the newest published version of a form."""
    return definition.versions.order_by("-number").first()


def used_types(definition: FormDefinition) -> dict[str, str]:
    """Return the type of every field id that any published version used: an id keeps its type for ever."""
    types: dict[str, str] = {}
    for schema in definition.versions.order_by("number").values_list("schema", flat=True):
        types.update({spec.id: spec.type for spec in FormSchema.from_json(schema).fields.values()})
    return types
