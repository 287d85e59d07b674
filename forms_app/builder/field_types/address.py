"""An address in today's two-tier list: province, commune where the list has it, and the rest in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AdminUnit
from core.text import clean
from forms_app.builder.field_types import units
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanCharField
from forms_app.builder.schema import FieldSpec

PARTS: Final = ("province", "commune", "detail")
# Nghị định 30/2020/NĐ-CP, Phụ lục II: of all cities only this one keeps its capital letter.
CAPITALISED: Final = frozenset({"Thành phố Hồ Chí Minh"})


def within_a_sentence(name: str) -> str:
    """Return the name of a unit as it goes on in a text: phường Tân Thành, but Phường 1 and Thành phố Hồ Chí Minh."""
    keeps = name in CAPITALISED or any(letter.isdigit() for letter in name)
    return name if keeps else name[:1].lower() + name[1:]


class AddressWidget(forms.MultiWidget):
    """Two lists and a line, each with its own visible name; works without JavaScript."""

    template_name = "builder/widgets/address.html"
    use_fieldset = True

    def __init__(self, provinces: units.Choices, communes: units.Choices) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "province": forms.Select({"autocomplete": "address-level1"}, provinces),
            "commune": forms.Select({"autocomplete": "address-level2"}, communes),
            "detail": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }
        super().__init__(widgets)

    def id_for_label(self, id_: str) -> str:
        """Send the error summary to the first list."""
        return f"{id_}-{PARTS[0]}" if id_ else id_

    def decompress(self, value: dict[str, str] | None) -> list[str | None]:
        if not value:
            return [units.home_province_id(), None, None]
        return [value.get(part) for part in PARTS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Province or city"), _("Commune or ward"), _("House number, street, hamlet"))
        whole = context["widget"]["attrs"].get("id", "")
        for part, subwidget, label in zip(PARTS, context["widget"]["subwidgets"], labels, strict=True):
            subwidget["label"] = label
            # Like the ids of field_types.widgets: no other question can have it.
            subwidget["attrs"]["id"] = f"{whole}-{part}"
        return context


class AddressField(forms.MultiValueField):
    """Cleans to ``{"province", "commune", "detail"}`` with the ids of units, or ``None``."""

    def __init__(self, **kwargs: Any) -> None:
        provinces, communes = units.choices()
        self.has_units = bool(provinces)
        provinces = [("", _("Choose a province")), *provinces]
        communes = [("", _("Choose a commune")), *communes]
        unknown = {"invalid_choice": _("Choose from the list.")}
        fields = (
            forms.ChoiceField(choices=provinces, required=False, error_messages=unknown),
            forms.ChoiceField(choices=communes, required=False, error_messages=unknown),
            CleanCharField(required=False, max_length=200),
        )
        widget = AddressWidget(provinces, communes)
        super().__init__(fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str] | None:
        province, commune, detail = data_list or ("", "", "")
        # The home province stands chosen from the start, so it alone is not an answer; another one is half of one.
        if not (commune or detail) and province in {"", units.home_province_id()}:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return {"province": province, "commune": commune, "detail": detail}

    def validate(self, value: dict[str, str] | None) -> None:
        if value is None:
            return
        if self.has_units and not value["province"]:
            raise ValidationError(_("Choose the province or city."))
        listed = units.communes_of(value["province"])
        if listed and not value["commune"]:
            raise ValidationError(_("Choose the commune or ward."))
        if value["commune"] and value["commune"] not in listed:
            raise ValidationError(_("The commune does not lie in the province you chose. Choose both again."))
        if not listed and not value["detail"]:
            raise ValidationError(_("Write the commune and street in words."))


@register
class Address(FieldType):
    """The answer keeps ids and names as they were on the day: ``{"province", "commune", "detail", "text"}``."""

    code = "address"
    label = gettext_lazy("Address")
    parts = PARTS

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return AddressField(**self.common(spec))

    def to_answer(self, value: dict[str, str] | None) -> dict[str, str] | None:
        if value is None:
            return None
        first, *others = [text for text in self._names(value) if text]
        return {**value, "text": clean(", ".join([first, *map(within_a_sentence, others)]))}

    def display(self, spec: FieldSpec, answer: dict[str, str]) -> str:
        return answer["text"]

    def _names(self, value: dict[str, str]) -> Iterable[str]:
        ids = [pk for pk in (value["commune"], value["province"]) if pk]
        names = {str(unit.pk): unit.name for unit in AdminUnit.objects.filter(pk__in=ids)}
        return (value["detail"], *(names[pk] for pk in ids))
