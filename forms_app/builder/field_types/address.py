"""Addresses by the current two-tier administrative units: province, commune if listed, and the rest as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AdministrativeUnit, Agency
from accounts.selectors import current_communes, current_provinces
from core.text import clean
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanCharField
from forms_app.builder.schema import FieldSpec

PARTS: Final = ("province", "commune", "detail")
# Nghị định 30/2020/NĐ-CP, Phụ lục II: of all cities only this one keeps its capital letter.
CAPITALISED: Final = frozenset({"Thành phố Hồ Chí Minh"})
CACHE_SECONDS = 300
Choices = list[tuple[str, Any]]


def unit_choices() -> tuple[Choices, Choices]:
    """Return provinces, and communes grouped by province, as form choices; cached for five minutes."""
    key = f"builder.units.{timezone.localdate().isoformat()}"
    found: tuple[Choices, Choices] | None = cache.get(key)
    if found is None:
        provinces: Choices = [(str(unit.pk), unit.name) for unit in current_provinces()]
        by_province: dict[str, Choices] = defaultdict(list)
        names = dict(provinces)
        for unit in current_communes():
            by_province[str(unit.parent_id)].append((str(unit.pk), unit.name))
        found = provinces, [(names.get(pk, ""), group) for pk, group in by_province.items()]
        cache.set(key, found, CACHE_SECONDS)
    return found


def communes_of(province_id: str) -> set[str]:
    """Return the ids of the communes listed for a province; empty if none are listed."""
    provinces, groups = unit_choices()
    name = dict(provinces).get(province_id, "")
    return {pk for group, communes in groups if group == name for pk, _name in communes}


def home_province_id() -> str | None:
    """Return the id of the portal's own province, the unit of its provincial agency."""
    key = "builder.home_province"
    found: str | None = cache.get(key)
    if found is None:
        agency = (
            Agency.objects.valid_on(timezone.localdate()).filter(code=settings.PORTAL_PROVINCE_CODE).first()
        )
        found = str(agency.unit_id) if agency and agency.unit_id else ""
        cache.set(key, found, CACHE_SECONDS)
    return found or None


def lower_unit_name(name: str) -> str:
    """Return a unit's name as written inside a text: phường Tân Thành, but Phường 1 and Thành phố Hồ Chí Minh."""
    unchanged = name in CAPITALISED or any(letter.isdigit() for letter in name)
    return name if unchanged else name[:1].lower() + name[1:]


class AddressWidget(forms.MultiWidget):
    """Two drop-down lists and a text input, each with a visible label; works without JavaScript."""

    template_name = "builder/widgets/address.html"
    use_fieldset = True

    def __init__(self, provinces: Choices, communes: Choices) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "province": forms.Select({"autocomplete": "address-level1"}, provinces),
            "commune": forms.Select({"autocomplete": "address-level2"}, communes),
            "detail": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }
        super().__init__(widgets)

    def id_for_label(self, id_: str) -> str:
        """Return the id of the first list, to which the error summary links."""
        return f"{id_}-{PARTS[0]}" if id_ else id_

    def decompress(self, value: dict[str, str] | None) -> list[str | None]:
        if not value:
            return [home_province_id(), None, None]
        return [value.get(part) for part in PARTS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Province or city"), _("Commune or ward"), _("House number, street, hamlet"))
        whole = context["widget"]["attrs"].get("id", "")
        for part, subwidget, label in zip(PARTS, context["widget"]["subwidgets"], labels, strict=True):
            subwidget["label"] = label
            # A hyphen, so that no other question can have this id (see field_types.choice).
            subwidget["attrs"]["id"] = f"{whole}-{part}"
        return context


class AddressField(forms.MultiValueField):
    """Cleans to ``{"province", "commune", "detail"}`` with the ids of units, or ``None``."""

    def __init__(self, **kwargs: Any) -> None:
        provinces, communes = unit_choices()
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
        # The home province is preselected, so it alone is not an answer; any other province is an incomplete one.
        if not (commune or detail) and province in {"", home_province_id()}:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return {"province": province, "commune": commune, "detail": detail}

    def validate(self, value: dict[str, str] | None) -> None:
        if value is None:
            return
        if self.has_units and not value["province"]:
            raise ValidationError(_("Choose the province or city."))
        listed = communes_of(value["province"])
        if listed and not value["commune"]:
            raise ValidationError(_("Choose the commune or ward."))
        if value["commune"] and value["commune"] not in listed:
            raise ValidationError(_("The commune is not in the province you chose. Choose both again."))
        if not listed and not value["detail"]:
            raise ValidationError(_("Enter the commune and street."))


@register
class Address(FieldType):
    """The answer holds ids and the names of that day: ``{"province", "commune", "detail", "text"}``. No options."""

    code = "address"
    typed_inputs = ("_detail",)
    label = gettext_lazy("Address")
    parts = PARTS

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return AddressField(**self.common_arguments(spec))

    def to_answer(self, value: dict[str, str] | None) -> dict[str, str] | None:
        if value is None:
            return None
        first, *others = [text for text in self._names(value) if text]
        return {**value, "text": clean(", ".join([first, *map(lower_unit_name, others)]))}

    def display(self, spec: FieldSpec, answer: dict[str, str]) -> str:
        return answer["text"]

    def _names(self, value: dict[str, str]) -> Iterable[str]:
        ids = [pk for pk in (value["commune"], value["province"]) if pk]
        names = {str(unit.pk): unit.name for unit in AdministrativeUnit.objects.filter(pk__in=ids)}
        return (value["detail"], *(names[pk] for pk in ids))
