"""What depends on an object, for the confirmations of the admin."""

from __future__ import annotations

from django import template
from django.db.models import Model
from django.template import Context

from core.wagtail import dependants

register = template.Library()


@register.simple_tag(takes_context=True)
def dependants_of_object(context: Context) -> list[dependants.Dependants]:
    """Return what depends on the page or row of Wagtail's view; nothing for a view of several objects."""
    instance = context.get("page") or context.get("object")
    return dependants.dependants_of(instance) if isinstance(instance, Model) else []
