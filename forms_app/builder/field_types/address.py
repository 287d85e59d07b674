"""Addresses anywhere: province and commune of the two-tier units with the rest as text, or a country and text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import places
from accounts.places import ABROAD, Place, lower_unit_name
from core.text import clean
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanCharField
from forms_app.builder.place_select import PlaceSelect
from forms_app.builder.schema import FieldSpec

#: The inputs. The second one names a country if the first says ``ABROAD``.
PARTS: Final = ("province", "commune", "detail")
Value = dict[str, str]


class AddressWidget(forms.MultiWidget):
    """Two lists and a text input, each with a visible label.

    The second list has the communes of the chosen province. With JavaScript it is fetched when another one is chosen;
    without JavaScript it appears after a button (``units``) or an error.
    """

    template_name = "builder/widgets/address.html"
    use_fieldset = True

    def __init__(self, *, home_only: bool = False) -> None:
        self.home_only = home_only
        super().__init__(
            {
                "province": PlaceSelect({"autocomplete": "address-level1"}),
                "commune": PlaceSelect({"autocomplete": "address-level2"}),
                "detail": forms.TextInput(attrs={"autocomplete": "street-address"}),
            }
        )

    def id_for_label(self, id_: str) -> str:
        """Return the id of the first list, to which the error summary links."""
        return f"{id_}-{PARTS[0]}" if id_ else id_

    def decompress(self, value: Mapping[str, str] | None) -> list[str | None]:
        if not value:
            return [places.home_province_id(), None, None]
        return [value.get(part) for part in PARTS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        values = value if isinstance(value, list) else self.decompress(value)
        province = values[0] or ""
        self.fill_lists(province)
        context = super().get_context(name, values, attrs)
        labels = (
            _("Province or city"),
            places.places_below(province).label,
            _("House number, street, hamlet"),
        )
        whole = context["widget"]["attrs"].get("id", "")
        for part, subwidget, label in zip(PARTS, context["widget"]["subwidgets"], labels, strict=True):
            subwidget["label"] = label
            # A hyphen, so that no other question can have this id (see field_types.choice).
            subwidget["attrs"]["id"] = f"{whole}-{part}"
        first, second = context["widget"]["subwidgets"][:2]
        first["attrs"]["data-fills"] = second["attrs"]["id"]
        first["attrs"]["data-lists"] = reverse("accounts:units", args=["0"]).removesuffix("0/")
        return context

    def fill_lists(self, province: str) -> None:
        """Fill the lists for an address in ``province``."""
        listed = places.provinces()
        if self.home_only and (home := _home(listed)):
            listed, province = (home,), home.value
        abroad = [Place(ABROAD, _("Abroad"))] if listed and not self.home_only else []
        first, second = (widget for widget in self.widgets if isinstance(widget, PlaceSelect))
        first.offer(_("Choose a province"), [*listed, *abroad])
        below = places.places_below(province)
        second.offer(below.empty, below.places)


class AddressField(forms.MultiValueField):
    """Cleans to ``{"province", "commune", "detail"}`` with ids of units or a country's code, or ``None``."""

    def __init__(self, *, home_only: bool = False, **kwargs: Any) -> None:
        listed = places.provinces()
        home = _home(listed) if home_only else None
        self.provinces = {place.value for place in ((home,) if home else listed)}
        self.only = home.label if home else ""
        fields = (
            forms.CharField(required=False),
            forms.CharField(required=False),
            CleanCharField(required=False, max_length=200),
        )
        super().__init__(
            fields, widget=AddressWidget(home_only=home_only), require_all_fields=False, **kwargs
        )

    def compress(self, data_list: list[str]) -> Value | None:
        province, commune, detail = data_list or ("", "", "")
        # The home province is preselected, so it alone is not an answer; any other province alone is an incomplete one.
        if not (commune or detail) and province in {"", places.home_province_id()}:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return {"province": province, "commune": commune, "detail": detail}

    def validate(self, value: Value | None) -> None:
        if value is None:
            return
        province = value["province"]
        if self.only and province and province not in self.provinces:
            raise ValidationError(
                _("This place must be in %(province)s. Choose the province again, then the commune."),
                params={"province": self.only},
            )
        if province == ABROAD and self.provinces:
            _check_abroad(value)
            return
        if province and province not in self.provinces:
            raise ValidationError(_("Choose from the list."))
        if self.provinces and not province:
            raise ValidationError(_("Choose the province or city."))
        _check_commune(value, {place.value for place in places.communes(province)})


def _home(listed: tuple[Place, ...]) -> Place | None:
    """Return the province of the portal among ``listed``, if it is known."""
    home = places.home_province_id()
    return next((place for place in listed if place.value == home), None)


def _check_abroad(value: Value) -> None:
    if not value["commune"]:
        raise ValidationError(_("Choose the country."))
    if not places.country_name(value["commune"]):
        # A commune chosen earlier, on a page without JavaScript.
        raise ValidationError(_("Choose the country."))
    if not value["detail"]:
        raise ValidationError(_("Enter the address in that country."))


def _check_commune(value: Value, listed: set[str]) -> None:
    commune = value["commune"]
    if listed and not commune:
        raise ValidationError(_("Choose the commune or ward."))
    if commune and commune not in listed:
        elsewhere = places.is_commune(commune) or places.country_name(commune)
        raise ValidationError(
            _("The commune is not in the province you chose. Choose both again.")
            if elsewhere
            else _("Choose from the list.")
        )
    if not listed and not value["detail"]:
        raise ValidationError(_("Enter the commune and street."))


@register
class Address(FieldType):
    """The answer contains ids and the names of that day: ``{"province", "commune", "detail", "text"}``.

    Abroad ``province`` is ``"abroad"``, ``commune`` is empty and ``country`` has the ISO 3166-1 code. ``options``:
    ``home_only`` (true: a place in the province of the portal, such as a house to be numbered).
    """

    code = "address"
    typed_inputs = ("_detail",)
    label = gettext_lazy("Address")
    options = {"home_only": Option(bool, gettext_lazy("only in this province"))}
    parts = PARTS
    preselected_parts = ("province",)
    blank_lines = 2

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return AddressField(home_only=bool(spec.options.get("home_only")), **self.common_arguments(spec))

    def to_answer(self, value: Value | None) -> dict[str, str] | None:
        if value is None:
            return None
        if value["province"] == ABROAD:
            country, detail = value["commune"], value["detail"]
            text = clean(f"{detail}, {places.country_name(country)}")
            return {"province": ABROAD, "commune": "", "country": country, "detail": detail, "text": text}
        names = places.unit_names(pk for pk in (value["commune"], value["province"]) if pk)
        first, *others = [text for text in (value["detail"], *names) if text]
        return {**value, "text": clean(", ".join([first, *map(lower_unit_name, others)]))}

    def to_initial(self, answer: Any) -> Any:
        return input_values(answer) if answer else answer

    def display(self, spec: FieldSpec, answer: dict[str, str]) -> str:
        return answer["text"]

    def applicant_source(self, spec: FieldSpec) -> str:
        return "address"


def input_values(answer: Mapping[str, str]) -> Value:
    """Return the texts of the inputs, by part, for a stored answer."""
    texts = {part: answer.get(part, "") for part in PARTS}
    return {**texts, "commune": answer.get("country") or texts["commune"]}
