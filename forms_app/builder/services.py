"""Changes to forms: saving, importing and publishing the working copy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, InvalidInput, NotAllowed
from core.text import clean, slugify, unused_slug
from forms_app.builder import validation
from forms_app.builder.applicant import with_applicant
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import latest_version, used_types
from procedures.control import NOT_CONTROLLED, controlled_procedures
from procedures.models import Procedure

PERMISSION = "builder.change_formdefinition"
# The column holds 80 characters; a number may be appended.
SLUG_LENGTH = 70


def check_permission(by: User | None, procedure: int | None = None) -> None:
    """Raise ``NotAllowed`` if the user may not edit forms of the procedure (its key).

    ``by`` None is the system itself (commands, demo).
    """
    if by is None:
        return
    if not by.has_perm(PERMISSION):
        raise NotAllowed
    if procedure is not None and not controlled_procedures(by).filter(pk=procedure).exists():
        raise NotAllowed(str(NOT_CONTROLLED))


def save_working_copy(*, definition: FormDefinition, schema: Any, by: User | None) -> FormDefinition:
    """Save ``schema`` as the working copy. It may be unfinished, but the editor must be able to show all of it."""
    check_permission(by, definition.procedure_id)
    read, found = validation.read_schema(schema)
    if read is not None:
        found = validation.unsupported(read)
    if read is None or found:
        raise InvalidInput("\n".join(map(str, found)))
    definition.working_copy = read.to_json()
    definition.save()
    return definition


@transaction.atomic
def publish(
    *,
    definition: FormDefinition,
    schema: Any = None,
    by: User | None = None,
    now: datetime | None = None,
    expected_hash: str | None = None,
) -> FormVersion:
    """Publish ``schema`` (or the working copy) and return the version.

    For unchanged content the latest version is returned.
    ``expected_hash`` is the ``content_hash`` of the form that the editor saw: ``Conflict`` if it has changed since.
    ``InvalidInput`` lists every problem, including ids that were published with another type.
    """
    check_permission(by, definition.procedure_id)
    locked = FormDefinition.objects.select_for_update().get(pk=definition.pk)
    if expected_hash is not None and expected_hash != locked.content_hash:
        raise Conflict(_("The form has changed since you viewed it. Review it again, then publish."))
    read, found = validation.read_schema(locked.working_copy if schema is None else schema)
    if read is not None:
        found += validation.problems(read, used_types(locked))
    if read is None or found:
        raise InvalidInput("\n".join(map(str, found)))
    whole = with_applicant(read)
    last = latest_version(locked)
    if last and last.digest == whole.digest:
        return last
    locked.working_copy = read.to_json()
    locked.save()
    return FormVersion.objects.create(
        definition=locked, number=last.number + 1 if last else 1, schema=whole.to_json(), digest=whole.digest,
        published_at=now or timezone.now(), published_by=by,
    )  # fmt: skip


@transaction.atomic
def import_form(*, data: Any, by: User | None = None) -> FormDefinition:
    """Create a form from an export (``export_form``), or update the working copy of the procedure's active form.

    ``InvalidInput`` lists what is wrong with the data.
    """
    check_permission(by)
    read, found = validation.read_schema(data)
    if read is None:
        raise InvalidInput("\n".join(map(str, found)))
    code, title = str(data.get("procedure", "")), clean(str(data.get("title", "")))
    procedure = Procedure.objects.filter(core_code=code).first()
    if procedure is None:
        raise InvalidInput(_("There is no procedure with the code “%(code)s”.") % {"code": code})
    if by is not None and not controlled_procedures(by).filter(pk=procedure.pk).exists():
        raise InvalidInput(str(NOT_CONTROLLED))
    definition = FormDefinition.objects.filter(procedure=procedure, active=True).first()
    if definition is None:
        definition = FormDefinition(procedure=procedure, slug=free_slug(f"{title} {code}"))
    definition.title = title or procedure.title[:250]
    return save_working_copy(definition=definition, schema=read.to_json(), by=by)


def free_slug(name: str) -> str:
    """Return a slug derived from ``name`` that no other form has."""
    base = slugify(name, max_length=SLUG_LENGTH) or "bieu-mau"
    taken = set(FormDefinition.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return unused_slug(base, taken)


def export_form(definition: FormDefinition) -> dict[str, Any]:
    """Return the working copy in the format that ``import_form`` reads."""
    schema = FormSchema.from_json(definition.working_copy).to_json()
    return {"procedure": definition.procedure.core_code, "title": definition.title, **schema}
