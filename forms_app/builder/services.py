"""Change forms: keep a working copy, publish it as a new immutable version."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, InvalidInput, NotAllowed
from core.text import clean, slugify
from forms_app.builder import validation
from forms_app.builder.applicant import with_applicant
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import latest_version, used_types
from procedures.models import Procedure

PERMISSION = "builder.change_formdefinition"
# The column has 80; a number may follow.
SLUG_LENGTH = 70


def check_permission(by: User | None) -> None:
    """Refuse who may not edit forms; ``None`` is the system itself (commands, demo)."""
    if by is not None and not by.has_perm(PERMISSION):
        raise NotAllowed


def save_draft(*, definition: FormDefinition, schema: Any, by: User | None) -> FormDefinition:
    """Keep ``schema`` as the working copy, whatever is unfinished in it; only the editor must be able to show it."""
    check_permission(by)
    read, found = validation.read(schema)
    if read is not None:
        found = validation.foreign(read)
    if read is None or found:
        raise InvalidInput("\n".join(map(str, found)))
    definition.draft = read.to_json()
    definition.save()
    return definition


@transaction.atomic
def publish(
    *,
    definition: FormDefinition,
    schema: Any = None,
    by: User | None = None,
    now: datetime | None = None,
    seen: str | None = None,
) -> FormVersion:
    """Publish ``schema`` (or the working copy) and return the version; unchanged content gives the one there is.

    ``seen`` is the stamp of the form as the editor looked at it: ``Conflict`` where it is another one by now.
    ``InvalidInput`` lists every problem, also an id that was published with another type.
    """
    check_permission(by)
    locked = FormDefinition.objects.select_for_update().get(pk=definition.pk)
    if seen is not None and seen != locked.stamp:
        raise Conflict(_("The form has changed since you looked at it. Look again, then publish."))
    read, found = validation.read(locked.draft if schema is None else schema)
    if read is not None:
        found += validation.problems(read, used_types(locked))
    if read is None or found:
        raise InvalidInput("\n".join(map(str, found)))
    whole = with_applicant(read)
    last = latest_version(locked)
    if last and last.digest == whole.digest:
        return last
    locked.draft = read.to_json()
    locked.save()
    return FormVersion.objects.create(
        definition=locked, number=last.number + 1 if last else 1, schema=whole.to_json(), digest=whole.digest,
        published_at=now or timezone.now(), published_by=by,
    )  # fmt: skip


@transaction.atomic
def import_form(*, data: Any, by: User | None = None) -> FormDefinition:
    """Make or update the working copy from an export (``export_form``); ``InvalidInput`` says what is wrong.

    An update goes to the form that is active for the procedure.
    """
    check_permission(by)
    read, found = validation.read(data)
    if read is None:
        raise InvalidInput("\n".join(map(str, found)))
    code, title = str(data.get("procedure", "")), clean(str(data.get("title", "")))
    procedure = Procedure.objects.filter(core_code=code).first()
    if procedure is None:
        raise InvalidInput(_("There is no procedure with the code “%(code)s”.") % {"code": code})
    definition = FormDefinition.objects.filter(procedure=procedure, active=True).first()
    if definition is None:
        definition = FormDefinition(procedure=procedure, slug=free_slug(f"{title} {code}"))
    definition.title = title or procedure.title[:250]
    return save_draft(definition=definition, schema=read.to_json(), by=by)


def free_slug(name: str) -> str:
    """Return a slug of ``name`` that no form has."""
    base = slugify(name, max_length=SLUG_LENGTH) or "bieu-mau"
    taken = set(FormDefinition.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (f"{base}-{number}" if number > 1 else base for number in count(1))
    return next(slug for slug in candidates if slug not in taken)


def export_form(definition: FormDefinition) -> dict[str, Any]:
    """Return the working copy as ``import_form`` reads it."""
    schema = FormSchema.from_json(definition.draft).to_json()
    return {"procedure": definition.procedure.core_code, "title": definition.title, **schema}
