"""Identity documents of people with and without a Vietnamese personal number: the kind, and a number checked by kind.

Luật Căn cước 26/2023/QH15: card (thẻ căn cước) and certificate of identity (giấy chứng nhận căn cước, for people of
Vietnamese origin whose nationality is not determined) have a personal number of 12 digits. Luật 47/2014/QH13 on
foreigners: permanent and temporary residence cards. ICAO Doc 9303: the number of a passport has at most nine letters
and digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from forms_app.builder.field_types import citizen_id
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import normalize_input
from forms_app.builder.schema import FieldSpec

PARTS: Final = ("kind", "number")
CARD: Final = "citizen_id"
SHOWN_DIGITS: Final = 3
Value = dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its name, and the pattern and the description of its number; None: a personal number."""

    label: Promise
    pattern: re.Pattern[str] | None = None
    description: Promise | str = ""


_SOME_DIGITS: Final = r"(?=[A-Z0-9]*[0-9])"
KINDS: Final[Mapping[str, Kind]] = {
    CARD: Kind(gettext_lazy("Citizen ID card")),
    "passport": Kind(
        gettext_lazy("Passport"),
        re.compile(_SOME_DIGITS + r"[A-Z0-9]{5,9}"),
        gettext_lazy("5 to 9 letters and digits"),
    ),
    "residence_card": Kind(
        gettext_lazy("Residence card of a foreigner"),
        re.compile(_SOME_DIGITS + r"[A-Z0-9]{5,15}"),
        gettext_lazy("5 to 15 letters and digits"),
    ),
    "certificate_of_identity": Kind(gettext_lazy("Certificate of identity")),
    "other": Kind(
        gettext_lazy("Other document issued by a state"),
        re.compile(_SOME_DIGITS + r"[A-Z0-9]{3,20}"),
        gettext_lazy("3 to 20 letters and digits"),
    ),
}


def kind_label(kind: str, language: str = "vi") -> str:
    """Return the name of a kind of document in ``language``; empty if it is unknown."""
    with override(language):
        return str(KINDS[kind].label) if kind in KINDS else ""


def has_personal_number(kind: str) -> bool:
    """Return True if documents of this kind have a Vietnamese personal number."""
    return kind in KINDS and KINDS[kind].pattern is None


def mask(answer: Mapping[str, str]) -> str:
    """Return the number with all but a few characters hidden."""
    number = answer["number"]
    if has_personal_number(answer["kind"]):
        return citizen_id.mask(number)
    return f"••••••{number[-SHOWN_DIGITS:]}" if len(number) > 2 * SHOWN_DIGITS else "••••••"


class IdentityWidget(forms.MultiWidget):
    """A list of kinds and the number, each with a visible label."""

    template_name = "builder/widgets/pair.html"
    use_fieldset = True

    def __init__(self) -> None:
        number = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        choices = [(code, kind.label) for code, kind in KINDS.items()]
        super().__init__({"kind": forms.Select(choices=choices), "number": forms.TextInput(number)})

    def id_for_label(self, id_: str) -> str:
        """Return the id of the number, to which the error summary links."""
        return f"{id_}-number" if id_ else id_

    def decompress(self, value: Mapping[str, str] | None) -> list[str | None]:
        return [value["kind"], value["number"]] if value else [CARD, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        whole = context["widget"]["attrs"].get("id", "")
        labels = (_("Kind of document"), _("Number"))
        for part, subwidget, label in zip(PARTS, context["widget"]["subwidgets"], labels, strict=True):
            subwidget["label"] = label
            # A hyphen, so that no other question can have this id (see field_types.choice).
            subwidget["attrs"]["id"] = f"{whole}-{part}"
        return context


class IdentityField(forms.MultiValueField):
    """Cleans to ``{"kind", "number"}``, or ``None`` without a number."""

    def __init__(self, **kwargs: Any) -> None:
        unknown = {"invalid_choice": _("Choose from the list.")}
        fields = (
            forms.ChoiceField(choices=[(code, "") for code in KINDS], required=False, error_messages=unknown),
            forms.CharField(required=False, max_length=60),
        )
        super().__init__(fields, widget=IdentityWidget(), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> Value | None:
        kind, typed = data_list or ("", "")
        number = re.sub(r"[\s.\-]", "", normalize_input(typed or ""))
        # A card has digits only: what is refused is quoted as it was typed.
        number = number if (kind or CARD) == CARD else number.upper()
        # The first kind is preselected, so it alone is not an answer.
        if not number:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return {"kind": kind or CARD, "number": number}

    def validate(self, value: Value | None) -> None:
        if value is None:
            return
        kind, number = KINDS[value["kind"]], value["number"]
        if kind.pattern is None:
            if wrong := citizen_id.problem(number):
                raise ValidationError(wrong[0], params=wrong[1])
        elif not kind.pattern.fullmatch(number):
            message = _("The number of this document has %(wanted)s. You entered “%(text)s”.")
            raise ValidationError(message, params={"wanted": kind.description, "text": number[:40]})


@register
class IdentityDocument(FieldType):
    """The answer is ``{"kind", "number"}``, the kind one of ``KINDS``. No options."""

    code = "identity_document"
    is_identity_number = True
    typed_inputs = ("_number",)
    label = gettext_lazy("Identity document")
    parts = PARTS
    preselected_parts = ("kind",)
    blank_lines = 2

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return IdentityField(**self.common_arguments(spec))

    def display(self, spec: FieldSpec, answer: Mapping[str, str]) -> str:
        return f"{kind_label(answer['kind'])} {answer['number']}".strip()

    def applicant_source(self, spec: FieldSpec) -> str:
        return "identity"

    def blank_choices(self, spec: FieldSpec) -> tuple[str, ...]:
        return tuple(kind_label(kind) for kind in KINDS)

    def doubt(self, spec: FieldSpec, answer: Mapping[str, str]) -> str:
        return citizen_id.doubt(answer["number"]) if has_personal_number(answer["kind"]) else ""

    def masked(self, answer: Mapping[str, str]) -> Value:
        return {"kind": answer["kind"], "number": mask(answer)}
