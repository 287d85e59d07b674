"""The applicant's step (người yêu cầu), which publishing puts in front of every form."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from forms_app.builder.schema import Choice, FieldSpec, FormSchema, StepSpec

STEP: Final = "applicant"
FULL_NAME: Final = "full_name"
CITIZEN_ID: Final = "citizen_id"
PHONE: Final = "phone"
EMAIL: Final = "email"
ADDRESS: Final = "address"
ON_BEHALF_OF: Final = "on_behalf_of"
DELIVERY: Final = "result_delivery"
RESERVED: Final = frozenset({STEP, FULL_NAME, CITIZEN_ID, PHONE, EMAIL, ADDRESS, ON_BEHALF_OF, DELIVERY})


def step() -> StepSpec:
    """Return the current step, in Vietnamese; each published version keeps its own copy."""
    with override("vi"):
        return StepSpec(id=STEP, title=_("Person making the request"), fields=_fields())


def _fields() -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            FULL_NAME, "short_text", _("Family name, middle name and given name"), options={"autocomplete": "name"}
        ),
        FieldSpec(CITIZEN_ID, "citizen_id", _("Citizen ID number"), _("12 digits on the front of the card")),
        FieldSpec(PHONE, "phone", _("Telephone number")),
        FieldSpec(
            EMAIL, "email", _("Email"), _("To receive the dossier code and updates about each step."), required=False
        ),
        FieldSpec(ADDRESS, "address", _("Place of residence")),
        FieldSpec(
            ON_BEHALF_OF, "short_text", _("Submitted on behalf of"),
            _("Only if you are applying for someone else: that person's full name."),
            required=False,
        ),
        FieldSpec(
            DELIVERY, "choice", _("How do you want to receive the result?"),
            choices=(
                Choice("electronic", _("Electronic copy")),
                Choice("counter", _("On paper, at the one-stop desk")),
                Choice("post", _("On paper, by post to your address")),
            ),
        ),
    )  # fmt: skip


def with_applicant(schema: FormSchema) -> FormSchema:
    """Return ``schema`` with the applicant's step as its first."""
    return FormSchema(steps=(step(), *schema.steps), estimated_minutes=schema.estimated_minutes)


def is_reserved(identifier: str) -> bool:
    """Return True if ``identifier`` is used by the applicant's step."""
    return identifier in RESERVED
