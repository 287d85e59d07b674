"""A list of places that can be searched, including by former names; a plain list without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.places import Place


class PlaceSelect(forms.Select):
    """A list of ``Place``, which static/js/combobox.js makes searchable, including by former names and districts."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-combobox": "", **(attrs or {})})
        self.former: dict[str, tuple[str, ...]] = {}
        self.districts: dict[str, tuple[str, ...]] = {}

    def offer(self, empty: str, offered: Iterable[Place]) -> None:
        """Offer ``offered`` below the text of an empty choice."""
        places = tuple(offered)
        self.former = {place.value: place.former for place in places}
        self.districts = {place.value: place.districts for place in places}
        self.choices = [("", empty), *((place.value, place.label) for place in places)]

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        for name, texts in (("data-former", self.former), ("data-districts", self.districts)):
            if found := texts.get(str(option["value"])):
                option["attrs"][name] = "|".join(found)
        return option

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-text-none": _("Not found in the list. Check the spelling."),
            "data-text-count": _("Choices found:"),
            "data-text-former": _("formerly"),
            # The script puts the name in place of {name}.
            "data-text-district": _("from the former {name}, which no longer exists"),
        }
        return context
