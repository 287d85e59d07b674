"""A list of the admin in which one types part of a name; a plain list without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _


class SearchableSelect(forms.Select):
    """A choice from a register, which static/js/combobox.js turns into a searchable list."""

    class Media:
        js = ("js/combobox.js",)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context with what the script shows and announces."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-combobox": "",
            "data-text-none": _("Not found in the list. Check the spelling."),
            "data-text-count": _("Choices found:"),
            "data-text-former": _("formerly"),
        }
        return context
