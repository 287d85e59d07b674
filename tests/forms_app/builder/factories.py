"""Fields and steps for tests of the builder."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils.datastructures import MultiValueDict

from accounts.models import Agency, Membership, User
from accounts.services.groups import sync_groups
from forms_app.builder import services
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FieldSpec, StepSpec
from forms_app.builder.step_form import StepForm
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.forms_app.dossiers.factories import SCHEMA, make_version


def spec_of(kind: str, **values: Any) -> FieldSpec:
    """One question ``f`` of a type."""
    return FieldSpec.from_json({"id": "f", "type": kind, "label": "Câu hỏi", **values})


def asked(spec: FieldSpec, data: dict[str, Any], **facts: Any) -> StepForm:
    """The form of a step with one question, filled in with ``data``."""
    values = MultiValueDict(
        {key: value if isinstance(value, list) else [value] for key, value in data.items()}
    )
    return StepForm(
        StepSpec("s", "Bước", fields=(spec,)), answers={}, data=values, files=MultiValueDict(), **facts
    )  # type: ignore[arg-type]


def controller(**names: str) -> tuple[User, Client]:
    """A procedure controller of the province and their browser."""
    user = MembershipFactory(
        role=Membership.Role.CONTROLLER, agency__kind=Agency.Kind.PROVINCE, user=UserFactory(**names)
    ).user
    sync_groups(user=user)
    client = Client()
    client.force_login(user)
    return user, client


def make_definition(schema: Any = SCHEMA, **values: Any) -> FormDefinition:
    """A form with a working copy."""
    procedure = values.pop("procedure", None) or make_version().procedure
    made = FormDefinition.objects.create(
        procedure=procedure,
        title=values.pop("title", "Tờ khai"),
        slug=services.free_slug("to khai"),
        **values,
    )
    return services.save_working_copy(definition=made, schema=schema, by=None)


def error_of(kind: str, typed: object, **spec: object) -> str:
    """Return the error messages for ``typed``; empty if it is accepted."""
    form = asked(spec_of(kind, **spec), {"f": typed})
    return "" if form.is_valid() else " ".join(form.errors["f"])


def answer_of(kind: str, typed: object, **spec: object) -> object:
    """Return the answer stored for ``typed``, which must be valid."""
    form = asked(spec_of(kind, **spec), {"f": typed})
    assert form.is_valid(), form.errors
    return form.answers()["f"]
