"""The applicant's step (người yêu cầu), which publishing puts in front of every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from forms_app.builder.field_types import identity_document
from forms_app.builder.schema import RESULT_WAYS, Choice, FieldSpec, FormSchema, StepSpec

STEP: Final = "applicant"
FULL_NAME: Final = "full_name"
IDENTITY: Final = "identity"
#: The personal number in forms published before other documents were accepted.
CITIZEN_ID: Final = "citizen_id"
PHONE: Final = "phone"
EMAIL: Final = "email"
ADDRESS: Final = "address"
ON_BEHALF_OF: Final = "on_behalf_of"
DELIVERY: Final = "result_delivery"
POST: Final = "post"
RESERVED: Final = frozenset(
    {STEP, FULL_NAME, IDENTITY, CITIZEN_ID, PHONE, EMAIL, ADDRESS, ON_BEHALF_OF, DELIVERY}
)


def step(language: str = "vi", ways: Sequence[str] = RESULT_WAYS) -> StepSpec:
    """Return the current step for a form with these ``ways`` of receiving the result.

    Each published version keeps its own copy in Vietnamese.
    """
    with override(language):
        return StepSpec(id=STEP, title=_("Person making the request"), fields=_fields(ways))


def way_labels() -> dict[str, str]:
    """Return the ways of receiving a result with what citizens read, in the active language."""
    return {
        "electronic": _("Electronic copy"),
        "counter": _("On paper, at the one-stop desk"),
        POST: _("On paper, by post to your address"),
    }


def restricted_ways(schema: FormSchema) -> str:
    """Return the ways of receiving the result as text if ``schema`` does not offer all of them; otherwise empty."""
    labels = way_labels()
    offered = "; ".join(labels[way] for way in schema.result_ways if way in labels)
    return "" if schema.result_ways == RESULT_WAYS else offered


def _fields(ways: Sequence[str]) -> tuple[FieldSpec, ...]:
    labels = way_labels()
    return (
        FieldSpec(
            FULL_NAME, "short_text", _("Family name, middle name and given name"), options={"autocomplete": "name"}
        ),
        FieldSpec(
            IDENTITY, "identity_document", _("Identity document"),
            _("A citizen ID number has 12 digits, on the front of the card."),
        ),
        FieldSpec(
            PHONE, "phone", _("Telephone number"), _("Abroad: with + and the country code, like +1 202 555 0100.")
        ),
        FieldSpec(
            EMAIL, "email", _("Email"), _("To receive the dossier code and updates about each step."), required=False
        ),
        FieldSpec(ADDRESS, "address", _("Place of residence")),
        FieldSpec(
            ON_BEHALF_OF, "short_text", _("Submitted on behalf of"),
            _("Only if you are applying for someone else: that person's full name."),
            required=False, options={"person_name": True},
        ),
        FieldSpec(
            DELIVERY, "choice", _("How do you want to receive the result?"),
            _("The result of this procedure can only be received in this way.") if len(ways) == 1 else "",
            choices=tuple(Choice(way, labels.get(way, way)) for way in ways),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """Kind of document (``identity_document.KINDS``) and number; both are empty if there is none."""

    kind: str
    number: str

    @property
    def label(self) -> str:
        """Return the Vietnamese name of the number: "Số định danh cá nhân" or that of the document."""
        known = self.kind and self.kind != identity_document.CARD
        return f"Số {identity_document.kind_label(self.kind).lower()}" if known else "Số định danh cá nhân"

    @property
    def masked(self) -> str:
        """Return the number with most of it hidden."""
        return identity_document.mask({"kind": self.kind, "number": self.number}) if self.number else ""

    @property
    def personal_number(self) -> str:
        """Return the Vietnamese personal number, empty for a document without one."""
        return self.number if identity_document.has_personal_number(self.kind) else ""


def identity_of(answers: Mapping[str, Any]) -> Identity:
    """Return the applicant's document from the answers to the current or an earlier version of the step."""
    document = answers.get(IDENTITY)
    if document:
        return Identity(document["kind"], document["number"])
    number = str(answers.get(CITIZEN_ID) or "")
    return Identity(identity_document.CARD if number else "", number)


def only_way(step: StepSpec) -> dict[str, str]:
    """Return the way of receiving the result as an initial value if ``step`` offers a single one."""
    ways = [choice.value for spec in step.fields if spec.id == DELIVERY for choice in spec.choices]
    return {DELIVERY: ways[0]} if len(ways) == 1 else {}


def delivery_problem(answers: Mapping[str, Any]) -> str:
    """Return what is missing for the chosen delivery of the result; empty if nothing is."""
    address = answers.get(ADDRESS)
    by_post = answers.get(DELIVERY) == POST
    return _("Enter the house number, street or hamlet, to which the result can be posted.") if (
        by_post and address and not address["detail"]
    ) else ""  # fmt: skip


def with_applicant(schema: FormSchema) -> FormSchema:
    """Return ``schema`` with the applicant's step as its first."""
    return replace(schema, steps=(step(ways=schema.result_ways), *schema.steps))


def is_reserved(identifier: str) -> bool:
    """Return True if ``identifier`` is used by the applicant's step."""
    return identifier in RESERVED
