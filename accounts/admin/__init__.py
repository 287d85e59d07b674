"""Screens of the admin for agencies, roles and accounts; agencies and units are found by part of their names."""

from __future__ import annotations

from django.db.models import ForeignKey
from wagtail.admin.forms.models import register_form_field_override

from accounts.models import AdministrativeUnit, Agency
from core.wagtail.searchable_select import SearchableSelect

# For the forms that Wagtail builds; forms with fields of their own name the widget (docs/facts.md#wagtail).
for register in (Agency, AdministrativeUnit):
    register_form_field_override(ForeignKey, to=register, override={"widget": SearchableSelect})
