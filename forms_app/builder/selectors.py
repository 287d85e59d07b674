"""Reads of forms."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import OuterRef, QuerySet, Subquery

from forms_app.builder.applicant import with_applicant
from forms_app.builder.comparing import Change, changes
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


def with_live(definitions: QuerySet[FormDefinition]) -> QuerySet[FormDefinition]:
    """Add ``live_number``, ``live_digest`` and ``live_at`` of each form's newest version (None: none is published)."""
    newest = FormVersion.objects.filter(definition=OuterRef("pk")).order_by("-number")
    return definitions.annotate(
        live_number=Subquery(newest.values("number")[:1]),
        live_digest=Subquery(newest.values("digest")[:1]),
        live_at=Subquery(newest.values("published_at")[:1]),
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A version and what it changed against the one before; ``changes`` is None for the first."""

    version: FormVersion
    changes: list[Change] | None


def history(definition: FormDefinition) -> list[Published]:
    """Return all versions, the newest first, with who published them; one query."""
    versions = list(definition.versions.select_related("published_by").order_by("number"))
    schemas = [FormSchema.from_json(version.schema) for version in versions]
    compared = [changes(old, new) for old, new in pairwise(schemas)]
    first = [Published(version, None) for version in versions[:1]]
    later = [Published(*pair) for pair in zip(versions[1:], compared, strict=True)]
    return [*first, *later][::-1]


def unpublished(schema: FormSchema, live: FormVersion | None) -> list[Change]:
    """Return what publishing ``schema`` would change for citizens."""
    old = FormSchema.from_json(live.schema) if live else FormSchema()
    return changes(old, with_applicant(schema))
