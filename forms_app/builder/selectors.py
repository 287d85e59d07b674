"""Queries on forms and their versions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from forms_app.builder.applicant import with_applicant
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.schema_diff import Change, schema_changes
from procedures.control import controlled_procedures, controls_province
from procedures.models import Procedure


def controlled_forms(user: User | AnonymousUser) -> QuerySet[FormDefinition]:
    """Return the forms of the procedures that ``user`` controls."""
    found: QuerySet[FormDefinition] = FormDefinition.objects.all()
    return found if controls_province(user) else found.filter(procedure__in=controlled_procedures(user))


def form_in_force(procedure: Procedure) -> FormVersion | None:
    """Return the newest published version of the procedure's active form, with its definition."""
    versions = FormVersion.objects.filter(definition__procedure=procedure, definition__active=True)
    return versions.select_related("definition").order_by("-number").first()


def latest_version(definition: FormDefinition) -> FormVersion | None:
    """Return the newest published version of a form."""
    return definition.versions.order_by("-number").first()


def used_types(definition: FormDefinition) -> dict[str, str]:
    """Return the type of every field id in any published version; an id never changes its type."""
    types: dict[str, str] = {}
    for schema in definition.versions.order_by("number").values_list("schema", flat=True):
        types.update({spec.id: spec.type for spec in FormSchema.from_json(schema).fields.values()})
    return types


def with_live(definitions: QuerySet[FormDefinition]) -> QuerySet[FormDefinition]:
    """Add ``live_number``, ``live_digest`` and ``live_at`` of each form's newest version; None before the first one."""
    newest = FormVersion.objects.filter(definition=OuterRef("pk")).order_by("-number")
    return definitions.annotate(
        live_number=Subquery(newest.values("number")[:1]),
        live_digest=Subquery(newest.values("digest")[:1]),
        live_at=Subquery(newest.values("published_at")[:1]),
    )


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """A version with its changes from the previous one; ``changes`` is None for the first."""

    version: FormVersion
    changes: list[Change] | None


def version_history(definition: FormDefinition) -> list[VersionChanges]:
    """Return all versions with their publishers, newest first; one query."""
    versions = list(definition.versions.select_related("published_by").order_by("number"))
    schemas = [FormSchema.from_json(version.schema) for version in versions]
    compared = [schema_changes(old, new) for old, new in pairwise(schemas)]
    first = [VersionChanges(version, None) for version in versions[:1]]
    later = [VersionChanges(*pair) for pair in zip(versions[1:], compared, strict=True)]
    return [*first, *later][::-1]


def unpublished_changes(schema: FormSchema, live: FormVersion | None) -> list[Change]:
    """Return what publishing ``schema`` would change for citizens."""
    old = FormSchema.from_json(live.schema) if live else FormSchema()
    return schema_changes(old, with_applicant(schema))
